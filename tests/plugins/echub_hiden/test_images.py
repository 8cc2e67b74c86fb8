"""Image stacks: arrays, TIFFs and matrices of counts; pictures and damaged files are refused or said."""

import h5py
import numpy as np
import pytest
from PIL import Image

import echub
from echub.errors import EchubError, ReadError
from fixtures.sims.maps import FOLDER, counts

HEAD = """format = "sims"
[sims]
pixel_size = "0.5 um"
acquisition = "simultaneous"
[[region]]
name = "a"
"""
IMAGES = '[[region.images]]\npattern = "{pattern}"\nspecies = {species}\npolarity = "{polarity}"\n{more}'


def declare(folder, pattern, species, polarity="+", more=""):
    listed = "[" + ", ".join(f'"{name}"' for name in species) + "]"
    block = IMAGES.format(pattern=pattern, species=listed, polarity=polarity, more=more)
    (folder / "sims.toml").write_text(HEAD + block, encoding="utf-8")
    return folder / "sims.toml"


def array(folder, values, species=("Na+",), **told):
    np.save(folder / "map.npy", values)
    return declare(folder, "map.npy", species, **told)


def tiff(folder, pages, **how):
    images = [page if isinstance(page, Image.Image) else Image.fromarray(page) for page in pages]
    images[0].save(folder / "map_Na.tif", save_all=True, append_images=images[1:], **how)
    return declare(folder, "map_{species}.tif", ["Na+"])


def codes(record):
    return {notice.code for notice in record.notices}


def test_the_fixture_reads_to_what_was_generated():
    record = echub.read(FOLDER / "sims.toml")
    data = record["ion_map"]
    assert data["ion_counts"].dtype == np.uint8
    assert np.array_equal(data["ion_counts"][:2], counts("pristine"))
    assert np.array_equal(data["ion_counts"][2:], counts("failed"))
    assert data["species"].tolist() == ["Na+", "Zr+", "Na+", "Zr+", "O-"]
    assert data["polarity"].tolist() == [1, 1, 1, 1, -1]
    assert data["region"].tolist() == ["pristine"] * 2 + ["failed"] * 3
    assert record.metadata.value("sims.regions")[1]["current_density"] == 10
    assert not record.notices


@pytest.mark.parametrize("dtype", ["u1", "<u2", ">u2", "<i4", "<u4", "<f4", "<f8"])
def test_whole_counts_become_the_smallest_unsigned_integers(tmp_path, dtype):
    values = np.random.default_rng(1).poisson(3, (1, 2, 5, 4))
    data = echub.read(array(tmp_path, values.astype(dtype)))["ion_map"]
    assert data["ion_counts"].dtype == np.uint8
    assert np.array_equal(data["ion_counts"], values)


@pytest.mark.parametrize("dtype", ["u1", "u2", "i4", "f4"])
def test_a_tiff_of_many_pages_is_a_stack(tmp_path, dtype):
    pages = np.random.default_rng(2).poisson(20, (3, 6, 5)).astype(dtype)
    data = echub.read(tiff(tmp_path, list(pages)))["ion_map"]
    assert np.array_equal(data["ion_counts"][0], pages)


def test_the_time_of_a_frame_gives_sputter_times(tmp_path):
    record = echub.read(array(tmp_path, np.ones((1, 3, 4, 4), "u1"), more='frame_time = "0.5 min"\n'))
    column = record["ion_map"].column("sputter_time")
    assert column.values.tolist() == [15, 45, 75]
    assert (column.axes, column.origin) == (("frame",), "derived")


def picture(mode):
    return Image.new(mode, (4, 4))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "1", "LA", "CMYK"])
def test_coloured_pages_are_no_counts(tmp_path, mode):
    with pytest.raises(ReadError, match="a page is a picture") as caught:
        echub.read(tiff(tmp_path, [picture(mode), picture(mode)]))
    assert "raw counts" in caught.value.hint


@pytest.mark.parametrize(
    ("values", "species", "message"),
    [
        (np.ones((2, 3, 4, 4)), ["Na+"], "does not hold the declared species"),
        (np.ones((3, 4, 4)), ["Na+", "Zr+", "K+"], "does not hold the declared species"),
        (np.ones((1, 0, 4, 4)), ["Na+"], "are not a stack"),
        (np.ones((1, 3, 4, 4), complex), ["Na+"], "contains no numbers"),
        (np.array([["a"]]), ["Na+"], "contains no numbers"),
        (np.ones((2, 3, 4, 4)), ["Na+", "Na+"], "leaves open"),
        (np.ones((1, 3, 4, 4)), ["Zz+"], "leaves open"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, values, species, message):
    with pytest.raises(EchubError, match=message):
        echub.read(array(tmp_path, values, species))


@pytest.mark.parametrize("data", [b"", b"no array", b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f8'"])
def test_damaged_arrays_are_errors(tmp_path, data):
    (tmp_path / "map.npy").write_bytes(data)
    with pytest.raises(ReadError, match="not a NumPy array") as caught:
        echub.read(declare(tmp_path, "map.npy", ["Na+"]))
    assert caught.value.path.endswith("map.npy")


def test_arrays_of_objects_are_never_unpickled(tmp_path):
    np.save(tmp_path / "map.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ReadError, match="not a NumPy array of numbers"):
        echub.read(declare(tmp_path, "map.npy", ["Na+"]))


@pytest.mark.parametrize("data", [b"", b"II*\x00", b"<html>"])
def test_damaged_tiffs_are_errors(tmp_path, data):
    (tmp_path / "map_Na.tif").write_bytes(data)
    with pytest.raises(ReadError, match="not a TIFF") as caught:
        echub.read(declare(tmp_path, "map_{species}.tif", ["Na+"]))
    assert caught.value.path.endswith("map_Na.tif")


def test_pages_of_different_sizes_are_refused(tmp_path):
    with pytest.raises(ReadError, match="pages differ in size"):
        echub.read(tiff(tmp_path, [np.ones((4, 4), "u2"), np.ones((4, 5), "u2")]))


def matrices(folder, texts):
    for number, text in enumerate(texts):
        (folder / f"map_Na_{number}.csv").write_text(text, encoding="ascii")
    return declare(folder, "map_{species}_{frame}.csv", ["Na+"])


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["1,2\n3,4", ""], "not a matrix"),
        (["1,2\n3,4", "1,2\n3"], "not a matrix of numbers"),
        (["1,2\n3,4", "a,b\n1,2"], "not a matrix of numbers"),
        (["1,2\n3,4", "1,2,3\n3,4,5"], "differ in size"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_matrices_that_do_not_fit_are_refused(tmp_path, texts, message):
    with pytest.raises(ReadError, match=message):
        echub.read(matrices(tmp_path, texts))


@pytest.mark.parametrize("text", ["1,2,\n3,4,\n", "1;2;\r\n3;4;\r\n\r\n", "1\t2\t\n3\t4\t"])
def test_a_separator_behind_every_row_of_a_matrix_is_none(tmp_path, text):
    data = echub.read(matrices(tmp_path, [text, text]))["ion_map"]
    assert data["ion_counts"].tolist() == [[[[1, 2], [3, 4]]] * 2]


def test_a_missing_frame_is_named(tmp_path):
    path = matrices(tmp_path, ["1,2\n3,4"] * 3)
    (tmp_path / "map_Na_1.csv").unlink()
    with pytest.raises(ReadError, match="are missing") as caught:
        echub.read(path)
    assert caught.value.found == "none for 1"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (np.full((1, 2, 4, 4), 255, "u1"), "eight-bit-image"),
        (np.full((1, 2, 4, 4), -1, "i2"), "negative-counts"),
        (np.zeros((1, 2, 4, 4), "u2"), "all-zero"),
        (np.ones((1, 1, 4, 4), "u2"), "one-frame"),
    ],
)
def test_what_is_odd_is_said(tmp_path, values, code):
    assert code in codes(echub.read(array(tmp_path, values)))


def test_an_ion_of_the_other_polarity_is_said(tmp_path):
    assert "polarity-mismatch" in codes(echub.read(array(tmp_path, np.ones((1, 2, 3, 3), "u1"), ["O-"])))


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ('frame_time = "5 um"\n', "frame_time is '5 um'"),
        ('frame_time = "0 s"\n', "frame_time"),
        ("dwell = 1\n", "dwell"),
    ],
)
def test_what_is_declared_wrongly_is_named(tmp_path, more, missing):
    with pytest.raises(ReadError) as caught:
        echub.read(array(tmp_path, np.ones((1, 2, 3, 3), "u1"), more=more))
    assert missing in caught.value.expected


def test_species_are_a_list(tmp_path):
    path = array(tmp_path, np.ones((1, 2, 3, 3), "u1"))
    path.write_text(path.read_text().replace('["Na+"]', '"Na+"'))
    with pytest.raises(ReadError) as caught:
        echub.read(path)
    assert caught.value.where == "region[0].images[0].species"
    assert caught.value.expected == "a list"


def test_a_large_map_is_stored_in_blocks_and_read_by_others(tmp_path):
    xarray = pytest.importorskip("xarray")
    values = np.tile(np.random.default_rng(5).poisson(2, (6, 64, 512)).astype("u1"), (10, 8, 1))
    values[0, 0, 0] = 250
    stored = tmp_path / "out.h5"
    echub.convert(array(tmp_path, values[None]), path=stored)
    with h5py.File(stored) as file:
        column = file["ion_map/ion_counts"]
        assert (column.dtype, column.chunks) == (np.uint8, (1, 1, 128, 512))
        assert np.array_equal(column[0], values)
        assert [scale.keys()[0] for scale in column.dims] == ["species", "frame", "y", "x"]
    with xarray.open_dataset(stored, group="ion_map", engine="h5netcdf") as opened:
        assert np.array_equal(opened["ion_counts"].values[0], values)
        assert opened["x"].attrs["units"] == "um"
        assert float(opened["x"][-1]) == pytest.approx(255.5)
    again = echub.read(stored)["ion_map"]
    assert np.array_equal(again["ion_counts"][0], values)
    assert again.to_xarray()["ion_counts"].dims == ("species", "frame", "y", "x")


def test_an_image_of_the_camera_is_recognised_and_refused(tmp_path):
    (tmp_path / "sun.im").write_bytes(b"\x00\x00\x10\xce" + bytes(60))
    with pytest.raises(EchubError) as caught:
        echub.read(tmp_path / "sun.im")
    assert "one matrix of counts per species and frame" in str(caught.value)


@pytest.mark.parametrize("pages", [1, 2])
def test_the_image_of_one_frame_has_one_page(tmp_path, pages):
    """A second page would be a frame of its own, which no number in the pattern names."""
    for frame in (1, 2):
        planes = [np.full((2, 3), 10 * frame + k, "u1") for k in range(pages)]
        first, *others = [Image.fromarray(plane) for plane in planes]
        first.save(tmp_path / f"Na_{frame}.tif", save_all=True, append_images=others)
    told = '[[region]]\nname = "r"\n[[region.images]]\npattern = "{species}_{frame}.tif"\nspecies = ["Na+"]\n'
    (tmp_path / "sims.toml").write_text(f'format = "sims"\n[sims]\npixel_size = "1 um"\n{told}')
    if pages == 1:
        counts = echub.read(tmp_path / "sims.toml")["ion_map"]["ion_counts"]
        assert counts[0, :, 0, 0].tolist() == [10, 20]
        return
    with pytest.raises(ReadError, match="an image of one frame has several pages") as refused:
        echub.read(tmp_path / "sims.toml")
    assert refused.value.found == "2 pages"
