"""The table of files is read and written in slices: what it says does not depend on where they end."""

import polars as pl
import pytest

from echub.batch.batch import convert_many
from echub.batch.lake import manifest
from echub.batch.lake.gathering import gather
from echub.batch.lake.manifest import Held, Manifest, merged, slices
from echub.batch.lake.places import FILES
from echub.batch.lake.tables import read_table, units_of


def rows(names):
    return pl.DataFrame({"source": list(names), "parts": [[f"old-{name}"] for name in names]})


def side(text):
    return iter(rows(part) for part in text.split("|"))


@pytest.mark.parametrize(
    ("left", "right"),
    [("ace|gik", "bdf|hjl"), ("abc|def|g", "h"), ("h", "abc|defg"), ("", "ab|c"), ("ab||c", "d"), ("", "")],
)
def test_two_sides_are_merged_by_source(left, right):
    found = "".join(name for frame in merged(side(left), side(right)) for name in frame["source"])
    assert found == "".join(sorted((left + right).replace("|", "")))


def test_parts_are_those_that_stay_and_those_that_are_new():
    held = Held()
    held.rewritten = {"old-b"}
    held.add("new-1", pl.Series(["b", "c", "b"]))
    held.add("new-2", pl.Series(["b", "z"]))
    assert held.told(rows("abc"))["parts"].to_list() == [["old-a"], ["new-1", "new-2"], ["new-1", "old-c"]]
    several = pl.DataFrame({"source": ["c", "d"], "parts": [["old-b", "old-c", "old-d"], None]})
    assert held.told(several)["parts"].to_list() == [["new-1", "old-c", "old-d"], []]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_small_slices_tell_the_same(folder, out, tmp_path, monkeypatch, size):
    list(convert_many([folder], out))
    gather(out, tmp_path / "whole")
    monkeypatch.setattr(manifest, "SLICE", size)
    monkeypatch.setattr(manifest, "GROUP", size)
    (tmp_path / "sliced").mkdir()
    sliced = tmp_path / "sliced" / FILES
    before = Manifest(tmp_path / "whole" / FILES)
    assert len(list(slices(before.path))) > 1
    before.write(sliced, [], [], before.units, ["cp.mpr"], Held())
    whole = read_table(before.path)
    assert list(before.known()) == list(whole.select("source", "state").iter_rows())
    for out_of in ({"cp.mpr"}, {"deep/peis.mpr", "deep/table.csv"}, set()):
        own = whole.filter(pl.col("source").is_in(list(out_of)))["parts"].to_list()
        assert before.parts(of=out_of) == {part for parts in own for part in parts}
    gather(out, tmp_path / "again")
    assert read_table(tmp_path / "again" / FILES).equals(whole)
    assert read_table(sliced).equals(whole.filter(pl.col("source") != "cp.mpr"))
    assert units_of(sliced) == units_of(before.path)
    assert before.parts() == {part for parts in whole["parts"].to_list() for part in parts}
