"""All real files against all sniffers: nobody takes another's file, and each vendor's file finds its reader."""

import os
from pathlib import Path

import pytest

from echub.declare import Confidence
from echub.files.detect import rank
from echub.model.source import Source
from echub.registry.registry import registry

CORPUS = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[3] / "shared/corpus"))
FILES = [p for p in sorted(CORPUS.rglob("*")) if p.is_file() and p.name != "MANIFEST.tsv"]
READERS = {
    ".dta": "gamry-dta",
    ".nda": "neware",
    ".ndax": "neware",
    ".res": "arbin-res",
    ".idf": "ivium-idf",
    ".ism": "zahner-ism",
    ".isw": "zahner-isw",
}
needs_real = pytest.mark.skipif(not FILES, reason="the corpus of real files is not here")


def claims(path):
    """Return the readers that claim a file, apart from fallbacks and those that must be named."""
    matches = rank(Source(path), registry())
    assert not [m.problem for m in matches if m.problem]
    own = [m for m in matches if not m.reader.fallback and not m.reader.explicit_only]
    return {m.reader.name: m.confidence for m in own if m.confidence > Confidence.NO}


@needs_real
def test_no_file_is_claimed_by_two_readers():
    claimed = {path: claims(path) for path in FILES}
    assert not {path.name: names for path, names in claimed.items() if len(names) > 1}
    foreign = {path.name for path, names in claimed.items() if path.suffix.lower() not in READERS}
    taken = {path.name for path, names in claimed.items() if set(names) & set(READERS.values())}
    assert len(foreign) > 100
    assert not foreign & taken


@needs_real
@pytest.mark.parametrize("path", [p for p in FILES if p.suffix.lower() in READERS], ids=lambda p: p.name)
def test_each_vendor_s_file_finds_its_reader(path):
    assert claims(path) == {READERS[path.suffix.lower()]: Confidence.CERTAIN}
