"""Check the built wheel: `python -m scripts.check_wheel build/dist`.

It holds the packages of pyproject.toml and nothing else, no tests, and what every entry point names.
"""

from __future__ import annotations

import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).parents[1]
TEST = ("test_*.py", "*_test.py", "conftest.py")


def faults(names: Iterable[str], project: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with the files of a wheel of this project."""
    files = [PurePosixPath(name) for name in names]
    packages = {Path(path).name for path in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    found = {file.parts[0] for file in files if not file.parts[0].endswith(".dist-info")}
    yield from (f"{name} is in the wheel and no package of pyproject.toml" for name in sorted(found - packages))
    yield from (f"{name} is a package of pyproject.toml and not in the wheel" for name in sorted(packages - found))
    yield from (f"{file} is a test" for file in files if any(file.match(pattern) for pattern in TEST))
    points = [point for group in project["project"]["entry-points"].values() for point in group.items()]
    for entry, module in points:
        path = PurePosixPath(*module.split("."))
        if not {path / "__init__.py", path.with_suffix(".py")} & set(files):
            yield f"the entry point {entry} names {module}, which is not in the wheel"


def main(folder: Path) -> None:
    """Check the one wheel of a folder; end with exit code 1 and the faults where there are any."""
    (wheel,) = folder.glob("*.whl")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    with zipfile.ZipFile(wheel) as archive:
        found = list(faults(archive.namelist(), project))
    if found:
        raise SystemExit("\n".join(f"{wheel.name}: {fault}" for fault in found))
    print(f"{wheel.name}: the packages of pyproject.toml and nothing else")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
