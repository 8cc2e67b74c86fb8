"""What each command says when it refuses: every line of it, with the exit code."""

from __future__ import annotations

import re
import shlex

import pytest

SAID = r"""
$ echub convert folder --still 5  # 2
--still is for --watch [unknown-option]
  hint: add --watch
$ echub convert folder --watch --still nan  # 2
--still takes a number of seconds [unknown-option]
  expected: --still 60
  found: nan
$ echub convert folder --watch --still inf  # 2
--still takes a number of seconds [unknown-option]
  expected: --still 60
  found: inf
$ echub plot ""  # 3
.: this is a directory [source-not-found]
  expected: a file
  hint: `echub convert` walks directories
$ echub convert folder --poll  # 2
--poll is for --watch [unknown-option]
  hint: add --watch
$ echub convert folder --watch --join -o x  # 2
--watch converts each file by itself [unknown-option]
  found: --join
  hint: join them when the experiment has ended
$ echub convert cp.mpr --for word  # 2
--for takes the name of a program [unknown-option]
  expected: excel
  found: word
$ echub convert s3://b/k cp.mpr -o x  # 2
an object store takes one source and -o [unknown-option]
  expected: echub convert s3://bucket/raw -o s3://bucket/echub
  found: several sources
$ echub convert s3://b/k  # 2
an object store takes one source and -o [unknown-option]
  expected: echub convert s3://bucket/raw -o s3://bucket/echub
  found: no -o
$ echub convert s3://b/k -o x --join  # 2
an object store takes one source and -o [unknown-option]
  expected: echub convert s3://bucket/raw -o s3://bucket/echub
  found: --join
  hint: mount the store, or run one command for each prefix
$ echub analyze --list ccd  # 2
--list takes files [unknown-option]
  expected: echub analyze --list FILE
  found: ccd
  hint: `echub analyze ccd --help` shows what this one needs
$ echub analyze ccd  # 2
no file is named [unknown-option]
  expected: echub analyze ccd FILE
  hint: echub analyze ccd --help
$ echub analyze nonsense cp.mpr  # 2
no analysis is called 'nonsense' [unknown-reader]
  expected: …
  found: nonsense
  hint: did you mean …?
$ echub analyze ccd cp.mpr --profile x  # 2
cp.mpr: ccd has no profile 'x' [unknown-option]
  expected: … or …
  found: x
$ echub analyze ccd cp.mpr --plot x.doc  # 2
x.doc has no picture format [unknown-option]
  expected: .svg or .png or .pdf
  found: .doc
$ echub compare cp.mpr  # 2
there is nothing to compare [command]
  expected: a second file, or --reader-a and --reader-b
$ echub detect cp.mpr --write-profile p.toml  # 2
cp.mpr: the reader eclab-mpr needs no profile [command]
  hint: profiles are for files whose meaning has to be inferred, such as generic tables
$ echub detect folder  # 3
folder: this is a directory [source-not-found]
  expected: a file
  hint: `echub convert` walks directories
$ echub samples t.csv --closure Zr=1  # 2
--closure needs --reference [unknown-option]
  expected: --reference 'C 1s=284.8 eV'
$ echub samples t.csv -o x.doc  # 2
no format has the suffix of x.doc [unknown-option]
  expected: .csv, .parquet, .xlsx, .h5
$ echub samples cp.mpr  # 1
cp.mpr: this is not a table of samples [data]
  expected: a table with a column sample.id
  found: timeseries
  hint: call the column that names the samples `sample.id`
$ echub schema show nonsence  # 2
the schema has no 'nonsence' [unknown-option]
  expected: one of quantities, units, kinds, metadata, rules, codes, or the name of an entry
  found: nonsence
  hint: did you mean …?
$ echub schema show frequensy  # 2
the schema has no 'frequensy' [unknown-option]
  expected: one of quantities, units, kinds, metadata, rules, codes, or the name of an entry
  found: frequensy
  hint: did you mean frequency or no-frequency?
$ echub schema check  # 4
there is no .echub.toml here or above [schema]
  hint: `echub schema init` writes a first one
$ echub schema export --to x  # 2
--to cannot be 'x' [unknown-option]
  expected: json-schema, markdown
  found: x
$ echub validate cp.mpr --format x  # 2
--format cannot be 'x' [unknown-option]
  expected: text, json, sarif, junit, github
  found: x
$ echub validate cp.mpr --update-baseline  # 2
--update-baseline needs --baseline FILE [unknown-option]
  hint: --baseline echub-baseline.json
$ echub validate nowhere  # 3
nowhere: no such file or folder [source-not-found]
  cause: the name is misspelt, or it moved
$ echub plugins show nonsense  # 2
no plugin is called 'nonsense' [unknown-reader]
  expected: …
  found: nonsense
  hint: pip install -e FOLDER installs one that you write; its entry point is in the group `echub`
$ echub plugins new echub-x  # 2
it is not stated what the plugin offers [unknown-option]
  expected: --reader, --writer, --analysis, --rules, or several
  hint: echub plugins new echub-x --reader
$ echub plugins new 1x  # 2
'1x' gives no Python module [invalid-name]
  expected: a name that begins with a letter and is not a word of Python
  found: 1x
  hint: echub plugins new echub-acme
$ echub app nowhere  # 1
nowhere is not a folder [data]
  expected: a folder with instrument files
$ echub gather folder --to lake  # 1
folder has no ledger [data]
  expected: a folder that `echub convert SRC -o DST` wrote
  hint: echub convert SRC -o folder
$ echub gather folder --to lake --kinds impedance,none  # 2
there is no kind of dataset 'none' [unknown-option]
  expected: …
  found: impedance,none
$ echub query SELECT folder  # 1
folder is not a lake [data]
  expected: a folder with lake.json
  hint: echub gather DST --to folder
$ echub gather "two words" --to lake  # 1
two words has no ledger [data]
  expected: a folder that `echub convert SRC -o DST` wrote
  hint: echub convert SRC -o "two words"
$ echub query SELECT "two words"  # 1
two words is not a lake [data]
  expected: a folder with lake.json
  hint: echub gather DST --to "two words"
$ echub info nowhere.mpr  # 3
nowhere.mpr: no such file [source-not-found]
  cause: the name is misspelt, or the file moved
$ echub meta init nowhere  # 3
nowhere: this is not a folder [source-not-found]
  expected: a folder with instrument files
$ echub study nowhere.toml  # 4
nowhere.toml: the study cannot be read [plugin]
  expected: a file
  found: No such file or directory
  hint: `echub study --help`, and the page on studies in the documentation
$ echub study empty.toml  # 4
empty.toml: the study names no file that is there [plugin]
  where: files
  found: no files
$ echub study nostep.toml  # 4
nostep.toml: the study has no step [plugin]
  expected: [[step]] with name and analysis
  cause: the steps that `echub study init` writes are comments at first
  hint: take the # away from the steps that are wanted, then: echub study nostep.toml
$ echub convert cp.mpr -o - --json  # 2
-o - takes one file and gives one [unknown-option]
  expected: one file
  found: --json, which is printed there too
$ echub convert cp.mpr --name x  # 2
--name is the name of standard input [unknown-option]
  expected: echub … - --name run.mpr
$ echub align cp.mpr  # 2
there is nothing to align [unknown-option]
  expected: two files or more
  found: 1
$ echub align cp.mpr cp.mpr --near cp.mpr  # 2
--near takes key=value [unknown-option]
  expected: --near key=value
  found: cp.mpr
$ echub verify t.csv  # 3
t.csv: only converted files can be verified [read-error]
  expected: a file that echub wrote (.h5)
  found: b'a,b\n1,2\n'
  hint: echub convert t.csv first
$ echub plot cp.mpr -o there.png  # 2
there.png: the output exists already [target-exists]
  hint: --force replaces it, -o writes elsewhere
$ echub plot cp.mpr -o x.doc  # 2
x.doc has no picture format [unknown-option]
  expected: .svg or .png or .pdf
  found: .doc
$ echub convert cp.mpr --set cell.aera=2  # 1
unknown metadata path 'cell.aera' [metadata]
  where: cell.aera
  expected: a path of the metadata schema, or extra.<name> for your own
  hint: did you mean cell.area or cell.area_tip or cell.area_basis?
$ echub convert cp.mpr --to nonsense  # 2
cp.mpr: no writer is called 'nonsense' [unknown-reader]
  expected: bdf, csv, mat, native, parquet, relaxis, xlsx, zview
  found: nonsense
  hint: `echub plugins list` shows what is installed
$ echub convert cp.mpr --reader nonsense  # 2
cp.mpr: no reader is called 'nonsense' [unknown-reader]
  expected: …
  found: nonsense
  hint: did you mean neware?
$ echub convert cp.mpr --to csv --writer-option x=1  # 2
cp.mpr: the writer csv has no option 'x' [unknown-option]
  expected: columns, units, style, delimiter, decimal, bom
  found: x
$ echub info cp.mpr --option x=1  # 2
the reader eclab-mpr has no option 'x' [unknown-option]
  expected: derived
  found: x
$ echub convert cp.mpr --meta bad.csv  # 1
bad.csv: the metadata table has no column `file` [metadata]
  where: line 1
  expected: file, then paths with units, such as cell.area / cm^2
  found: name, cell.area
  hint: `echub meta init FOLDER` writes such a table
$ echub convert cp.mpr --meta nofile.csv  # 1
nofile.csv: the metadata table cannot be read: [Errno 2] No such file or directory: 'nofile.csv' [metadata]
$ echub info empty.mpr  # 3
empty.mpr: the file is empty [unknown-format]
  cause: the recording never started, or the copy failed
$ echub info cut.mpr  # 3
cut.mpr: the file contains no module [read-error]
  where: offset 52
  expected: MODULE and a module header
  found: the file ends inside a module header
  cause: the file was truncated or overwritten; copy it again from the instrument's computer
$ echub convert cp.mpr t.csv -o x.csv --to csv  # 2
x.csv: one output file is named for several inputs [target-clash]
  found: 2 outputs
  hint: name a folder
$ echub align cp.mpr t.csv --offset x=1  # 3
t.csv: no column of this table is known with its unit [read-error]
  expected: names such as time/s, Current (mA), Z' / ohm
  found: a, b
  cause: the names are those of another instrument or language, or no units are printed
  hint: `echub detect FILE --write-profile lab.toml` writes a profile to complete
$ echub study init nowhere  # 3
nowhere: this is not a folder [source-not-found]
  expected: a folder with instrument files
$ echub convert cp.mpr -o x.CSV  # 2
x.CSV: the suffix .csv is not of the format native, and no other is asked for [target-clash]
  expected: a folder, or a file with the suffix .h5
  hint: `--to bdf` or `--to csv` writes such a file; for a folder, make it: `mkdir x.CSV`
$ echub convert cp.mpr -o x.xlsx  # 2
x.xlsx: the suffix .xlsx is not of the format native, and no other is asked for [target-clash]
  expected: a folder, or a file with the suffix .h5
  hint: `--to xlsx` writes such a file; for a folder, make it: `mkdir x.xlsx`
$ echub study init folder --steps x  # 2
there are no steps 'x' [unknown-option]
  expected: eis
"""
"""A command, its exit code, and all that is on standard error; `…` is whatever is installed here."""
CASES = [
    pytest.param(command, int(code), text, id=command)
    for command, code, text in re.findall(
        r"^\$ echub (.*?)  # (\d)\n(.*?\n)(?=\$|\Z)", SAID, re.MULTILINE | re.DOTALL
    )
]


@pytest.fixture
def here(cp, monkeypatch):
    """Stand in a folder with a good file, a damaged and an empty one, a table, a picture, studies and a folder."""
    folder = cp.parent
    monkeypatch.chdir(folder)
    (folder / "folder").mkdir()
    (folder / "t.csv").write_text("a,b\n1,2\n2,3\n3,4\n")
    (folder / "there.png").write_bytes(b"")
    (folder / "bad.csv").write_text("name,cell.area\n")
    (folder / "empty.mpr").write_bytes(b"")
    (folder / "cut.mpr").write_bytes(cp.read_bytes()[:60])
    (folder / "empty.toml").write_text("title = 'x'\n")
    (folder / "nostep.toml").write_text("files = 'cp.mpr'\n")


@pytest.mark.parametrize(("command", "code", "text"), CASES)
def test_a_refusal_says_all_of_this(echub, here, command, code, text):
    done = echub(*shlex.split(command))
    assert re.fullmatch(re.escape(text).replace("…", ".*"), done.err) or done.err == text
    assert done.code == code
    assert done.out == "" or "--json" in command


def test_all_blocks_are_read():
    assert len(CASES) == SAID.count("$ echub ") > 50
