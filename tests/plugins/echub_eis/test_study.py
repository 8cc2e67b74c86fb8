"""A folder of spectra over temperature to conductivities to an activation energy, in one study."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.analysis.study import load_study, run_study
from echub.analysis.study_draft import draft
from echub.files.readable import readable
from echub.testing import synth
from echub.testing.synth.impedance import CASES

FOUR = (25.0, 60.0, 90.0, 120.0)
STUDY = """\
title = "conductivity"
files = ["*C.csv"]
meta = ["cells.csv"]

[set]
cell.area = "1.131 cm^2"
cell.thickness = "1 mm"

[[step]]
name = "conductivity"
analysis = "eis-resistance"
params.circuit = "LR(RQ)Q"
params.sensitivity = false
params.area_uncertainty = "5 %"

[[step]]
name = "activation"
analysis = "arrhenius"
from = "conductivity"
params.measurand = "conductivity"
params.replicates = "all"
"""


def conductivity(case, circuit):
    return echub.analyze("eis-resistance", case.data(), params={"circuit": circuit, "sensitivity": "false"})


def write(folder, cases):
    """Write spectra, their temperatures and the study."""
    write_spectra(folder, cases)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return load_study(folder / "study.toml")


def write_spectra(folder, cases):
    lines = ["file,cell.temperature / degC"]
    for temperature, case in cases.items():
        name = f"{temperature:.0f}C.csv"
        columns = [case.columns[n].values for n in ("frequency", "impedance_real", "impedance_imag")]
        rows = [",".join(f"{v!r}" for v in row) for row in np.column_stack(columns).tolist()]
        (folder / name).write_text("\n".join(["f/Hz,Re(Z)/Ohm,Im(Z)/Ohm", *rows]) + "\n", encoding="utf-8")
        lines.append(f"{name},{temperature:g}")
    (folder / "cells.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def init(folder):
    """Write the study of `echub study init --eis`, and state the area and the thickness."""
    path = folder / "study.toml"
    text = draft(readable(folder), path, "eis", folder / "cells.csv")
    text = text.replace('# cell.area = "… cm^2"', 'cell.area = "1.131 cm^2"')
    path.write_text(text.replace('# cell.thickness = "… mm"', 'cell.thickness = "1 mm"'), encoding="utf-8")
    return load_study(path)


def test_a_study_as_init_writes_it_gives_the_activation_energy(tmp_path):
    write_spectra(tmp_path, synth.conductors(4))
    *conductivities, last = [a.outcome for a in run_study(init(tmp_path), tmp_path / "out", workers=1)]
    assert len(conductivities) == 7
    assert last["activation_energy_ln_y"].interval.covers(0.15)
    assert last["activation_energy_ln_y"].uncertainty < 0.01


def test_spectra_over_temperature_give_the_activation_energy(tmp_path):
    study = write(tmp_path, synth.conductors(1))
    *conductivities, last = [a.outcome for a in run_study(study, tmp_path / "out", workers=1)]
    truths = [case.truth["conductivity"] for case in synth.conductors(1).values()]
    by_label = {o.meta("cell.temperature"): o["conductivity"] for o in conductivities}
    for truth, (_, found) in zip(truths, sorted(by_label.items()), strict=True):
        assert found.interval.covers(truth)
    energy = last["activation_energy_ln_y"]
    assert energy.interval.covers(0.15)
    assert energy.uncertainty < 0.01
    assert last.conditions["form"].value == "ln_y"


@pytest.fixture(scope="module")
def truncated():
    """Spectra of which one is cut so that its arc lies outside."""
    cases = synth.conductors(2, temperatures_c=FOUR)
    coldest = min(cases)
    cell = replace(CASES["two_arcs"], resistance=26.0, arcs=((600, 1e-3, 0.9),))
    stated = {"cell__temperature": f"{coldest} degC", "cell__area": "1.131 cm^2", "cell__thickness": "1 mm"}
    cases[coldest] = synth.impedance(5, cell, **stated)
    return cases


def test_an_arc_outside_of_the_band_is_no_point(truncated):
    params = {"sensitivity": "false"}
    outcomes = [
        echub.analyze(
            "eis-resistance", case.data(), params={**params, "circuit": "LR(RQ)" if t == 25 else "LR(RQ)Q"}
        )
        for t, case in truncated.items()
    ]
    assert "conductivity" not in outcomes[0].measurands
    energy = echub.analyze(
        "arrhenius", outcomes, params={"measurand": "conductivity", "replicates": "all", "allow_mixed": "true"}
    )
    left_out = energy.tables["values"]["left_out"].values
    assert sum(reason != "" for reason in left_out) == 1
    assert energy["activation_energy_ln_y"].interval.covers(0.15)


def test_an_arc_that_leaves_the_window_is_not_a_point_of_that_study(tmp_path, truncated):
    write_spectra(tmp_path, truncated)
    *conductivities, last = [a.outcome for a in run_study(init(tmp_path), tmp_path / "out", workers=1)]
    cold = next(o for o in conductivities if o.meta("cell.temperature") == 25)
    assert "conductivity" not in cold.measurands
    assert last["activation_energy_ln_y"].interval.covers(0.15)


def test_a_falling_conductivity_and_a_vague_one_are_named():
    cases = list(synth.conductors(3, temperatures_c=FOUR).items())
    outcomes = []
    for (temperature, _), (_, case) in zip(cases, reversed(cases), strict=True):
        stated = {**case.metadata, "cell.temperature": f"{temperature} degC"}
        outcome = echub.analyze(
            "eis-resistance", replace(case, metadata=stated).data(), params={"circuit": "LR(RQ)Q"}
        )
        outcomes.append(outcome)
    vague = outcomes[0]["conductivity"]
    vague = replace(vague, uncertainty=0.4 * vague.value, components=())
    outcomes[0] = outcomes[0].replace(measurands={"conductivity": vague})
    equal = {"measurand": "conductivity", "replicates": "all", "weights": "none"}
    found = echub.analyze("arrhenius", outcomes, params=equal)
    assert {"negative-activation-energy", "uncertain-point"} <= {flag.code for flag in found.flags}
    own = echub.analyze("arrhenius", outcomes, params={"measurand": "conductivity", "weights": "own"})
    assert own.status != "refused"
