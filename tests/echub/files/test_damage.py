"""What a damaged native file, or one of a later schema, is said to be: each remark with all of its parts."""

import h5py
import numpy as np
import pytest

import echub
import echub_schemas
from echub.errors import NewerSchema, PluginError, ReadError, SourceChanged
from echub.files import store, stored
from echub.files.damage import damage_of, require_same
from echub.files.stored_later import counted, is_later, notice, unknown
from echub.files.verification import Check, verify
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Record
from echub.model.source import Source
from tests.messages.parts import said

SOURCE = Source.from_bytes(b"", "run.h5")
AGAIN = "convert the source again with --force"


def raised(error, column=""):
    with damage_of(SOURCE, column):
        raise error


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("what h5py says\nand more"), AttributeError("what h5py says"),
        KeyError("what h5py says"),
        MemoryError("what h5py says"), OSError("what h5py says"), RuntimeError("what h5py says"),
        TypeError("what h5py says"), ValueError("what h5py says"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_whatever_the_libraries_raise_for_a_damaged_file_is_one_error(error):
    found = "'what h5py says'" if isinstance(error, KeyError) else "what h5py says"
    whole = {
        "path": "run.h5", "found": found, "hint": AGAIN,
        "cause": "it was truncated or changed after it was written",
    }  # fmt: skip
    assert said(lambda: raised(error)) == {"message": "the native file is damaged", **whole}
    assert said(lambda: raised(error, "current")) == {
        "message": "the column current of the native file is damaged", "column": "current", **whole
    }  # fmt: skip
    assert said(lambda: raised(type(error)()))["found"] == type(error).__name__


def test_columns_that_do_not_fit_are_inconsistent_and_errors_of_echub_pass():
    assert said(lambda: raised(PluginError("it cannot hold x", found="3 values"))) == {
        "message": "the columns of the native file do not fit together", "path": "run.h5",
        "expected": "columns of one length along each axis", "found": "it cannot hold x: 3 values",
        "cause": "the file was changed by other software after it was written", "hint": AGAIN,
    }  # fmt: skip
    with pytest.raises(SourceChanged, match="it grew"):
        raised(SourceChanged("it grew"))
    with pytest.raises(ReadError) as refused:
        raised(ReadError("torn"))
    assert refused.value.message == "torn"


def test_a_text_with_another_hash_is_not_the_one_that_was_written():
    require_same("provenance", "blake3:1", "blake3:1", SOURCE)
    assert said(lambda: require_same("provenance", "blake3:1", "blake3:2", SOURCE, "current")) == {
        "message": "the provenance are not those that were written", "path": "run.h5", "column": "current",
        "expected": "blake3:2", "found": "blake3:1",
        "cause": "the file was damaged, or changed by other software after it was written",
        "hint": f"{AGAIN}; --set and sidecars add metadata",
    }  # fmt: skip


# -- later versions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "later"),
    [("1.2.0", False), ("1.2.9", False), ("1.1.9", False), ("1.3.0", True), ("1.10.0", True), ("2.0.0", True)],
)
def test_a_version_is_later_by_its_minor_number(version, later):
    assert echub_schemas.VERSION == "1.2.0"
    assert is_later(version) is later


@pytest.mark.parametrize(
    ("names", "shown"), [(1, "k0"), (5, "k0, k1, k2, k3, k4"), (6, "k0, k1, k2, k3, k4 and 1 more")]
)
def test_five_keys_of_a_later_version_are_named(names, shown):
    remark = notice("1.9.0", (f"k{n}" for n in range(names)))
    assert (remark.code, remark.severity, remark.message) == (
        "later-schema", "warning",
        f"the file has schema 1.9.0, later than 1.2.0; it is read without what that adds ({shown})",
    )  # fmt: skip


def test_keys_that_are_not_known_are_named_with_whose_they_are():
    column = {"name": "a", "scale": "1", "zeta": 1, "alpha": 2, "hash": "x"}
    assert unknown("column", column, "current") == ["current: alpha", "current: zeta"]
    assert unknown("metadata", {"tree": {}, "entries": [], "more": 1}) == ["metadata: more"]
    values = {"dtype": "<f8", "shape": [2], "hash": "x", "columns": [], "described": []}
    assert counted({"name": "a", **values, "later": 1}) == {"name": "a", "later": 1}


# -- other files ------------------------------------------------------------------------------------


@pytest.fixture
def native(tmp_path):
    columns = [SourceColumn("t", np.arange(3.0), "time", "s", index=0)]
    store.write(Record([build_dataset("timeseries", columns)]), tmp_path / "run.h5")
    return tmp_path / "run.h5"


def test_a_file_of_another_program_or_of_a_newer_schema_is_told_in_full(native, tmp_path):
    with h5py.File(native, "r+") as file:
        file.attrs["schema_version"] = "2.1.0"
    assert said(lambda: stored.read(native)) == {
        "message": "the file has the schema 2.1.0, newer than this echub reads", "path": str(native),
        "expected": "1.x", "found": "2.1.0", "hint": "pip install --upgrade echub",
    }  # fmt: skip
    with pytest.raises(NewerSchema):
        stored.read(native)
    other = tmp_path / "other.h5"
    for attributes, found in (({}, "none"), ({"format": "x"}, "format"), ({"a": 1, "format": "x"}, "a, format")):
        with h5py.File(other, "w") as file:
            file.attrs.update(attributes)
        assert said(lambda: stored.read(other)) == {
            "message": "this HDF5 file was not written by echub", "path": str(other),
            "expected": "the attribute format = echub", "found": f"the attributes {found}",
        }  # fmt: skip


# -- verified ---------------------------------------------------------------------------------------


def test_what_is_verified_is_told_in_full(tmp_path):
    source = tmp_path / "run.csv"
    source.write_text("t / s,U / V\n0,1\n1,2\n2,4\n", "utf-8")
    native = tmp_path / "run.csv.h5"
    echub.convert(source)
    held = [Check("content hash", True, "as written"), Check("source hash", True, "run.csv")]
    assert verify(native) == verify(native, source) == verify(native, tmp_path) == [
        *held, Check("values", True, "2 columns, 3 rows, bit for bit")
    ]  # fmt: skip
    sha256 = Source(source).sha256()
    source.write_text("t / s,U / V\n0,1\n1,2\n2,5\n", "utf-8")
    other = Source(source).sha256()
    changed = Check("source hash", False, f"run.csv has {other[:12]}…, not {sha256[:12]}…")
    assert verify(native) == [held[0], changed]
    source.unlink()
    missing = "run.csv is not beside the file; name it (or its folder) with --source"
    assert verify(native) == [held[0], Check("source", False, missing)]
    with h5py.File(native, "r+") as file:
        file.attrs["content_hash"] = np.bytes_("blake3:" + "0" * 64)
    first, _ = verify(native)
    assert (first.what, first.holds) == ("content hash", False)
    assert first.found.endswith("…, written was 000000000000…")
    assert len(first.found.partition("…")[0]) == 12


def test_only_what_echub_wrote_can_be_verified(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("t / s,U / V\n0,1\n", "utf-8")
    told = said(lambda: verify(path))
    assert told.pop("expected").startswith("a file that echub wrote (")
    assert told == {
        "message": "only converted files can be verified", "path": str(path), "found": "b't / s,U '",
        "hint": "echub convert run.csv first",
    }  # fmt: skip
