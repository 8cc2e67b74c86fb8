"""Native files of every released schema version open for ever, with what was in them."""

import json

import h5py
import pytest

import echub
import echub_schemas
from echub.errors import ChangedContent, NewerSchema
from echub.files import stored
from echub.files.content import content_hash
from echub.files.layout import text_of
from echub.validation.validation import validate
from fixtures.broken.tables import newer
from fixtures.eclab.make import FOLDER as ECLAB
from fixtures.golden.make import FOLDER, SOURCE, path

TRUTH = json.loads((ECLAB / "truth.json").read_text("utf-8"))[SOURCE]
FILES = sorted(FOLDER.glob("schema-*.h5"))


def test_the_present_version_has_a_golden_file():
    assert path(echub_schemas.VERSION) in FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_reads_whole(file):
    """Its own hash covers every column, setting and statement."""
    record = stored.read(file)
    with h5py.File(file) as opened:
        assert file.stem == f"schema-{text_of(opened.attrs['schema_version'])}"
        if file.stem == "schema-1.0.0":
            assert content_hash(record, "sha256") == f"sha256:{opened.attrs['content_sha256']}"
        else:
            assert content_hash(record) == text_of(opened.attrs["content_hash"])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_its_numbers_are_the_generator_s(file):
    """Against the truth that the fixture's generator wrote, without any reader."""
    table = echub.read(file).source_table()
    by_header = {header: values for (_, header), values in table.items()}
    compared = 0
    for column in TRUTH["columns"]:
        values = by_header[column["header"]]
        assert len(values) == TRUTH["rows"]
        assert (values[0], values[-1]) == (column["first"], column["last"])
        compared += 1
    assert compared == len(TRUTH["columns"]) > 5


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_its_metadata_are_there(file):
    metadata = echub.read(file).metadata
    assert metadata.value("cell.area", "mm^2") == pytest.approx(78.5)
    assert metadata.value("cell.temperature") == 25
    assert metadata.value("cell.symmetric") is True
    assert metadata.value("sample.replicate") == 2
    assert metadata.value("experiment.start") == TRUTH["start"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_sound(file):
    assert [p for p in validate(file).problems if p.severity != "note"] == []


@pytest.mark.parametrize(
    ("version", "taken"), [("1.0.0", True), ("1.99.0", True), ("2.0.0", False), ("10.1.0", False)]
)
def test_the_same_major_is_taken_and_a_newer_refused(tmp_path, version, taken):
    file = tmp_path / "run.h5"
    file.write_bytes(newer(version))
    if taken:
        assert "timeseries" in echub.read(file)
        return
    with pytest.raises(NewerSchema) as error:
        echub.read(file)
    assert error.value.hint == "pip install --upgrade echub"
    assert error.value.exit_code == 3


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("provenance", b"echub 0.1.0", b"echub 0.1.1"),
        ("metadata", b"BioLogic", b"BioLogik"),
        ("settings", b"VMP Set", b"VMP Sat"),
    ],
)
def test_an_altered_text_of_schema_1_1_is_damage(tmp_path, text, old, new):
    altered = tmp_path / "a.h5"
    altered.write_bytes(path("1.1.0").read_bytes())
    with h5py.File(altered, "r+") as file:
        said = bytes(file[text][()])
        assert old in said
        file[text][()] = said.replace(old, new)
    with pytest.raises(ChangedContent):
        stored.read(altered)
