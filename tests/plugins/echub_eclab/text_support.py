"""What the tests of the text readers share."""

import os
from pathlib import Path

import pytest

from echub.plugin import ReadError, Record, Source
from echub_eclab.mps import read as read_mps_source
from echub_eclab.mpt import read as read_mpt_source
from echub_eclab.options import MpsOptions, MptOptions

ROOT = Path(__file__).resolve().parents[3]
CORPUS = Path(os.environ.get("ECHUB_CORPUS", ROOT.parent / "shared" / "corpus")) / "biologic"
NO_CORPUS = f"no real files under {CORPUS}; set ECHUB_CORPUS to have them"
FIXTURES = ROOT / "fixtures" / "eclab"


def read_mpt(data: bytes, **options: object) -> Record:
    """Read a data text with the reader itself, past the hub."""
    return read_mpt_source(Source.from_bytes(data, "run.mpt"), MptOptions(**options))


def read_mps(data: bytes, name: str = "run.mps") -> Record:
    """Read a settings or log file with the reader itself."""
    return read_mps_source(Source.from_bytes(data, name), MpsOptions())


def refusal(data: bytes, **options: object) -> ReadError:
    """Return the error that reading a data text ends with."""
    with pytest.raises(ReadError) as caught:
        read_mpt(data, **options)
    assert caught.value.path == "run.mpt"
    assert caught.value.hint or caught.value.cause
    return caught.value


def codes(record: Record) -> set[str]:
    """Return the codes of all notices."""
    return {notice.code for notice in record.notices}
