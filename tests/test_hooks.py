"""The pre-commit hook in a scratch repository, and the action's shell steps."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from echub.files import store
from fixtures.broken import sound
from fixtures.broken.make import FOLDER

ROOT = Path(__file__).parents[1]
yaml = pytest.importorskip("yaml")


@pytest.fixture
def environment(tmp_path):
    """Put the echub under test first on PATH, and keep git and pre-commit out of the user's home."""
    scripts = tmp_path / "bin"
    scripts.mkdir()
    program = f"#!{sys.executable}\nfrom echub.cli import main\nif __name__ == '__main__':\n    main()\n"
    (scripts / "echub").write_text(program)
    (scripts / "echub").chmod(0o755)
    name = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT"))}
    return {
        **clean,
        **name,
        "HOME": str(tmp_path),
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
    }


def run(*command, cwd, env, check=True):
    return subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, check=check)


# -- pre-commit ---------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path, environment):
    """Make a repository whose pre-commit uses our hook, by the echub that is installed here.

    The one change to the hook is its language: building a virtual environment needs the network.
    """
    pytest.importorskip("pre_commit")
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / ".pre-commit-hooks.yaml").write_text(json.dumps([hook | {"language": "system"}]))
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "hook"]):
        run("git", *command, cwd=hooks, env=environment)
    revision = run("git", "rev-parse", "HEAD", cwd=hooks, env=environment).stdout.strip()
    folder = tmp_path / "repository"
    folder.mkdir()
    run("git", "init", "-q", cwd=folder, env=environment)
    chosen = {"repo": str(hooks), "rev": revision, "hooks": [{"id": "echub-validate"}]}
    (folder / ".pre-commit-config.yaml").write_text(json.dumps({"repos": [chosen]}))
    run(sys.executable, "-m", "pre_commit", "install", cwd=folder, env=environment)
    return folder


def commit(repository, environment):
    run("git", "add", ".", cwd=repository, env=environment)
    return run("git", "commit", "-m", "data", cwd=repository, env=environment, check=False)


def test_a_commit_is_blocked_and_the_mended_one_goes_through(repository, environment):
    (repository / "README.txt").write_text("words are passed over\n")
    shutil.copy(FOLDER / "ECH205_implausible.bdf.csv", repository / "run.bdf.csv")
    blocked = commit(repository, environment)
    assert blocked.returncode == 1
    assert "ECH205" in blocked.stdout + blocked.stderr
    text = (repository / "run.bdf.csv").read_text()
    (repository / "run.bdf.csv").write_text(text.replace("1e9", "0.1"))
    passed = commit(repository, environment)
    assert passed.returncode == 0, passed.stdout + passed.stderr


def test_the_group_s_rules_block_too(repository, environment):
    (repository / ".echub.toml").write_text('[metadata]\nrequired = ["cell.area"]\n')
    store.write(sound(), repository / "run.h5")
    blocked = commit(repository, environment)
    assert blocked.returncode == 1
    assert "ECH111" in blocked.stdout + blocked.stderr
    (repository / "run.h5.echub.toml").write_text('[cell]\narea = "0.785 cm^2"\n')
    passed = commit(repository, environment)
    assert passed.returncode == 0, passed.stdout + passed.stderr


# -- the action ---------------------------------------------------------------------------------


def action():
    return yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


def steps(inputs):
    """Return script and environment of the action's shell steps, inputs filled in as the runner does."""
    whole = action()
    values = {name: entry["default"] for name, entry in whole["inputs"].items()} | inputs
    for step in whole["runs"]["steps"]:
        if "run" in step:
            filled = {
                key: re.sub(
                    r"\$\{\{ (?:inputs\.([\w-]+)|github\.action_path) \}\}",
                    lambda m: values[m[1]] if m[1] else str(ROOT),
                    text,
                )
                for key, text in step["env"].items()
            }
            yield step["run"], filled


def act(folder, environment, **inputs):
    done = None
    for script, given in steps({"version": "", **inputs}):
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        done = run(*command, cwd=folder, env=environment | given, check=False)
        if done.returncode:
            break
    return done


def test_inputs_reach_the_shell_through_the_environment_only():
    for step in action()["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_the_action_fails_on_a_problem_and_annotates_it(tmp_path, environment):
    shutil.copy(FOLDER / "ECH205_implausible.bdf.csv", tmp_path / "run.bdf.csv")
    done = act(tmp_path, environment, paths="run.bdf.csv")
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=run.bdf.csv,title=ECH205 implausible::")


def test_the_action_passes_sound_data_and_writes_sarif(tmp_path, environment):
    store.write(sound(), tmp_path / "run.h5")
    done = act(tmp_path, environment, paths="*.h5", format="sarif", output="report.sarif")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "report.sarif").read_text("utf-8"))["runs"][0]["results"] == []


def test_the_action_takes_level_strictness_and_baseline(tmp_path, environment):
    shutil.copy(FOLDER / "ECH303_power.h5", tmp_path)
    assert act(tmp_path, environment, paths="ECH303_power.h5").returncode == 0
    assert act(tmp_path, environment, paths="ECH303_power.h5", strict="true").returncode == 1
    assert act(tmp_path, environment, paths="ECH303_power.h5", strict="true", level="1").returncode == 0
    (tmp_path / "known.json").write_text('{"problems": []}')
    assert act(tmp_path, environment, paths="ECH303_power.h5", baseline="known.json").returncode == 0


def test_a_path_cannot_run_a_command(tmp_path, environment):
    act(tmp_path, environment, paths="$(touch broken) `touch broken` ; touch broken")
    assert not (tmp_path / "broken").exists()


def test_annotations_stay_when_the_report_goes_to_a_file(tmp_path, environment):
    shutil.copy(FOLDER / "ECH205_implausible.bdf.csv", tmp_path / "run.bdf.csv")
    done = act(tmp_path, environment, paths="run.bdf.csv", format="junit", output="report.xml")
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=run.bdf.csv,title=ECH205 implausible::")
    assert "ECH205" in (tmp_path / "report.xml").read_text("utf-8")


@pytest.mark.parametrize("paths", ["data of 2024", "data of 2024\nmore\n", "data*\nmore", "more data?of?2024"])
def test_folders_with_spaces_and_several_paths(tmp_path, environment, paths):
    for folder in ("data of 2024", "more"):
        (tmp_path / folder).mkdir()
    shutil.copy(FOLDER / "ECH205_implausible.bdf.csv", tmp_path / "data of 2024" / "run.bdf.csv")
    store.write(sound(), tmp_path / "more" / "run.h5")
    done = act(tmp_path, environment, paths=paths)
    assert done.returncode == 1, done.stderr
    assert "file=data of 2024/run.bdf.csv" in done.stdout


@pytest.mark.parametrize(("version", "installed"), [("self", str(ROOT)), ("echub==1.2", "echub==1.2"), ("", None)])
def test_the_action_installs_the_copy_that_it_comes_with(tmp_path, environment, version, installed):
    (tmp_path / "fake").mkdir()
    fake = tmp_path / "fake" / "python"
    fake.write_text(f'#!/bin/bash\nprintf "%s\\n" "$@" > "{tmp_path}/called"\n')
    fake.chmod(0o755)
    script, given = next(steps({"version": version}))
    path = f"{tmp_path / 'fake'}:{environment['PATH']}"
    run("bash", "-eo", "pipefail", "-c", script, cwd=tmp_path, env=environment | given | {"PATH": path})
    called = tmp_path / "called"
    assert (called.read_text().splitlines()[-1] if called.exists() else None) == installed


def test_the_action_installs_itself_unless_told_otherwise():
    assert action()["inputs"]["version"]["default"] == "self"
