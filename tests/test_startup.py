"""What a command does not need it does not import: counted in `sys.modules`, never timed."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures" / "eclab"
HEAVY = ("numpy", "polars", "pandas", "h5py", "pint", "pandera", "scipy", "matplotlib", "xarray", "pydantic")
NOT_TO_CONVERT = ("pint", "polars", "pandas", "pandera", "scipy", "matplotlib", "pydantic", "xarray", "molmass")
HEAVY += ("msgspec",)
NOT_TO_CONVERT += ("msgspec",)

SCRIPT = """
import json, sys
before = set(sys.modules)
{body}
print("MODULES", json.dumps(sorted(set(sys.modules) - before)))
"""
COMMAND = """
sys.argv = ["echub", *{arguments!r}]
from echub.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""


LATE = {
    "concurrent.futures.thread",
    "csv",
    "echub.declare_analysis",
    "echub.files.deriving",
    "echub.files.joining",
    "echub.files.resuming",
    "echub.files.stored",
    "echub.segments.consistency",
    "echub.segments.stepping",
    "echub.species",
    "echub_eclab.prose",
    "echub_eclab.stamps",
    "glob",
    "importlib.metadata",
    "numpy.ma",
    "secrets",
    "tempfile",
    "zoneinfo",
}
"""Modules that a conversion of one small file has no use for: each costs one to twelve thousandths of a second."""


DECORATED = 30
"""Frozen dataclasses that the conversion of one small file may define: Python compiles six functions for each."""


def loaded(body, **environment):
    """Run Python code in a process of its own; give the top-level packages it imported."""
    return {name.partition(".")[0] for name in modules(body, **environment)}


def modules(body, **environment):
    """Run Python code in a process of its own; give the modules it imported."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(body=body)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
    )
    # After a command, standard output is the command's own: what the script prints then goes to standard error.
    lines = (done.stdout + done.stderr).splitlines()
    line = next(line for line in lines if line.startswith("MODULES "))
    return set(json.loads(line.removeprefix("MODULES ")))


def plugins_in(packages):
    return {name for name in packages if name.startswith("echub_")} - {"echub_schemas"}


def by_command(*arguments):
    return {name.partition(".")[0] for name in modules_by_command(*arguments)}


def modules_by_command(*arguments):
    return modules(COMMAND.format(arguments=list(map(str, arguments))))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_imports_nothing_heavy_and_no_plugin(arguments):
    packages = by_command(*arguments)
    assert not packages & set(HEAVY)
    assert not plugins_in(packages)
    assert "typer" in packages


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_needs_a_few_modules_of_ours_and_no_command(arguments):
    found = {name for name in modules_by_command(*arguments) if name.startswith("echub")}
    assert found <= {
        *("echub", "echub.lazy", "echub.errors", "echub.remark", "echub.text"),
        *("echub.cli", "echub.cli.commands", "echub.cli.defaults"),
    }


@pytest.mark.parametrize("command", ["convert", "info", "detect", "plot", "meta", "plugins", "schema"])
def test_help_of_a_command_imports_nothing_heavy(command):
    packages = by_command(command, "--help")
    assert not packages & set(HEAVY)
    assert not plugins_in(packages)


def test_converting_one_file_imports_only_what_it_needs(tmp_path, analysing):
    found = modules_by_command("convert", FIXTURES / "gcpl.mpr", "-o", tmp_path)
    assert (tmp_path / "gcpl.mpr.h5").exists()
    packages = {name.partition(".")[0] for name in found}
    assert not packages & set(NOT_TO_CONVERT)
    assert {"numpy", "h5py"} <= packages
    assert not found & LATE
    assert not packages & analysing
    options = {name for name in found if name.startswith("echub_") and name.endswith(".options")}
    assert options == {"echub_eclab.options"}


def test_converting_one_file_defines_few_dataclasses(tmp_path):
    arguments = ["convert", str(FIXTURES / "gcpl.mpr"), "-o", str(tmp_path)]
    count = """
import dataclasses
decorate, decorated = dataclasses._process_class, []
def counted(cls, *given):
    decorated.append(cls.__qualname__)
    return decorate(cls, *given)
dataclasses._process_class = counted
"""
    known = modules(count + COMMAND.format(arguments=arguments) + "sys.modules.update(dict.fromkeys(decorated))\n")
    assert {"Reader", "Column", "Dataset"} <= known
    assert len([name for name in known if name.isidentifier() and name[0].isupper()]) <= DECORATED


def test_a_question_to_a_lake_imports_only_its_engine(tmp_path):
    pytest.importorskip("duckdb", reason="needs the extra lake (duckdb)")
    (tmp_path / "raw").mkdir()
    shutil.copy(FIXTURES / "cp.mpr", tmp_path / "raw")
    by_command("convert", tmp_path / "raw", "-o", tmp_path / "out")
    by_command("gather", tmp_path / "out", "--to", tmp_path / "lake")
    packages = by_command("query", "SELECT source FROM files", tmp_path / "lake")
    assert "duckdb" in packages
    assert not packages & set(HEAVY)
    assert not plugins_in(packages)


@pytest.fixture(scope="module")
def analysing():
    """Return the packages that offer nothing but analyses."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    alone = {module.partition(".")[0] for module in project["echub.analyses"].values()}
    return alone - {module.partition(".")[0] for module in project["echub"].values()}


def test_listing_and_detecting_read_no_data():
    assert not by_command("plugins", "list") & set(HEAVY)
    assert not by_command("detect", FIXTURES / "cp.mpr") & set(HEAVY)


def test_importing_the_package_imports_nothing():
    found = modules("import echub")
    assert {name for name in found if name.startswith("echub")} == {"echub", "echub.lazy"}
    assert {name.partition(".")[0] for name in found} <= {"echub", *sys.stdlib_module_names}
    assert not loaded("import echub.plugin") & set(HEAVY)


def test_fifty_plugins_load_nothing_heavy(tmp_path):
    for number in range(50):
        name = f"fake{number}"
        (tmp_path / f"{name}.py").write_text(
            "from echub.plugin import Reader, hookimpl\n"
            "@hookimpl\n"
            "def echub_readers():\n"
            f"    return [Reader('{name}', 'Fake', ('.fake',), sniff='{name}_io:sniff', read='{name}_io:read')]\n"
        )
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[echub]\n{name} = {name}\n")
    body = "from echub.registry.registry import registry\nassert len(registry().readers) >= 50, registry().plugins"
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    packages = loaded(body, PYTHONPATH=path)
    assert {"fake0", "fake49"} <= packages
    assert not packages & set(HEAVY)
