"""The walk over modules: by length, each header by its own version, damage said in words."""

import struct

import pytest

from echub.plugin import ReadError, Source
from echub_eclab.container import MOST_MODULES, is_boundary, resume, walk
from fixtures.eclab import append_garbage, byte_map, replace, set_module_length, swap_magic, truncate
from fixtures.eclab.mpr import MAGIC, encode_module
from tests.plugins.echub_eclab.support import NAMES, fixture, scenario


def container(data):
    return walk(Source.from_bytes(data, "run.mpr"))


def names(found):
    return [module.short for module in found.modules]


@pytest.mark.parametrize("name", NAMES)
def test_modules_lie_where_the_generator_put_them(name):
    places, found = byte_map(fixture(name)), container(fixture(name))
    assert not found.damage
    assert names(found) == list(places)
    for module, place in zip(found.modules, places.values(), strict=True):
        assert (module.offset, module.length, module.held) == (place.data, place.length, place.length)
        assert (f"v{module.header}", module.version) == (place.header_version, place.version)


def test_header_version_is_decided_for_each_module():
    found = container(fixture("awkward"))
    assert [(m.short, m.header) for m in found.modules] == [("VMP Set", 1), ("VMP data", 2)]


def test_the_word_module_in_a_comment_begins_no_module():
    assert b"MODULE VMP data" in fixture("awkward")[60:2000]
    assert names(container(fixture("awkward"))) == ["VMP Set", "VMP data"]


def test_names_titles_and_dates_are_read():
    module = container(fixture("cv")).first("VMP loop")
    assert (module.long, module.date) == ("VMP expt. loop indexes", "03.14.24")


def test_first_gives_none_for_a_module_that_is_not_there():
    assert container(fixture("awkward")).first("VMP LOG") is None


def test_a_v2_length_of_all_ones_reaches_beyond_the_file():
    found = container(set_module_length(fixture("cp"), "VMP data", 0xFFFFFFFF))
    assert names(found) == ["VMP Set", "VMP data"]
    assert found.modules[-1].length == 0xFFFFFFFF
    assert found.damage == "the file ends inside the module VMP data"


def test_a_v1_length_of_all_ones_does_not_make_a_v2_header():
    data = fixture("ocv")
    found = container(set_module_length(data, "VMP data", 0xFFFFFFFF))
    module, place = found.modules[-1], byte_map(data)["VMP data"]
    assert (module.header, module.version, module.date) == (1, 3, "03/14/24")
    assert (module.offset, module.length) == (place.data, 0xFFFFFFFF)
    assert module.held == len(data) - place.data


def test_a_file_cut_inside_a_module_keeps_what_is_there():
    data = fixture("cp")
    log = byte_map(data)["VMP LOG"]
    found = container(truncate(data, log.data + 7))
    assert found.modules[-1].held == 7
    assert found.damage == "the file ends inside the module VMP LOG"


@pytest.mark.parametrize("beyond", [6, 30, 6 + 58])
def test_a_file_cut_inside_a_module_header_stops_before_it(beyond):
    data = fixture("cp")
    log = byte_map(data)["VMP LOG"]
    found = container(truncate(data, log.start + beyond))
    assert names(found) == ["VMP Set", "VMP data"]
    assert found.damage == "the file ends inside a module header"
    assert found.stopped == log.start


def test_a_v1_header_at_the_very_end_is_complete():
    data = MAGIC + encode_module("VMP Set", b"", "v1", 0, "03/14/24")
    assert names(container(data)) == ["VMP Set"]


def test_garbage_behind_the_last_module_is_damage_at_its_offset():
    data = fixture("cp")
    found = container(append_garbage(data, b"garbage!!"))
    assert found.damage == f"no module begins at offset {len(data)}: found b'garbage!'"
    assert found.stopped == len(data)


def test_modules_without_data_are_walked():
    empty = [encode_module(f"M{n}", b"", "v2", 10, "03/14/24") for n in range(5)]
    assert names(container(fixture("cp") + b"".join(empty)))[-5:] == ["M0", "M1", "M2", "M3", "M4"]


def test_an_endless_row_of_modules_is_cut_off():
    empty = encode_module("VMP", b"", "v1", 0, "03/14/24")
    found = container(MAGIC + empty * (MOST_MODULES + 3))
    assert len(found.modules) == MOST_MODULES
    assert found.damage == f"more than {MOST_MODULES} modules"
    assert found.stopped == 52 + MOST_MODULES * len(empty)


def test_resume_walks_on_from_the_true_end_of_a_module():
    data = set_module_length(fixture("cp"), "VMP data", 5_000_000)
    source = Source.from_bytes(data)
    found = walk(source)
    true_end = byte_map(fixture("cp"))["VMP data"].end
    mended = resume(source, found, found.modules[1], true_end)
    assert names(mended) == ["VMP Set", "VMP data", "VMP LOG"]
    assert not mended.damage


def test_a_boundary_is_a_module_or_the_end_of_the_file():
    source, log = Source.from_bytes(fixture("cp")), byte_map(fixture("cp"))["VMP LOG"]
    assert is_boundary(source, log.start)
    assert is_boundary(source, source.size)
    assert not is_boundary(source, log.start + 1)
    assert not is_boundary(source, source.size + 1)
    assert not is_boundary(source, 1 << 45)


MODULE_EXPECTED = "MODULE and a module header"
DAMAGED = {
    "magic alone": (MAGIC, "offset 52", MODULE_EXPECTED, "the end of the file"),
    "half a magic block": (MAGIC[:30], "offset 30", MODULE_EXPECTED, "the end of the file"),
    "half a header": (fixture("cp")[:90], "offset 52", MODULE_EXPECTED, "the file ends inside a module header"),
    "zeros": (
        MAGIC + bytes(500),
        "offset 52",
        MODULE_EXPECTED,
        f"no module begins at offset 52: found {bytes(8)!r}",
    ),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_file_without_any_module_is_refused(kind):
    data, where, expected, found = DAMAGED[kind]
    with pytest.raises(ReadError, match="contains no module") as caught:
        container(data)
    assert (caught.value.where, caught.value.expected, caught.value.found) == (where, expected, found)


@pytest.mark.parametrize("data", [b"", b"BIO-LOGIC", b"<?xml version", swap_magic(fixture("cp"))])
def test_another_beginning_is_refused_with_its_bytes(data):
    with pytest.raises(ReadError, match="not an EC-Lab raw data file") as caught:
        container(data)
    assert caught.value.where == "offset 0"
    assert caught.value.found == repr(data[:23])


def test_a_wrong_length_of_the_first_module_is_said_where_the_walk_got_lost():
    data = fixture("cp")
    field = byte_map(data)["VMP Set"].length_field
    wrong = struct.unpack_from("<I", data, field)[0] + 1
    found = container(replace(data, field, struct.pack("<I", wrong)))
    assert names(found) == ["VMP Set"]
    assert found.damage.startswith(
        f"no module begins at offset {byte_map(data)['VMP data'].start + 1}: found b'ODULE"
    )


def test_a_comment_of_255_bytes_and_unicode_names_are_no_trouble():
    settings = scenario("cp").settings
    comment = "µ" * 254 + "!"
    data = scenario("cp", settings=type(settings)(comments=comment)).to_bytes()
    assert len(container(data).modules) == 3
