"""What the tests of the `.mpr` reader share: reading bytes, the committed truth, the real files."""

import csv
import json
import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from echub.plugin import ReadError, Record, Source
from echub_eclab.container import walk
from echub_eclab.header import read_header
from echub_eclab.layout import DataHeader
from echub_eclab.mpr import read as read_mpr
from echub_eclab.options import MprOptions
from fixtures.eclab import SCENARIOS, MprFile, byte_map
from fixtures.eclab.make import FOLDER

ROOT = Path(__file__).resolve().parents[3]
CORPUS = Path(os.environ.get("ECHUB_CORPUS", ROOT.parent / "shared" / "corpus")) / "biologic"
NO_CORPUS = f"no real files under {CORPUS}; set ECHUB_CORPUS to have them"

NAMES = sorted(SCENARIOS)
TRUTH = json.loads((FOLDER / "truth.json").read_text("utf-8"))
FLAG_IDS = {1, 2, 3, 21, 31, 65}


def read(data: bytes | Path | MprFile, derived: str = "standard") -> Record:
    """Read a file with the reader itself, past the hub."""
    if isinstance(data, MprFile):
        data = data.to_bytes()
    source = Source(data, siblings=False) if isinstance(data, Path) else Source.from_bytes(data, "run.mpr")
    return read_mpr(source, MprOptions(derived))


def refusal(data: bytes | MprFile) -> ReadError:
    """Return the error that reading ends with."""
    with pytest.raises(ReadError) as caught:
        read(data)
    assert caught.value.path == "run.mpr"
    return caught.value


def codes(record: Record) -> list[str]:
    return [notice.code for notice in record.notices]


def message(record: Record, code: str) -> str:
    """Return the one message of a code."""
    (found,) = [notice.message for notice in record.notices if notice.code == code]
    return found


def assert_settings_are_whole(record: Record, data: bytes) -> None:
    """Rebuild every settings module from what is kept of it, and compare with intact bytes."""
    for module, place in byte_map(data).items():
        if module == "VMP data":
            continue
        rebuilt = bytearray(place.length)
        for offset, run in record.settings[module.removeprefix("VMP ").lower()]["bytes"].items():
            rebuilt[int(offset, 16) : int(offset, 16) + len(run) // 2] = bytes.fromhex(run)
        assert bytes(rebuilt) == data[place.data : place.end], module


@cache
def fixture(name: str) -> bytes:
    return (FOLDER / f"{name}.mpr").read_bytes()


def header_of(data: bytes) -> DataHeader:
    """Read the header of the data module."""
    source = Source.from_bytes(data, "run.mpr")
    return read_header(source, walk(source).first("VMP data"))


def scenario(name: str, **changes) -> MprFile:
    """Return the file of a scenario with parts of it replaced."""
    return replace(SCENARIOS[name]().file, **changes)


@cache
def manifest() -> list[dict[str, str]]:
    path = CORPUS / "MANIFEST.tsv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def real_files() -> list[str]:
    """Name every real `.mpr`; empty where the corpus is absent."""
    return [row["file"] for row in manifest() if row["file"].endswith(".mpr")]


def twins() -> list[tuple[str, str]]:
    """Pair every real `.mpr` with each of its texts."""
    with_text = [row for row in manifest() if row["file"].endswith(".mpr") and row["twin"]]
    return [(row["file"], text) for row in with_text for text in row["twin"].split(";")]


def over(argument: str, values: list, ids=str):
    """Parametrise over the corpus, or skip with the reason where it is absent."""
    absent = pytest.param(None, marks=pytest.mark.skip(reason=NO_CORPUS), id="no-corpus")
    return pytest.mark.parametrize(argument, values or [absent], ids=ids if values else None)


@cache
def real(name: str) -> Record:
    """Read a real file, without derived columns."""
    return read(CORPUS / name, "none")
