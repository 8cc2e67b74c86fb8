"""What `echub convert` prints about many files: first what went wrong, then the summary."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from echub.cli.show.progress import FEW, rate
from echub.cli.show.terminal import coloured, heading
from echub.text import printable, several, some_of

if TYPE_CHECKING:
    from echub.batch.task import FileResult

_COLOURS = {"ok": "green", "unchanged": "green", "flagged": "yellow", "failed": "red", "unknown": "bright_black"}
_ORDER = ("failed", "unknown", "flagged", "unchanged", "ok")
_LISTED = 200
"""Converted files are listed up to this many; nobody reads a longer list."""
_IN_FULL = 20
"""Failed files of one status are reported in full up to this many; more are grouped by reason, to fit a screen."""
_OF_EACH = 10
"""Files named for each reason: enough to find the others."""


class Summary:
    """What a run reports at its end; of the converted files it keeps only the first few."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.exit_code = 0
        self._kept: dict[str, list[FileResult]] = {status: [] for status in _ORDER}

    def add(self, done: FileResult) -> None:
        """Count a result; a file in a folder that no reader knows does not change the exit code."""
        self.counts[done.status] += 1
        if done.error is not None or len(self._kept[done.status]) <= _LISTED:
            self._kept[done.status].append(done)
        if done.error is not None and (done.named or done.status != "unknown"):
            self.exit_code = max(self.exit_code, done.error.exit_code)

    def show(self, seconds: float) -> None:
        """Print what went wrong, then what went well, then the summary."""
        total = sum(self.counts.values())
        for status in _ORDER:
            kept = sorted(self._kept[status], key=lambda done: done.source)
            if status in ("failed", "unknown"):
                _wrong(kept)
            elif total <= _LISTED or (status == "flagged" and len(kept) <= _LISTED):
                for done in kept:
                    _line(done)
        parts = [f"{self.counts[status]} {status}" for status in reversed(_ORDER) if self.counts[status]]
        speed = f", {rate(total / seconds)}" if total >= FEW and seconds else ""
        heading(
            f"{several(total, 'file')}: {', '.join(parts) or 'nothing to convert'} in {_duration(seconds)}{speed}"
        )

    def complain(self) -> None:
        """Print only what went wrong, on standard error."""
        for done in sorted(self._kept["failed"] + self._kept["unknown"], key=lambda done: done.source):
            if done.error is not None and (done.named or done.status == "failed"):
                typer.echo(str(done.error), err=True)

    def interrupted(self, total: int | None, *, keeps_ledger: bool) -> None:
        """Report the progress at an interruption, and how to continue; total: None if it is not known."""
        count = sum(self.counts.values())
        files = (
            several(count, "file is", "files are") if total is None else some_of(count, total, "file", "is", "are")
        )
        done = f"interrupted: {files} done"
        if keeps_ledger:
            typer.echo(f"{done}; the same command goes on from there", err=True)
        else:
            typer.echo(f"{done}; with -o FOLDER the same command would go on from there", err=True)


def _wrong(results: list[FileResult]) -> None:
    """Return what went wrong: few files in full, many by their reasons, the most frequent first."""
    if len(results) <= _IN_FULL:
        for done in results:
            _line(done)
        return
    groups: dict[tuple[str, str], list[FileResult]] = {}
    for done in results:
        if done.error is not None:
            groups.setdefault((done.error.code, done.error.message), []).append(done)
    for (code, message), group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        _marked(group[0].status, f"{len(group)} × {message} [{code}]")
        for done in group[:_OF_EACH]:
            typer.echo(f"          {printable(done.source)}")
        if len(group) > _OF_EACH:
            typer.echo(f"          … and {len(group) - _OF_EACH} more (--json and the ledger name all)")
        if group[0].error is not None and group[0].error.hint:
            typer.echo(f"          hint: {printable(group[0].error.hint)}")


def change(done: FileResult) -> None:
    """Print one line about a file of a live folder."""
    if done.error is not None:
        _marked(done.status, f"{done.source}: {done.error.message} [{done.error.code}]")
        return
    codes = f" [{', '.join(dict.fromkeys(notice.code for notice in done.notices))}]" if done.notices else ""
    _marked(done.status, f"{done.source} -> {', '.join(done.outputs)} ({_held(done)}){codes}")


def _line(done: FileResult) -> None:
    _marked(done.status, done.source)
    if done.error is not None:
        _, *details = str(done.error).splitlines()
        for line in (f"{done.error.message} [{done.error.code}]", *details):
            typer.echo(f"          {printable(line.strip())}")
        return
    if done.status == "unchanged":
        return
    chosen = f" (only {', '.join(done.columns)})" if done.columns else ""
    typer.echo(f"          {_held(done)} -> {printable(', '.join(done.outputs) + chosen)}")
    for notice in done.notices:
        typer.echo(f"          {printable(notice.text)} [{notice.code}]")
    for dropped in done.dropped:
        typer.echo(f"          dropped: {printable(f'{dropped.what}: {dropped.why}')}")


def _held(done: FileResult) -> str:
    """Return technique and datasets of a file; a file of settings or of a log has none."""
    parts = [done.technique] if done.technique else []
    parts += [f"{name} {rows:,} × {columns}" for name, rows, columns in done.datasets] or ["no dataset"]
    return printable(", ".join(parts))


def _marked(status: str, text: str) -> None:
    mark = f"{status} ".ljust(8)
    typer.echo(coloured(mark, _COLOURS[status]) + printable(text))


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {rest} s"


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Defer Ctrl-C until the current file is done; yield a function that reports it. A second one does not wait.

    An interruption inside HDF5 would look like a file that cannot be written, one between the ledger and
    the count like a file that was not converted.
    """
    asked = False

    def note(*_: Any) -> None:  # noqa: ANN401
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
