"""Ask a fresh Python process: what an import loads, and how a file reads in another environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_START = "import json, sys\ngiven = json.loads(sys.argv[1])\nsys.path[:] = given['path']\n"
_IMPORTED = """
before = set(sys.modules)
__import__(given['module'])
print(json.dumps(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))
"""
_CONTENT = """
from echub.files.content import content_hash
from echub.files.reading import read
found = [content_hash(read(file, reader=given['reader'])) for file in given['files']]
print(json.dumps(found))
"""


def imported_by(module: str) -> set[str] | None:
    """Return the top-level modules that an import adds to a fresh Python; None if it fails."""
    answer = _answer(_run(_IMPORTED, {"module": module}, {}))
    return None if answer is None else set(answer)


def content_elsewhere(reader: str, files: Sequence[Path], environment: Mapping[str, str]) -> list[str] | None:
    """Return the `content_hash` of files read by a process in another environment."""
    given = {"reader": reader, "files": [str(file) for file in files]}
    return _answer(_run(_CONTENT, given, environment))


def _run(code: str, given: Mapping[str, object], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    path = [os.path.abspath(entry) for entry in sys.path]
    return subprocess.Popen(
        [sys.executable, "-c", _START + code, json.dumps({**given, "path": path})],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
    )


def _answer(process: subprocess.Popen[str]) -> list[str] | None:
    """Wait for a process; its last line is the answer."""
    printed, _ = process.communicate()
    lines = printed.splitlines()
    if process.returncode or not lines:
        return None
    answer: list[str] = json.loads(lines[-1])
    return answer
