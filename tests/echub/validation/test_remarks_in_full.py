"""What a rule says of a dataset: code, words, column, rows, their number, and the first values with their unit."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import numpy as np
import pytest

from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.deferred import parts
from echub.model.missing import MISSING
from echub.model.units import Scale
from echub.model.vocabulary import quantities
from echub.validation import physics, values
from echub.validation.group import CORE, Group
from echub.validation.limits import Limits

UNITS = {
    "time": "s", "current": "mA", "potential_we": "V", "potential_ce": "V", "voltage": "V", "power_we": "W",
    "unix_time": "s", "frequency": "Hz", "charge": "mA*h", "temperature": "degC", "impedance_real": "ohm",
    "impedance_imag": "ohm", "impedance_abs": "ohm", "phase": "deg", "cycle": "1", "step_execution": "1",
    "half_cycle": "1",
    "error_flag": "1", "oxidation_flag": "1", "spectrum": "1", "capacitance_series": "F",
}  # fmt: skip
CODED = ("species", "error_flag", "oxidation_flag")


def dataset(kind="timeseries", *, attrs=None, origin=None, labels=None, **columns):
    """Return a dataset of columns that are named after their quantities; others are a vendor's."""
    made = {"row": Column("row", np.arange(len(next(iter(columns.values())))), "record", "1", "reported")}
    for name, given in columns.items():
        known = name if name in UNITS or name == "species" else None
        made[name] = Column(
            name if known else f"vendor_{name}", np.asarray(given), known, UNITS.get(name, "1"),
            (origin or {}).get(name, "measured"), labels=(labels or {}).get(name, {}),
        )  # fmt: skip
    return Dataset(kind, {c.name: c for c in made.values()}, attrs=attrs or {})


def told(remarks):
    return [(r.code, r.message, r.column, r.rows, r.count, r.expected, r.found) for r in remarks]


def of_values(given, group=CORE):
    return told(values.check_dataset(given, group))


def of_physics(given):
    return told(physics.check_dataset(given, CORE))


def test_an_infinite_value_of_a_needed_column():
    found = of_values(dataset(time=[0.0, 1.0, 2.0, 3.0], current=[1.0, np.inf, -np.inf, 2.0]))
    assert found == [("not-finite", "current is infinite", "current", (1, 2), 2, "", "inf, -inf mA")]


def test_an_infinite_value_of_a_vendor():
    found = of_values(dataset(time=[0.0, 1.0], x=[1.0, -np.inf]))
    assert found == [("missing-values", "vendor_x is infinite", "vendor_x", (1,), 1, "", "-inf")]


@pytest.mark.parametrize(("name", "code"), [("current", "not-finite"), ("temperature", "empty-column")])
def test_a_column_without_a_number(name, code):
    found = of_values(dataset(time=[0.0, 1.0], **{name: [np.nan, MISSING]}))
    assert [row[:5] for row in found] == [(code, f"{name} holds no number at all", name, (0, 1), 2)]


@pytest.mark.parametrize(("name", "code"), [("current", "not-finite"), ("temperature", "missing-values")])
def test_missing_and_not_a_number_are_two_things(name, code):
    found = of_values(dataset(time=[0.0, 1.0, 2.0, 3.0], **{name: [1.0, MISSING, np.nan, np.nan]}))
    assert [row[:5] for row in found] == [
        (code, f"{name} is missing", name, (1,), 1),
        (code, f"{name} is not a number (NaN)", name, (2, 3), 2),
    ]


@pytest.mark.parametrize("origin", ["programmed", "derived", "assumed"])
def test_gaps_of_what_was_not_measured_are_legitimate(origin):
    given = dataset(time=[0.0, 1.0], current=[1.0, np.nan], origin={"current": origin})
    assert of_values(given) == []


def test_a_range_of_the_vocabulary_and_then_that_of_a_group():
    given = dataset(time=[0.0, 1.0, -2.0, 3.0], current=[1.0, 2.0, 3.0, 9.0], attrs={"clock_restarts": "2"})
    assert of_values(given)[0] == ("out-of-range", "time is out of range", "time", (2,), 1,
                                   "at least 0 s, by the vocabulary", "-2 s")  # fmt: skip
    lab = Group("lab", ranges={"current": Limits(1.5, 8.0, "mA")})
    given = dataset(time=[0.0, 1.0, 2.0, 3.0], current=[1.0, 2.0, 8.0, 9.0])
    assert of_values(given, lab) == [
        ("out-of-range", "current is out of range", "current", (0, 3), 2, "1.5 to 8 mA, by lab", "1, 9 mA")
    ]


@pytest.mark.parametrize(("limits", "rows"), [((None, 2.0), (3,)), ((2.0, None), (0,)), ((1.0, 3.0), ())])
def test_an_end_of_a_range_may_be_open_and_its_ends_are_inside(limits, rows):
    lab = Group("lab", ranges={"current": Limits(*limits, "mA")})
    found = of_values(dataset(time=[0.0, 1.0, 2.0, 3.0], current=[1.0, 2.0, 2.0, 3.0]), lab)
    assert [row[3] for row in found] == ([rows] if rows else [])


def test_four_bad_values_show_three():
    found = of_values(dataset(time=[0.0, 1.0, 2.0, 3.0], current=[np.inf] * 4))
    assert found[0][3:] == ((0, 1, 2, 3), 4, "", "inf, inf, inf, … mA")


def test_flags_that_are_true_or_false_have_no_range():
    assert of_values(dataset(time=[0.0, 1.0], seen=np.array([True, False]))) == []


def test_a_number_that_counts_is_whole():
    found = of_values(dataset(time=[0.0, 1.0, 2.0], cycle=[1.0, 1.5, 2.0]))
    assert found == [("not-integral", "cycle is not a whole number", "cycle", (1,), 1, "", "1.5")]


def test_a_code_that_is_missing_lacks_no_label():
    given = dataset(species=np.array([0.0, np.nan, np.inf]), labels={"species": {0: "Na"}})
    assert "unknown-code" not in {code for code, *_ in of_values(given)}


def test_a_code_has_a_label():
    given = dataset(time=[0.0, 1.0, 2.0], species=np.array([0, 1, 5]), labels={"species": {0: "Na", 1: "Li"}})
    assert of_values(given) == [
        (
            "unknown-code",
            "species has a code without a label",
            "species",
            (2,),
            1,
            "a code of its table (2 labels)",
            "5",
        )
    ]


def rows_fall(**more):
    made = dataset(time=[0.0, 1.0, 2.0, 3.0], **more)
    made.columns["row"] = Column("row", np.array([0, 1, 1, 2]), "record", "1", "reported")
    return made


def test_source_rows_increase_within_a_species():
    found = ("rows-not-increasing", "the source rows do not increase", "row", (2,), 1, "", "1")
    assert of_values(rows_fall()) == [found]
    labels = {"species": {0: "Na", 1: "Li"}}
    assert of_values(rows_fall(species=np.array([0, 0, 1, 1]), labels=labels)) == []
    assert of_values(rows_fall(species=np.array([0, 0, 0, 1]), labels=labels)) == [found]


def test_source_rows_of_a_map_are_not_those_of_its_species():
    """The species are an axis of their own, and as long as they are."""
    given = rows_fall()
    labels = {0: "Na", 1: "Li"}
    given.columns["species"] = Column("species", np.array([0, 1]), "species", labels=labels, axes=("species",))
    assert of_values(given) == [
        ("rows-not-increasing", "the source rows do not increase", "row", (2,), 1, "", "1")
    ]


def test_a_clock_falls_where_no_restart_is_listed():
    clock = [0.0, 10.0, 0.5, 10.0, 0.5, 9.0]
    falls = ("time-not-monotonic", "time falls", "time")
    assert [row[:4] for row in of_values(dataset(time=clock))] == [(*falls, (2, 4))]
    assert [row[:4] for row in of_values(dataset(time=clock, attrs={"clock_restarts": "2"}))] == [(*falls, (4,))]
    assert of_values(dataset(time=clock, attrs={"clock_restarts": "2 4"})) == []


@pytest.mark.parametrize(("start", "back"), [(1.0, False), (1.01, True)])
def test_a_run_starts_within_a_tenth_of_the_one_before(start, back):
    given = dataset(time=[0.0, 10.0, start, 10.0], attrs={"clock_restarts": "2"})
    expected = [("time-out-of-order", "time steps back into the run", "time", (2,), 1, "", f"{start:.7g} s")]
    assert of_values(given) == (expected if back else [])


def test_the_run_before_is_the_last_one_and_not_the_first():
    given = dataset(time=[100.0, 200.0, 0.0, 10.0, 5.0], attrs={"clock_restarts": "2 4"})
    assert [row[3] for row in of_values(given)] == [(4,)]


def test_a_spectrum_over_other_axes_repeats_a_frequency():
    """Its spectra cannot be numbered by rows: all of it is one."""
    frequency = Column("frequency", np.array([10.0, 1.0, 10.0]), "frequency", "Hz", axes=("frequency",))
    given = Dataset("impedance", {"frequency": frequency})
    assert [row[3] for row in of_values(given) if row[0] == "frequency-repeated"] == [(2,)]


def spectrum_of(frequency, **more):
    ones = np.ones(len(frequency))
    return dataset("impedance", frequency=frequency, impedance_real=ones, impedance_imag=ones, **more)


def test_a_frequency_is_positive_and_stands_once_in_its_spectrum():
    found = of_values(spectrum_of([10.0, 1.0, 0.0, 1.0]))
    assert (
        "frequency-not-positive",
        "the frequency is not above zero",
        "frequency",
        (2,),
        1,
        "> 0 Hz",
        "0 Hz",
    ) in found
    repeated = "a frequency stands twice in a spectrum"
    assert ("frequency-repeated", repeated, "frequency", (3,), 1, "each once", "1 Hz") in found
    assert of_values(spectrum_of([10.0, 1.0, 10.0, 1.0], spectrum=np.array([1, 1, 2, 2]))) == []
    assert of_values(spectrum_of([10.0, 10.0, 10.0])) == []  # one frequency against time
    assert of_values(spectrum_of([])) == []
    assert of_values(dataset("impedance", impedance_real=[1.0, 1.0])) == []
    assert of_values(dataset(time=[0.0, 1.0], frequency=[0.0, 0.0])) == []  # no spectrum


def test_a_counter_falls_unless_the_clock_or_the_run_restarts():
    falls = ("counter-falls", "step_execution falls", "step_execution", (2,), 1, "", "1")
    assert of_values(dataset(time=[0.0, 1.0, 2.0], step_execution=np.array([1, 2, 1]))) == [falls]
    assert (
        of_values(dataset(time=[0.0, 1.0, 2.0], step_execution=np.array([1, 2, 1]), attrs={"run_starts": "2"}))
        == []
    )
    twice = {"time": np.arange(5.0), "step_execution": np.array([1, 2, 1, 2, 1])}
    assert of_values(dataset(**twice, attrs={"run_starts": "2 4"})) == []
    assert [row[3] for row in of_values(dataset(**twice, attrs={"run_starts": "2"}))] == [(4,)]
    assert of_values(dataset(step_execution=np.array([1, 2, 1]))) == [falls]  # no clock at all
    restarted = dataset(time=[0.0, 1.0, 0.0], step_execution=np.array([1, 2, 1]), attrs={"clock_restarts": "2"})
    assert of_values(restarted) == []


@pytest.fixture
def blocks(monkeypatch):
    """Read columns three rows at a time, as long ones are read in blocks."""
    monkeypatch.setattr(values, "parts", partial(parts, step=3))


@pytest.mark.parametrize(("current", "rows", "found"), [
    ([2, 3, 4, 9, 1, 5, np.nan, 0, 7], (3, 4, 7), "9, 1, 0 mA"),
    ([2, 3, 4, 9, 5, 5, np.nan, 2, 7], (3,), "9 mA"), ([2, 3, 4, 5, 1, 5, np.nan, 2, 7], (4,), "1 mA"),
    ([2, 3, 4, np.nan, np.nan, np.nan, 5, 2, 9], (8,), "9 mA"),
])  # fmt: skip
def test_what_is_found_in_each_block_of_a_column(current, rows, found, blocks):
    lab = Group("lab", ranges={"current": Limits(1.5, 8.0, "mA")})
    missing, beyond = of_values(dataset(time=np.arange(9.0), current=np.array(current, float)), lab)
    gaps = tuple(np.flatnonzero(np.isnan(current)).tolist())
    assert missing[1:5] == ("current is not a number (NaN)", "current", gaps, len(gaps))
    assert beyond == ("out-of-range", "current is out of range", "current", rows, len(rows), "1.5 to 8 mA, by lab",
                      found)  # fmt: skip


def test_twenty_rows_of_all_blocks_are_named_and_all_counted(blocks):
    ((*_, rows, count, _, found),) = of_values(dataset(time=np.arange(50.0), current=[1.0, np.inf] * 25))
    assert (rows, count, found) == (tuple(range(1, 40, 2)), 25, "inf, inf, inf, … mA")


def test_a_row_of_a_map_is_bad_once():
    counts = np.array([[1.0, 2.0], [np.inf, np.inf], [3.0, -np.inf]])
    made = dataset(time=[0.0, 1.0, 2.0])
    made.columns["map"] = Column("map", counts, "current", "mA", axes=("row", "x"))
    found = ("not-finite", "map is infinite", "map", (1, 2), 2, "", "inf, inf, -inf mA")
    assert of_values(made) == [found]


RANGES = [
    (name, code, limits)
    for name, known in quantities().items()
    for code, limits in (("out-of-range", (known.min, known.max)), ("implausible", known.plausible or ()))
    if any(end is not None for end in limits) and name not in ("row", "record")
]


@pytest.mark.parametrize(("name", "code", "limits"), RANGES)
def test_each_end_of_the_vocabulary_is_inside(name, code, limits):
    """A value at an end is fine; one beyond it, by a part of the range, is found."""
    known = quantities()[name]
    ends = [end for end in limits if end is not None]
    step = max(abs(max(ends) - min(ends)), abs(max(ends)), 1.0) * 1e-3
    step = np.ceil(step) if known.is_integer else step
    beyond = [end + sign * step for end, sign in zip(limits, (-1, 1), strict=True) if end is not None]

    def codes(value):
        column = Column("x", np.array([float(value)]), name, known.unit)
        return [r.code for r in values.check_dataset(Dataset("other", {"x": column}), CORE)]

    def beyond_all(value):
        return (known.min is not None and value < known.min) or (known.max is not None and value > known.max)

    for value, own in (*((end, []) for end in ends), *((value, [code]) for value in beyond)):
        assert codes(value) == (["out-of-range"] if beyond_all(value) else own)


# -- by physics --------------------------------------------------------------------------------------

TIME = np.arange(60.0)


@pytest.mark.parametrize(("power", "potential"), [
    ("power_we", "potential_we"), ("power_ce", "potential_ce"), ("power_cell", "voltage"),
])  # fmt: skip
def test_power_is_compared_with_its_own_potential(power, potential, monkeypatch):
    monkeypatch.setitem(UNITS, power, "W")
    volts, watts = 0.5 + TIME / 60, (0.5 + TIME / 60) * 2.0 * 1e-3
    watts[[7, 9]] *= 1.1, 1.5
    given = dataset(time=TIME, current=np.full(60, 2.0), **{potential: volts, power: watts})
    largest = (0.5 + 59 / 60) * 2e-3
    apart = 0.5 * (0.5 + 9 / 60) * 2e-3 / largest
    assert of_physics(given) == [
        ("power", f"the power is not {potential} times current", power, (7, 9), 2, "1 %",
         f"up to {apart:.2g} of the largest power apart")
    ]  # fmt: skip


def test_a_charge_is_compared_with_the_integral():
    given = dataset(time=TIME, current=np.full(60, 2.0), charge=1.5 * 2.0 * TIME / 3600)
    assert of_physics(given) == [
        ("charge-against-current", "the charge changes by 1.5 times the integral of the current", "charge", (), 0,
         "1 ± 0.05", "1.5 over 59 intervals")
    ]  # fmt: skip
    derived = dataset(
        time=TIME, current=np.full(60, 2.0), charge=1.5 * 2.0 * TIME / 3600, origin={"current": "derived"}
    )
    assert of_physics(derived) == []


def test_a_power_without_current_is_told_in_watts(known):
    known(power_cell="W")
    given = dataset(time=TIME, current=np.zeros(60), voltage=TIME, power_cell=np.where(TIME == 7, 0.25, 0.0))
    message = "the power is not voltage times current"
    assert of_physics(given) == [("power", message, "power_cell", (7,), 1, "1 %", "up to 0.25 W where it is 0")]


def test_rows_with_an_infinite_value_hide_no_other_row(known):
    """An infinite value has a rule of its own; what is beside it is compared as if it were not there."""
    volts, watts = np.full(60, 1.0), np.full(60, 2e-3)
    volts[3], watts[5], watts[7] = np.inf, np.inf, 3e-3
    known(power_cell="W")
    given = dataset(time=TIME, current=np.where(TIME == 3, 0.0, 2.0), voltage=volts, power_cell=watts)
    message = "the power is not voltage times current"
    said = "up to 0.5 of the largest power apart"
    assert of_physics(given) == [("power", message, "power_cell", (7,), 1, "1 %", said)]


ENDLESS = np.array([0.0, np.inf, 0.0, np.inf, np.inf, np.nan, 0.0, -np.inf])


EACH_BY_ITSELF = {
    "not-finite", "missing-values", "empty-column", "out-of-range", "implausible", "time-not-monotonic",
    "counter-falls", "frequency-not-positive", "frequency-repeated",
}  # fmt: skip


@pytest.mark.parametrize("names", [
    ("time", "unix_time"), ("cycle", "half_cycle"), ("time", "current", "charge", "technique"),
    ("potential_we", "current", "power_we", "control_mode", "oxidation_flag"),
    ("impedance_real", "impedance_imag", "impedance_abs", "phase"), ("frequency", "spectrum"),
])  # fmt: skip
@pytest.mark.parametrize("numbers", [ENDLESS, np.full(8, np.nan), np.full(8, np.inf)])
@pytest.mark.filterwarnings("error")
def test_nothing_fails_at_what_is_no_number(names, numbers, known):
    """Such columns are reported as such, and no rule compares them."""
    known(technique="1", control_mode="1")
    labels = {"technique": {0: "charge", 1: "discharge"}}
    for kind in ("timeseries", "impedance"):
        given = dataset(kind, labels=labels, **dict.fromkeys(names, numbers))
        found = [*values.check_dataset(given, CORE), *physics.check_dataset(given, CORE)]
        codes = {remark.code for remark in found}
        assert codes <= EACH_BY_ITSELF


@pytest.mark.parametrize("name", ["potential_we", "potential_ce", "voltage"])
@pytest.mark.parametrize("rows", [physics.ZEROS - 1, physics.ZEROS])
def test_a_potential_of_zero_under_current(name, rows):
    volts = np.where(np.isin(TIME, range(10, 10 + rows)), 0.0, 0.5 + TIME / 60)
    message, at = f"{name} is exactly zero under current", tuple(range(10, 10 + rows))
    expected = [("zero-potential", message, name, at, rows, "", "0 V")]
    found = of_physics(dataset(time=TIME, current=np.ones(60), **{name: volts}))
    assert found == (expected if rows == physics.ZEROS else [])
    for none in (0.0, np.nan):  # at rest some instruments write no current
        assert of_physics(dataset(time=TIME, current=np.full(60, none), **{name: volts})) == []
    assert of_physics(dataset(time=TIME, current=np.ones(60), **{name: volts}, origin={name: "derived"})) == []


@pytest.mark.parametrize(("sign", "word"), [(1, "highest"), (-1, "lowest")])
def test_a_potential_at_its_extreme(sign, word):
    volts = sign * np.minimum(0.5 + TIME / 60, 0.5 + 40 / 60)
    found = of_physics(dataset(time=TIME, current=np.ones(60), potential_we=volts))
    assert found == [
        ("compliance-reached", f"the potential stands exactly at its {word} value under current", "potential_we",
         tuple(range(40, 60)), 20, "", f"{sign * (0.5 + 40 / 60):.6g} V")
    ]  # fmt: skip


def test_a_cycle_falls_or_rises_faster_than_its_halves():
    half = np.repeat([0, 1, 2, 3], 5)
    found = of_physics(dataset(time=TIME[:20], cycle=np.repeat([2, 2, 1, 1], 5), half_cycle=half))
    message = "the cycle number falls while the half-cycle number rises"
    assert found == [("cycle-against-half-cycle", message, "cycle", (10,), 1, "", "")]
    found = of_physics(dataset(time=TIME[:20], cycle=np.repeat([0, 2, 4, 5], 5), half_cycle=half))
    message = "the cycle number rises by 5, the half-cycle number by 3"
    assert found == [("cycle-against-half-cycle", message, "cycle", (), 0, "", "")]


def test_an_error_of_the_instrument():
    found = of_physics(dataset(time=TIME[:4], error_flag=np.array([0, 1, 0, 2])))
    assert found == [("instrument-error", "the instrument flags an error", "error_flag", (1, 3), 2, "", "")]


def test_built_datasets_of_these_columns_are_sound():
    made = [SourceColumn(n, TIME + 1, n, UNITS[n], index=i) for i, n in enumerate(("time", "current", "voltage"))]
    assert of_values(build_dataset("timeseries", made)) == []


# -- limits of the laws ------------------------------------------------------------------------------

UNPRINTED = 1.2345678912345
"""A factor after which no value has few digits: what was printed with few is compared less closely."""


@pytest.fixture
def known(monkeypatch):
    """Name further columns that are quantities."""
    return lambda **units: [monkeypatch.setitem(UNITS, name, unit) for name, unit in units.items()]


@pytest.mark.parametrize("which", ["", "ce_", "wece_"])
def test_modulus_and_phase_of_each_electrode(which, known):
    """3 - 4i has the modulus 5; the last row is zero, which has every phase."""
    real, imag, size = f"impedance_{which}real", f"impedance_{which}imag", f"impedance_{which}abs"
    phase = f"phase_{which}".rstrip("_")
    known(**{real: "ohm", imag: "ohm", size: "ohm", phase: "deg"})
    parts = {
        real: UNPRINTED * np.array([3.0, 3.0, 3.0, 0.0]), imag: -UNPRINTED * np.array([4.0, 4.0, 4.0, 0.0]),
    }  # fmt: skip
    moduli = UNPRINTED * 5.0 * np.array([1.0, 1.002, 0.98, 0.0])
    found = of_physics(dataset("impedance", **parts, **{size: moduli}))
    assert found == [
        ("impedance-modulus", "|Z| is not the modulus of Re Z and Im Z", size, (1, 2), 2, "1e-4",
         "up to 0.02 of |Z| apart")
    ]  # fmt: skip
    moduli[3] = 5.0
    said = "a |Z| where Re Z and Im Z are 0"
    assert [f[-1] for f in of_physics(dataset("impedance", **parts, **{size: moduli}))] == [said]
    degrees = -np.degrees(np.arctan(4 / 3)) + np.array([0.0, 0.02, -0.5, 7.0])
    found = of_physics(dataset("impedance", **parts, **{phase: degrees}))
    assert found == [
        ("impedance-phase", "the phase is not that of Re Z and Im Z", phase, (1, 2), 2, "0.01 deg",
         "up to 0.5 deg apart")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ([1.5, 20.25, 300.0], [0.005, 0.005, 0.05]),  # two decimals; four digits of 20.25
        ([0.12345, -7.65432], [5e-6, 5e-6]),  # five decimals
        ([0.123456, -7.654321], [0.0, 0.0]),  # six decimals and seven digits are as good as all
        ([1.23456e-4, 9.87654e-4], [0.5e-9, 0.5e-9]),  # six digits
        ([1.234567e-4, 9.876543e-4], [0.0, 0.0]),
        ([2e-7, 3e-5, 4e-3], [0.5e-7, 0.5e-5, 0.5e-3]),  # one digit
        ([np.nan, 0.5, np.inf], [0.0, 0.05, 0.0]),
        ([np.nan], [0.0]),
    ],
)
@pytest.mark.parametrize("factor", [1.0, -1000.0])
def test_half_a_unit_in_the_last_printed_place(values, steps, factor):
    """What was printed in another unit, or with the other sign, has its digits there."""
    column = Column(
        "x", np.array(values) * factor, "impedance_real", "ohm", scale=Scale(Fraction(factor)), source_dtype="f8"
    )
    assert physics.half_step(column).tolist() == pytest.approx(np.abs(np.array(steps) * factor), rel=1e-9, abs=0)


def test_values_of_single_precision_have_no_printed_digits():
    assert physics.half_step(Column("x", np.array([1.5, 2.5], np.float32), None, "1")).tolist() == [0, 0]


@pytest.mark.parametrize(("apart", "rows"), [(0.9e-3, ()), (1.1e-3, (7,)), (-0.9e-3, ()), (-1.1e-3, (7,))])
def test_a_power_is_compared_to_a_thousandth_of_the_largest(apart, rows):
    current = np.where(TIME == 7, 0.0, 2.0)
    watts = 0.5 * current * 1e-3 + np.where(TIME == 7, apart * 1e-3, 0.0)  # the largest is 1 mW
    found = of_physics(dataset(time=TIME, current=current, potential_we=np.full(60, 0.5), power_we=watts))
    assert [row[3] for row in found if row[0] == "power"] == ([rows] if rows else [])


@pytest.mark.parametrize(("kind", "rows", "is_found"), [
    ("timeseries", 10, False), ("timeseries", 11, True), ("impedance", 11, False),
])  # fmt: skip
def test_ten_intervals_of_a_time_series_settle_a_factor(kind, rows, is_found, known):
    known(charge_anodic="mA*h")
    run = {"time": TIME[:rows], "current": np.full(rows, 2.0)}
    mah = 2.0 * TIME[:rows] / 3600
    code, own_text = "charge-against-current", "the charge changes by 0.9 times the integral of the current"
    own = (code, own_text, "charge", (), 0, "1 ± 0.05", "0.9 over 10 intervals")
    other_text = "charge_anodic grows 1000 times as fast as the current says"
    other = (code, other_text, "charge_anodic", (), 0, "1 ± 0.05", "1000 over 10 intervals")
    assert of_physics(dataset(kind, **run, charge=0.9 * mah)) == ([own] if is_found else [])
    assert of_physics(dataset(kind, **run, charge_anodic=1000 * mah)) == ([other] if is_found else [])
    assert of_physics(dataset(kind, **run, charge_anodic=1.5 * mah)) == []  # no factor between two units
    derived = dataset(kind, **run, charge_anodic=1000 * mah, origin={"current": "derived"})
    assert of_physics(derived) == []


@pytest.mark.parametrize("kind", ["timeseries", "impedance"])
def test_a_sign_against_the_type_of_the_step(kind, known):
    known(technique="1")
    codes = np.where(TIME < 30, 1, 2)
    labels = {"technique": {1: "Charge", 2: "Discharge"}}
    current = np.where(TIME < 30, 2.0, -2.0)
    assert of_physics(dataset(kind, time=TIME, current=current, technique=codes, labels=labels)) == []
    shares = "0% of the anodic part has a positive current and 0% of the cathodic part has a negative current"
    found = ("current-sign", "the current's sign contradicts technique", "current", (), 0, "anodic positive",
             f"by technique: {shares}")  # fmt: skip
    assert of_physics(dataset(kind, time=TIME, current=-current, technique=codes)) == []  # numbers without words
    turned = dataset(kind, time=TIME, current=-current, technique=codes, labels=labels)
    assert of_physics(turned) == ([found] if kind == "timeseries" else [])


@pytest.mark.parametrize(("wrong", "size", "is_found"), [
    (20, 1.0, False), (21, 1.0, True), (100, 0.05, False), (100, 0.051, True),
])  # fmt: skip
def test_a_flag_contradicts_in_a_tenth_of_the_sizeable_rows(wrong, size, is_found):
    """A current of a twentieth of the largest, and below, is not sizeable."""
    at = np.arange(200)
    current = np.where(at < wrong, size, 1.0)
    found = of_physics(dataset(time=at * 1.0, current=current, oxidation_flag=(at >= wrong).astype(np.uint8)))
    said = (
        "oxidation-against-current", "the ox/red flag contradicts the sign of the current", "oxidation_flag",
        tuple(range(min(wrong, 20))), wrong, "", f"{wrong} of 200 rows with a sizeable current contradict",
    )  # fmt: skip
    assert [(*row[:3], row[3][:20], *row[4:]) for row in found] == ([said] if is_found else [])


@pytest.mark.parametrize(("agreeing", "mode", "is_found"), [
    (80, 2, False), (79, 2, True), (80, 1, True), (80, None, True),
])  # fmt: skip
def test_a_flag_may_mean_the_direction_of_a_scan(agreeing, mode, is_found, known):
    """The potential rises and the current is anodic; where the flag is 0, both are contradicted."""
    known(control_mode="1")
    at = np.arange(100)
    modes = {} if mode is None else {"control_mode": np.full(100, mode, np.uint8)}
    flag = (at < agreeing).astype(np.uint8)
    given = dataset(time=at * 1.0, current=np.ones(100), potential_we=0.1 + at / 100, oxidation_flag=flag, **modes)
    assert [row[0] for row in of_physics(given)] == ["oxidation-against-current"] * is_found


def test_a_single_row_has_no_direction_of_a_scan_and_no_rise(known):
    known(control_mode="1")
    one = {"time": [0.0], "current": [1.0], "potential_we": [0.5], "control_mode": np.array([2], np.uint8)}
    given = dataset(**one, oxidation_flag=np.array([0], np.uint8), cycle=np.array([1]), half_cycle=np.array([1]))
    assert of_physics(given) == []
    none = {name: values[:0] for name, values in one.items()}
    assert of_physics(dataset(**none, cycle=np.zeros(0, int), half_cycle=np.zeros(0, int))) == []


@pytest.mark.parametrize(("passed", "shown", "said"), [
    (97.0, 100.0, None), (100.0, 97.0, None),
    (10.0, 12.1, None), (10.0, 12.2, "0.8197"), (12.1, 10.0, None), (12.2, 10.0, "1.22"),
    (60000.0, 60.0, "1000"), (60.0, 60000.0, "0.001"), (54000.0, 60.0, "900"), (60.0, 0.0, "a clock that stands"),
    (0.0, 60.0, None), (0.0, 0.0, None), (10.0, 10.0, None),
])  # fmt: skip
def test_an_elapsed_time_against_the_wall_clock(passed, shown, said):
    """Both may be off by 2 s and 1 %; rows in which the clock was set back, or time stands, do not count."""
    parts = np.array([0.0, 0.25, 0.5, 1.0])
    time = np.concatenate([passed * parts, [passed, passed + 9.0]])
    wall = np.concatenate([1e9 + shown * parts, [1e9 + shown + 500.0, 1e9]])
    cause = ": a factor of 1000, as between milliseconds and seconds" if said in ("1000", "0.001") else ""
    found = of_physics(dataset(time=time, unix_time=wall))
    assert found == ([(
        "elapsed-against-clock", f"elapsed time advances by {passed:.6g} s, the clock by {shown:.6g} s{cause}",
        "time", (), 0, "equal to 1 %", said if said == "a clock that stands" else f"a ratio of {said}",
    )] if said else [])  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"control_mode": np.zeros(60, np.uint8)},  # no current is controlled
        {"current": np.where(TIME < 40, 1.0, 0.05)},
        {"potential_we": np.minimum(TIME - 40, 0.0)},  # said as a potential of zero
        {"potential_we": np.full(60, 0.5)},
        {"origin": {"potential_we": "derived"}},
    ],
)
def test_a_potential_that_no_current_holds_at_its_extreme(changes, known):
    known(control_mode="1")
    run = {
        "time": TIME, "current": np.ones(60), "potential_we": np.minimum(0.5 + TIME / 60, 0.5 + 40 / 60),
        "control_mode": np.ones(60, np.uint8),
    }  # fmt: skip
    assert [row[0] for row in of_physics(dataset(**run))] == ["compliance-reached"]
    assert "compliance-reached" not in [row[0] for row in of_physics(dataset(**run | changes))]
