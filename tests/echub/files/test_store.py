"""The native file: written and read back whole, the same bytes every time, open to other programs."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from fractions import Fraction

import h5py
import numpy as np
import pint
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import echub
import echub_schemas
from echub.errors import ReadError, UnknownFormat
from echub.files import store, stored
from echub.files.content import BLOCK, content_hash
from echub.model import units
from echub.model import workers as blocks
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Bits, Column
from echub.model.dataset import Dataset, Omitted
from echub.model.metadata import Entry, Metadata
from echub.model.record import Provenance, Record
from echub.model.units import Scale
from echub.remark import Dropped, Notice

FILES = ["ramp", "gcpl", "cv", "peis", "geis_with_dc", "unknown_id", "awkward", "external_device_v1", "restart"]


def round_trip(record, path):
    content = store.write(record, path)
    back = stored.read(path)
    assert back.same_as(record)
    assert content == content_hash(record) == content_hash(back)
    return back


def series(rows=3, **parts):
    time = SourceColumn("time/s", np.arange(rows, dtype=np.float64), "time", "s", index=0)
    current = SourceColumn("I/mA", np.sin(np.arange(rows)).astype(np.float32), "current", "mA", index=1)
    return Record([build_dataset("timeseries", [time, current])], **parts)


def ion_map(*shape, dtype=np.uint32):
    axes = ("species", "frame", "y", "x")[-len(shape) :]
    counts = np.random.default_rng(1).poisson(3, shape).astype(dtype)
    columns = {"ion_counts": Column("ion_counts", counts, "ion_counts", "count", axes=axes)}
    columns["x"] = Column("x", np.linspace(0, 1, shape[-1]), "x", "um", axes=("x",))
    if axes[0] == "species":
        labels = {i: f"ion {i}" for i in range(shape[0])}
        columns["species"] = Column(
            "species", np.arange(shape[0], dtype=np.uint8), labels=labels, axes=("species",)
        )
    return Record([Dataset("ion_map", columns)])


# -- there and back ------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.integers(0xDC80, 0xDCFF).map(chr), max_size=12)
DTYPES = st.sampled_from(["<f2", "<f4", "<f8", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8"])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def columns(draw, name, rows):
    dtype = draw(DTYPES)
    values = draw(hnp.arrays(dtype, rows))
    is_code = values.dtype.kind in "iu" and values.dtype.itemsize == 1
    codes = st.integers(0, 100)
    bits = [Bits(f"{name}_bit", draw(TEXTS), 0x0C, draw(st.none() | st.just("error_flag")), {1: "a b", 3: "c"})]
    return Column(
        name,
        values,
        quantity=draw(st.sampled_from([None, "current", "record"])),
        unit=draw(st.sampled_from([None, "1", "mA", "V/mA", "degC", "Ω²"])),
        origin=draw(st.sampled_from(["measured", "derived", "assumed", "programmed", "reported"])),
        header=draw(TEXTS),
        index=draw(st.none() | st.integers(0, 9)),
        sign=draw(st.none() | st.just("anodic_positive")),
        averaged=draw(st.booleans()),
        scale=Scale(
            draw(st.sampled_from([Fraction(1), Fraction(-1), Fraction(18, 5)])), Fraction(draw(st.integers(0, 1)))
        ),
        source_dtype=draw(st.sampled_from(["", "<f4", "text"])),
        labels=draw(st.dictionaries(codes, TEXTS, max_size=3)) if is_code else {},
        bits=tuple(bits) if is_code and draw(st.booleans()) else (),
        attrs=draw(st.dictionaries(TEXTS, TEXTS, max_size=2)),
    )


@st.composite
def records(draw):
    kinds = draw(st.lists(st.sampled_from(["timeseries", "impedance", "acme_curve"]), unique=True, max_size=2))
    datasets = []
    for kind in kinds:
        rows = draw(st.integers(0, 5))
        names = draw(st.lists(st.sampled_from(["row", "current", "vendor_a", "b__2"]), unique=True, max_size=3))
        built = {name: draw(columns(name, rows)) for name in names}
        left_out = [Omitted(draw(TEXTS), 1, "<f4", "00000000")] if draw(st.booleans()) else []
        history = draw(st.lists(TEXTS, max_size=2))
        datasets.append(
            Dataset(kind, built, tuple(left_out), tuple(history), draw(st.dictionaries(TEXTS, TEXTS, max_size=2)))
        )
    entries = draw(st.lists(st.builds(Entry, st.just("sample.id"), TEXTS, st.none(), TEXTS), max_size=2))
    return Record(
        datasets,
        metadata=Metadata(entries),
        settings=draw(st.dictionaries(TEXTS, JSON, max_size=3)),
        notices=draw(st.lists(st.builds(Notice, TEXTS, TEXTS), max_size=2)),
        dropped=draw(st.lists(st.builds(Dropped, TEXTS, TEXTS), max_size=2)),
        provenance=Provenance(
            {"name": draw(TEXTS), "size": 3}, {"options": {"a": 1}}, {"echub": "1"}, (), ("cut",)
        ),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records())
def test_any_record_comes_back_equal(tmp_path, record):
    round_trip(record, tmp_path / "any.h5")


@pytest.mark.parametrize("rows", [0, 1, 1024, 1025, 2049, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 7])
def test_tables_of_every_length_come_back(tmp_path, rows):
    round_trip(series(rows), tmp_path / "rows.h5")


@pytest.mark.parametrize(
    "shape",
    [
        (3, 4),
        (2, 3, 4),
        (2, 0, 3, 4),
        (2, 2, 300, 300),
        (3, 2, 64, 64),
        (5, 100, 70),
        (1, 1, 1, 100_000),
        (70_000, 2),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint32, np.float64])
def test_maps_come_back(tmp_path, shape, dtype):
    record = ion_map(*shape, dtype=dtype)
    round_trip(record, tmp_path / "map.h5")
    with h5py.File(tmp_path / "map.h5") as file:
        stored = file["ion_map/ion_counts"]
        assert np.array_equal(stored[()], record["ion_map"]["ion_counts"])
        assert stored.chunks is None or np.prod(stored.chunks) <= BLOCK


def test_a_value_without_axes_comes_back(tmp_path):
    round_trip(Record([Dataset("k", {"a": Column("a", np.array(3.5), axes=())})]), tmp_path / "scalar.h5")


def test_an_empty_record_comes_back(tmp_path):
    round_trip(Record([]), tmp_path / "empty.h5")
    round_trip(Record([Dataset("timeseries", {})]), tmp_path / "no_columns.h5")


def test_texts_beyond_64_kib_come_back(tmp_path):
    many = build_dataset(
        "timeseries", [SourceColumn("comment", [f"text number {i}" for i in range(40_000)], index=0)]
    )
    long = Dataset("impedance", {}, attrs={"clock_restarts": " ".join(map(str, range(30_000)))})
    record = Record([many, long], settings={"raw": "00" * 100_000})
    assert round_trip(record, tmp_path / "long.h5")["timeseries"]["vendor_comment"][39_999] == "text number 39999"


@pytest.mark.parametrize("name", FILES)
def test_fixture_comes_back_with_its_source_table(tmp_path, eclab, name):
    record = echub.read(eclab / f"{name}.mpr")
    back = round_trip(record, tmp_path / "x.h5")
    for key, values in record.source_table().items():
        assert back.source_table()[key].tobytes() == values.tobytes()


def test_bytes_in_memory_are_read_like_a_file(tmp_path):
    record = series(3000)
    store.write(record, tmp_path / "a.h5")
    assert echub.read((tmp_path / "a.h5").read_bytes()).same_as(record)


# -- the same bytes ------------------------------------------------------------------------------


def test_written_twice_the_bytes_are_equal(tmp_path, eclab):
    for name in FILES:
        record = echub.read(eclab / f"{name}.mpr")
        store.write(record, tmp_path / "1.h5")
        store.write(record, tmp_path / "2.h5")
        assert (tmp_path / "1.h5").read_bytes() == (tmp_path / "2.h5").read_bytes()


def test_two_processes_with_other_hash_seeds_write_equal_bytes(tmp_path, eclab):
    hashes = set()
    for seed in ("1", "2"):
        out = tmp_path / seed
        code = "import sys, echub; [echub.convert(f, sys.argv[1]) for f in sys.argv[2:]]"
        sources = [str(eclab / f"{name}.mpr") for name in FILES]
        subprocess.run(
            [sys.executable, "-c", code, str(out), *sources], check=True, env=os.environ | {"PYTHONHASHSEED": seed}
        )
        whole = hashlib.sha256()
        for written in sorted(out.iterdir()):
            whole.update(written.name.encode() + written.read_bytes())
        hashes.add(whole.hexdigest())
    assert len(hashes) == 1


def test_the_number_of_workers_changes_nothing(tmp_path, monkeypatch):
    record = series(3 * BLOCK)
    written = []
    for workers in (1, 2, 7):
        monkeypatch.setattr(blocks, "WORKERS", workers)
        content = store.write(record, tmp_path / "a.h5")
        written.append((content, (tmp_path / "a.h5").read_bytes()))
    assert written[0] == written[1] == written[2]


def test_the_file_states_its_own_content_hash(tmp_path):
    record = series(2000, metadata=Metadata([Entry("cell.area", 1.5, "cm^2", "x")]))
    store.write(record, tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        assert file.attrs["content_hash"].decode() == content_hash(record)
        assert file.attrs["format"] == b"echub"
        assert file.attrs["schema_version"].decode() == echub_schemas.VERSION == "1.2.0"


def test_nothing_of_place_or_time_is_in_the_file(tmp_path, eclab):
    shutil.copy(eclab / "cp.mpr", tmp_path / "cp.mpr")
    result = echub.convert(tmp_path / "cp.mpr")
    assert str(tmp_path).encode() not in (tmp_path / "cp.mpr.h5").read_bytes()
    assert result.record.provenance.source["name"] == "cp.mpr"


# -- other programs ------------------------------------------------------------------------------


def test_h5py_reads_stock_filters_without_echub(tmp_path):
    record = series(BLOCK + 5)
    store.write(record, tmp_path / "a.h5")
    np.save(tmp_path / "current.npy", record["timeseries"]["current"])
    code = f"""
import sys, h5py, numpy
with h5py.File({str(tmp_path / "a.h5")!r}) as file:
    current = file["timeseries/current"]
    assert (current.compression, current.shuffle) == ("gzip", True), current.compression
    assert current.attrs["units"] == "mA"
    assert numpy.array_equal(current[()], numpy.load({str(tmp_path / "current.npy")!r}))
    assert numpy.array_equal(current[65530:], numpy.load({str(tmp_path / "current.npy")!r})[65530:])
assert not [m for m in sys.modules if m.startswith("echub")]
"""
    subprocess.run([sys.executable, "-c", code], check=True)


ENGINES = ["h5netcdf", "netcdf4"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FILES)
def test_xarray_opens_values_units_and_named_dimensions(tmp_path, eclab, name, engine):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip({"netcdf4": "netCDF4"}.get(engine, engine))
    record = echub.read(eclab / f"{name}.mpr")
    store.write(record, tmp_path / "x.h5")
    with xarray.open_datatree(tmp_path / "x.h5", engine=engine, decode_times=False) as tree:
        assert set(tree.children) == set(record.datasets)
        for kind, dataset in record.datasets.items():
            assert dict(tree[kind].sizes) == {"row": dataset.rows}
            for column in dataset.columns.values():
                seen = tree[kind][column.name]
                assert seen.dims == ("row",)
                assert np.array_equal(seen.values, column.values, equal_nan=column.values.dtype.kind == "f")
                if known := units.table().find(column.unit) if column.unit else None:
                    assert seen.attrs["units"] == known.in_file


@pytest.mark.parametrize("engine", ENGINES)
def test_xarray_opens_a_map(tmp_path, engine):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip({"netcdf4": "netCDF4"}.get(engine, engine))
    record = ion_map(2, 3, 80, 90)
    store.write(record, tmp_path / "map.h5")
    with xarray.open_datatree(tmp_path / "map.h5", engine=engine) as tree:
        seen = tree["ion_map"]["ion_counts"]
        assert seen.dims == ("species", "frame", "y", "x")
        assert np.array_equal(seen.values, record["ion_map"]["ion_counts"])
        assert seen.attrs["units"] == "count"


@pytest.mark.parametrize("name", FILES)
def test_stock_pint_parses_every_units_attribute(tmp_path, eclab, name):
    registry = pint.UnitRegistry()
    store.write(echub.read(eclab / f"{name}.mpr"), tmp_path / "x.h5")
    seen = 0
    with h5py.File(tmp_path / "x.h5") as file:
        for group in (member for member in file.values() if isinstance(member, h5py.Group)):
            for array in group.values():
                if "units" in array.attrs:
                    registry.parse_units(array.attrs["units"])
                    seen += 1
    assert seen >= 3


@pytest.mark.parametrize("name", FILES)
def test_the_unit_is_also_in_a_text_of_fixed_length_which_octave_shows(tmp_path, eclab, name):
    """Octave 7.3 shows no text of variable length, and so neither `units` nor `long_name`."""
    record = echub.read(eclab / f"{name}.mpr")
    store.write(record, tmp_path / "x.h5")
    with h5py.File(tmp_path / "x.h5") as file:
        for dataset in record.datasets.values():
            for column in dataset.columns.values():
                attribute = file[dataset.name][column.name].attrs.get_id("echub")
                assert not attribute.get_type().is_variable_str()
                assert json.loads(file[dataset.name][column.name].attrs["echub"]).get("unit") == column.unit


def test_a_printed_unit_that_would_be_misread_is_no_units_attribute(tmp_path):
    odd = build_dataset("timeseries", [SourceColumn("control/V/mA", [1.0], unit="V/mA", index=0)])
    store.write(Record([odd]), tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        attributes = dict(file["timeseries/vendor_control_v_ma"].attrs)
    assert "units" not in attributes
    assert attributes["printed_units"] == "V/mA"
    assert json.loads(attributes["echub"])["header"] == "control/V/mA"


def test_flags_follow_the_cf_conventions(tmp_path):
    bits = (Bits("mode", "mode", 0x06, None, {1: "at rest", 2: "on"}), Bits("error", "error", 0x08))
    packed = SourceColumn("flags", np.array([2, 4, 8], np.uint8), bits=bits, index=0)
    word = SourceColumn("technique", ["CC CV", "", "tab\there"], index=1)
    store.write(Record([build_dataset("timeseries", [packed, word])]), tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        flags, text = (dict(file[f"timeseries/vendor_{name}"].attrs) for name in ("flags", "technique"))
    assert flags["flag_masks"].tolist() == [6, 6, 8]
    assert flags["flag_values"].tolist() == [2, 4, 8]
    assert flags["flag_meanings"] == "mode:at_rest mode:on error:set"
    assert text["flag_values"].tolist() == [0, 1, 2]
    assert text["flag_meanings"].split() == ["CC_CV", "_", "tab_here"]


# -- what is none of ours ------------------------------------------------------------------------


@pytest.fixture
def native(tmp_path):
    path = tmp_path / "run.h5"
    store.write(series(5000, settings={"a": 1}), path)
    return path


def described(file, **changes):
    """The description of the time series, with changes."""
    return json.dumps(json.loads(file["timeseries"].attrs["echub"]) | changes)


def change(path, **attributes):
    with h5py.File(path, "r+") as file:
        file.attrs.update(attributes)


def test_a_newer_major_schema_is_refused(native):
    change(native, schema_version="2.0.0")
    with pytest.raises(ReadError, match=r"schema 2\.0\.0, newer than this echub reads") as refused:
        stored.read(native)
    assert refused.value.expected == "1.x"
    assert "upgrade" in refused.value.hint


def test_a_newer_minor_schema_is_read(native):
    before = stored.read(native)
    change(native, schema_version="1.9.0", new_thing="x")
    with h5py.File(native, "r+") as file:
        attributes = file["timeseries/current"].attrs
        attributes["echub"] = json.dumps(json.loads(attributes["echub"]) | {"a_new_field": 1})
    assert stored.read(native).same_as(before)


def test_another_programs_hdf5_is_not_ours(tmp_path):
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["a"] = [1, 2]
        file.attrs["made_by"] = "another program"
    with pytest.raises(UnknownFormat):
        echub.read(path)
    with pytest.raises(ReadError, match="not written by echub") as refused:
        stored.read(path)
    assert refused.value.found == "the attributes made_by"


@pytest.mark.parametrize("keep", [0.0, 0.01, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_damaged(native, keep):
    data = native.read_bytes()
    native.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(ReadError) as refused:
        stored.read(native)
    assert refused.value.path == str(native)
    assert keep < 0.1 or f"stored_eof = {len(data)}" in refused.value.found


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.attrs.update(schema_version="one"),
        lambda file: file.attrs.pop("schema_version"),
        lambda file: file.attrs.update(datasets='["nothing"]'),
        lambda file: file.attrs.update(datasets="not json"),
        lambda file: file.__delitem__("metadata"),
        lambda file: file.__delitem__("timeseries/current"),
        lambda file: file["timeseries/current"].attrs.pop("echub"),
        lambda file: file["timeseries/current"].attrs.update(echub="[]"),
        lambda file: file["timeseries"].attrs.update(echub=described(file, columns=["row", "metadata"])),
        lambda file: file["timeseries"].attrs.update(echub=described(file, omitted=[[1]])),
        lambda file: file.move("provenance", "elsewhere"),
    ],
)
def test_missing_or_foreign_parts_are_damage(native, damage):
    with h5py.File(native, "r+") as file:
        damage(file)
    with pytest.raises(ReadError):
        stored.read(native)


FLIPS = """
import random, sys, pathlib
from echub.files import store, stored
from echub.errors import EchubError
path = pathlib.Path(sys.argv[1])
whole, choose = path.read_bytes(), random.Random(7)
original = stored.read(path)
outcomes = {"equal": 0, "refused": 0, "another record": 0}
for _ in range(400):
    data = bytearray(whole)
    for _ in range(choose.choice((1, 1, 8))):
        data[choose.randrange(len(data))] ^= 1 << choose.randrange(8)
    path.write_bytes(data)
    try:
        outcomes["equal" if stored.read(path).same_as(original) else "another record"] += 1
    except EchubError as error:
        assert error.code in ("read-error", "newer-schema", "inconsistent-file", "changed-content"), error
        outcomes["refused"] += 1
print(outcomes)
"""


@pytest.mark.parametrize("rows", [500, 4000])
def test_flipped_bits_give_the_same_record_or_an_error_of_ours(tmp_path, rows):
    """Small columns are stored plainly, large ones deflated: neither gives another number without a word."""
    path = tmp_path / "flipped.h5"
    store.write(series(rows, settings={"a": "b" * 2000}), path)
    # In a process of its own: nothing but Python stands between this and the HDF5 library.
    done = subprocess.run([sys.executable, "-c", FLIPS, str(path)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "'refused': 0" not in done.stdout
    assert "'another record': 0" in done.stdout
