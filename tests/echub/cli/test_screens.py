"""What commands print about files whose content is stated here: whole screens, and every file that they leave.

Each number, name and unit on a screen follows from the files A and B, which a plugin reads as they are written:

- charge of A: 0.5 h · 2 mA = 1 mA·h in cycle 1, 1 h · 1.5 mA = 1.5 mA·h in cycle 2, the first row of which has no
  time before it
- mean voltage of A above 1.5 V: cycle 1 has 2 V, cycle 2 has 4 V and 3 V
- charge of B: 10 s · 2 mA and 10 s · -4 mA are -20/3600 mA·h = -0.0055556 mA·h
- the joined clock of B: 2 min ± 1.96 · 3 s
"""

from __future__ import annotations

import re
import shlex
import sys
from hashlib import sha256
from pathlib import Path

import pytest

SCREENS = Path(__file__).with_name("screens.txt").read_text("utf-8")
"""Scenes of commands, each with its exit code, all that it prints (`!` before lines of standard error), and the
files that it adds (`+`). `???` stands for what no file states: a duration, a hash of contents."""


def scenes():
    """Return each scene: its title, and its commands with exit code, output, errors and new files."""
    for title, text in re.findall(r"^== (.*)\n((?:(?!== ).*\n)*)", SCREENS, re.MULTILINE):
        commands = re.findall(r"^\$ echub (.*?)  # (\d)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
        assert len(commands) == text.count("$ echub ")
        yield pytest.param(commands, id=title)


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def matches(found, stated):
    """Return whether lines are those stated, where ??? stands for a part that no file states."""
    return re.fullmatch(re.escape("\n".join(stated)).replace(re.escape("???"), ".*?"), "\n".join(found))


SCENES = list(scenes())


@pytest.mark.parametrize("commands", SCENES)
def test_a_scene(echub, acme_files, commands):
    known = {
        "@here": str(acme_files),
        **{f"@sha-{n}": sha256((acme_files / f"{n}.acme").read_bytes()).hexdigest()[:12] for n in "ab"},
    }
    for words, code, text in commands:
        before = files(acme_files)
        done = echub(*shlex.split(words))
        stated = {"": [], "! ": [], "+ ": []}
        for line in text.splitlines():
            mark = line[:2] if line[:2] in stated else ""
            for token, value in known.items():
                line = line.replace(token, value)
            stated[mark].append(line.removeprefix(mark))
        new = sorted(
            name for name in files(acme_files) - before if "/cache/" not in name and not name.endswith(".lock")
        )
        found = {"": done.out.splitlines(), "! ": done.err.splitlines(), "+ ": new}
        assert done.code == int(code), (words, done)
        for mark, lines in stated.items():
            if not matches(found[mark], lines):
                assert found[mark] == lines, words  # shows the lines that differ


ANSI = re.compile(r"\x1b\[[0-9;]*m")
FRAME = re.compile("[\u2500-\u257f]+")
COLOURS = {"ok": 32, "unchanged": 32, "flagged": 33, "refused": 31, "failed": 31}
"""Codes of a status: green, yellow and red."""


@pytest.mark.parametrize("commands", SCENES)
def test_a_scene_on_a_terminal_says_the_same(echub, acme_files, commands, monkeypatch):
    """Tables have frames there, and words have colours: no word is added, lost or cut."""
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for words, code, text in commands:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        done = echub(*shlex.split(words))
        stated = [line for line in text.splitlines() if line[:2] not in ("! ", "+ ")]
        plain = FRAME.sub("", ANSI.sub("", done.out)).split()
        assert done.code == int(code)
        known = "\n".join(stated).replace("@here", str(acme_files)).split()
        if "@sha" not in text:
            assert matches([" ".join(plain)], [" ".join(known)])
        for word, number in COLOURS.items():
            count = sum(bool(re.match(rf"(  status +)?{word}\b", line)) for line in stated)
            assert len(re.findall(rf"\x1b\[{number}m{word}\b", done.out)) == count
