"""`echub align` on the command line: what it writes, and what it leaves alone."""

import json
from pathlib import Path

import pytest

from echub.cli.align import _by_name, _range, _seconds
from echub.errors import UnknownOption
from fixtures.clocks import make
from tests.messages.parts import said

pytest.importorskip("matplotlib")

FILES = [make.HERE / "potentiostat.csv", make.HERE / "sims.csv"]
WRITTEN = {"-o": "run.h5", "--plot": "run.svg"}


@pytest.mark.parametrize("existing", WRITTEN)
def test_neither_result_is_replaced_without_force(echub, tmp_path, existing):
    """One that is in the way costs both: no run leaves half of its results."""
    paths = {option: tmp_path / name for option, name in WRITTEN.items()}
    paths[existing].write_bytes(b"kept")
    command = ["align", *FILES, "--event", "auto", *(word for pair in paths.items() for word in pair)]
    refused = echub(*command)
    assert refused.code == 2
    assert str(paths[existing]) in refused.err
    assert "--force" in refused.err
    assert [path.name for path in tmp_path.iterdir()] == [paths[existing].name]
    assert paths[existing].read_bytes() == b"kept"
    assert echub(*command, "--force").code == 0
    assert all(path.stat().st_size > 1000 for path in paths.values())


def test_a_time_is_in_seconds_unless_it_has_a_unit():
    assert [_seconds(text) for text in ("2", "2 s", "500 ms", "2 min")] == [2.0, 2.0, 0.5, 120.0]
    assert [_range(text) for text in ("100:160", "1 min:2 min")] == [(100.0, 160.0), (60.0, 120.0)]


PATHS = [Path("a.csv"), Path("x/b.csv"), Path("y/b.csv"), Path("c.h5")]
NAMES = ["a.csv", "b.csv", "b.csv (3)", "sims.csv"]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("y/b.csv", "b.csv (3)"), ("x/b.csv", "b.csv"), ("./y/b.csv", "b.csv (3)"), ("3", "b.csv (3)"),
        ("2", "b.csv"),
        ("b.csv (3)", "b.csv (3)"), ("sims.csv", "sims.csv"), ("c.h5", "sims.csv"), ("4", "sims.csv"), ("5", "5"),
        ("z.csv", "z.csv"),
    ],
)  # fmt: skip
def test_a_file_is_called_by_its_name_its_path_or_its_number(key, name):
    assert _by_name({key: 1.0}, PATHS, NAMES, "--offset") == {name: 1.0}


def test_a_name_that_two_files_have_is_refused_with_their_paths():
    assert said(lambda: _by_name({"b.csv": 1.0}, PATHS, NAMES, "--offset")) == {
        "message": "2 files are called b.csv", "expected": "the path of one, or its number in the list",
        "found": "b.csv", "hint": "--offset x/b.csv=… or --offset y/b.csv=…",
    }  # fmt: skip


def test_a_file_is_called_once():
    with pytest.raises(UnknownOption, match="--near names one file twice"):
        _by_name({"3": 1.0, "y/b.csv": 2.0}, PATHS, NAMES, "--near")


def test_an_offset_reaches_the_second_of_two_files_of_one_name(echub, tmp_path, monkeypatch):
    """The offset of 139 s is that of the second file; the first of this name has 40 s."""
    monkeypatch.chdir(tmp_path)
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "sims.csv").write_bytes((make.HERE / "sims.csv").read_bytes())
    command = ["align", make.HERE / "potentiostat.csv", "x/sims.csv", "y/sims.csv", "--json"]
    done = echub(*command, "--offset", "y/sims.csv=139", "--offset", "2=40")
    found = [(one["name"], one["offset"]) for one in json.loads(done.out)["sources"]]
    assert found == [("potentiostat.csv", 0.0), ("sims.csv", 40.0), ("sims.csv (3)", 139.0)]
