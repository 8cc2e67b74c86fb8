"""A fresh virtual environment with the built wheels of the hub and of the template."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from echub.registry import scaffold
from tests.kit import broken

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "plugins" / "template"
HALVES = {
    "my-lab": ["reader", "rules"],
    "echub-only.drift": ["analysis"],
    "echub-plotter": ["writer"],
}


def environment(**more):
    """Return this environment without what it sets for Python, pytest and echub."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST", "ECHUB"))}
    quiet = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return clean | quiet | more


def run(*command, cwd=None):
    """Run a command that must succeed."""
    done = _finished(_start(command, cwd, environment()))
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


def _start(command, cwd, env):
    command = [str(part) for part in command]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=cwd, env=env, stdout=pipe, stderr=pipe, text=True, encoding="utf-8")


def _finished(process):
    out, err = process.communicate()
    assert "Traceback" not in out + err, out + err
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@dataclass(frozen=True)
class Environment:
    """A virtual environment, in which a stranger types commands."""

    folder: Path
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def scripts(self):
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self):
        return self.scripts / "python"

    @property
    def site(self):
        return Path(sysconfig.get_path("purelib", "venv", vars={"base": str(self.folder)}))

    def beside(self, **extra):
        """Return the same with other environment variables."""
        return replace(self, extra=tuple(extra.items()))

    def start(self, program, *arguments, cwd=None):
        """Start a program of the environment; `finished` waits for it."""
        return _start((self.scripts / program, *arguments), cwd, environment(**dict(self.extra)))

    finished = staticmethod(_finished)

    def echub(self, *arguments, cwd=None):
        """Run `echub`; never a traceback."""
        return _finished(self.start("echub", *arguments, cwd=cwd))

    def json(self, *arguments, cwd=None):
        """Return what `echub ... --json` printed."""
        return json.loads(self.echub(*arguments, "--json", cwd=cwd).stdout)


def make_environment(folder, wheels):
    """Make a virtual environment with wheels in it, and all else from the running one.

    Its own site-packages come before the folders that the .pth names, so the wheels win; and in a
    folder that a .pth names no .pth file counts, so an editable echub is not there.
    """
    venv.create(folder, with_pip=False)
    made = Environment(folder)
    offline = ("--no-deps", "--no-index", "--quiet")
    run(sys.executable, "-m", "pip", "--python", made.python, "install", *offline, *wheels)
    # Afterwards: an echub that pip sees in those folders would count as installed already.
    shared = [p for p in sys.path if Path(p).name in ("site-packages", "dist-packages")]
    (made.site / "dependencies.pth").write_text("".join(f"{p}\n" for p in shared), encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """Build the wheels of the hub, of the template, and of what `new` writes for either half of it."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheels")
    for name, parts in HALVES.items():
        scaffold.write(name, folder / name, parts)
    for project in (ROOT, TEMPLATE, *(folder / name for name in HALVES)):
        run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=project)
    return {path.name.partition("-")[0]: path for path in folder.glob("*.whl")}


@pytest.fixture(scope="session")
def installed(tmp_path_factory, wheels):
    """Return the environment of a stranger: the hub and the plugins, nothing editable."""
    return make_environment(tmp_path_factory.mktemp("kit") / "venv", wheels.values())


@pytest.fixture(scope="session")
def ill(tmp_path_factory, installed):
    """Return the same environment with every mistaken plugin beside the template."""
    folder = tmp_path_factory.mktemp("ill")
    broken.install(folder)
    return installed.beside(PYTHONPATH=str(folder))


@pytest.fixture(scope="session")
def long_runs(tmp_path_factory, installed, ill):
    """Start what takes seconds, side by side."""
    folder = tmp_path_factory.mktemp("tests")
    shutil.copytree(TEMPLATE / "tests", folder / "tests")
    started = {
        "tests": installed.start("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=folder),
        "check": installed.beside(ECHUB_PLUGINS="-my-lab").start("echub", "plugins", "check", "echub-acme"),
        "check-broken": ill.start("echub", "plugins", "check", "zz-broken", "--json"),
    }
    yield started
    for process in started.values():
        process.kill()
        process.communicate()
