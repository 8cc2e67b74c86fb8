"""The command line as a whole: help, version, exit codes, pipes, odd names, broken plugins."""

import json
import os
import signal
import subprocess
import sys

import click
import pytest

import echub as package
from echub import cli
from echub.cli.commands import COMMANDS, command
from tests.echub import strangers

COMMAND = [sys.executable, "-c", "from echub.cli import main; main()"]


def test_version(echub):
    done = echub("--version")
    assert (done.code, done.out) == (0, f"echub {package.__version__}\n")


def test_help_lists_every_command(echub):
    done = echub("--help")
    assert done.code == 0
    shown = [line.split()[0] for line in done.out.splitlines() if line.startswith("  ") and line.split()]
    assert [name for name in shown if name in COMMANDS] == list(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_table_says_of_each_command_what_its_help_says(name):
    help_, _, _ = command(name).help.partition("\n\n")
    assert " ".join(help_.split()) == COMMANDS[name]


@pytest.mark.parametrize("command", sorted(COMMANDS))
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_has_help(echub, command, flag):
    done = echub(command, flag)
    assert done.code == 0
    assert done.out.startswith(f"Usage: echub {command}")
    assert "Options:" in done.out


def test_analyse_is_analyze_too(echub):
    assert echub("analyse", "--list").out == echub("analyze", "--list").out != ""
    assert echub("analyse", "--help").out == echub("analyze", "--help").out


def test_a_mistyped_command_is_told_the_nearest_ones(echub):
    assert "No such command 'conver'. Did you mean 'convert'?" in echub("conver").err


@pytest.mark.parametrize("arguments", [["nonsense"], ["--nonsense"], ["convert"], ["convert", "--nonsense", "x"]])
def test_a_wrong_command_line_is_code_2(echub, arguments):
    done = echub(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert "Usage" in done.err


def test_an_error_of_ours_is_printed_and_never_a_traceback(echub):
    done = echub("info", "nothing.mpr")
    assert done.code == 3
    assert done.err.splitlines()[0] == "nothing.mpr: no such file [source-not-found]"


def test_an_error_is_json_too(echub):
    done = echub("info", "nothing.mpr", "--json")
    assert done.code == 3
    assert done.json["status"] == "failed"
    assert done.json["error"]["code"] == "source-not-found"
    assert done.json["error"]["path"] == "nothing.mpr"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["convert", "a.mpr"], "convert"), (["--json", "-q", "convert", "info"], "convert"),
        (["analyse", "x"], "analyze"), (["-h"], ""), ([], ""),
    ],
)  # fmt: skip
def test_the_command_is_the_first_word_that_is_no_option(monkeypatch, words, named):
    monkeypatch.setattr(sys, "argv", ["echub", *words])
    assert cli._command() == named


@pytest.mark.parametrize(
    ("words", "asked", "suited"),
    [
        (["--show-completion"], None, True), (["convert", "--install-completion", "zsh"], None, True),
        ([], "complete_bash", True), (["convert", "a.mpr"], None, False),
    ],
)  # fmt: skip
def test_completion_is_suited_to_its_shell_if_a_shell_asks(monkeypatch, words, asked, suited):
    done = []
    monkeypatch.setattr(sys, "argv", ["echub", *words])
    monkeypatch.setattr("echub.cli.completing.suit_shells", lambda: done.append("suited"))
    monkeypatch.setattr(cli, "app", lambda **_: done.append("run"))
    monkeypatch.delenv(cli.COMPLETING, raising=False)
    if asked:
        monkeypatch.setenv(cli.COMPLETING, asked)
    cli._run(cli.Defaults())
    assert done == ["suited"] * suited + ["run"]


def test_a_word_after_no_command_has_no_completion():
    """A shell asks for it too."""
    group = cli.LazyGroup(name="echub")
    asked = click.Context(group, resilient_parsing=True)
    assert group.resolve_command(asked, ["nonsense", "x"]) == (None, None, ["x"])
    assert group.resolve_command(asked, ["analyse", "x"])[0::2] == ("analyze", ["x"])


# -- pipes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["schema", "show", "quantities"], ["info", "{ramp}", "--json"]])
def test_a_closed_pipe_ends_quietly(eclab, arguments):
    named = [a.format(ramp=eclab / "ramp.mpr") for a in arguments]
    done = subprocess.Popen([*COMMAND, *named], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    done.stdout.read(10)
    done.stdout.close()
    said = done.stderr.read()
    done.stderr.close()
    assert done.wait() in (0, 1)
    assert said == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
def test_output_to_a_full_disk_is_said(eclab):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "info", str(eclab / "cp.mpr")], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2
    assert done.stderr == "the output of this command cannot be written: No space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="the system has no limit of file sizes")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_half_an_output_is_never_a_success(eclab, tmp_path, unbuffered):
    """With PYTHONUNBUFFERED, Python itself writes a part and reports nothing."""
    program = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    program += "resource.setrlimit(resource.RLIMIT_FSIZE, (600,) * 2); from echub.cli import main; main()"
    with (tmp_path / "out").open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-c", program, "info", str(eclab / "cp.mpr"), "--json"],
            stdout=out,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert done.returncode == 2
    assert b"cannot be written" in done.stderr


def test_an_interruption_before_the_command_is_no_traceback(monkeypatch):
    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_defaults", interrupt)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 130


@pytest.mark.parametrize(("cause", "code"), [(KeyboardInterrupt(), 130), (ValueError("a typo"), None)])
def test_an_interruption_while_a_class_is_made_is_no_traceback(monkeypatch, cause, code):
    """Python 3.11 raises a RuntimeError from what `__set_name__` raises; any other cause is a mistake of ours."""

    def interrupt():
        raise RuntimeError("Error calling __set_name__") from cause

    monkeypatch.setattr(cli, "_defaults", interrupt)
    with pytest.raises(RuntimeError if code is None else SystemExit) as ended:
        cli.main()
    assert getattr(ended.value, "code", None) == code


LOUD = {
    "past Python": "import os\nos.write(1, b'loud\\n')",
    "kept stream": "import sys\nprint('loud', file=sys.__stdout__, flush=True)",
    "at exit": "import atexit\natexit.register(print, 'loud')",
}


@pytest.mark.parametrize("code", LOUD.values(), ids=list(LOUD))
def test_what_a_plugin_prints_past_the_boundary_is_not_in_the_json(eclab, tmp_path, code):
    strangers.install(tmp_path, "loud", code)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [*COMMAND, "info", str(eclab / "cp.mpr"), "--json"], capture_output=True, text=True, env=environment
    )
    assert json.loads(done.stdout)
    assert "loud" in done.stderr


# -- names ---------------------------------------------------------------------------------------

NAMES = ["two words.mpr", "line\nbreak.mpr", "Größe µ 温度.mpr", "a'b\"c$d.mpr", "-dash.mpr", "x" * 240 + ".mpr"]


@pytest.mark.parametrize("name", NAMES)
def test_odd_names_convert_and_are_printed_on_one_line(echub, cp, name):
    odd = cp.with_name(name)
    cp.rename(odd)
    done = echub("convert", odd)
    assert (done.code, done.err) == (0, "")
    assert package.read(f"{odd}.h5").provenance.source["name"] == name
    assert done.out.splitlines()[0] == str(odd).replace("\n", "\\n")
    assert echub("convert", odd, "--force", "--json").json["source"] == str(odd)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text here")
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_name_that_is_no_utf8_and_a_terminal_that_knows_little(process, cp, encoding):
    name = b"caf\xe9 \xc2\xb5.mpr"
    odd = os.path.join(os.fsencode(cp.parent), name)
    os.rename(cp, odd)
    done = process("convert", odd, PYTHONIOENCODING=encoding)
    assert done.code == 0
    assert "caf\\udce9" in done.out
    assert package.read(os.fsdecode(odd + b".h5")).provenance.source["name"] == os.fsdecode(name)
    done = process("convert", odd, "--force", "--json", PYTHONIOENCODING=encoding)
    assert os.fsencode(done.json["source"]) == odd


# -- plugins of strangers ------------------------------------------------------------------------


@pytest.fixture
def broken(tmp_path):
    """A folder with one broken plugin, to be put on the path."""
    strangers.install(tmp_path, "broken-dist", "raise ValueError('no luck')", entry="broken", module="broken_mod")
    return {"PYTHONPATH": str(tmp_path)}


def test_a_broken_plugin_is_one_warning_line_and_the_others_work(process, broken, cp):
    done = process("convert", str(cp), **broken)
    assert done.code == 0
    assert done.err == "warning: the plugin broken of broken-dist: ValueError: no luck\n"
    done = process("convert", str(cp), "--force", "--json", **broken)
    assert done.json["status"] == "ok"


def test_a_broken_plugin_is_a_row_of_the_list_and_code_4(process, broken):
    done = process("plugins", "list", **broken)
    assert done.code == 4
    (row,) = [line for line in done.out.splitlines() if line.strip().startswith("broken")]
    assert row.split() == ["broken", "failed", "broken-dist", "1.0", "not", "stated", "nothing"]
    assert done.err == "  broken: ValueError: no luck\n"


def test_a_blocked_plugin_warns_of_nothing(process, broken, cp):
    done = process("convert", str(cp), ECHUB_PLUGINS="-broken", **broken)
    assert (done.code, done.err) == (0, "")


def test_a_reader_that_fails_is_the_plugins_fault(process, tmp_path, cp):
    confidence = "Confidence.CERTAIN if source.suffix == '.acme' else Confidence.NO"
    code = strangers.reader("acme", confidence=confidence, read="raise ValueError('oops')")
    strangers.install(tmp_path, "acme", code)
    run = tmp_path / "a.acme"
    run.write_bytes(b"ACME")
    done = process("convert", str(run), str(cp), PYTHONPATH=str(tmp_path))
    assert done.code == 4
    assert "the reader acme failed [plugin]" in done.out
    assert "a mistake in the plugin acme of acme 1.0" in done.out
    assert cp.with_name("cp.mpr.h5").exists()


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            ("convert", "--json"),
            {"code": "command", "message": "Missing argument 'FILE...'.", "hint": "echub convert -h"},
        ),
        (
            ("info", "a", "b", "--json"),
            {"code": "command", "message": "Got unexpected extra argument(s) (b)", "hint": "echub info -h"},
        ),
    ],
)
def test_a_mistake_in_the_command_line_is_json_too(words, error):
    done = subprocess.run([sys.executable, "-m", "echub", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)) == (2, {"status": "failed", "error": error})
    assert done.stderr.startswith("Usage: ")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals of this kind")
def test_ctrl_c_during_the_first_imports_ends_it_without_a_traceback(tmp_path):
    """The parser of the command line is imported first; here that is a moment at which somebody presses Ctrl-C."""
    (tmp_path / "typer.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGINT)")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    code = "import sys; sys.path.remove(''); from echub.cli import main"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")  # a shell says 130


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals of this kind")
@pytest.mark.parametrize("handler", ["signal.SIG_IGN", "signal.default_int_handler"])
def test_what_ctrl_c_does_is_unchanged_by_importing_the_command_line(handler):
    code = f"import signal; signal.signal(signal.SIGINT, {handler}); import echub.cli; "
    code += f"assert signal.getsignal(signal.SIGINT) == {handler}"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
