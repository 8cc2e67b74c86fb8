"""Verify: holds for what was just converted, fails for one changed value, and says what is missing."""

import json
import os
from pathlib import Path

import h5py
import numpy as np
import pytest

from echub.batch.batch import convert_many
from echub.errors import ReadError, SourceNotFound, UnknownFormat
from echub.files.content import content_hash
from echub.files.conversion import convert
from echub.files.output import plan
from echub.files.reading import read
from echub.files.verification import Check, _content, _option, verify
from fixtures.eclab import SCENARIOS
from fixtures.eclab.ascii import export
from fixtures.eclab.texts import GCPL, OCV

ROOT = Path(__file__).resolve().parents[3]
CORPUS = Path(os.environ.get("ECHUB_CORPUS", ROOT.parent / "shared" / "corpus")) / "biologic"
NO_CORPUS = f"no real files under {CORPUS}; set ECHUB_CORPUS to have them"


@pytest.fixture
def converted(tmp_path):
    source = tmp_path / "gcpl.mpr"
    source.write_bytes(SCENARIOS["gcpl"]().data)
    return Path(convert(source).outputs[0])


def failed(path, source=None):
    return [check.what for check in verify(path, source) if not check.holds]


def test_a_converted_file_is_verified(converted):
    checks = verify(converted)
    assert [check.what for check in checks] == ["content hash", "source hash", "values"]
    assert all(check.holds for check in checks)
    assert "265 rows, bit for bit" in checks[-1].found


def test_a_hash_without_a_name_is_sha256_and_one_of_another_name_does_not_hold(converted):
    record = read(converted)
    digest = content_hash(record, "sha256").rpartition(":")[2]
    assert _content(record, digest) == Check("content hash", True, "as written")
    assert _content(record, f"sha256:{digest}").holds
    other = _content(record, "md5:0123456789abcdef")
    assert not other.holds
    assert other.found.endswith("…, written was 0123456789ab…")


def columns_of(path):
    with h5py.File(path) as file:
        return [name for name in file["timeseries"] if file["timeseries"][name].shape]


def test_one_changed_value_in_any_column_is_found(converted):
    names = columns_of(converted)
    assert len(names) > 15
    for name in names:
        with h5py.File(converted, "r+") as file:
            array = file["timeseries"][name]
            before = array[7]
            array[7] = before + np.ones((), array.dtype) if before == before else 0
        assert "content hash" in failed(converted), name
        with h5py.File(converted, "r+") as file:
            file["timeseries"][name][7] = before
    assert failed(converted) == []


def test_a_forged_hash_does_not_hide_a_changed_value(converted):
    from echub.files import stored
    from echub.files.content import column_digest, content_hash

    with h5py.File(converted, "r+") as file:
        file["timeseries"]["potential_we"][3] += np.float32(1e-3)
    record = stored.read(converted)
    with h5py.File(converted, "r+") as file:
        attributes = file["timeseries/potential_we"].attrs
        digest = column_digest(record["timeseries"]["potential_we"])
        attributes["echub"] = json.dumps(json.loads(attributes["echub"]) | {"hash": digest})
        file.attrs["content_hash"] = content_hash(record)
    checks = verify(converted)
    assert [check.what for check in checks if not check.holds] == ["column Ewe/V"]
    assert "first row 3" in next(check.found for check in checks if not check.holds)


def test_changed_metadata_are_found(converted):
    with h5py.File(converted, "r+") as file:
        text = file["metadata"][()].decode().replace('"GCPL"', '"CP"')
        file["metadata"][()] = text
    assert failed(converted) == ["content hash"]


def test_a_changed_source_is_found(converted):
    source = converted.with_name("gcpl.mpr")
    data = bytearray(source.read_bytes())
    data[-1] ^= 1
    source.write_bytes(data)
    assert failed(converted) == ["source hash"]


def test_a_source_that_is_not_there_is_said_and_may_be_named(converted, tmp_path):
    elsewhere = tmp_path / "archive"
    elsewhere.mkdir()
    converted.with_name("gcpl.mpr").rename(elsewhere / "old name.mpr")
    assert failed(converted) == ["source"]
    assert failed(converted, elsewhere / "old name.mpr") == []
    with pytest.raises(SourceNotFound):
        verify(converted, elsewhere / "none.mpr")


def test_what_was_never_converted_is_refused(converted):
    with pytest.raises(ReadError, match="only converted files"):
        verify(converted.with_name("gcpl.mpr"))


def test_options_of_the_reader_are_used_again(tmp_path):
    source = tmp_path / "run.mpt"
    source.write_bytes(export(SCENARIOS["gcpl"]().file, parameters=GCPL))
    result = convert(source, options={"derived": "none", "decimal": "point"})
    assert failed(result.outputs[0]) == []


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false"), (2, "2"), (0.5, "0.5"), ("a", "a")])
def test_an_option_is_given_again_as_it_was_typed(value, text):
    assert _option(value) == text


@pytest.fixture
def run(tmp_path):
    """Two linked techniques of one run."""
    ocv, gcpl = SCENARIOS["ocv"]().file, SCENARIOS["gcpl"]().file
    (tmp_path / "cell_01_OCV_C04.mpt").write_bytes(export(ocv, parameters=OCV))
    (tmp_path / "cell_02_GCPL_C04.mpt").write_bytes(export(gcpl, parameters=GCPL))
    return tmp_path


def test_a_joined_run_is_verified_against_all_its_sources(run):
    (result,) = convert_many([run], join=True)
    assert [Path(output).name for output in result.outputs] == ["cell_C04.mpt.h5"]
    assert failed(result.outputs[0]) == []
    (run / "cell_01_OCV_C04.mpt").unlink()
    assert failed(result.outputs[0]) == ["source"]


@pytest.mark.skipif(not CORPUS.is_dir(), reason=NO_CORPUS)
def test_every_file_converted_from_the_real_ones_is_verified(tmp_path):
    verified = 0
    for job in plan([CORPUS], tmp_path):
        try:
            result = convert(job.source, job.stem.parent)
        except UnknownFormat:
            continue
        assert failed(result.outputs[0], job.source) == [], job.source
        verified += 1
    assert verified >= 118
