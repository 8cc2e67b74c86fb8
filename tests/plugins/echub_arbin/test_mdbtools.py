"""What echub makes of the command line of mdbtools, played by a script: its calls, its output, its failures."""

from __future__ import annotations

import os
import stat
import sys

import pytest

import echub
from echub.errors import ReadError
from echub_arbin import tables
from fixtures.arbin import HERE

PRINTED = {
    "Channel_Normal_Table": "Test_ID,Data_Point,Test_Time,Current,Voltage,Internal_Resistance\n"
    "1,2,1.5,-0.5,3.25,\n1,1,0.5,0.25,3.5,0.125\n",
    "Global_Table": 'Test_ID,Test_Name,Start_DateTime\n1,"a, b",45000.25\n',
    "Mine": "n\n5\n",
    "Empty": "n\n",
}
"""What mdb-export prints of each table: a line of names, then the rows, empty cells for missing ones."""
SCRIPT = """#!{python}
import json, sys
name, given = sys.argv[0].rpartition("/")[2], sys.argv[1:]
printed = {printed!r}
open({log!r}, "a").write(json.dumps([name, *given]) + chr(10))
if name == "mdb-export" and given == ["--version"]:
    print({version!r}, end="")
elif name == "mdb-tables" and given[:1] == ["-1"]:
    print("\\n".join(printed))
elif name == "mdb-export" and given[:2] == ["-b", "hex"]:
    print(printed[given[3]], end="")
    print({complaint!r}, end="", file=sys.stderr)
    sys.exit({status})
else:
    sys.exit(9)
"""


@pytest.fixture
def mdbtools(tmp_path, monkeypatch):
    """Put two scripts where the commands of mdbtools are looked for; return how to write them, and their calls."""

    def installed(printed=PRINTED, version="mdbtools v1.0.0\n", complaint="", status=0):
        for name in ("mdb-export", "mdb-tables"):
            text = SCRIPT.format(
                python=sys.executable, printed=dict(printed), log=str(tmp_path / "log"), version=version,
                complaint=complaint, status=status,
            )  # fmt: skip
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(stat.S_IRWXU)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        return tmp_path / "log"

    return installed


def test_tables_come_from_its_commands(mdbtools):
    log = mdbtools()
    record = echub.read(HERE / "test.res")
    data = record["timeseries"]
    assert data["time"].tolist() == [0.5, 1.5]  # sorted by data point
    assert data["current"].tolist() == [250.0, -500.0]
    assert data.column("vendor_internal_resistance").missing.tolist() == [False, True]
    assert record.settings["library"] == "mdbtools v1.0.0"
    assert record.settings["Global_Table"] == [{"Test_ID": 1, "Test_Name": "a, b", "Start_DateTime": 45000.25}]
    assert record.metadata.value("experiment.file_name") == "a, b"
    assert [lost.what for lost in record.dropped] == ["the table Mine, 1 row"]
    calls = [line.split(", ") for line in log.read_text().splitlines()]
    assert [call[0] for call in calls[:2]] == ['["mdb-export"', '["mdb-tables"']


def test_a_version_that_is_not_printed_leaves_the_name(mdbtools):
    mdbtools(version="")
    assert echub.read(HERE / "test.res").settings["library"] == "mdbtools"


FAILURES = {
    "a complaint": ({"complaint": "page 7 is lost"}, "page 7 is lost"),
    "a status": ({"status": 3}, "nothing"),
    "a long complaint": ({"complaint": "x" * 300}, "x" * 200),
    "no table of text": ({"printed": {**PRINTED, "Channel_Normal_Table": ""}}, ...),
    "uneven rows": ({"printed": {**PRINTED, "Channel_Normal_Table": "a,b\n1,2,3\n"}}, ...),
}


@pytest.mark.parametrize("what", FAILURES)
def test_a_failure_of_mdbtools_is_a_refusal(what, mdbtools):
    given, found = FAILURES[what]
    mdbtools(**given)
    with pytest.raises(ReadError, match="mdbtools does not read this database") as caught:
        echub.read(HERE / "test.res")
    assert found in (..., caught.value.found)
    assert "MITS Pro" in caught.value.hint


def test_a_table_takes_as_long_as_its_file_allows(mdbtools, monkeypatch):
    """30 s, and a second for each whole MiB."""
    mdbtools()
    given = []
    run = tables.subprocess.run
    monkeypatch.setattr(
        tables.subprocess, "run", lambda *a, timeout, **more: given.append(timeout) or run(*a, **more)
    )
    size = (HERE / "test.res").stat().st_size
    assert size < 1 << 20
    echub.read(HERE / "test.res")
    assert set(given) == {30}
    given.clear()
    echub.read((HERE / "test.res").read_bytes() + bytes(5 << 20), reader="arbin-res")
    assert set(given) == {35}


def test_a_command_that_takes_too_long_is_a_refusal(mdbtools, monkeypatch):
    mdbtools()

    def endless(command, *, timeout, **more):
        raise tables.subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(tables.subprocess, "run", endless)
    with pytest.raises(ReadError, match="mdbtools does not read this database") as caught:
        echub.read(HERE / "test.res")
    assert "30 seconds" in caught.value.found
