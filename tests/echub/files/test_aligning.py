"""Records on one clock: by event, clock and statement; what is refused, flagged and kept."""

import numpy as np
import pytest

import echub
from echub.cli import main
from echub.errors import AmbiguousOffset, NoCommonClock, UnknownOption
from echub.testing.synth import Case, Column
from echub.testing.synth.operando import Operando, operando
from fixtures.clocks import make

FILES = [make.HERE / "potentiostat.csv", make.HERE / "sims.csv"]


def codes(aligned):
    return {notice.code for notice in aligned.record.notices} - {"sign-assumed"}


def records(setup=None, seed=18, starts=("", ""), zone="UTC"):
    made = [case.record() for case in operando(seed, setup or Operando())]
    for record, start, name in zip(made, starts, ("a", "b"), strict=True):
        record.provenance = type(record.provenance)({**record.provenance.source, "name": name})
        if start:
            record.metadata.set("experiment.start_utc", start, source="test")
    return made


def test_the_fixture_is_that_of_the_generator():
    assert [file.read_text("utf-8") for file in FILES] == [make.table(make.FIRST), make.table(make.SECOND)]


def test_by_event_each_file_keeps_its_rows():
    aligned = echub.align(FILES, event="current=ion_counts")
    one = aligned.alignments[1]
    assert one.low <= make.TRUTH <= one.high
    source, second = echub.read(FILES[1])["timeseries"], aligned.record["timeseries_2"]
    assert np.array_equal(second["time"], source["time"])
    assert second["time_aligned"] == pytest.approx(source["time"] + one.offset)
    assert "by steps of current and ion_counts" in second.column("time_aligned").attrs["recipe"]
    assert np.array_equal(aligned.record["timeseries_1"]["time_aligned"], aligned.record["timeseries_1"]["time"])
    assert [part["name"] for part in aligned.record.provenance.source["parts"]] == ["potentiostat.csv", "sims.csv"]
    assert codes(aligned) == set()


def test_auto_takes_the_usual_columns():
    one = echub.align(FILES, event="auto").alignments[1]
    assert one.found == "steps of current and ion_counts"


def test_a_stated_offset_is_taken_with_its_interval_and_flagged():
    aligned = echub.align(FILES, offsets={"sims.csv": (10.0, 0.5)})
    one = aligned.alignments[1]
    assert (one.offset, one.low, one.high) == (10.0, pytest.approx(9.02), pytest.approx(10.98))
    assert codes(aligned) == {"drift-not-tested"}


def test_absolute_clocks_need_a_stated_uncertainty():
    starts = ("2026-01-01T00:00:00+00:00", "2026-01-01T00:02:20+00:00")
    with pytest.raises(NoCommonClock):
        echub.align(records(starts=starts))
    one = echub.align(records(starts=starts), clock_uncertainty=1.0).alignments[1]
    assert (one.found, one.offset) == ("absolute clocks", 140.0)
    assert one.uncertainty == pytest.approx(np.sqrt(2))


@pytest.mark.parametrize(("minutes", "code"), [("02:20", False), ("05:00", True)])
def test_clocks_that_contradict_the_event_are_flagged(minutes, code):
    starts = ("2026-01-01T00:00:00+00:00", f"2026-01-01T00:{minutes}+00:00")
    aligned = echub.align(records(starts=starts), event="auto", clock_uncertainty=1.0)
    assert ("clocks-disagree" in codes(aligned)) is code
    assert aligned.alignments[1].offset == pytest.approx(make.TRUTH, abs=1.5)


def test_without_anything_it_is_refused_with_what_would_help():
    with pytest.raises(NoCommonClock, match="cannot be put on the clock") as refused:
        echub.align(FILES)
    assert "--event" in refused.value.hint


def test_a_drift_is_flagged_and_corrected_on_request():
    drifting = Operando(drift=0.01, counts=1e4)
    kept = echub.align(records(drifting), event="auto")
    assert "clock-drift" in codes(kept)
    assert kept.alignments[1].drift == 0
    made = records(drifting)
    corrected = echub.align(made, event="auto", correct_drift=True)
    assert corrected.alignments[1].drift == pytest.approx(0.01, abs=0.002)
    truth = operando(18, drifting)[1].truth["offset"]
    own = made[1]["timeseries"]["time"]
    error = corrected.record["timeseries_2"]["time_aligned"] - (truth + 1.01 * own)
    assert np.abs(error).max() < 2.5


@pytest.mark.parametrize("restarting", [0, 1])
def test_a_clock_that_restarts_is_refused(restarting):
    made, case = records(), operando(18, Operando())[restarting]
    time = case.columns["time"].values
    made[restarting] = case.with_values("time", np.where(time > time.mean(), time - time.mean(), time)).record()
    with pytest.raises(NoCommonClock) as refused:
        echub.align(made, event="auto")
    assert (refused.value.message, refused.value.expected, refused.value.found, refused.value.hint) == (
        "the clock of generated restarts, so that a step has no single time on it",
        "one clock over the whole file", "1 restart", "cut the file at its restarts",
    )  # fmt: skip


def test_a_signal_that_does_not_respond_is_refused():
    with pytest.raises(NoCommonClock) as refused:
        echub.align(records(Operando(contrast=0.0)), event="auto")
    assert refused.value.message == "no step of current is seen in ion_counts of b"
    assert (
        refused.value.expected
        == "a change of the second signal by five standard deviations at a step of the first"
    )
    assert refused.value.found.endswith(" steps of current")
    assert refused.value.hint == "--event COLUMN=COLUMN names signals that change together"


def test_periodic_steps_are_refused_and_a_range_helps():
    time = np.arange(0.0, 1100.0, 1.0)
    current = Case({"time": Column(time, "s"), "current": Column((time // 100) % 2, "mA")}).record()
    seen = np.arange(0.0, 200.0, 1.0)
    counts = np.random.default_rng(0).poisson(np.where((seen > 60) & (seen <= 160), 900, 100))
    other = Case({"time": Column(seen, "s"), "ion_counts": Column(counts, "count")}).record()
    other.provenance = type(other.provenance)({"name": "sims", "size": 0, "sha256": ""})
    with pytest.raises(AmbiguousOffset) as refused:
        echub.align([current, other], event="auto")
    start, _, listed = refused.value.message.partition(": ")
    assert start == "several offsets of sims fit the steps of current"
    found = [float(text.removesuffix(" s")) for text in listed.split(", ")]
    # The counts change twice, 100 s apart, and so does the current again and again: in either direction.
    periods = [(value - 139) / 100 for value in found]
    assert periods == pytest.approx(np.round(periods), abs=0.02)
    assert refused.value.found == "2 of 10 steps seen"
    assert refused.value.expected == "steps at irregular times, or a range of the offset"
    assert refused.value.hint == (f'--near "sims={found[0] - 30:.0f}:{found[0] + 30:.0f}" takes the first of them')
    one = echub.align([current, other], event="auto", near={"sims": (130.0, 150.0)}).alignments[1]
    assert one.offset == pytest.approx(139, abs=1.5)


@pytest.mark.parametrize(
    "given",
    [
        {"event": "current"},
        {"event": "=ion_counts"},
        {"event": "current="},
        {"offsets": {"other": (1.0, None)}},
        {"near": {"x": (0.0, 1.0)}},
        {"offsets": {"potentiostat.csv": (1.0, None)}},  # all others are put on its clock
        {"near": {"potentiostat.csv": (0.0, 1.0)}, "event": "auto"},
        *({"offsets": {"sims.csv": (value, None)}} for value in (np.nan, np.inf)),
        *({"offsets": {"sims.csv": (1.0, u)}} for u in (np.nan, np.inf, -1.0)),
        *({"clock_uncertainty": u} for u in (np.nan, np.inf, -1.0)),
    ],
)
def test_a_wrong_request_is_refused(given):
    with pytest.raises(UnknownOption):
        echub.align(FILES, **given)
    with pytest.raises(UnknownOption, match="nothing to align"):
        echub.align(FILES[:1])


def test_what_an_offset_cannot_be_is_said():
    with pytest.raises(UnknownOption) as refused:
        echub.align(FILES, offsets={"potentiostat.csv": (1.0, None)})
    assert refused.value.message == "potentiostat.csv is the first file: all others are put on its clock"
    assert refused.value.expected == "an offset of sims.csv"
    with pytest.raises(UnknownOption, match=r"of sims\.csv cannot be -1 s"):
        echub.align(FILES, offsets={"sims.csv": (1.0, -1.0)})
    assert echub.align(FILES, offsets={"sims.csv": (1.0, 0.0)}).alignments[1].uncertainty == 0


def test_an_aligned_record_is_aligned_by_its_common_clock():
    """The second part starts at 10 s of the first clock, which is put on a third clock at 100 s."""
    a, b = records()
    pair = echub.align([a, b], offsets={"b": (10.0, None)}).record
    (third, _) = records()
    third.provenance = type(third.provenance)({"name": "c"})
    again = echub.align([third, pair], offsets={"a and 1 more": (100.0, None)}).record
    for name, part, shift in (("timeseries_1_2", a, 100.0), ("timeseries_2_2", b, 110.0)):
        assert again[name]["time_aligned"] == pytest.approx(part["timeseries"]["time"] + shift)
    recipe = again["timeseries_2_2"].columns["time_aligned"].attrs["recipe"]
    assert recipe == "time +10 s, by statement; then time +100 s, by statement"
    by_steps = echub.align([pair, b], event="current=ion_counts").alignments[1]
    assert by_steps.offset == pytest.approx(echub.align([a, b], event="auto").alignments[1].offset)
    back = echub.align([a, pair], event="current=ion_counts").alignments[1]
    assert back.offset == pytest.approx(by_steps.offset - 10)


def test_a_column_that_is_not_there_is_refused_by_its_name():
    with pytest.raises(NoCommonClock, match="no voltage"):
        echub.align(FILES, event="current=voltage")


def test_the_command_writes_the_record_and_the_panels(tmp_path, monkeypatch, capsys):
    out, picture = tmp_path / "operando.h5", tmp_path / "operando.svg"
    words = ["echub", "align", *map(str, FILES), "--event", "auto", "-o", str(out), "--plot", str(picture)]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert "6 of 6" in capsys.readouterr().out
    assert "clock of potentiostat.csv" in picture.read_text("utf-8")
    again = echub.read(out)
    assert list(again.datasets) == ["timeseries_1", "timeseries_2"]
    assert len(echub.plot(out).axes) == 3


@pytest.mark.parametrize(("zones", "offset"), [(("+01:00", "Z"), 3600 + 140.0), (("Z", "Z"), 140.0)])
def test_clocks_in_the_rows_are_absolute_if_they_state_their_zone(tmp_path, zones, offset):
    for name, zone, late in (("a.csv", zones[0], 0), ("b.csv", zones[1], 140)):
        rows = [f"2026-03-01T12:{(s + late) // 60:02d}:{(s + late) % 60:02d}{zone},{s}" for s in range(0, 600, 10)]
        (tmp_path / name).write_text("\n".join(["datetime,I/mA", *rows, ""]), encoding="utf-8")
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    one = echub.align(files, clock_uncertainty=1.0).alignments[1]
    assert (one.found, one.offset) == ("absolute clocks", offset)


def test_rows_without_a_zone_are_no_clock_and_the_refusal_says_which_file_has_one(tmp_path):
    for name, zone in (("a.csv", "Z"), ("b.csv", "")):
        rows = [f"2026-03-01T12:00:{s:02d}{zone},{s}" for s in range(60)]
        (tmp_path / name).write_text("\n".join(["datetime,I/mA", *rows, ""]), encoding="utf-8")
    with pytest.raises(NoCommonClock) as refused:
        echub.align([tmp_path / "a.csv", tmp_path / "b.csv"], clock_uncertainty=1.0)
    assert refused.value.found.startswith("an absolute clock; start 2026-03-01T12:00:00, zone None")
    assert "--timezone" in refused.value.hint
