"""Long tables and maps: built, written, read back, rebuilt to the source's table, opened by xarray."""

import numpy as np
import pytest
import xarray as xr

import echub
from echub.errors import PluginError
from echub.files import store, stored
from echub.plugin import Bits, Channel, Record, SourceColumn, build_long, build_map


def profile():
    lithium = Channel(
        "Li+",
        [
            SourceColumn("Depth[nm]", np.array([1.0, 2.0, 3.0]), "depth", "nm", index=0),
            SourceColumn("I", np.array([5, 6, 7], np.int32), "ion_counts", "count", index=1),
        ],
        polarity=1,
        region="pristine",
    )
    oxygen = Channel(
        "O-",
        [
            SourceColumn("Depth[nm]", np.array([1.5, 2.5]), "depth", "nm", index=2),
            SourceColumn("C", np.array([1e18, 2e18]), "atomic_concentration", "1/cm^3", index=3),
        ],
        polarity=-1,
        region="failed",
    )
    return build_long("depth_profile", [lithium, oxygen])


def test_each_channel_keeps_its_own_axis_and_length():
    built = profile()
    assert built["species"].tolist() == ["Li+"] * 3 + ["O-"] * 2
    assert built["polarity"].tolist() == [1, 1, 1, -1, -1]
    assert built["region"].tolist() == ["pristine"] * 3 + ["failed"] * 2
    assert built["row"].tolist() == [0, 1, 2, 0, 1]
    assert built["depth"] == pytest.approx([1e-3, 2e-3, 3e-3, 1.5e-3, 2.5e-3])
    assert np.isnan(built["ion_counts"][3:]).all()
    assert np.isnan(built["atomic_concentration"][:3]).all()


def test_the_sources_table_comes_back_with_its_types():
    table = Record([profile()]).source_table()
    assert list(table) == [(0, "Depth[nm]"), (1, "I"), (2, "Depth[nm]"), (3, "C")]
    assert table[1, "I"].dtype == np.int32
    assert table[1, "I"].tolist() == [5, 6, 7]
    assert table[2, "Depth[nm]"].tolist() == [1.5, 2.5]
    assert table[3, "C"].tolist() == [1e18, 2e18]


def test_a_long_table_comes_back_from_the_native_file(tmp_path):
    record = Record([profile()])
    store.write(record, tmp_path / "long.h5")
    again = stored.read(tmp_path / "long.h5")
    assert again["depth_profile"].same_as(record["depth_profile"])
    assert list(again.source_table()) == list(record.source_table())


def test_columns_of_channels_are_one_by_quantity_else_by_header_and_unit():
    def channel(species, *columns):
        return Channel(species, [SourceColumn(h, np.array([v]), None, u, index=i) for i, h, u, v in columns])

    built = build_long(
        "depth_profile",
        [
            channel("Li+", (0, "A", None, 1.0), (1, "B", "V", 2.0)),
            channel("O-", (2, "A", None, 3.0), (3, "B", "A", 4.0), (4, "C", None, 5.0)),
        ],
    )
    found = {name: built[name].tolist() for name in built.columns if name.startswith("vendor_")}
    nan = pytest.approx(np.nan, nan_ok=True)
    assert found == {
        "vendor_a": [1.0, 3.0], "vendor_b": [2.0, nan], "vendor_b__2": [nan, 4.0], "vendor_c": [nan, 5.0]
    }  # fmt: skip
    assert [built.columns[name].unit for name in found] == [None, "V", "A", None]


def test_a_second_column_of_one_quantity_in_a_channel_is_kept():
    def column(value, index):
        return SourceColumn(f"counts {index}", np.array([value]), "ion_counts", "count", index=index)

    built = build_long(
        "depth_profile",
        [Channel("Li+", [column(1.0, 0), column(2.0, 1), column(3.0, 2)]), Channel("O-", [column(4.0, 3)])],
    )
    found = {name: built[name].tolist() for name in built.columns if name.startswith("ion_counts")}
    nan = pytest.approx(np.nan, nan_ok=True)
    assert found == {"ion_counts": [1.0, 4.0], "ion_counts__2": [2.0, nan], "ion_counts__3": [3.0, nan]}
    assert [header for _, header in sorted(Record([built]).source_table())] == [f"counts {n}" for n in range(4)]


def test_flags_that_a_channel_lacks_are_not_set():
    """They stay whole numbers of their size, of which each flag can be taken."""
    bits = (Bits("zero", "zero", 1, "zero"), Bits("lost", "lost", 4, "lost"))
    flags = SourceColumn("flags", np.array([5, 4], np.uint8), "flags", "1", "derived", bits=bits)
    counts = [SourceColumn("n", np.array([float(n), 2.0]), "ion_counts", "count", index=n) for n in range(2)]
    for with_flags in (0, 1):
        channels = [Channel(f"{n}", [one, *([flags] if n == with_flags else [])]) for n, one in enumerate(counts)]
        built = build_long("depth_profile", channels)
        own = slice(2 * with_flags, 2 * with_flags + 2)
        expected = {"flags": [5, 4], "zero": [1, 0], "lost": [1, 1]}
        assert built["flags"].dtype == np.uint8
        for name, values in expected.items():
            whole = np.zeros(4, int)
            whole[own] = values
            assert built[name].tolist() == whole.tolist()


def test_a_long_table_without_channels_has_no_rows():
    built = build_long("depth_profile", [])
    assert (built.rows, built.names) == (0, ["row", "species", "polarity", "channel"])


def test_columns_of_different_length_in_one_channel_are_refused():
    columns = [SourceColumn("a", np.zeros(2)), SourceColumn("b", np.zeros(3))]
    with pytest.raises(PluginError, match="differ in length"):
        build_long("depth_profile", [Channel("Na+", columns)])


def cube(frames=20):
    counts = np.random.default_rng(2).poisson(3, (2, frames, 64, 48)).astype(float)
    axes = ("species", "frame", "y", "x")
    return counts, build_map(
        "ion_map",
        [
            SourceColumn("counts", counts, "ion_counts", "count", axes=axes),
            SourceColumn("species", np.array([0, 1]), "species", labels={0: "Na+", 1: "O-"}, axes=("species",)),
            SourceColumn("x", np.arange(48) * 500.0, "x", "nm", axes=("x",)),
            SourceColumn("mask", np.ones((64, 48), np.uint8), "mask", axes=("y", "x")),
        ],
    )


def test_a_map_is_unsigned_chunked_by_planes_and_comes_back(tmp_path):
    counts, built = cube(frames=50)
    assert built.column("ion_counts").values.dtype == np.uint8
    record = Record([built])
    first = store.write(record, tmp_path / "a.h5")
    assert store.write(record, tmp_path / "b.h5") == first
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    again = echub.read(tmp_path / "a.h5")["ion_map"]
    assert again.same_as(built)
    assert np.array_equal(again["ion_counts"], counts)


@pytest.mark.parametrize("engine", ["netcdf4", "h5netcdf"])
def test_xarray_opens_a_map_with_its_axes(tmp_path, engine):
    counts, built = cube()
    store.write(Record([built]), tmp_path / "map.h5")
    opened = xr.open_dataset(tmp_path / "map.h5", group="ion_map", engine=engine)
    assert opened["ion_counts"].dims == ("species", "frame", "y", "x")
    assert np.array_equal(opened["ion_counts"], counts)
    assert float(opened["x"][2]) == 1.0
    assert opened["species"].attrs["flag_meanings"] == "Na+ O-"
    opened.close()


def test_a_map_as_xarray_selects_by_species():
    counts, built = cube()
    array = built.to_xarray()
    assert np.array_equal(array["ion_counts"].sel(species="O-"), counts[1])
    assert array["mask"].dims == ("y", "x")


def test_maps_of_different_sizes_are_refused():
    one = SourceColumn("a", np.zeros((2, 3)), axes=("y", "x"))
    other = SourceColumn("b", np.zeros((2, 4)), axes=("y", "x"))
    with pytest.raises(PluginError, match="axis x has two lengths"):
        build_map("ion_map", [one, other])
    with pytest.raises(PluginError, match="neither numbers nor text"):
        SourceColumn("a", np.zeros(3), axes=("y", "x"))


@pytest.mark.parametrize(
    ("lengths", "found"), [((2, 3), "a: 2, b: 3"), ((), "no column")], ids=["two lengths", "none"]
)
def test_a_channel_of_columns_that_differ_names_each_with_its_length(lengths, found):
    columns = [SourceColumn(name, np.zeros(n)) for name, n in zip("ab", lengths, strict=False)]
    with pytest.raises(PluginError, match="the columns of Li\\+ differ in length") as refused:
        _ = Channel("Li+", columns).length
    assert refused.value.found == found
