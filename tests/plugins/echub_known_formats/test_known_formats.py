"""Formats that are recognised and not read: every suffix is answered with what to do."""

import pytest

import echub
from echub.errors import UnknownFormat
from echub.registry.registry import registry
from echub_known_formats import FORMATS

PROGRAM = {
    ".ids": "IviumSoft", ".isc .iss": "Thales", ".zmx": "Zahner Lab", ".nox": "NOVA",
    ".dfr .i2b .oew .ocw .icw .ixw": "GPES", ".par": "VersaStudio", ".zvw .ppj": ".z", ".cor": "CorrView",
    ".bin": "CHI", ".pssession .pss": "PSTrace", ".bts .dig": "BTS-600", ".bas .bpr": "BaSyTec", ".mac": "MIMS",
    ".cex .ccs": "LANDT", ".pec": "LifeTest", ".nvx": "UHPC", ".isi": "PV MassSpec", ".mdf .ldf": "Data Watcher",
    ".gz .zip .7z .bz2 .xz .zst .tar .tgz .rar": "unpack",
}  # fmt: skip
"""Suffixes, and what a user has to open to export such files: the maker's program, or an archiver."""
OPENS = {suffix: program for suffixes, program in PROGRAM.items() for suffix in suffixes.split()}
SUFFIXES = [(fields[0], suffix) for fields in FORMATS for suffix in fields[2]]


@pytest.mark.parametrize(("name", "suffix"), SUFFIXES)
def test_every_suffix_is_answered_with_an_export(name, suffix, tmp_path):
    path = tmp_path / f"run{suffix}"
    path.write_bytes(bytes(range(1, 200)) * 3)
    with pytest.raises(UnknownFormat) as caught:
        echub.read(path)
    assert OPENS[suffix] in caught.value.hint
    assert "convert that" in caught.value.hint
    assert suffix in registry().known_formats[name].title


def test_no_suffix_is_claimed_twice_or_read_by_a_reader():
    suffixes = [suffix for _, suffix in SUFFIXES]
    assert len(set(suffixes)) == len(suffixes)
    others = {s for k in registry().known_formats.values() if k.name not in dict(SUFFIXES) for s in k.suffixes}
    read = {s for reader in registry().readers.values() for s in reader.suffixes}
    assert not set(suffixes) & (others | read)


def test_what_is_text_goes_to_the_reader_of_tables(tmp_path):
    """A text export under one of these suffixes is not a binary file, and is not refused by its name."""
    path = tmp_path / "run.par"
    path.write_text("time/s,Ewe/V\n" + "".join(f"{n},{3 + n / 10}\n" for n in range(20)))
    assert echub.read(path, reader="table")["timeseries"].rows == 20
