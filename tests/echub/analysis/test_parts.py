"""One answer per spectrum, needs of another kind, and the two ways to write an impedance."""

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest

import echub
from echub.analysis.comparable import require_comparable
from echub.analysis.needs import bind
from echub.analysis.outcome import Condition, Outcome, Refusal
from echub.analysis.parts import Part, condition_on, part_of, require_one, values_of
from echub.analysis.study import load_study, run_study
from echub.declare import option
from echub.declare_analysis import Analysis, Need, Output
from echub.errors import DataError, UnknownColumn, UnknownOption, UnknownReader
from echub.model.build import SourceColumn, build_dataset, build_tables
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.record import Record
from echub.plugin import Measurand
from tests.messages.parts import said

HERE = "tests.echub.analysis.test_parts"
F = Need("f", "frequency", "Hz")
RE, IM = Need("re", "impedance_real", "ohm"), Need("im", "impedance_imag", "ohm")
SWEEP = np.array([1000.0, 100.0, 10.0])


def last_real(data, params):
    """Return Re Z of the last row, and how many rows of DC the record has."""
    dc = float(len(data["E"])) if "E" in data else -1.0
    return Outcome({"re": Measurand("ohm", float(data["re"][-1])), "dc": Measurand("1", dc)})


def declared(*needs, **changes):
    settings = {"kind": "impedance", "needs": needs or (F, RE), "each": "spectrum", **changes}
    outputs = (Output("re", "ohm"), Output("dc", "1"))
    run = settings.pop("run", f"{HERE}:last_real")
    return Analysis("last-real", "Re Z of the last row", run, outputs=outputs, **settings)


def record(times=3):
    """Two DC rows before each of some spectra; Re Z is 10, 20, 30 Ω in the first, then 40 …"""
    part = np.concatenate([[0.0, 0.0], SWEEP])
    rows = np.arange(5 * times)
    spectral = np.tile(part, times) > 0
    values = {
        ("frequency", "Hz"): np.tile(part, times),
        ("time", "s"): rows * 10.0,
        ("impedance_real", "ohm"): np.where(spectral, 10.0 * np.cumsum(spectral), 0.0),
        ("potential_we", "V"): 1 + rows / 100,
        ("temperature", "degC"): 25.0 + rows // 5,
    }
    columns = [SourceColumn(q, v, q, u, index=n) for n, ((q, u), v) in enumerate(values.items())]
    return Record(build_tables(columns))


def polar(modulus, phase):
    columns = [("frequency", "Hz", SWEEP), ("impedance_abs", "kohm", modulus), ("phase", "deg", phase)]
    built = [SourceColumn(q, np.array(v), q, u, index=n) for n, (q, u, v) in enumerate(columns)]
    return Record([build_dataset("impedance", built)])


# -- each -----------------------------------------------------------------------------------------


def test_each_spectrum_has_its_outcome_and_says_which_it_is():
    outcomes = echub.analyze_each(declared(), record())
    assert [o["re"].value for o in outcomes] == [30, 60, 90]
    assert [o.label for o in outcomes] == [f"record, spectrum {n}" for n in range(3)]
    said = {name: (c.value, c.unit) for name, c in outcomes[1].conditions.items()}
    assert said == {
        "spectrum": (1, ""),
        "spectrum_start": (70, "s"),
        "spectrum_potential": (pytest.approx(1.08), "V"),
        "spectrum_temperature": (26, "degC"),
    }
    assert not any(condition.compared for condition in outcomes[1].conditions.values())
    require_comparable(outcomes, ())  # spectra at other times and potentials make one table
    assert outcomes[1].meta("cell.temperature") == 26
    assert Outcome.from_json(outcomes[1].to_json()) == outcomes[1]


def test_a_stated_temperature_stays():
    (outcome, *_) = echub.analyze_each(declared(), record(), metadata={"cell.temperature": "40 degC"})
    assert outcome.meta("cell.temperature") == 40


def test_a_selected_spectrum_answers_as_each_does():
    chosen = echub.analyze(declared(), record(), select="spectrum == 1")
    assert chosen == echub.analyze_each(declared(), record())[1]


def test_several_spectra_are_refused_with_both_ways_out():
    (flag,) = echub.analyze(declared(), record()).refusals
    assert flag.code == "several-spectra"
    assert flag.message == "there are 3 spectra, 0 to 2, and last-real answers for one"
    assert flag.where == "column spectrum"
    assert flag.hint == '--select "spectrum == 0" takes one, --each spectrum analyses each'


def test_one_spectrum_needs_no_choice():
    outcome = echub.analyze(declared(), record(1))
    assert (outcome.status, outcome.label, outcome["re"].value) == ("ok", "record", 30)


def test_an_analysis_of_all_spectra_is_not_refused():
    assert echub.analyze(declared(each=""), record())["re"].value == 90
    assert len(echub.analyze_each(declared(each=""), record(), each="spectrum")) == 3


def test_selected_rows_are_parted_and_nothing_to_part_is_one_refusal():
    assert [o["re"].value for o in echub.analyze_each(declared(), record(), select="frequency > 50")] == [
        20,
        50,
        80,
    ]
    (nothing,) = echub.analyze_each(declared(), record(), select="frequency > 1e9")
    assert [flag.code for flag in nothing.refusals] == ["empty"]
    (other,) = echub.analyze_each(declared(kind="depth_profile"), record())
    assert [flag.code for flag in other.refusals] == ["no-dataset"]


def test_each_part_of_each_of_several_records_has_its_outcome():
    outcomes = echub.analyze_each(declared(), [record(2), record(1)])
    assert [(o.label, o["re"].value) for o in outcomes] == [
        ("record, spectrum 0", 30), ("record, spectrum 1", 60), ("record", 30)
    ]  # fmt: skip


@dataclass(frozen=True)
class Below:
    below: float = option(1e9, "use frequencies up to this", unit="Hz")


def real_below(data, params):
    kept = data["re"][data["f"] <= params.below]
    return Outcome({"re": Measurand("ohm", float(kept[0])), "dc": Measurand("1", float(data.seed))})


def test_all_that_is_said_of_the_whole_is_said_of_each_part():
    asked = declared(run=f"{HERE}:real_below", params=Below, profiles={"low": {"below": 100.0}})
    assert values(echub.analyze_each(asked, record(2))) == [10, 40]
    assert values(echub.analyze_each(asked, record(2), profile="low")) == [20, 50]
    assert values(echub.analyze_each(asked, record(2), profile="low", params={"below": 10.0})) == [30, 60]
    assert values(echub.analyze_each(asked, record(2), time=(45.0, 90.0))) == [40]
    assert values(echub.analyze_each(asked, record(2), time=(None, 40.0))) == [10]
    (first, _) = echub.analyze_each(asked, record(2), seed=7)
    assert (first["dc"].value, first.provenance["seed"]) == (7, 7)
    one, other = (replace(record(n)["impedance"], label=name) for n, name in ((2, "long"), (1, "short")))
    both = Record([one, other])
    assert values(echub.analyze_each(asked, both, dataset="short")) == [10]
    assert values(echub.analyze_each(asked, both, dataset="long")) == [10, 40]


@pytest.mark.parametrize("ask", [echub.analyze, echub.analyze_each])
def test_the_reader_that_is_named_reads_the_file(tmp_path, ask):
    file = tmp_path / "a.csv"
    file.write_text("f / Hz,Z' / ohm,Z'' / ohm\n1000,1,-1\n100,2,-1\n10,3,-1\n", "utf-8")
    found = ask(declared(), file, reader="table")
    assert (found if ask is echub.analyze else found[0])["re"].value == 3
    with pytest.raises(UnknownReader) as refused:
        ask(declared(), file, reader="nobody")
    assert refused.value.found == "nobody"


def values(outcomes):
    return [outcome["re"].value for outcome in outcomes]


def test_what_cannot_part_the_rows():
    with pytest.raises(UnknownColumn, match="spectra"):
        echub.analyze_each(declared(), record(), each="spectra")
    with pytest.raises(DataError, match="does not part the rows"):
        echub.analyze_each(declared(), record(), each="frequency")
    for changes, found in (
        ({"each": ""}, "each='', an analysis of dataset"),
        ({"consumes": "datasets"}, "each='spectrum', an analysis of datasets"),
    ):
        with pytest.raises(UnknownOption) as refused:
            echub.analyze_each(declared(**changes), record())
        assert refused.value.message == "last-real does not say of what it answers for each"
        assert refused.value.found == found
        assert refused.value.expected == 'a column, such as each="spectrum", and an analysis of one dataset'


def test_the_data_are_those_of_one_part_unless_another_column_parts_them():
    with pytest.raises(Refusal, match="there are 3 spectra"):
        bind(declared(), record())
    data = bind(declared(), record(), each="step")
    assert (len(data), data.part) == (9, Part())
    alone = bind(declared(), record(1))
    assert alone.part.conditions["spectrum"] == Condition(0, compared=False)


def test_texts_part_rows_too():
    words = SourceColumn("word", np.array(["b", "a", "b"]), None, index=0)
    assert values_of("vendor_word", build_dataset("timeseries", [words])) == ["b", "a"]


def test_which_part_it_is_does_not_part_what_is_compared():
    ours = [Outcome(conditions={"spectrum": Condition(n, compared=False)}) for n in range(2)]
    require_comparable(ours, ())
    with pytest.raises(Refusal, match="the spectrum is not the same"):
        require_comparable([Outcome(conditions={"spectrum": Condition(n)}) for n in range(2)], ())


def parted(**columns):
    """Return a dataset of three rows whose columns are quantities, in their own units."""
    units = {"time": "s", "current": "mA", "current_setpoint": "mA", "temperature": "degC"}
    units |= dict.fromkeys(("voltage", "potential_we", "potential_setpoint"), "V")
    made = [SourceColumn(name, np.array(values), name, units.get(name)) for name, values in columns.items()]
    return build_dataset("timeseries", made)


@pytest.mark.parametrize(
    ("values", "found"),
    [([1.5, 2.5, 3.5], "real numbers"), ([1.5, np.nan, 1.0], "rows without a value")],
)
def test_a_column_that_does_not_part_the_rows_says_what_is_in_it(values, found):
    assert said(lambda: values_of("voltage", parted(voltage=values))) == {
        "message": "the column voltage does not part the rows", "found": found,
        "expected": "a counter, a code or a text in every row",
    }  # fmt: skip


def test_several_parts_are_refused_if_the_analysis_answers_for_one():
    analysis = declared(each="cycle", kind="timeseries")
    data = parted(cycle=[4, 2, 9], voltage=[1.0, 2.0, 3.0])
    assert said(lambda: require_one(analysis, "cycle", data)) == {
        "message": "there are 3 values of cycle, 4 to 9, and last-real answers for one", "where": "column cycle",
        "hint": '--select "cycle == 4" takes one, --each cycle analyses each',
    }  # fmt: skip
    with pytest.raises(Refusal) as refused:
        require_one(analysis, "cycle", data)
    assert refused.value.code == "several-parts"
    require_one(analysis, "step", data)  # parted by another column on request
    require_one(declared(each="step"), "step", data)  # which it has not
    require_one(declared(each=""), "", data)
    require_one(analysis, "cycle", parted(cycle=[4, 4, 4]))


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({}, {}),
        ({"time": [7.0, 8.0, 12.0]}, {"start": (7.0, "s")}),
        ({"time": [np.nan, 8.0, 12.0]}, {"start": (8.0, "s")}),
        ({"potential_we": [1.0, 2.0, 6.0], "voltage": [9.0, 9.0, 9.0]}, {"potential": (3.0, "V")}),
        ({"voltage": [1.0, np.nan, 6.0]}, {"potential": (3.5, "V")}),
        ({"voltage": [np.nan] * 3}, {}),
        ({"current": [-1.0, -2.0, -6.0]}, {"current": (-3.0, "mA")}),
        ({"current_setpoint": [1.0, 2.0, 6.0]}, {"level": (2.0, "mA")}),
        ({"potential_setpoint": [1.0, 2.0, 6.0]}, {"level": (2.0, "V")}),
        ({"temperature": [20.0, 21.0, 25.0]}, {"temperature": (22.0, "degC")}),
    ],
)
def test_a_part_says_when_and_in_which_state_it_was_measured(columns, told):
    """The start is that of its first row, a level the most usual one, all else a mean."""
    part = part_of("cycle", parted(cycle=[4, 4, 4], **columns), None)
    expected = {"cycle": Condition(4, compared=False)}
    expected |= {f"cycle_{name}": Condition(*value, compared=False) for name, value in told.items()}
    assert (part.name, part.conditions) == ("", expected)
    assert part.temperature == (22.0 if "temperature" in told else None)


def test_a_column_without_a_unit_describes_a_part_without_one():
    bare = Column("time", np.array([7.0, 8.0, 9.0]))  # of a file of another program
    data = parted(cycle=[4, 4, 4])
    part = part_of("cycle", Dataset("timeseries", {**data.columns, "time": bare}), None)
    assert part.conditions["cycle_start"] == Condition(7.0, "", compared=False)


def test_a_part_is_named_if_its_source_has_several():
    three, one = parted(cycle=[4, 4, 4]), parted(cycle=[4, 5, 5])
    assert [part_of("cycle", three, whole).name for whole in (one, three, None, parted(step=[1, 1, 2]))] == [
        "cycle 4", "", "", ""
    ]  # fmt: skip
    for each, data in (("", three), ("step", three), ("cycle", one), ("cycle", parted(cycle=np.zeros(0, int)))):
        assert part_of(each, data, one) == Part()
    assert Part(temperature=22.0).temperature_entry() == {
        "value": 22.0, "unit": "degC", "source": "the column temperature, mean"
    }  # fmt: skip
    assert condition_on("word", "a'b") == 'word == "a\'b"'


# -- another kind ---------------------------------------------------------------------------------


def test_a_need_of_another_kind_comes_whole_with_its_own_rows():
    seen = {}

    def look(data, params):
        seen.update(E=data["E"], row=data.row_of("E"), own=data.row_of("re"), rows=data.row, length=len(data))
        return last_real(data, params)

    globals()["look"] = look
    trace = Need("E", "potential_we", "mV", kind="timeseries")
    analysis = declared(F, RE, trace)
    outcome = echub.analyze(
        Analysis(**{**vars(analysis), "run": f"{HERE}:look"}), record(), select="spectrum == 1"
    )
    assert outcome["dc"].value == 6
    np.testing.assert_allclose(seen["E"], [1000, 1010, 1050, 1060, 1100, 1110])
    assert seen["row"].tolist() == [0, 1, 5, 6, 10, 11]
    assert seen["own"].tolist() == seen["rows"].tolist() == [7, 8, 9]
    assert seen["length"] == 3


def test_another_kind_that_is_missing():
    alone = Record([record()["impedance"]])
    optional = Need("E", "potential_we", "V", kind="timeseries", optional=True)
    assert echub.analyze_each(declared(F, RE, optional), alone)[0]["dc"].value == -1
    required = Need("E", "potential_we", "V", kind="timeseries")
    (flag,) = echub.analyze_each(declared(F, RE, required), alone)[0].refusals
    assert (flag.code, "timeseries" in flag.message) == ("no-dataset", True)


# -- Re and Im ------------------------------------------------------------------------------------


def test_re_and_im_follow_from_modulus_and_phase_signed():
    data = bind(declared(F, RE, IM), polar([0.001, 0.002, 0.002], [0.0, -60.0, 90.0]))
    np.testing.assert_allclose(data["re"], [1, 1, 0], atol=1e-12)
    np.testing.assert_allclose(data["im"], [0, -np.sqrt(3), 2], atol=1e-12)
    plain = bind(declared(F, Need("re", "impedance_real")), polar([0.001, 0.002, 0.002], [0.0, -60.0, 90.0]))
    assert (plain["re"].tolist(), plain.unit_of("re")) == (pytest.approx([1, 1, 0]), "ohm")
    assert data.how("im") == "impedance_abs · sin(phase)"
    assert (data.origin_of("im"), data.source_of("im"), data.unit_of("im")) == ("derived", "impedance_imag", "ohm")


def test_modulus_and_phase_follow_from_re_and_im_of_each_electrode():
    for electrode in ("", "_ce", "_wece"):
        columns = [("frequency", "Hz", [1.0]), (f"impedance{electrode}_real", "ohm", [-1.0])]
        columns.append((f"impedance{electrode}_imag", "ohm", [-1.0]))
        built = [SourceColumn(q, np.array(v), q, u, index=n) for n, (q, u, v) in enumerate(columns)]
        needs = (Need("z", f"impedance{electrode}_abs", "ohm"), Need("p", f"phase{electrode}", "deg"))
        data = bind(declared(*needs), Record([build_dataset("impedance", built)]))
        np.testing.assert_allclose([data["z"][0], data["p"][0]], [np.sqrt(2), -135.0])


def test_a_modulus_alone_is_refused():
    alone = Record([build_dataset("impedance", [
        SourceColumn("f", SWEEP, "frequency", "Hz", index=0),
        SourceColumn("Z", SWEEP, "impedance_abs", "ohm", index=1),
    ])])  # fmt: skip
    assert [f.code for f in echub.analyze(declared(), alone).refusals] == ["missing-column"]


# -- a study --------------------------------------------------------------------------------------


def test_a_step_of_a_study_answers_for_each_and_resumes(tmp_path, monkeypatch):
    from echub.registry.registry import registry

    (tmp_path / "a.csv").write_text(
        "f / Hz,Z' / ohm,Z'' / ohm\n" + "".join(f"{f},{n + 1},-1\n" for n in range(3) for f in (1000, 100, 10))
    )
    (tmp_path / "s.toml").write_text('files = ["*.csv"]\n[[step]]\nanalysis = "last-real"\neach = "spectrum"\n')
    monkeypatch.setitem(registry().analyses, "last-real", declared())
    monkeypatch.setattr(
        type(registry()), "owner", lambda *_: type("Owner", (), {"distribution": "x", "version": "1"})
    )
    study = load_study(tmp_path / "s.toml")
    answers = run_study(study, tmp_path / "out", workers=1)
    assert [a.label for a in answers] == [f"a.csv, spectrum {n}" for n in range(3)]
    assert [a.outcome["re"].value for a in answers] == [1, 2, 3]
    again = run_study(study, tmp_path / "out", workers=1)
    assert [a.cached for a in again] == [True] * 3
    assert [json.loads(a.outcome.to_json()) for a in again] == [json.loads(a.outcome.to_json()) for a in answers]
