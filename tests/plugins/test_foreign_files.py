"""A file of another format is refused in the words of the format that was asked for, with what was found in it."""

from __future__ import annotations

from pathlib import Path

import pytest

import echub
from echub.declare import Confidence
from echub.errors import ReadError
from echub.files.detect import rank
from echub.model.source import Source
from echub.registry.registry import registry

FIXTURES = Path(__file__).parents[2] / "fixtures"
BINARY = {
    "mpr": FIXTURES / "eclab" / "cp.mpr", "ism": FIXTURES / "zahner" / "spectrum.ism",
    "res": FIXTURES / "arbin" / "test.res",
}  # fmt: skip
TEXT = {"mps": FIXTURES / "eclab" / "linked.mps", "DTA": FIXTURES / "gamry" / "cv.DTA"}
WORDS = {
    "arbin-res": ("this is not an Access database",) * 2,
    "bdf-csv": ("this is not a BDF table",) * 2,
    "parquet": ("the table cannot be read",) * 2,
    "cameca-profile": ("the file is not text", "the data of the export are not whole"),
    "cameca-spectrum": ("the file is not text", "the data of the export are not whole"),
    "eclab-mpr": ("this is not an EC-Lab raw data file",) * 2,
    "eclab-mpt": ("this is not text of EC-Lab", None),
    "eclab-mps": ("this is not text of EC-Lab", "this is not a settings or log file of EC-Lab"),
    "gamry-dta": ("this is not a Gamry data file",) * 2,
    "hiden-massoft": ("the file is not text", "the first line is not that of a MASsoft export"),
    "sims-declared": ("the manifest cannot be read: it is not TOML",) * 2,
    "ivium-idf": ("this is not an IviumSoft data file",) * 2,
    "native": ("the native file is damaged",) * 2,
    "neware": ("this is not a Neware record",) * 2,
    "table": ("this is not text", None),
    "excel": ("the workbook cannot be opened",) * 2,
    "zahner-ism": ("this is not a spectrum of Zahner Thales",) * 2,
    "zahner-isw": ("this is not a recording of Zahner Thales",) * 2,
}
EXPECTED = {
    "arbin-res": "Standard Jet DB", "bdf-csv": "Test Time / s", "eclab-mpr": "BIO-LOGIC MODULAR FILE",
    "gamry-dta": "EXPLAIN, and TAG", "ivium-idf": "the keys Method, Data Options and Mconfig",
    "neware": "NEWARE, or a zip archive with data.ndc", "zahner-ism": "the mark 00 00 FF FF FF FE",
    "zahner-isw": "the mark 00 00 FF FF FF FE",
}  # fmt: skip
"""What a file of the format starts with; the others say it by other words."""
OWN = {"eclab-mpr": "mpr", "zahner-ism": "ism", "arbin-res": "res", "eclab-mps": "mps", "gamry-dta": "DTA"}
CAUSE = {
    "arbin-res", "parquet", "cameca-profile", "cameca-spectrum", "eclab-mpt", "excel", "gamry-dta", "ivium-idf",
    "native", "neware", "zahner-ism", "zahner-isw",
}  # fmt: skip
ROWS = [
    (reader, kind, path, words[number])
    for reader, words in WORDS.items()
    for number, group in enumerate((BINARY, TEXT))
    for kind, path in group.items()
    if words[number] and OWN.get(reader) != kind and not (reader == "zahner-isw" and kind == "ism")
]


@pytest.mark.parametrize(("reader", "kind", "path", "words"), ROWS, ids=lambda v: v if isinstance(v, str) else "")
def test_a_foreign_file_is_refused_in_the_words_of_the_format(reader, kind, path, words):
    pytest.importorskip("openpyxl") if reader == "excel" else None
    with pytest.raises(ReadError) as caught:
        echub.read(path, reader=reader)
    error = caught.value
    assert words in error.message
    assert error.path == str(path)
    assert error.found or reader == "hiden-massoft"
    if reader in EXPECTED:
        assert EXPECTED[reader] in str(error.expected)
        assert str(path.read_bytes()[:4])[2:-1] in str(error.found)
    if reader in CAUSE:
        assert error.cause
    if reader.startswith("eclab"):
        assert f"echub detect {path.name}" in error.hint
    if reader.startswith("zahner"):
        assert "save it as ASCII" in error.hint


@pytest.mark.parametrize("cut", [200, 900])
def test_galvani_is_not_given_a_damaged_file(cut):
    pytest.importorskip("galvani")
    data = (FIXTURES / "eclab" / "cp.mpr").read_bytes()
    with pytest.raises(ReadError, match="galvani does not read damaged files") as caught:
        echub.read(data[:-cut], reader="galvani-mpr")
    assert caught.value.found
    assert caught.value.cause == "the file was truncated or changed"
    assert "--reader eclab-mpr" in caught.value.hint


@pytest.mark.parametrize("mark", [
    b"NEWARE", b"BIO-LOGIC MODULAR FILE", b"PAR1", b"ARROW1", b"Standard Jet DB", b"PK\x03\x04",
    b"\x89HDF\r\n\x1a\n", b"EXPLAIN\r\nTAG\tCV\r\n", b'0000000001,scans,0000000020,DataLength\r\n',
])  # fmt: skip
def test_a_table_that_mentions_the_mark_of_a_format_is_not_claimed_by_it(mark):
    """Each of these is the first thing in a file of its format, and means nothing further on."""
    rows = "".join(f"{n};{3 + n / 10}\n" for n in range(5)).encode()
    source = Source.from_bytes(b"Exported from " + mark + b"\nt / s;U / V\n" + rows, "a.csv")
    claims = [match.reader.name for match in rank(source, registry()) if match.confidence > Confidence.NO]
    assert claims == ["table"]
