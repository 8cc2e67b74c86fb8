"""The measurands of a series as a whole, of parts, onsets and recoveries that are stated here."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from echub.plugin import Component, Interval, Measurand
from echub_eis.series import SeriesParams
from echub_eis.series.data import SeriesSpectrum, SpectrumSeries
from echub_eis.series.method.onset import FoundOnset
from echub_eis.series.method.recovery import Recovered
from echub_eis.series.method.resolve import PartOverTime
from echub_eis.series.outcome import answers
from echub_eis.series.outcome import flags as of_series
from tests.messages.saying import Fake
from tests.plugins.remarks import info

A, NAN = np.array, np.nan
R = [NAN, 10.0, 12.0, 11.0, 20.0, NAN]
"""Ω; the median of three neighbours rises to the end."""


class Stated(dict):
    """Metadata by path."""

    meta = dict.get


def result(r=R, misfit=(NAN,), unit="mA/cm^2", relative=0.01, stated=(), limit=None, **params):
    """Return a series of one part, `gb`, fitted with 8 degrees of freedom in each spectrum."""
    r = A(r)
    part = PartOverTime("gb", r, np.full(len(r), relative), np.arange(len(r)) * 1.0, r, ("",) * len(r))
    spectra = tuple(SeriesSpectrum(0, k + 1, None, np.zeros(1)) for k in range(len(r)))
    series = SpectrumSeries(spectra, None, unit, ("a",), Stated(stated), ())
    own = SimpleNamespace(unit=unit, first=Stated(stated), called=series.called, limit_at=lambda _: limit)
    return Fake(series=own, main=part, params=SeriesParams(**params), misfit=A(misfit), chosen="gb",
                followed=Fake(fits=[Fake(fitted=Fake(freedom=8))] * len(r)))  # fmt: skip


def same(found, expected):
    """Compare measurands with all that they state, numbers to nine digits."""

    def rounded(value):
        if isinstance(value, float):
            return float(f"{value:.9g}")
        if isinstance(value, dict):
            return {key: rounded(one) for key, one in value.items()}
        return [rounded(one) for one in value] if isinstance(value, (list, tuple)) else value

    for name in {**found, **expected}:
        assert rounded(found[name].as_dict()) == rounded(expected[name].as_dict()), name


def sized(value, where, unit="ohm", area=0.0, level=0.95):
    """Return a resistance that is known to 1 %, and its area to a part."""
    reach = np.hypot(0.01 * student.ppf(0.5 + level / 2, 8), area * norm.ppf(0.5 + level / 2))
    parts = [Component("fit", 0.01 * value), *([Component("area", area * value, "B", "area")] if area else [])]
    interval = Interval(value * np.exp(-reach), value * np.exp(reach), level=level, method="symmetric in ln R")
    return Measurand(unit, value, value * np.hypot(0.01, area), interval, components=tuple(parts), note=where)


START, END = "gb of spectrum 2", "gb of spectrum 5"


def test_resistances_are_those_of_the_first_the_last_and_the_greatest_that_are_known():
    plain = {"resistance_start": sized(10.0, START), "resistance_end": sized(20.0, END),
             "resistance_max": sized(20.0, END)}  # fmt: skip
    same(answers._sizes(result()), plain)
    whole = ", of the whole cell: the number of interfaces is not stated"
    same(answers._sizes(result(stated={"cell.area": 0.5})), {
        **plain, "asr_start": sized(5.0, START + whole, "ohm*cm^2"),
        "asr_end": sized(10.0, END + whole, "ohm*cm^2"),
    })  # fmt: skip
    alone, holds = ", of one interface", ", if the circuit holds"
    given = result(stated={"cell.area": 0.5, "cell.n_interfaces": 2}, misfit=[2.1, NAN, 2.1, 1.0],
                   area_uncertainty=5.0, level=80.0)  # fmt: skip
    same(answers._sizes(given), {
        **{f"resistance_{name}": sized(value, where + holds, level=0.8)
           for name, value, where in (("start", 10.0, START), ("end", 20.0, END), ("max", 20.0, END))},
        "asr_start": sized(2.5, START + alone + holds, "ohm*cm^2", 0.05, 0.8),
        "asr_end": sized(5.0, END + alone + holds, "ohm*cm^2", 0.05, 0.8),
    })  # fmt: skip
    none = Measurand("ohm", note="not identified")
    same(answers._sizes(result([NAN, NAN])), {"resistance_start": none, "resistance_end": none})


@pytest.mark.parametrize(("misfit", "note"), [([2.01, 1.0, 2.01], "if the circuit holds"), ([2.0, 9.0, 2.0], ""),
                                              ([NAN, NAN], "")])  # fmt: skip
def test_a_series_holds_if_its_circuit_does(misfit, note):
    assert answers.note_of(result(misfit=misfit)) == note


def test_the_misfit_of_a_series_is_the_median_of_those_that_are_known():
    given = result(misfit=[1.0, NAN, 3.0, 9.0])
    names = ("_sizes", "_recovery_measurands", "_vanish_measurands", "_onset_measurands")
    with (
        patch.multiple(answers, **dict.fromkeys(names, lambda *_: {})),
        patch.multiple(answers, _onset=lambda *_: (1, 2), _onset_voltage=lambda *_: (3, 4), _gone=lambda _: 5),
        patch.multiple(answers, _recovery=lambda _: (6, (7, 8)), _warmed=lambda *_: None),
    ):
        found = answers.answered(given, 0)
        assert found.measurands == {"lack_of_fit": Measurand("1", 3.0, n=3)}
        kept = (found.onset, found.levels, found.onset_voltage, found.levels_voltage, found.recovered, found.gone)
        assert (kept, found.resting, found.warmed) == ((1, 2, 3, 4, 6, 5), (7, 8), None)
        with patch.object(answers, "_warmed", lambda *_: (20.0, 30.0)):
            warmed = answers.answered(result(), 0)
    assert warmed.measurands == {"recovery_time": Measurand("s", note="the temperature moved: see the flag")}
    assert (warmed.recovered, warmed.warmed) == (None, (20.0, 30.0))


# -- onsets ------------------------------------------------------------------------------------


def onset(value=2.0, u=0.1, low=1.7, high=2.4, below=1.5, beyond=2.5, sign=1):
    return FoundOnset(value, u, low, high, below, beyond, sign)


BRACKET = Interval(1.5, 2.5, "bracketing", includes_high=False, method="neighbouring levels")
SCALED = "resampled residuals, and the scale"


def test_an_onset_that_is_not_found_is_a_bound_and_says_of_what():
    unit = "mA/cm^2"
    assert answers._onset_measurands(None, "", result()) == {}
    stays = answers._onset_measurands(onset(None, beyond=None), "", result())
    same(stays, {"onset_level": Measurand.more_than(unit, 1.5, note="resistance_gb stays on its line")})
    early = answers._onset_measurands(onset(None, below=None), "_voltage", result())
    note = "U/j deviates from the first levels on"
    same(early, {"onset_level_voltage": Measurand.less_than(unit, 2.5, note=note)})
    between = answers._onset_measurands(onset(None, None), "", result())
    same(between, {"onset_bracket": Measurand(unit, interval=BRACKET, censoring="interval", note="resistance_gb")})


@pytest.mark.parametrize(("sign", "suffix", "note"), [
    (1, "", "resistance_gb rises 7.5 % off its line"), (-1, "_voltage", "U/j falls 7.5 % off its line"),
])  # fmt: skip
def test_an_onset_has_the_accuracy_of_the_current_and_the_area(sign, suffix, note):
    """0.3 % of 2 mA/cm² are 6 µA/cm², uniform; 4 % of the area 80 µA/cm², normal."""
    given = result(onset=7.5, current_accuracy=0.3, area_uncertainty=4.0)
    found = answers._onset_measurands(onset(sign=sign), suffix, given)
    accuracy, area = 0.006 / np.sqrt(3), 0.08
    value = found[f"onset_level{suffix}"]
    assert list(found) == [f"onset_level{suffix}", f"onset_bracket{suffix}"]
    assert value.note == note
    assert [(part.name, round(part.uncertainty, 12), part.kind, part.group) for part in value.components] == [
        ("scatter", 0.1, "A", ""), ("accuracy of the current", round(accuracy, 12), "B", ""),
        ("area", area, "B", "area")]  # fmt: skip
    assert value.uncertainty == pytest.approx(np.sqrt(0.1**2 + accuracy**2 + area**2))
    scale = 1.96 * area  # the uniform part adds less than a thousandth to it
    assert value.interval.low == pytest.approx(2 - np.hypot(0.3, scale), rel=1e-3)
    assert value.interval.high == pytest.approx(2 + np.hypot(0.4, scale), rel=1e-3)
    assert (value.interval.level, value.interval.method) == (0.95, SCALED)


def test_an_onset_in_ma_has_no_area_and_a_known_range_its_own_accuracy():
    found = answers._onset_measurands(onset(), "", result(unit="mA", area_uncertainty=4.0, current_accuracy=0.0))
    assert [part.name for part in found["onset_level"].components] == ["scatter"]
    assert found["onset_level"].unit == found["onset_bracket"].unit == "mA"
    assert (found["onset_level"].interval.low, found["onset_level"].interval.high) == pytest.approx((1.7, 2.4))
    exact = answers._onset_measurands(
        onset(u=0.0, low=2.0, high=2.0), "", result(unit="mA", current_accuracy=0.0)
    )["onset_level"]
    assert [(part.name, part.uncertainty) for part in exact.components] == [("scatter", 0.0)]
    assert (exact.uncertainty, exact.interval.low, exact.interval.high) == (0.0, 2.0, 2.0)
    ranged = answers._onset_measurands(onset(), "", result(limit=0.03, current_accuracy=1.0))["onset_level"]
    parts = {part.name: part.uncertainty for part in ranged.components}
    assert parts == {"scatter": 0.1, "accuracy of the current range": pytest.approx(np.hypot(0.03, 0.02) / 3**0.5)}


# -- recoveries --------------------------------------------------------------------------------


def recovered(low=3.0, high=6.0, correlation=0.1):
    return Recovered(4.0, low, high, 0.7, 50.0, 0.2, correlation, A([]))


def test_a_recovery_is_a_time_a_bound_or_not_one_exponential():
    told = lambda found: answers._recovery_measurands(found, result(level=80.0))  # noqa: E731
    assert told(None) == {}
    profile = Interval(3.0, 6.0, level=0.8, method="profile of the likelihood")
    same(told(recovered(correlation=0.3)), {
        "recovery_time": Measurand("s", 4.0, 0.7, profile, components=(Component("fit", 0.7),)),
        "resistance_recovered": Measurand("ohm", 50.0, 0.2, components=(Component("fit", 0.2),)),
    })  # fmt: skip
    odd = Measurand("s", note="not one exponential: see the flag")
    same(told(recovered(correlation=0.31)), {"recovery_time": odd})
    short = "the rest is too short for the end"
    for low, bound in ((3.0, 3.0), (None, 0.0)):
        same(told(recovered(low, None)), {"recovery_time": Measurand.more_than("s", bound, note=short)})
    fast = Measurand.less_than("s", 6.0, note="over within the first spectra")
    same(told(recovered(None)), {"recovery_time": fast})


# -- ranges ------------------------------------------------------------------------------------


def ranges(used, limits, onset=1, voltage=None):
    spectra = [Fake(ranges=names, limit=limit) for names, limit in zip(used, limits, strict=True)]
    known = Fake(spectra=spectra, called=lambda k: f"{k + 1}", listed=lambda places: ", ".join(
        str(k + 1) for k in places))  # fmt: skip
    found = of_series._of_ranges(Fake(series=known), Fake(onset=onset, onset_voltage=voltage))
    return [flag.as_dict() for flag in found]


UNKNOWN = '--set instrument.current_range="10 mA", if it was fixed'


def test_ranges_of_the_levels_are_told_if_a_level_is_an_answer():
    used, limits = [("1 mA",), ("1 mA", "10 mA"), (), ("10 mA",)], [0.1, 0.2, NAN, 0.3]
    several = info("several-ranges", "the current was measured in 2 ranges: 1 mA (from spectrum 1 on), 10 mA "
                   "(from spectrum 2 on); the intervals hold the accuracy of each")  # fmt: skip
    unknown = info("current-range-unknown", "the current range is not known in spectrum 3: there the accuracy is "
                   "that of the value", hint=UNKNOWN)  # fmt: skip
    for told in ({}, {"onset": None, "voltage": 1}):
        assert ranges(used, limits, **told) == [several, unknown]
    assert ranges(used, limits, onset=None) == []
    assert ranges([(), ()], [NAN, NAN]) == []  # of no level is it known
    assert ranges([("1 mA",), ("1 mA",)], [0.1, 0.2]) == []
