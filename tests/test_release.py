"""What a release and the continuous integration state, compared with the project."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import echub

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def load(name):
    """Read a YAML file of the project."""
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_citation_is_complete_and_of_this_version():
    citation = load("CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(citation)  # what the format requires
    assert citation["version"] == echub.__version__
    assert citation["license"] == PROJECT["project"]["license"]
    assert all(author.get("name") for author in citation["authors"])


def test_the_workflow_runs_what_ci_run_runs_on_every_python_and_system():
    job = load(".github/workflows/ci.yml")["jobs"]["check"]
    matrix = job["strategy"]["matrix"]
    stated = re.findall(r":: (3\.\d+)$", "\n".join(PROJECT["project"]["classifiers"]), re.MULTILINE)
    assert matrix["python"] == stated
    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert [step["run"] for step in job["steps"] if "run" in step] == ["bash .ci/run"]


def test_ci_run_checks_all_that_a_release_needs():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command in ("pytest", "ruff", "mypy", "mkdocs", "build --outdir", "twine", "scripts.check_wheel"):
        assert re.search(rf"^\"\$bin/.*{re.escape(command)}", script, re.MULTILINE), command


def test_the_wheel_leaves_out_what_is_licensed_otherwise_and_the_template():
    packages = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    apart = {path.parent for path in (ROOT / "plugins").glob("*/pyproject.toml")}
    assert {path.name for path in apart} >= {"adapter_pyimpspec", "template"}
    assert not [own for own in packages if any((ROOT / own).is_relative_to(path) for path in apart)]
    assert packages == {
        "echub",
        "schemas/echub_schemas",
        *(f"plugins/{path.name}" for path in (ROOT / "plugins").glob("echub_*")),
    }
    licences = {p: tomllib.loads((p / "pyproject.toml").read_text("utf-8"))["project"]["license"] for p in apart}
    adapters = [path for path in apart if path.name.startswith("adapter_")]
    assert all("GPL" in licences[path] for path in adapters)
    needed = [name for names in (PROJECT["project"]["dependencies"],) for name in names]
    assert not [name for name in needed if name.startswith("pyimpspec")]


def test_every_entry_point_is_in_a_package_of_the_wheel():
    packages = {Path(path).name for path in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    groups = PROJECT["project"]["entry-points"].values()
    named = {module.partition(".")[0] for group in groups for module in group.values()}
    assert named <= packages


CONDA = {"isal": "python-isal", "pandera[polars]": "pandera-polars"}
"""Packages that conda-forge calls otherwise."""


def test_the_conda_recipe_is_of_this_version_and_needs_the_same():
    recipe = load("packaging/conda/recipe.yaml")
    assert recipe["context"]["version"] == echub.__version__
    assert f">={recipe['context']['python_min']}" == PROJECT["project"]["requires-python"]
    stated = [re.fullmatch(r"([^<>=]+)(.*)", need).groups() for need in PROJECT["project"]["dependencies"]]
    assert recipe["requirements"]["run"][1:] == [f"{CONDA.get(name, name)} {bound}" for name, bound in stated]
    assert recipe["about"]["license"] == PROJECT["project"]["license"]
    (entry,) = recipe["build"]["python"]["entry_points"]
    name, target = entry.split(" = ")
    assert PROJECT["project"]["scripts"][name] == target


def test_rattler_build_reads_the_conda_recipe():
    rattler = pytest.importorskip("rattler_build", reason="needs py-rattler-build")
    recipe = rattler.Stage0Recipe.from_yaml((ROOT / "packaging/conda/recipe.yaml").read_text(encoding="utf-8"))
    (made,) = recipe.render(rattler.VariantConfig())
    assert (made.recipe.package.name, made.recipe.package.version) == ("echub", echub.__version__)
