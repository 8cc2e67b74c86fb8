"""Files of one experiment, their resistances, their figure and the likelihood of cells: a few rows, by hand."""

from __future__ import annotations

from math import log
from unittest.mock import patch

import numpy as np
import pytest

from echub.plugin import Component, Measurand, Refusal
from echub.science import median_error
from echub.segments import Segments, rest_threshold
from echub_ccd.data import experiment as x
from echub_ccd.data import trace as t
from echub_ccd.data.spectra import arcs_of
from echub_ccd.method import accuracy, criteria, resistance
from echub_ccd.method.likelihood import SHAPES, CellIntervals, Fit, fit, median_interval, profile
from echub_ccd.method.verdict import CcdVerdict
from echub_ccd.outcome import cycles, diagnostics
from tests.messages.saying import Fake

A, NAN, INF = np.array, np.nan, np.inf


class Rows(Fake):
    """Columns of a file, or half cycles, that know their number."""


# -- files -----------------------------------------------------------------------------------------


def stated(**values):
    paths = {name.replace("_", ".", 1): value for name, value in values.items()}
    metadata = Fake(value=paths.get, shown=lambda path: f"{paths[path]}" if path in paths else "not stated")
    return Fake(metadata=metadata)


@pytest.mark.parametrize(
    "path",
    ["cell.id", "cell.temperature", "cell.area", "cell.area_basis", "cell.electrolyte", "sample.group"],
)
def test_files_of_one_experiment_are_of_one_cell(path):
    name = path.replace(".", "_", 1)
    x._require_one_cell([stated(**{name: "a"}), stated(**{name: "a"})])
    for others, text in ((["a"], "a and b"), ([], "b and not stated")):
        files = [
            stated(**{name: "b"}),
            *(stated(**{name: one}) for one in others),
            *([] if others else [stated()]),
        ]
        with pytest.raises(Refusal) as refused:
            x._require_one_cell(files)
        assert refused.value.code == "several-cells"
        assert refused.value.message == f"the files do not form one experiment: {path} is {text}"
    x._require_one_cell([stated(sample_id="a"), stated(sample_id="b")])  # a fresh spot


NINE, TEN = "2026-03-02T09:00:00", "2026-03-02T10:00:00"


@pytest.mark.parametrize(
    ("starts", "order"),
    [
        ([(NINE, None), (TEN, None)], [0, 1]),
        ([(TEN, None), (NINE, None)], [1, 0]),
        ([("2026-03-02T11:30:00", f"{TEN}+00:00"), ("2026-03-02T09:30:00", f"{NINE}+00:00")], [1, 0]),
        ([(f"{TEN}+02:00", None), (f"{NINE}+00:00", None)], [0, 1]),
    ],
)
def test_files_come_in_the_order_of_their_starts(starts, order):
    files = [stated(cell_id="A", experiment_start=one, experiment_start_utc=utc) for one, utc in starts]
    assert x._by_start(files) == order
    assert x._by_start(files[:1]) == [0]


@pytest.mark.parametrize(
    ("first", "second", "code", "hint"),
    [
        ({"experiment_start": NINE}, {"cell_id": "A", "experiment_start": TEN}, "cell-not-stated",
         '--set cell.id="NAME" where they are, --by file where not'),
        ({"cell_id": "A"}, {"cell_id": "A", "experiment_start": TEN}, "no-order",
         "name each file once; a column experiment.start in --meta"),
        ({"cell_id": "A", "experiment_start": TEN}, {"cell_id": "A", "experiment_start": TEN}, "no-order",
         "name each file once; a column experiment.start in --meta"),
        ({"cell_id": "A", "experiment_start": f"{TEN}+02:00"}, {"cell_id": "A", "experiment_start": TEN},
         "no-order", "--set experiment.timezone=Europe/Berlin, the zone of those without one"),
    ],
)  # fmt: skip
def test_several_files_need_a_cell_and_an_order(first, second, code, hint):
    with pytest.raises(Refusal) as refused:
        x._by_start([stated(**first), stated(**second)])
    assert (refused.value.code, refused.value.remark.hint) == (code, hint)
    if code == "cell-not-stated":
        assert refused.value.message.startswith("2 files with several half cycles each: that they are of one cell")


@pytest.mark.parametrize(
    ("started", "why"),
    [(None, "which came first is not stated"),
     (TEN, "which came first is not known, as two of them state the same start")],
)  # fmt: skip
def test_files_without_an_order_say_what_is_missing(started, why):
    other = {"experiment_start": started} if started else {}
    with pytest.raises(Refusal) as refused:
        x._by_start([stated(cell_id="A", experiment_start=TEN), stated(cell_id="A", **other)])
    assert refused.value.message == f"several files with several half cycles each: {why}"


def test_files_with_a_current_and_with_a_density_are_not_one_experiment():
    def of(name, unit):
        return Fake(data=Fake(name=name, unit_of=lambda _: unit), per_area=unit == "mA/cm^2")

    files = [of("a.csv", "mA"), of("b.csv", "mA/cm^2"), of("c.csv", "mA")]
    with (
        patch.object(x, "_require_one_cell", lambda _: None),
        patch.object(x, "trace_of", lambda data, _: data),
        pytest.raises(Refusal) as refused,
    ):
        x.gather(files, None)
    told = refused.value.code, refused.value.message, refused.value.remark.hint
    assert told == ("mixed-area", "a.csv, c.csv states no area, others do", '--set cell.area="0.785 cm^2"')


@pytest.mark.parametrize(("area", "per_area", "factor"), [(0.5, True, 0.5), (0.5, False, 1.0), (None, True, 1.0)])
def test_a_spectrum_belongs_to_the_half_cycle_that_began_before_it(area, per_area, factor):
    """Spectra of 2 s around 11, 21 and 31 s, of 5, 7 and 9 Ω; the first half cycle of the file begins at 20 s.

    Points with Re Z of 0 or below do not count, and one point spans nothing.
    """
    real = [1.0, 6, 2, 9, 3, 12, 4, -8, 4, 0]
    time, number = [10.0, 12, 20, 22, 30, 32, 40, 42, 50, 52], [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    data = {"z_t": A(time), "z_re": A(real), "z_n": A(number)}
    one = Rows(
        items={**data, "t": A([0.0, 20, 30, 60])}, data=Fake(answers=tuple(data)), found=Fake(start=A([1, 2]))
    )
    bare = Rows(items={}, data=Fake(answers=("z_t", "z_re")))
    table = Rows(items=range(3), file=A([1, 0, 0]))
    given = Fake(table=table, traces=[one, bare], per_area=per_area, meta={"cell.area": area}.get)
    assert arcs_of(given) == pytest.approx(A([NAN, 7 * factor, 9 * factor]), nan_ok=True)


@pytest.mark.parametrize(
    ("opens", "begin", "file", "opened"),
    [
        ([INF], [0, 10, 20], [0, 0, 0], None),
        ([10.0], [0, 10, 20], [0, 0, 0], 1),
        ([10.5], [0, 10, 20], [0, 0, 0], 2),
        ([30.0], [0, 10, 20], [0, 0, 0], 3),  # after the last half cycle
        ([INF, 5.0], [0, 10, 0, 10], [0, 0, 1, 1], 3),  # each file by its own clock
        ([15.0, INF], [0, 10, 0, 10], [0, 0, 1, 1], None),
        ([INF, 30.0], [0, 10, 0, 10], [0, 0, 1, 1], 4),
    ],
)
def test_the_circuit_is_open_from_the_first_half_cycle_after_it_on(opens, begin, file, opened):
    table = Rows(items=range(len(begin)), begin=A(begin, float), file=A(file))
    with patch.object(x, "opens_after", lambda one: one):
        assert x._opened(opens, table) == opened


@pytest.mark.parametrize(
    ("opened", "spots", "limited", "found"),
    [(None, False, [0, 0, 1, 1], 2), (1, False, [0, 0, 1, 1], 1), (2, False, [0, 0, 1, 1], 2),
     (3, False, [0, 0, 1, 1], 2), (3, False, [0, 0, 0, 0], 3), (None, True, [0, 0, 1, 1], None)],
)  # fmt: skip
def test_a_limit_that_is_reached_opens_the_circuit_too(opened, spots, limited, found):
    given = x.Experiment((), Rows(), spots, opened)
    assert given.opening(A(limited, bool)).opened == found


def test_the_instruments_half_cycles_stand_beside_the_sum_of_their_increments():
    """Two counts begin and end with rests; the counter turns a row late, and counts a rest alone in the end."""
    columns = {
        "counter": A([3, 3, 3, 3, 3, 4, 4, 4, 4, 5.0]), "q_half": A([0, 1, 2, 2, 2.2, -1, -2, -2, -2.5, -0.1]),
        "dq": A([0.0, 1, 1, NAN, 0.0, -1, -1, 0, 0, 0]),
    }  # fmt: skip
    found = Segments(A([1, 4]), A([3, 7]), A([1, -1]))
    trace = Rows(items=columns, data=Rows(items=columns, unit_of=lambda name: f"unit of {name}"), found=found)
    told = {name: (series.values, series.unit) for name, series in x.counted(trace).items()}
    unit = "unit of q_half"
    assert told == {
        "counter": ((3, 4, 5), ""), "half_cycles": ((1, 1, 0), ""), "own_charge": ((2.2, -2.5, -0.1), unit),
        "sum_of_increments": ((2.0, -2.0, 0.0), unit), "difference": (pytest.approx((-0.2 / 2.2, 0.2, 1.0)), "1"),
        "in_half_cycles": ((2.0, -2.0, 0.0), unit), "outside": (pytest.approx((-0.2 / 2.2, 0.2, 1.0)), "1"),
    }  # fmt: skip
    for name in ("counter", "q_half"):
        rest = {key: values for key, values in columns.items() if key != name}
        assert x.counted(Rows(items=rest, data=Rows(items=rest), found=found)) is None


def test_increments_are_the_instruments_or_those_of_its_running_charge():
    running = A([5.0, 6, 8, 7])
    for columns, expected in (
        ({"dq": A([0.0, NAN, 2, 1]), "q": running}, [0, 0, 2, 1]), ({"q": running}, [0, 1, 2, -1]),
        ({}, [NAN] * 4),
    ):  # fmt: skip
        data = Rows(items=list(columns) + [None] * (4 - len(columns)))
        trace = Rows(items=columns, data=data)
        assert x._increments(trace) == pytest.approx(expected, nan_ok=True)


# -- levels of a current that never turns ------------------------------------------------------------


def levels(*parts, asked=None, noise=0.0):
    j = np.concatenate([np.full(rows, value, float) for value, rows in parts])
    j += noise * np.where(np.arange(len(j)) % 2, 1, -1)
    columns = {"j": j} | (
        {} if asked is None else {"j_set": np.concatenate([np.full(n, v, float) for v, n in asked])}
    )
    whole = Segments(A([0]), A([len(j)]), A([1]))
    found = t._levels(Rows(items=columns), j, rest_threshold(j), whole)
    return [*zip(found.start.tolist(), found.stop.tolist(), strict=True)]


def test_levels_are_those_of_the_set_point_if_there_is_one():
    assert levels((1, 60), asked=((1, 30), (1.001, 30))) == [(0, 30), (30, 60)]
    # A set point of nothing, or of fewer than three rows, is none; without two levels the whole half cycle stays.
    assert levels((1, 60), asked=((1, 30), (0, 10), (2, 20))) == [(0, 30), (40, 60)]
    assert levels((1, 60), asked=((1, 30), (2, 2), (3, 28))) == [(0, 30), (32, 60)]
    assert levels((1, 60), asked=((1, 58), (2, 2))) == [(0, 60)]


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        # Levels that last for twenty rows, in nine tenths of all rows, differ by half of a percent; others by 5 %.
        (((1, 30), (1.006, 30)), [(0, 30), (30, 60)]),
        (((1, 30), (1.004, 30)), [(0, 60)]),
        (((1, 19), (1.006, 19)), [(0, 38)]),
        (((1, 19), (1.06, 19)), [(0, 19), (19, 38)]),
        (((1, 19), (1.04, 19)), [(0, 38)]),
        (((0, 20), (1, 30), (2, 30)), [(20, 50), (50, 80)]),
        (((1, 90), (1.006, 10)), [(0, 90), (90, 100)]),
        (((1, 89), (1.006, 10)), [(0, 99)]),
        (((0, 5), (1, 1), (0, 5)), [(0, 11)]),  # of one row nothing is known
    ],
)
def test_without_a_set_point_levels_differ_beyond_the_noise_of_rows(parts, found):
    assert levels(*parts) == found


@pytest.mark.filterwarnings("error")
def test_where_no_two_rows_side_by_side_have_a_current_the_whole_half_cycle_stays():
    j = np.repeat([0.0, 1.0, 2.0], [20, 60, 60])
    j[1::2] = np.nan
    found = t._levels(Rows(items={"j": j}), j, rest_threshold(j), Segments(A([20]), A([140]), A([1])))
    assert [*zip(found.start.tolist(), found.stop.tolist(), strict=True)] == [(20, 140)]


@pytest.mark.parametrize(("noise", "count"), [(0.01, 2), (0.0105, 1)])
def test_a_level_differs_by_eight_times_the_usual_change_of_rows(noise, count):
    """Rows change by 0.02 or 0.021 of 1.1: eight times 1.82 % or 1.91 %; levels by 0.18 of 1.19, 15.1 %."""
    assert len(levels((1, 40), (1.2, 40), noise=noise)) == count


# -- resistances -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per_area", "asr", "meta", "found"),
    [
        (True, 7.0, {"cell.thickness": 0.1, "cell.electrolyte_conductivity": 0.02}, 7.0),
        (True, 0.0, {"cell.thickness": 0.1, "cell.electrolyte_conductivity": 0.02}, 5.0),
        (True, 0.0, {"cell.thickness": 0.1}, NAN),
        (True, 0.0, {"cell.electrolyte_conductivity": 0.02}, NAN),
        (False, 7.0, {}, NAN),
    ],
)
def test_the_electrolyte_is_stated_or_its_thickness_over_its_conductivity(per_area, asr, meta, found):
    got = resistance.electrolyte(Fake(per_area=per_area, meta=meta.get), Fake(electrolyte_asr=asr))
    assert got == pytest.approx(found, nan_ok=True)


VALUES = A([28.0, 30, NAN, 32])


def of_half_cycles(*, limit=(NAN,) * 4, **more):
    """Return an experiment of half cycles at 1, 2, 4 and 5, of which the current may be off by a limit.

    R is 30 Ω·cm²: U is 30, 60, 120 and 150 mV. digit_u, digit_j: of U, V, and of the current.
    """
    read = {name: np.full(4, more.pop(name, 0.0)) for name in ("digit_u", "digit_j")}
    j = A([1.0, -2, 4, -5])
    return Fake(table=Fake(level=np.abs(j), j=j, u_median=0.03 * j, limit=A(limit), **read), **more)


@pytest.mark.parametrize(
    ("limit", "count", "share"),
    [
        ((0.02, 0.02, 0.02, 0.02), 4, (0.005 + 0.01) / 2),  # 2, 1, 0.5 and 0.4 %
        ((0.02, 0.02, 0.02, 0.02), 3, 0.01),
        ((NAN, 0.02, NAN, 0.02), 4, (0.01 + 0.004) / 2),
        ((NAN,) * 4, 4, 0.0),
    ],
)
def test_a_resistance_errs_as_the_current_in_the_middle_of_its_half_cycles(limit, count, share):
    assert resistance.current_accuracy(of_half_cycles(limit=limit), count) == pytest.approx(share / np.sqrt(3))


def test_a_resistance_errs_by_half_a_digit_of_u_and_of_j_in_its_middle_half_cycle():
    """30 Ω·cm² is that of 2 mA/cm² and 60 mV: half of 3 mV is 1/40 of these, half of 0.1 mA/cm² too.

    Either is 0.75 Ω·cm² at most, and half of that over two interfaces; uniform, so over √3.
    """
    experiment = of_half_cycles(digit_u=0.003, digit_j=0.1, per_area=True, meta={"cell.n_interfaces": 2}.get)
    cell, interface = resistance.resistances(experiment, VALUES, 6.0, Fake(area_uncertainty=0.0)).values()
    scatter = median_error(A([28.0, 30, 32]))
    for one, part in ((cell, 1), (interface, 2)):
        read = pytest.approx(0.75 / np.sqrt(3) / part)
        assert one.components[1:] == (
            Component("digit of the voltage", read, "B"), Component("digit of the current", read, "B")
        )  # fmt: skip
        assert one.uncertainty == pytest.approx(np.sqrt(scatter**2 + 2 * 0.75**2 / 3) / part)


@pytest.mark.parametrize(
    ("given", "median", "skew"),
    [(0.0, None, None), (0.006, 0.003 / np.sqrt(3), 100 * np.sqrt(2) * 0.05 / np.sqrt(3))],
)
def test_the_overpotential_and_the_asymmetry_are_medians_of_readings(given, median, skew):
    """Half of 6 mV; of 60 mV it is 5 %, in each direction by itself."""
    found = cycles._read("V", Measurand("ohm", 0.06), given / 2 / np.sqrt(3), 4, "")
    assert found.uncertainty == (None if median is None else pytest.approx(median))
    of_u, of_j = resistance.digits(of_half_cycles(digit_u=given), VALUES)
    assert (100 * np.sqrt(2) * of_u, of_j) == (pytest.approx(skew or 0.0), 0.0)


def test_levels_that_are_measured_err_by_half_a_digit_and_programmed_ones_do_not():
    """At 2 the digit is 0.1, at 5 it is programmed; both ends of the interval widen by half of it."""
    levels = A([1.0, 2, 2, 5])
    table = Fake(digit_level=A([0.3, 0.1, 0.1, 0.0]), limit=A([NAN] * 4))
    experiment, protocol = Fake(table=table, per_area=False), Fake(level=levels)
    found = [accuracy.half_digit(experiment, protocol, level) for level in (2.0, 5.0, None)]
    assert found == [pytest.approx(0.05), 0.0, 0.0]
    verdict = Fake(survived=2.0, failed=5.0, ends=(2.0, 5.0))
    assert accuracy.within(verdict, experiment, protocol, Fake(area_uncertainty=0.0)) == pytest.approx((0.05, 0.0))


@pytest.mark.parametrize("off", [NAN, 0.06])
@pytest.mark.parametrize("area", [0.0, 5.0])
def test_an_interface_is_what_the_electrolyte_leaves_over_their_number(area, off):
    """30 Ω·cm², of which 6 are of the electrolyte: 12 for each of two; 5 % of the area are 1.5, and 0.75.

    0.06 at 1, 2, 4 and 5 is 6, 3, 1.5 and 1.2 %: 2.25 % in the middle, 0.675 Ω·cm².
    """
    scatter, accuracy = median_error(A([28.0, 30, 32])), 0.675 / np.sqrt(3) if off == off else 0.0
    experiment = of_half_cycles(limit=(off,) * 4, per_area=True, meta={"cell.n_interfaces": 2}.get)
    found = resistance.resistances(experiment, VALUES, 6.0, Fake(area_uncertainty=area))
    assert list(found) == ["asr_cell", "asr_interface"]
    cell, interface = found.values()
    assert (cell.unit, cell.value, cell.n, cell.note) == ("ohm*cm^2", 30, 3, "median of the half cycles")
    assert (interface.unit, interface.value, interface.note) == (
        "ohm*cm^2",
        12,
        "(30 - 6) Ω·cm² over 2 interfaces",
    )
    for one, part in ((cell, 1), (interface, 2)):
        assert one.uncertainty == pytest.approx(np.sqrt(scatter**2 + accuracy**2 + (0.3 * area) ** 2) / part)
        parts = [Component("scatter of the half cycles", pytest.approx(scatter / part))]
        parts += [Component("accuracy of the current range", pytest.approx(accuracy / part), "B")] * bool(accuracy)
        parts += [Component("area", 0.3 * area / part, "B", "area")] * bool(area)
        assert one.components == (tuple(parts) if area or accuracy else ())


@pytest.mark.parametrize(
    ("per_area", "count", "bulk", "names"),
    [(True, None, 6.0, ["asr_cell"]), (True, 2, NAN, ["asr_cell"]), (False, None, NAN, ["resistance_cell"])],
)
def test_without_an_electrolyte_or_a_number_of_interfaces_there_is_the_cell_alone(per_area, count, bulk, names):
    experiment = of_half_cycles(per_area=per_area, meta={"cell.n_interfaces": count}.get)
    found = resistance.resistances(experiment, VALUES, bulk, Fake(area_uncertainty=5.0))
    assert list(found) == names
    assert bool(found[names[0]].components) == per_area
    assert resistance.resistances(experiment, A([NAN]), bulk, Fake(area_uncertainty=5.0)) == {}


@pytest.mark.parametrize(
    ("half_cycle", "opened", "spots", "used"),
    [
        (None, None, False, [1, 2, 3, 4]), (2, None, False, [1, 2]), (None, 3, False, [1, 2, 3]),
        (2, 3, False, [1, 2]), (0, None, False, [10]), (2, None, True, [10, 20]), (0, None, True, [10]),
    ],
)  # fmt: skip
def test_the_resistance_is_that_before_the_failure_of_fresh_spots_that_at_the_start(
    half_cycle, opened, spots, used
):
    table = Rows(items=range(4), r_median=A([1.0, 2, 3, 4]), r_start=A([10.0, 20, 30, 40]))
    verdict = CcdVerdict(half_cycle, None, None, opened)
    with patch.object(resistance, "resistances", lambda _, values, bulk, params: (values.tolist(), bulk, params)):
        found = resistance.measurands_of(Fake(table=table, spots=spots), verdict, 6.0, "params")
    assert found == (used, 6.0, "params")


# -- criteria --------------------------------------------------------------------------------------


def test_lasting_criteria_are_judged_and_those_that_say_nothing_left_out():
    """Of half_drop and near_zero what does not last is left out, unless each spot is fresh."""
    marks = {name: A([0.0, 1.0]) for name in ("r_drop", "half_drop", "near_zero", "growth")}
    marks["below_bulk"] = A([NAN, NAN])
    experiment = Fake(table=Rows(items=range(2)), spots=False, opened=7)

    def judged(protocol, fires, opened, spots):
        assert (protocol, opened) == ("protocol", 7)
        if not fires.any():
            raise Refusal("no-values", "")
        return CcdVerdict(int(fires.sum()), 3.0, 2.0)

    asked = []

    def lasting(table, fires, depth):
        asked.append((table, depth.tolist()))
        return np.zeros(2, bool) if len(asked) == 1 else fires

    with patch.object(criteria, "judge", judged), patch.object(criteria, "lasting", lasting):
        found = criteria.verdicts_of(marks, experiment, "protocol")
        assert list(found) == ["r_drop", "near_zero"]
        assert asked == [(experiment.table, [0.5, 0.5])] * 2
        experiment.spots = True
        assert list(criteria.verdicts_of(marks, experiment, "protocol")) == ["r_drop", "half_drop", "near_zero"]
        assert len(asked) == 2


def test_criteria_disagree_that_find_another_level():
    found = {
        "r_drop": CcdVerdict(3, 3.0, 2.0),
        "half_drop": CcdVerdict(4, 4.0, 3.0),
        "near_zero": CcdVerdict(None, None, 5.0),
    }
    assert list(criteria.disagreeing(found, CcdVerdict(9, 3.0, 2.5))) == ["half_drop"]
    assert list(criteria.disagreeing(found, CcdVerdict(None, None, 5.0))) == ["r_drop", "half_drop"]
    table = {name: (one.values, one.unit) for name, one in criteria.table_of_criteria(found, "mA").items()}
    assert table == {
        "criterion": (("r_drop", "half_drop", "near_zero"), ""), "last_survived": ((2.0, 3.0, 5.0), "mA"),
        "first_failed": ((3.0, 4.0, None), "mA"),
    }  # fmt: skip


# -- the figure ------------------------------------------------------------------------------------


def files(*times, order=None):
    """Return an experiment of these files, each with a half cycle; U is the number of the file, j its time."""
    traces = []
    for number, time in enumerate(times):
        time = A(time, float)
        columns = {"t": time, "U": np.full(len(time), float(number)), "j": time}
        traces.append(Rows(items=columns, data=range(len(time))))
    order = A(order or range(len(times)))
    n = len(order)
    table = Rows(items=range(n), file=order, begin=np.zeros(n), end=np.ones(n), r_start=np.full(n, 3.0),
                 r_end=np.full(n, 4.0), sign=np.ones(n), fall=np.full(n, 0.2), fell=np.full(n, 0.5))  # fmt: skip
    return Fake(traces=traces, table=table, unit="mA", per_area=False)


def test_files_stand_one_behind_the_other_in_their_order_and_a_single_one_keeps_its_clock():
    assert diagnostics._offsets(files([5, 105])).tolist() == [0.0]
    # The second file is first: from 0 to 50; a fiftieth of it is free, then the first from 51 on.
    assert diagnostics._offsets(files([5, 105], [7, 57], order=[1, 0])).tolist() == [46.0, -7.0]
    shown = diagnostics._traces(files([5, 105], [7, 57], order=[1, 0]), A([46.0, -7.0]))
    assert {name: values.tolist() for name, values in shown.items()} == {
        "t": [0, 50, 51, 151], "U": [1, 1, 0, 0], "j": [7, 57, 5, 105],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "most", "kept"),
    [(5, 10, [0, 1, 2, 3, 4]), (5, 3, [0, 2, 4]), (5, 1, [0, 4]), (1, 10, [0]), (9, 4, [0, 2, 5, 8])],
)
def test_a_trace_is_thinned_evenly_with_both_ends(rows, most, kept):
    assert diagnostics._thinned(rows, most).tolist() == kept


def test_all_files_together_have_so_many_points():
    with patch.object(diagnostics, "POINTS", 6):
        one = diagnostics._traces(files(range(20)), A([0.0]))
        two = diagnostics._traces(files(range(20), range(9)), A([0.0, 50.0]))
    assert one["t"].tolist() == [0, 3, 7, 11, 15, 19]
    assert two["t"].tolist() == [0, 9, 19, 50, 54, 58]


@pytest.mark.parametrize(
    ("half_cycle", "fall", "at"),
    [(None, 0.2, ([], [])), (1, 0.2, ([1], [46.5])), (1, 0.11, ([1], [46.5])), (1, 0.1, ([1], [46.0]))],
)
def test_the_failure_is_where_r_fell_if_it_fell_by_a_tenth(half_cycle, fall, at):
    given = files([5, 105], [7, 57], order=[1, 0])
    given.table.fall[:] = fall
    verdict = CcdVerdict(half_cycle, None, None)
    found = diagnostics.series_of(given, Fake(level=A([1.0, 2.0])), verdict)
    expected = {
        "t": ([0, 50, 51, 151], "s"), "U": ([1, 1, 0, 0], "V"), "j": ([7, 57, 5, 105], "mA"),
        "begin": ([-7, 46], "s"), "end": ([-6, 47], "s"), "R_start": ([3, 3], "ohm"),
        "R_end": ([4, 4], "ohm"), "sign": ([1, 1], ""),
        "level": ([1, 2], "mA"), "failed": (at[0], ""), "failed_at": (at[1], "s"),
    }  # fmt: skip
    assert {name: ([*series.values], series.unit) for name, series in found.items()} == expected
    if half_cycle is None:
        assert diagnostics.series_of(given, Fake(level=A([1.0, 2.0])), None)["failed"].values == ()
    given.per_area = True
    assert diagnostics.series_of(given, Fake(level=A([1.0, 2.0])), verdict)["R_end"].unit == "ohm*cm^2"


# -- likelihood ------------------------------------------------------------------------------------


def test_a_likelihood_is_the_chance_of_each_interval():
    """Half fail below the median of 2; with a shape of 1 three quarters below 4, and with 2 fifteen sixteenths."""
    cells = CellIntervals(A([0.0, 2.0, 2.0, 4.0]), A([2.0, 4.0, INF, INF]))
    assert cells.log_likelihood(2.0, 1.0) == pytest.approx(log(0.5) + log(0.25) + log(0.5) + log(0.25))
    assert cells.log_likelihood(2.0, 2.0) == pytest.approx(log(0.5) + log(0.5 - 1 / 16) + log(0.5) + log(1 / 16))
    assert CellIntervals(A([4.0]), A([4.0])).log_likelihood(2.0, 1.0) == -1e30
    # Below the scale 63.2 % fail: the median over (ln 2)^(1/shape).
    assert Fit(2.0, 1.0, 0.0).scale == pytest.approx(2 / log(2))
    assert Fit(2.0, 2.0, 0.0).scale == pytest.approx(2 / log(2) ** 0.5)


def test_a_fit_and_its_profile_are_maxima():
    """Two cells fail below 2 and two above it, one beyond 4: of four a half, and three quarters below 4."""
    cells = CellIntervals(A([0.0, 0.0, 2.0, 4.0]), A([2.0, 2.0, 4.0, INF]))
    found = fit(cells)
    assert (found.median, found.shape) == pytest.approx((2.0, 1.0), rel=1e-3)
    assert found.largest == pytest.approx(2 * log(0.5) + 2 * log(0.25))
    assert profile(cells, 2.0) == pytest.approx(found.largest, abs=1e-6)
    assert profile(cells, 3.0) < found.largest
    assert SHAPES[0] < found.shape < SHAPES[1]
    low, high = median_interval(cells, found, 0.5)
    # F(1, 4) is below 0.549 in half of all cases: the profile has lost half of that at both ends.
    for end in (low, high):
        assert profile(cells, end) == pytest.approx(found.largest - 0.5 * 0.5486, abs=1e-3)
    assert low < 2 < high
    wide = median_interval(CellIntervals(A([2.0, 2.0, 2.0]), A([INF, 3.0, INF])), Fit(3.0, 4.0, -1.9), 0.999)
    assert wide[1] is None


def test_a_measurand_of_a_cell_has_no_uncertainty_by_a_single_half_cycle():
    assert resistance.cell_resistance(A([5.0]), False) == (
        "resistance_cell", Measurand("ohm", 5.0, n=1, note="median of the half cycles"),
    )  # fmt: skip
