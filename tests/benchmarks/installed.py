"""How much an installation takes on the disk, with all that it needs, by the lists that pip keeps.

Compiled modules do not count: whether there are any depends on the installer.
"""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.benchmarks.budget import Figure

CODE = ("echub", "plugins", "schemas")
"""Folders of the repository that an installation holds."""


def run(now: Path, then: Path, commit: str, yadg: Path | None) -> Iterator[Figure]:
    """Compare the core of both trees, and the core with what others need. In MB of 10⁶ bytes."""
    ours, theirs = core(now), core(then)
    sides = [(commit, theirs, 0.6)]
    if _has("galvani"):
        sides.append(("galvani with pandas", needed(["galvani", "pandas"]), None))
    if _has("batterydf"):
        sides.append(("BDF", needed(["batterydf"]), None))
    if yadg is not None:
        sides.append(("yadg", _elsewhere(yadg.with_name("python"), "yadg"), None))
    for other, size, target in sides:
        note = f"{ours:.0f} and {size:.0f} MB"
        here = f"{ours:.0f} MB"
        yield Figure("installed size", "", target, ours / size, note=note, cost="disk", other=other, here=here)


def core(tree: Path) -> float:
    """Return the size of a tree of echub with what it requires, without extras."""
    requires = tomllib.loads((tree / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    own = (p for folder in CODE for p in (tree / folder).rglob("*") if p.is_file() and p.suffix != ".pyc")
    return needed(requires) + sum(path.stat().st_size for path in own) / 1e6


def needed(requirements: Iterable[str]) -> float:
    """Return the size of distributions and all that they require, as this environment has them."""
    found: dict[str, float] = {}
    waiting = [Requirement(text) for text in requirements]
    seen: set[str] = set()
    while waiting:
        asked = waiting.pop()
        name = canonicalize_name(asked.name)
        if f"{name}{sorted(asked.extras)}" in seen:
            continue
        seen.add(f"{name}{sorted(asked.extras)}")
        distribution = metadata.distribution(asked.name)
        files = (Path(str(file.locate())) for file in distribution.files or () if file.suffix != ".pyc")
        found[name] = sum(file.stat().st_size for file in files if file.exists()) / 1e6
        further = map(Requirement, distribution.requires or ())
        waiting += [each for each in further if _applies(each, asked.extras)]
    return sum(found.values())


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    """Return whether a requirement holds here, for the extras that were asked for."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in (extras or {""}) | {""})


def _has(name: str) -> bool:
    return any(metadata.distributions(name=name))


def _elsewhere(python: Path, name: str) -> float:
    """Return the size of a distribution in another environment, all but pip."""
    code = (
        "import json, importlib.metadata as m; print(json.dumps(sum(f.locate().stat().st_size "
        "for d in m.distributions() if d.name not in ('pip', 'setuptools') "
        "for f in d.files or () if f.suffix != '.pyc' and f.locate().exists())))"
    )
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the size of {name} is not known:\n{done.stderr}")
    return float(json.loads(done.stdout)) / 1e6
