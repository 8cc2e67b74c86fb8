"""What a hint tells to type is typed, and helps: the flag is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

import echub
from tests.oracles.test_worlds import WORLDS


@dataclass(frozen=True)
class Typed:
    """What is typed because of a flag of a world; a name in capitals or an ellipsis of the hint is filled in."""

    code: str
    said: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)


def area(text: str = "0.785 cm^2") -> Typed:
    return Typed("no-area", {"cell.area": text})


RANGE = Typed("current-range-unknown", {"instrument.current_range": "10 mA"})
TYPED = [
    ("arrhenius: stated, too much", Typed("uncertain-point", params={"weights": "own"})),
    ("odd waves: burns out", RANGE),
    ("waves: constant charge, no area", area()),
    ("odd waves: one electrode", Typed("one-electrode", {"cell.configuration": "two_electrode"})),
    ("odd waves: one level", Typed("one-level", params={"report": "cycles"})),
    ("odd waves: survived before", Typed("r-drop-alone", params={"electrolyte_asr": "40 ohm*cm^2"})),
    ("odd waves: survived before", Typed("r-drop-alone", {"cell.thickness": "4 mm",
                                                          "cell.electrolyte_conductivity": "0.01 S/cm"})),
    ("odd waves: falls slowly", Typed("slow-fall", params={"electrolyte_asr": "40 ohm*cm^2"})),
    ("groups: no direction", Typed("direction-from-data", params={"higher": "x"})),
    ("charges: no electrode is stated", Typed("direction-assumed",
                                              {"cell.electrodes.working.polarity": "negative"})),
    ("charges: no electrode is stated", Typed("direction-assumed", params={"charge": "cathodic"})),
    ("odd cycles: a pulse", area()),
    ("odd cycles: a pulse", Typed("no-mass", {"cell.active_mass": "2 mg"})),
    ("dc: cathodic", RANGE),
    ("dc: no area", area()),
    ("check: a negative point", Typed("negative-real-part", params={"negative_real": "keep"})),
    ("check: bad points", Typed("outliers", params={"outliers": "0"})),
    ("check: harmonics", Typed("amplitude-large", params={"amplitude": "200 mV"})),
    ("circuit: no area", area()),
    ("circuit: no thickness", Typed("no-thickness", {"cell.thickness": "1 mm"})),
    ("spectra: no cell", Typed("cell-not-stated", {"cell.id": "NAME"})),
    ("spectra: a wire", Typed("outliers", params={"outliers": "0"})),
    ("spectra: one arc for two", Typed("circuit-does-not-fit", params={"circuit": "R(RQ)(RQ)"})),
    ("onset: two ranges", RANGE),
    ("pulses: no area", area("0.385 cm^2")),
    ("odd pulses: two rests", Typed("several-blocks", params={"block": "1"})),
    ("ramp: kinked", RANGE),
    ("ramp: no area", area()),
    ("window: second scan", Typed("peak-comes-back", params={"threshold": "100 uA/cm^2"})),
    ("recovery: a signal that noise hides", Typed("saturation-open", params={"offset": "true"})),
    ("recovery: double, hardly told", Typed("form-undecided", params={"form": "stretched"})),
    ("map: whole", Typed("across-polarities", params={"across_polarities": "true"})),
    ("interface: time", Typed("depth-uncalibrated", {"sims.crater_depth": "1 um"})),
    ("interface: a layer", Typed("several-steps", params={"start": "500", "stop": "1200"})),
    ("window: no metal is named", Typed("plating-unknown", {"cell.reference": "Na+/Na"})),
    ("window: no metal is named", Typed("plating-unknown", params={"plating": "0 V"})),
    ("stairs: first reduced, no area", area()),
    ("halves: a range, no area", area()),
    ("transference: resistances", RANGE),
    ("transference: none", Typed("no-resistances", params={"resistance_before": "60 ohm",
                                                           "resistance_after": "60 ohm"})),
]  # fmt: skip


@pytest.mark.parametrize(("name", "typed"), TYPED, ids=[f"{name}, {typed.code}" for name, typed in TYPED])
def test_what_a_hint_tells_to_type_helps(name, typed):
    world = WORLDS[name]()
    flag = next(flag for flag in world.outcome().flags if flag.code == typed.code)
    for path in (*typed.said, *typed.params):
        assert path in flag.hint or path == "resistance_after"
    params = {**world.params, **typed.params}
    again = echub.analyze(world.analysis, world.data, params=params, metadata=dict(typed.said))
    assert typed.code not in [one.code for one in again.flags]
    assert again.status != "refused" or flag.severity == "refusal"
