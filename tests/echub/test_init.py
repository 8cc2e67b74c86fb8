"""The Python interface: the example in its docstring runs as it stands."""

import doctest
from pathlib import Path

import echub
import echub.plugin


def test_the_example_runs_as_it_stands(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])
    (example,) = [
        found for found in doctest.DocTestFinder().find(echub, "echub") if found.examples and found.name == "echub"
    ]
    assert len(example.examples) >= 3
    assert doctest.DocTestRunner(verbose=False).run(example).failed == 0


def test_dir_is_what_is_public():
    assert dir(echub) == sorted(echub.__all__)
    assert dir(echub.plugin) == sorted(echub.plugin.__all__)


def test_a_notebook_completes_datasets_and_columns(eclab):
    record = echub.read(eclab / "gcpl.mpr")
    assert record._ipython_key_completions_() == ["timeseries"]
    assert {"time", "current"} <= set(record["timeseries"]._ipython_key_completions_())


def test_reading_and_pandas_in_one_line(eclab):
    frame = echub.read(eclab / "ramp.mpr")["timeseries"].to_pandas()
    assert {"time", "potential_we", "current"} <= set(frame.columns)
    assert frame.attrs["units"]["current"] == "mA"
