"""A mistake in any function of a plugin is error 4 that names its distribution; all else is done."""

import json
import sys

import pytest

from tests.echub import strangers
from tests.echub.every_function import MISTAKES, code

MODULE = "echub_every"
OWNER = f"the plugin {MODULE} of echub-every 2.0"
READING = ("sniff", "read")
COMMANDS = {
    "convert": (["convert", "1.acme"], READING),
    "convert --to": (["convert", "1.acme", "--to", "acme"], ("write", "part")),
    "detect -v": (["detect", "-v", "1.acme"], ("sniff", "explain")),
    "detect --write-profile": (["detect", "1.acme", "--write-profile", "p.toml"], ("profile",)),
    "info --json": (["info", "1.acme", "--json"], READING),
    "analyze --plot": (["analyze", "acme", "1.acme", "2.acme", "--plot", "p.svg"], (*READING, "run", "figure")),
    "study": (["study", "study.toml"], (*READING, "run", "figure")),
    "validate": (["validate", "1.acme", "2.acme"], READING),
    "validate --level 0": (["validate", "1.acme", "2.acme", "--level", "0"], ("sniff", "outline")),
    "plugins show": (["plugins", "show", MODULE], ("text",)),
    "plugins show --json": (["plugins", "show", MODULE, "--json"], ("text",)),
}
"""Commands that work in this process, and the functions that they call."""
IN_WORKERS = {
    "convert FOLDER": (["convert", ".", "-o", "out", "--to", "acme"], (*READING, "write", "part")),
    "convert --jobs 2": (["convert", ".", "-o", "out", "--jobs", "2"], READING),
    "convert --join": (["convert", ".", "--join", "-o", "out", "--to", "acme"], ("read", "part")),
    "validate -j 2": (["validate", ".", "-j", "2"], READING),
    "study of many": (["study", "study.toml"], ("read", "run", "figure")),
}
RETURNS_NOTHING = ("part", "figure")


@pytest.fixture
def plugin(tmp_path, monkeypatch, echub):
    """Install the plugin with one mistake, and run a command where files 1 and 2 are its own."""
    site, data = tmp_path / "site", tmp_path / "data"
    site.mkdir()
    data.mkdir()
    monkeypatch.chdir(data)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.delitem(sys.modules, MODULE, raising=False)

    def run(arguments, function, mistake, files=2):
        for number in range(1, files + 1):
            (data / f"{number}.acme").write_text(f"ACME {number}")
        (data / "study.toml").write_text('files = ["*.acme"]\n[[step]]\nanalysis = "acme"\n')
        strangers.install(site, "echub-every", code(MODULE, function, mistake), module=MODULE, version="2.0")
        return echub(*arguments)

    yield run
    sys.modules.pop(MODULE, None)


def pairs(commands):
    return [pytest.param(c, f, id=f"{c}: {f}") for c, (_, functions) in commands.items() for f in functions]


@pytest.mark.parametrize("mistake", [name for name in MISTAKES if name != "death"])
@pytest.mark.parametrize(("command", "function"), pairs(COMMANDS))
def test_a_mistake_is_error_4_and_names_the_distribution(plugin, tmp_path, command, function, mistake):
    if mistake == "wrong type" and function in RETURNS_NOTHING:
        pytest.skip("it returns nothing that counts")
    done = plugin(COMMANDS[command][0], function, MISTAKES[mistake])
    assert done.code == 4, done
    assert "noise" not in done.out
    if command != "study":
        assert OWNER in done.out + done.err
    if command == "analyze --plot":
        assert "level" in done.out
        assert (tmp_path / "data" / "p.2.acme.svg").exists()
    if command == "study":
        report = (tmp_path / "data" / "study_results" / "report.html").read_text()
        assert OWNER in report
        assert "2 V" in (tmp_path / "data" / "study_results" / "results.csv").read_text() or "2.0" in report
    if "--json" in command:
        assert all(json.loads(line) for line in done.out.splitlines())


@pytest.mark.parametrize("mistake", ["exception", "death"])
@pytest.mark.parametrize(("command", "function"), pairs(IN_WORKERS))
def test_a_mistake_in_a_worker_costs_its_own_file(plugin, tmp_path, cp, command, function, mistake):
    out = tmp_path / "data" / "out"
    cp.rename(tmp_path / "data" / "cp.mpr")
    done = plugin(IN_WORKERS[command][0], function, MISTAKES[mistake], files=5 if "study" in command else 2)
    assert done.code == 4, done
    if "study" in command:
        assert OWNER in (tmp_path / "data" / "study_results" / "report.html").read_text()
    else:
        assert OWNER in done.out + done.err
    if command == "convert --join":
        assert [path.name for path in out.glob("cp*")] == ["cp.mpr.out"]
    elif command.startswith("convert"):
        assert {path.name.rpartition(".")[0] for path in out.iterdir()} - {"echub-ledger"} == {"2.acme", "cp.mpr"}


@pytest.mark.parametrize("mistake", [name for name in MISTAKES if name != "death"])
def test_a_mistake_in_a_link_is_told_of_its_file(plugin, tmp_path, mistake):
    done = plugin(["convert", ".", "--join", "-o", "out"], "link", MISTAKES[mistake])
    assert done.code == 4
    assert OWNER in done.out + done.err
    assert [path.name for path in (tmp_path / "data" / "out").glob("*.h5")] == ["2.acme.h5"]


def test_an_outcome_of_the_wrong_parts_is_the_plugins_fault(plugin):
    wrong = 'return Outcome({"level": Measurand("V", 1.0)}, diagnostics={"U": data["U"]})'
    done = plugin(["analyze", "acme", "1.acme", "--json"], "run", wrong.replace('data["U"]', "np.ones(3)"))
    assert done.code == 4
    assert done.json["error"]["found"] == "it gave diagnostic U: ndarray, not Series"
    assert OWNER in done.json["error"]["cause"]


def test_a_value_outside_its_own_interval_is_the_plugins_fault(plugin):
    wrong = 'return Outcome({"level": Measurand("V", 3.0, 0.1, Interval(1.0, 2.0))})'
    imports = "from echub.plugin import Interval; "
    done = plugin(["analyze", "acme", "1.acme", "--json"], "run", imports + wrong)
    assert done.code == 4
    assert done.json["error"]["found"] == "it gave level = 3 V, outside its own interval [1, 2]"
    assert OWNER in done.json["error"]["cause"]


def test_without_a_mistake_all_of_it_works(plugin, tmp_path):
    for arguments, _ in COMMANDS.values():
        if arguments[0] != "study":
            done = plugin([*arguments, "--force"] if arguments[0] == "analyze" else arguments, "", "pass")
            assert done.code in (0, 1), done
            (tmp_path / "site" / "echub_every-2.0.dist-info" / "METADATA").unlink(missing_ok=True)
