"""Outcomes of one cell on one axis of time, and the study that makes them."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

import echub
from echub.analysis import figures
from echub.analysis.outcome import Outcome, Series
from echub.analysis.study import load_study
from echub.errors import PluginError
from echub.registry.registry import registry

ROOT = Path(__file__).parents[3]


def outcome(analysis, start, cell="A", **columns):
    units = {"begin": "s", "R_end": "ohm*cm^2", "level": "mA/cm^2"}
    metadata = {"cell.id": {"value": cell}, "experiment.start": {"value": start}}
    if start is None:
        del metadata["experiment.start"]
    table = {name: Series.of(values, units[name]) for name, values in columns.items()}
    return Outcome(tables={"table": table}, metadata=metadata, analysis=analysis, label=analysis)


FIRST = outcome("one", "2026-03-02T09:00:00", begin=[0.0, 60.0], R_end=[10.0, 20.0], level=[-1.0, 1.0])
SECOND = outcome("two", "2026-03-02T10:00:00", begin=[0.0, 1800.0], R_end=[30.0, 40.0])


def codes(found):
    return {flag.code for flag in found.flags}


def test_starts_make_one_axis():
    found = echub.analyze("timeline", [SECOND, FIRST])
    table = found.tables["timeline"]
    times = dict(zip(table["value_ohm*cm^2"].values, table["time"].values, strict=True))
    assert {r: times[r] for r in (10.0, 20.0, 30.0, 40.0)} == {10.0: 0.0, 20.0: 60.0, 30.0: 3600.0, 40.0: 5400.0}
    assert found["duration"].value == pytest.approx(1.5)
    assert "clocks-without-zone" in codes(found)
    figure = figures.draw_outcome(found, registry().analysis("timeline"))
    figure.savefig(io.BytesIO(), format="png")
    assert len(figure.axes) == 4  # two units; a minute and half an hour, an hour apart, in a piece each


def placed_at(*outcomes):
    table = echub.analyze("timeline", list(outcomes)).tables["timeline"]
    return table["time"].values


def test_starts_in_several_zones_are_instants():
    """Half past two in Berlin is an hour before half past two in London, and the clock goes back in October."""
    berlin = outcome("one", "2026-10-25T02:30:00+02:00", begin=[0.0], R_end=[1.0])
    later = outcome("two", "2026-10-25T02:30:00+01:00", begin=[0.0], R_end=[1.0])
    assert placed_at(later, berlin) == (0.0, 3600.0)
    utc = dict(berlin.metadata) | {
        "experiment.start": {"value": "2026-10-25T02:30:00"},
        "experiment.start_utc": {"value": "2026-10-25T00:15:00+00:00"},
    }
    assert placed_at(berlin, replace(berlin, metadata=utc)) == (0.0, 900.0)
    # A clock without a zone beside one with: what the clocks on the wall showed.
    assert max(placed_at(FIRST, outcome("one", "2026-03-02T11:00:00+01:00", begin=[0.0], R_end=[1.0]))) == 7200.0


def drawn(*outcomes):
    figure = figures.draw_outcome(echub.analyze("timeline", list(outcomes)), registry().analysis("timeline"))
    figure.savefig(io.BytesIO(), format="png")
    return figure


def test_the_axis_is_broken_where_a_run_would_be_too_narrow():
    short = outcome("one", "2026-03-02T09:00:00", begin=[0.0, 60.0], R_end=[10.0, 20.0])
    near = outcome("two", "2026-03-02T09:03:00", begin=[0.0, 60.0], R_end=[30.0, 40.0])
    far = outcome("two", "2026-03-02T15:00:00", begin=[0.0, 60.0], R_end=[30.0, 40.0])
    assert len(drawn(short, near).axes) == 1
    broken = drawn(short, far)
    assert len(broken.axes) == 2
    for axis, inside in zip(broken.axes, (30, 21630), strict=True):
        assert axis.get_xlim()[0] < inside < axis.get_xlim()[1] < axis.get_xlim()[0] + 100
    # Every row is drawn in one piece, and in one only.
    points = [len(line.get_xdata()) for axis in broken.axes for line in axis.lines if line.get_label()[0] != "_"]
    assert sum(points) == 4
    assert "axis broken" in broken._supxlabel.get_text()


def test_what_has_no_time_is_named_or_refused():
    bare = outcome("three", None, begin=[0.0], R_end=[1.0])
    assert "outcomes-without-time" in codes(echub.analyze("timeline", [FIRST, bare]))
    assert codes(echub.analyze("timeline", [bare])) == {"nothing-timed"}
    other = outcome("two", "2026-03-02T10:00:00", cell="B", begin=[0.0], R_end=[1.0])
    assert codes(echub.analyze("timeline", [FIRST, other])) == {"several-cells"}


def test_a_step_takes_its_files_and_several_earlier_steps(tmp_path):
    study = load_study(ROOT / "fixtures" / "operando" / "study.toml")
    first, last = study.steps[0], study.steps[-1]
    assert [f.name for f in first.of(study.files, study.path.parent)] == ["sgeis.mpr"]
    assert last.sources == ("impedance", "critical current density", "pulses")
    (tmp_path / "a.csv").write_text("t/s,I/mA\n0,1\n", encoding="utf-8")
    text = 'files = ["a.csv"]\n[[step]]\nanalysis = "timeline"\nfrom = ["nothing"]\n'
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PluginError, match="not an earlier step"):
        load_study(tmp_path / "study.toml")
