"""A folder of good and bad files, and how it is compared: for the tests of whole folders."""

import json
import shutil
from pathlib import Path

from echub.batch.batch import convert_many

TABLE = "t / s;U / V\n0,5;{0},75\n1,5;{0},25\n2,5;{0},5\n"


def mixed(data, eclab):
    """Make two levels of good files, a damaged one and one that nobody knows."""
    (data / "deep").mkdir(parents=True)
    shutil.copy(eclab / "cp.mpr", data / "cp.mpr")
    shutil.copy(eclab / "peis.mpr", data / "deep" / "peis.mpr")
    (data / "deep" / "table.csv").write_text(TABLE.format(3))
    (data / "damaged.mpr").write_bytes((data / "cp.mpr").read_bytes()[:200])
    (data / "notes.txt").write_text("nothing an instrument wrote")
    return data


def statuses(*arguments, **settings):
    return {Path(d.source).name: d.status for d in convert_many(*arguments, **settings)}


def ledger(out, name="echub-ledger.jsonl"):
    return [json.loads(line) for line in (out / name).read_text().splitlines()]


def tree(out):
    """Every file below a folder with its bytes; of ledgers the lines in any order."""
    files = {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    return {name: sorted(data.splitlines()) if name.endswith(".jsonl") else data for name, data in files.items()}


FIRST = {
    "cp.mpr": "ok",
    "peis.mpr": "ok",
    "table.csv": "ok",
    "damaged.mpr": "failed",
    "notes.txt": "unknown",
}
AGAIN = {name: "unchanged" if status == "ok" else status for name, status in FIRST.items()}
