"""The kills see what they look for: half files, lost ones, what is left over, and a run that does not end well."""

import os
import sys
import time

import pytest

from tests.fuzz import kills

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes that were forked")
FILES, PAUSE = 10, 0.004
ROUNDS = 6
"""Rounds of eight kills at most: on a busy machine most of a round may fall between two files."""


def _slowly(path, text="x" * 40):
    with path.open("w") as file:
        for letter in text:
            file.write(letter)
            file.flush()
            time.sleep(PAUSE / len(text))


def atomic(given, out, jobs):
    out.mkdir(exist_ok=True)
    for old in out.glob(".echub-*"):
        old.unlink()
    for number in range(FILES):
        target = out / str(number)
        if not target.exists():
            _slowly(out / ".echub-0.part")
            os.replace(out / ".echub-0.part", target)


def torn(given, out, jobs):
    out.mkdir(exist_ok=True)
    for number in range(FILES):
        _slowly(out / str(number))


def forgetful(given, out, jobs):
    """Take a half file of a killed run for a whole one."""
    out.mkdir(exist_ok=True)
    for number in range(FILES):
        if not (out / str(number)).exists():
            _slowly(out / str(number))


def untidy(given, out, jobs):
    out.mkdir(exist_ok=True)
    for number in range(FILES):
        aside = out / f".echub-{os.getpid()}.part"
        _slowly(aside)
        os.replace(aside, out / str(number))


def stubborn(given, out, jobs):
    if out.exists():
        sys.exit(2)
    atomic(given, out, jobs)


@pytest.mark.parametrize(
    ("run", "seen"),
    [(atomic, set()), (torn, {"half"}), (forgetful, {"half", "lost"}), (untidy, {"over"}), (stubborn, {"stuck"})],
)
def test_kills_see_what_is_wrong_with_a_command(run, seen, capfd):  # capfd: children print their tracebacks
    command = kills.Command("toy", lambda given: None, run, kills.files)
    found = set()
    for seed in range(3, 3 + ROUNDS):
        counts = kills.kill(command, 8, seed=seed).counts
        assert run is stubborn or counts["killed"] >= 8
        found |= {kind for kind in ("half", "lost", "over", "stuck") if counts[kind]}
        if seen <= found:
            break
    assert seen <= found if run is stubborn else found == seen  # what it does not finish stays unfinished
