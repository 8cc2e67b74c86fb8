"""`-` as a file: standard input is recognised by content, standard output holds the file and nothing else."""

import io
import sys

import pytest

import echub as package


@pytest.fixture
def piped(echub, monkeypatch):
    """Run a command with bytes on standard input."""

    def run(data, *arguments):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return echub(*arguments)

    return run


def test_standard_input_is_recognised_by_content_and_named(piped, eclab, tmp_path):
    done = piped((eclab / "cp.mpr").read_bytes(), "convert", "-", "--name", "run.mpr", "-o", tmp_path)
    assert done.code == 0
    assert done.out.splitlines()[0] == "run.mpr"
    made, whole = package.read(tmp_path / "run.mpr.h5"), package.read(eclab / "cp.mpr")
    assert made.provenance.source["sha256"] == whole.provenance.source["sha256"]
    assert list(made["timeseries"].columns) == list(whole["timeseries"].columns)


def test_standard_output_is_the_file_to_the_last_byte(process, eclab, tmp_path):
    for to, name in (("csv", "run.csv"), ("native", "run.h5")):
        package.convert(eclab / "cp.mpr", path=tmp_path / name, to=to)
        done = process("convert", str(eclab / "cp.mpr"), "--to", to, "-o", "-", text=False)
        assert (done.code, done.out) == (0, (tmp_path / name).read_bytes())
    assert b"Traceback" not in done.err


def test_what_the_stream_lacks_is_said_beside_it_unless_hushed(process, eclab):
    said = process("convert", str(eclab / "cp.mpr"), "--to", "csv", "-o", "-")
    assert "describes the columns" in said.err
    hushed = process("convert", str(eclab / "cp.mpr"), "--to", "csv", "-o", "-", "-q")
    assert (hushed.err, hushed.out) == ("", said.out)


@pytest.mark.parametrize(("command", "shown"), [("info", "run.mpr"), ("detect", "eclab-mpr")])
def test_other_commands_read_it_too(piped, eclab, command, shown):
    done = piped((eclab / "cp.mpr").read_bytes(), command, "-", "--name", "run.mpr")
    assert done.code == 0
    assert shown in done.out


def test_an_analysis_names_standard_input_as_it_is_told_to(piped, acme_files):
    """The reader of acme looks at the name."""
    data = (acme_files / "b.acme").read_bytes()
    done = piped(data, "analyze", "acme-level", "-", "--name", "x.acme", "--param", "above=5V")
    assert done.out.splitlines()[0] == "acme-level: x.acme"
    assert piped(data, "analyze", "--list", "-", "--name", "x.acme", "--json").json["file"] == "x.acme"


def test_an_analysis_and_a_comparison_of_standard_input(piped, eclab):
    data = (eclab / "ramp.mpr").read_bytes()
    asked = ("--set", "cell.area=0.785 cm^2", "--param", "bootstrap=0", "--json")
    through = piped(data, "analyze", "ramp-onset", "-", *asked).json
    direct = piped(b"", "analyze", "ramp-onset", eclab / "ramp.mpr", *asked).json
    assert through["measurands"] == direct["measurands"] != {}
    assert piped(data, "compare", "-", eclab / "ramp.mpr").code == 0
    assert piped(data, "compare", "-", eclab / "cp.mpr").code == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["convert", "-", "{cp}"], "several files"),
        (["convert", "{cp}", "{ocv}", "-o", "-"], "several files"),
        (["convert", "{cp}", "-o", "-", "--json"], "--json"),
        (["convert", "{folder}", "-o", "-"], "a folder"),
        (["convert", "-", "--join"], "--join"),
        (["compare", "-", "-"], "read once"),
        (["info", "{cp}", "--name", "x"], "the name of standard input"),
        (["info", "-", "--name", "../x"], "not a path"),
        (["convert", "{geis}", "--to", "csv", "-o", "-"], "several files"),
    ],
)
def test_what_cannot_be_one_stream_is_refused(piped, eclab, arguments, says):
    places = {"cp": "cp.mpr", "ocv": "ocv.mpr", "geis": "geis_with_dc.mpr", "folder": ""}
    named = [a.format(**{key: eclab / name for key, name in places.items()}) for a in arguments]
    done = piped(b"x", *named)
    assert (done.code, done.out.replace(done.out if "--json" in arguments else "", "")) == (2, "")
    assert says in done.err


def test_an_empty_stream_and_one_nobody_knows_are_refused(piped):
    assert "the file is empty" in piped(b"", "convert", "-", "-o", "-").err
    done = piped(b"\x01\x02 nothing", "convert", "-", "--to", "csv", "-o", "-")
    assert (done.code, done.out) == (3, "")


def test_a_terminal_as_standard_input_is_refused(echub, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    done = echub("info", "-")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        "nothing is sent to standard input [command]",
        "  expected: a file: echub … - < run.mpr",
        "  found: a terminal",
    ]


# -- silence -------------------------------------------------------------------------------------


def test_quiet_prints_nothing_but_errors(echub, cp):
    assert echub("convert", cp, "-q").out == ""
    again = echub("convert", cp, "-q")
    assert (again.code, again.out, "exists already" in again.err) == (2, "", True)


def test_a_quiet_folder_names_only_what_failed(echub, eclab, tmp_path):
    import shutil

    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(eclab / "cp.mpr", data)
    assert (lambda done: (done.code, done.out, done.err))(echub("convert", data, "-q", "-o", tmp_path / "o")) == (
        0,
        "",
        "",
    )
    (data / "cut.mpr").write_bytes((eclab / "cp.mpr").read_bytes()[:300])
    done = echub("convert", data, "-q", "-o", tmp_path / "o")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(f"{data / 'cut.mpr'}: ")
    assert "cp.mpr" not in done.err


def test_json_is_printed_all_the_same(echub, cp):
    assert echub("convert", cp, "-q", "--json").json["status"] == "ok"
