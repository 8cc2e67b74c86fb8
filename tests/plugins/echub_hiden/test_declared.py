"""Declared SIMS exports: tables, pairs and image stacks; everything missing is named."""

import numpy as np
import pytest

import echub
from echub.errors import EchubError, ReadError
from echub.plugin import Confidence, Source
from echub_hiden import sniff_manifest
from fixtures.sims import MANIFEST, declared


def codes(record):
    return {notice.code for notice in record.notices}


def test_regions_keep_their_own_axes_and_ragged_lengths(tmp_path):
    data = echub.read(declared(tmp_path))["depth_profile"]
    lengths = {
        (region, species): int(((data["region"] == region) & (data["species"] == species)).sum())
        for region in ("pristine", "failed")
        for species in ("Na+", "Zr+")
    }
    assert lengths == {
        ("pristine", "Na+"): 100,
        ("pristine", "Zr+"): 100,
        ("failed", "Na+"): 100,
        ("failed", "Zr+"): 97,
    }
    assert set(data["polarity"]) == {1}


def test_a_region_names_its_electrochemical_test(tmp_path):
    regions = echub.read(declared(tmp_path)).metadata.value("sims.regions")
    failed = next(region for region in regions if region["name"] == "failed")
    assert failed["current_density"] == pytest.approx(10_000)
    assert failed["current_density_unit"] == "mA/cm^2"
    assert (failed["test"], failed["test_sha256"]) == ("failed.mpr", "00")


def test_another_test_file_than_declared_is_said(tmp_path):
    path = declared(tmp_path)
    (tmp_path / "failed.mpr").write_bytes(b"a test")
    assert "test-changed" in codes(echub.read(path))


def test_all_that_is_missing_is_named_at_once(tmp_path):
    path = declared(tmp_path)
    text = MANIFEST.replace('polarity = "+"\n', "", 1).replace('x_unit = "s"\n', "", 1)
    path.write_text(text.replace('{ "Na" = "Na+", "Zr" = "Zr+" }', "{}", 1))
    with pytest.raises(ReadError) as caught:
        echub.read(path)
    assert caught.value.code == "sims-undeclared"
    assert 'region pristine, profile 1: polarity, "+" or "-"' in caught.value.expected
    assert "x_unit" in caught.value.expected


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('file = "failed.csv"', 'file = "nothing.csv"', "is not beside the manifest"),
        ('file = "failed.csv"', 'file = "../failed.csv"', "is not beside the manifest"),
        ('layout = "table"', 'layout = "pairs"', "even number of columns"),
        ('"Na" = "Na+"', '"Na" = "Qq+"', "leaves open"),
        ("[sims]", "[sims", "not TOML"),
    ],
)
def test_wrong_declarations_are_refused(tmp_path, old, new, message):
    path = declared(tmp_path)
    path.write_text(MANIFEST.replace(old, new))
    with pytest.raises(EchubError, match=message):
        echub.read(path)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("t,Na,t,Zr\n1,2,1,3\n4,5\n", "row 3 does not fit the headers"),
        ("t,Na,t,Zr\n1,2,1,x\n", "row 2 of Zr is not a number"),
        ("t,Na,t\n1,2,1\n", "even number of columns"),
        ("t,Na,t,Zr\n", "no rows"),
    ],
)
def test_an_error_in_a_table_names_the_table_and_not_the_manifest(tmp_path, text, where):
    path = declared(tmp_path)
    (tmp_path / "failed.csv").write_text(text)
    with pytest.raises(ReadError, match=where) as caught:
        echub.read(path)
    assert caught.value.path.endswith("failed.csv")


def test_fractions_are_no_counts(tmp_path):
    path = declared(tmp_path)
    file = tmp_path / "pristine.csv"
    file.write_text(file.read_text().replace("10,", "10,0.5", 1))
    assert "not-counts" in codes(echub.read(path))


def test_swapped_polarities_are_said(tmp_path):
    path = declared(tmp_path)
    path.write_text(MANIFEST.replace('"Zr" = "Zr+"', '"Zr" = "ZrO2-"', 1))
    assert "polarity-mismatch" in codes(echub.read(path))


def maps(tmp_path, images, *, frames=None):
    for species, cube in images.items():
        for k, plane in enumerate(cube):
            np.savetxt(tmp_path / f"map_{species}_{k:03d}.csv", plane, delimiter=",", fmt="%g")
    labels = ", ".join(f'"{species}+"' for species in images)
    text = f"""format = "sims"
[sims]
pixel_size = "0.5 um"
[[region]]
name = "a"
[[region.images]]
pattern = "map_{{species}}_{{frame:03d}}.csv"
species = [{labels}]
"""
    (tmp_path / "sims.toml").write_text(text)
    return tmp_path / "sims.toml"


def test_an_image_stack_becomes_an_unsigned_map(tmp_path):
    counts = np.random.default_rng(3).poisson(4, (2, 3, 6, 5))
    record = echub.read(maps(tmp_path, {"Na": counts[0], "Zr": counts[1]}))
    built = record["ion_map"]
    assert built["ion_counts"].dtype == np.uint8
    assert np.array_equal(built["ion_counts"], counts)
    assert built["x"].tolist() == [0, 0.5, 1, 1.5, 2]
    assert built["species"].tolist() == ["Na+", "Zr+"]


def test_lost_pixels_are_masked_and_not_zero_counts(tmp_path):
    counts = np.ones((2, 4, 4))
    counts[1, 2, 3] = np.nan
    record = echub.read(maps(tmp_path, {"Na": counts}))
    assert "nan-pixels" in codes(record)
    assert record["ion_map"]["mask"].sum() == 31
    assert record["ion_map"]["mask"][0, 1, 2, 3] == 0


@pytest.mark.parametrize(
    ("cube", "code"),
    [
        (np.full((2, 3, 3), 0.25), "normalised-image"),
        (np.full((2, 3, 3), 3.5), "not-counts"),
        (np.zeros((2, 3, 3)), "all-zero"),
        (np.ones((1, 3, 3)), "one-frame"),
    ],
)
def test_pictures_taken_for_counts_are_said(tmp_path, cube, code):
    assert code in codes(echub.read(maps(tmp_path, {"Na": cube})))


def test_maps_of_different_sizes_are_refused(tmp_path):
    with pytest.raises(ReadError, match="differ in size"):
        echub.read(maps(tmp_path, {"Na": np.ones((2, 3, 3)), "Zr": np.ones((2, 4, 3))}))


def test_files_of_exchanged_polarities_are_said(tmp_path):
    path = declared(tmp_path)
    assert "polarity-exchanged" not in codes(echub.read(path))
    path.write_text(
        MANIFEST.replace('polarity = "+"', 'polarity = "-"').replace('"Na+"', '"Na"').replace('"Zr+"', '"Zr"')
    )
    notice = next(n for n in echub.read(path).notices if n.code == "polarity-exchanged")
    assert "Na, Zr hardly form negative ions" in notice.message


def test_a_channel_without_counts_is_said(tmp_path):
    path = declared(tmp_path)
    lines = (tmp_path / "pristine.csv").read_text().splitlines()
    rows = [line.rpartition(",")[0] + ",0" for line in lines[1:]]
    (tmp_path / "pristine.csv").write_text("\n".join([lines[0], *rows]) + "\n")
    assert "all-zero" in codes(echub.read(path))
    outcome = echub.analyze("sims-profile", path, params={"species": "Zr+"})
    assert [flag.code for flag in outcome.refusals] == ["empty-channel"]


def test_two_polarities_need_to_say_whether_they_share_a_clock(tmp_path):
    path = declared(tmp_path)
    head, tail = MANIFEST.replace('acquisition = "simultaneous"\n', "").split('[[region]]\nname = "failed"')
    path.write_text(head + '[[region]]\nname = "failed"' + tail.replace('polarity = "+"', 'polarity = "-"'))
    with pytest.raises(ReadError) as caught:
        echub.read(path)
    assert "sims.acquisition" in caught.value.expected


@pytest.mark.parametrize("told", ['region = "failed"', "region = [1, 2]", '[region]\nname = "failed"'])
def test_regions_are_a_list_of_tables(tmp_path, told):
    path = tmp_path / "sims.toml"
    path.write_text(f'format = "sims"\n{told}\n')
    with pytest.raises(ReadError, match=r"cannot be read: region(\[0\])? is not a (list|table)"):
        echub.read(path)


def test_what_was_done_to_the_only_region_was_done_in_the_experiment(tmp_path):
    path = declared(tmp_path)
    first, second = MANIFEST.split("[[region]]")[1:]
    head = MANIFEST.split("[[region]]", maxsplit=1)[0]
    for region, state, density in ((first, "pristine", None), (second, "failed", 10_000)):
        path.write_text(f"{head}[[region]]{region}")
        known = echub.read(path).metadata
        assert known.value("experiment.state") == state
        found = known.value("experiment.current_density", "mA/cm^2") if density else None
        assert found == (pytest.approx(density) if density else None)
        assert ("experiment.current_density" in known) is (density is not None)
    path.write_text(MANIFEST)
    assert "experiment.state" not in echub.read(path).metadata


@pytest.mark.parametrize(
    ("text", "recognised"),
    [
        ('format = "sims"\n', True),
        ("format = 'sims'\n", True),
        ('format="sims"   # regions of two cells\r\n', True),
        ('# measured again\n\n[instrument]\nname = "x"\n', False),
        (f'# {"x" * 3000}\n\nnote = "aged"\nformat = "sims"\n', True),  # its key may stand far below
        ("format = \"sims'\n", False),
        ('format = "sims-2"\n', False),
        ('x = """\nformat = "sims"\n"""\n', False),
        ("x = '''\nformat = 'sims'\n'''\n", False),
        ('import toml\nformat = "sims"\n', False),  # a program begins otherwise than TOML does
    ],
)
def test_a_manifest_is_recognised_wherever_and_however_its_format_stands(text, recognised):
    assert (sniff_manifest(Source.from_bytes(text.encode())) is Confidence.CERTAIN) == recognised
