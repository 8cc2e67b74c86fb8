"""Data headers of every version, counts that cannot be, versions that are not listed."""

import struct

import pytest

from echub.plugin import ReadError, Source
from echub_eclab.container import walk
from echub_eclab.header import HEADERS, read_header
from fixtures.eclab import byte_map, replace, set_n_points, truncate
from fixtures.eclab.mpr import MAGIC, encode_module
from tests.plugins.echub_eclab.support import NAMES, TRUTH, fixture, header_of, refusal


def with_version(data, version):
    """Write another version into the header of the data module."""
    place = byte_map(data)["VMP data"]
    return replace(
        data, place.length_field + (8 if place.header_version == "v2" else 4), struct.pack("<I", version)
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_fixture_header_is_read_as_it_was_written(name):
    truth, place = TRUTH[name], byte_map(fixture(name))["VMP data"]
    found = header_of(fixture(name))
    assert (found.points, list(found.ids)) == (truth["rows"], truth["ids"])
    assert found.start == place.inside.records
    assert found.stated == found.held == truth["rows"] * truth["record_size"]
    assert not any(found.rest[:-1])
    assert not found.assumed


def test_the_fixtures_hold_every_known_version():
    seen = {(int(t["data_header"][1]), t["data_version"]) for t in TRUTH.values()}
    assert seen == set(HEADERS)


ROOM = {"oldest_unverified": 95, "cv": 200, "ocv": 200, "cp": 500}
"""Ids for which there is room before the first record."""


@pytest.mark.parametrize(
    ("name", "code", "count"),
    [
        *[(name, "<H" if name == "cp" else "<B", 0) for name in ROOM],
        ("oldest_unverified", "<B", 96),
        ("cv", "<B", 201),
        ("ocv", "<B", 255),
        ("cp", "<H", 501),
        ("cp", "<H", 65535),
    ],
)
def test_an_impossible_number_of_columns_is_refused(name, code, count):
    place = byte_map(fixture(name))["VMP data"]
    error = refusal(replace(fixture(name), place.inside.n_columns, struct.pack(code, count)))
    assert error.message == f"the data header names {count:,} columns"
    assert error.where == f"offset {place.inside.n_columns}"
    assert error.found == str(count)
    assert error.expected == f"1 to {ROOM[name]}"


@pytest.mark.parametrize(("name", "by"), [("cp", 1), ("cp", -1), ("cv", 3), ("peis", -2), ("unknown_id", -1)])
def test_a_count_that_is_not_the_length_of_the_list_is_refused(name, by):
    data, place = fixture(name), byte_map(fixture(name))["VMP data"]
    count = len(TRUTH[name]["ids"]) + by
    code = "<H" if TRUTH[name]["data_version"] == 11 else "<B"
    error = refusal(replace(data, place.inside.n_columns, struct.pack(code, count)))
    assert error.message == f"the data header names {count} columns"
    assert error.expected == "as many as it lists"


def test_bytes_behind_the_ids_are_kept_and_cost_nothing():
    data, place = fixture("cp"), byte_map(fixture("cp"))["VMP data"]
    assert header_of(replace(data, place.inside.records - 40, b"new")).rest[-40:-37] == b"new"


@pytest.mark.parametrize("version", [1, 4, 12, 0xFFFFFFFF])
@pytest.mark.parametrize("name", ["ocv", "cv", "cp"])
def test_an_unknown_version_is_read_like_the_one_its_sizes_prove(name, version):
    found = header_of(with_version(fixture(name), version))
    truth = TRUTH[name]
    assert found.assumed == f"{truth['data_header']}/{truth['data_version']}"
    assert list(found.ids) == truth["ids"]


def test_an_unknown_version_without_proof_is_refused():
    error = refusal(with_version(fixture("unknown_id"), 12))
    assert error.message == "data of the unknown version v2/12"
    assert error.expected == "one of v1/0, v1/2, v1/3, v2/11"
    assert error.found == "v2/12"
    assert error.where == f"offset {byte_map(fixture('unknown_id'))['VMP data'].data}"


def test_an_unknown_version_without_a_row_proves_nothing():
    """No row fills no module, whatever the columns are."""
    assert refusal(with_version(fixture("wait"), 12)).message == "data of the unknown version v1/12"


def test_an_unknown_version_is_no_proof_where_the_rows_do_not_fill_the_module():
    assert (
        refusal(with_version(set_n_points(fixture("cp"), 99), 12)).message == "data of the unknown version v2/12"
    )


def test_an_unknown_version_is_no_proof_where_something_new_stands_behind_the_ids():
    data = replace(fixture("cp"), byte_map(fixture("cp"))["VMP data"].inside.records - 40, b"new")
    assert refusal(with_version(data, 12)).message == "data of the unknown version v2/12"


@pytest.mark.parametrize(
    ("held", "found"), [(0, "0 bytes"), (1, "1 byte"), (405, "405 bytes"), (1006, "1,006 bytes")]
)
def test_a_file_cut_inside_the_data_header_is_refused(held, found):
    place = byte_map(fixture("cp"))["VMP data"]
    error = refusal(truncate(fixture("cp"), place.data + held))
    assert error.message == "the file ends before its first record"
    assert error.where == f"offset {place.data + held}"
    assert error.expected == f"records from offset {place.data + 1007}"
    assert error.found == f"{found} of data"


def test_a_data_module_shorter_than_its_header_is_refused_as_that():
    data = MAGIC + encode_module("VMP data", bytes(range(1, 5)), "v2", 11, "03/14/24")
    error = refusal(data)
    assert error.message == "the data module has no room for its header"
    assert error.found == "4 bytes of data"


def test_read_header_names_the_file(tmp_path):
    path = tmp_path / "cut.mpr"
    path.write_bytes(truncate(fixture("cp"), byte_map(fixture("cp"))["VMP data"].data + 5))
    source = Source(path)
    with pytest.raises(ReadError) as caught:
        read_header(source, walk(source).first("VMP data"))
    assert caught.value.path == str(path)
