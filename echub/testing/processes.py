"""Ask a fresh Python process: what an import loads, and how a file reads in another environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_START = "import json, sys\ngiven = json.loads(sys.argv[1])\nsys.path[:] = given['path']\n"
_IMPORTED = """
before = set(sys.modules)
__import__(given['module'])
print(json.dumps(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))
"""
_CONTENT = """
from echub.files.content import content_hash
from echub.files.reading import read
def memory(name):
    try:
        lines = open('/proc/self/status').read().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)
found, before = [], memory('VmRSS:')
for file in given['files']:
    record = read(file, reader=given['reader'])
    for dataset in record.datasets.values():
        for name in dataset.columns:
            dataset.columns[name].values
    found.append([memory('VmHWM:') - before, content_hash(record)])
print(json.dumps(found))
"""


def imported_by(module: str) -> set[str] | None:
    """Return the top-level modules that an import adds to a fresh Python; None if it fails."""
    answer = _answer(_run(_IMPORTED, {"module": module}, {}))
    return None if answer is None else set(answer)


def content_elsewhere(
    reader: str, files: Sequence[Path], environment: Mapping[str, str]
) -> list[tuple[int, str]] | None:
    """Return what files are to a process in another environment: memory in bytes, and `content_hash`.

    The memory is the most that the process had until then, its imports included; 0 where the system does not say.
    """
    given = {"reader": reader, "files": [str(file) for file in files]}
    answer = _answer(_run(_CONTENT, given, environment))
    return None if answer is None else [(memory, content) for memory, content in answer]


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


def _answer(process: subprocess.Popen[str]) -> list[Any] | None:
    """Wait for a process; its last line is the answer."""
    printed, _ = process.communicate()
    lines = printed.splitlines()
    if process.returncode or not lines:
        return None
    answer: list[Any] = json.loads(lines[-1])
    return answer
