"""`echub align`: several instruments on one clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from echub.cli import new_app
from echub.cli.common import (
    Json,
    MetaTables,
    SetValues,
    TimeZone,
    pairs,
    print_json,
    stated,
    time_range,
    user_metadata,
)
from echub.cli.streams import Quiet
from echub.errors import UnknownOption
from echub.text import argument

if TYPE_CHECKING:
    from echub.files.aligning import Aligned

Value = TypeVar("Value")

app = new_app()


@app.command()
def align(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Files; the first one's clock is that of all.", metavar="FILE FILE...", readable=False
        ),
    ],
    event: Annotated[
        str | None,
        typer.Option(help="Columns that change together, such as current=ion_counts; or auto.", metavar="A=B"),
    ] = None,
    clock_uncertainty: Annotated[
        str | None, typer.Option(help="Use absolute clocks, each with this standard uncertainty, such as 1s.")
    ] = None,
    offset: Annotated[
        list[str] | None,
        typer.Option(
            help="Stated offset, such as sims.csv=12.5s±0.5s; FILE is a name, a path or a number.",
            metavar="FILE=SECONDS",
        ),
    ] = None,
    near: Annotated[
        list[str] | None,
        typer.Option(help="Range of an offset, in s, if several fit: sims.csv=100:160.", metavar="FILE=LOW:HIGH"),
    ] = None,
    correct_drift: Annotated[
        bool, typer.Option("--correct-drift", help="Take the rate of a clock from the common steps.")
    ] = False,
    meta: MetaTables = None,
    set_: SetValues = None,
    timezone: TimeZone = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Native file to write (.h5).")] = None,
    plot: Annotated[Path | None, typer.Option(help="Stacked panels over one time: .svg, .png or .pdf.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing results.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Put several instruments on one clock: by a common event, absolute clocks, or a stated offset.

    Every offset is printed with its interval and how it was found. Exit code 1: no common clock.
    """
    from echub.analysis import figures
    from echub.files.aligning import align as put_together
    from echub.files.naming import names_of
    from echub.files.output import require_free
    from echub.files.reading import read

    for path in (output, plot):
        if path is not None:
            require_free(path, force=force)
    if plot is not None:
        figures.require_format(plot)
    added = user_metadata(meta, set_, timezone)
    offsets = {key: stated(text, "s") for key, text in pairs(offset, "--offset").items()}
    ranges = {key: _range(text) for key, text in pairs(near, "--near").items()}
    records = [read(file, annotations=added) for file in files]
    names = names_of(records)
    aligned = put_together(
        records,
        event=event,
        clock_uncertainty=None if clock_uncertainty is None else _seconds(clock_uncertainty),
        offsets=_by_name(offsets, files, names, "--offset"),
        near=_by_name(ranges, files, names, "--near"),
        correct_drift=correct_drift,
    )
    written = _write(aligned, output, plot, force=force)
    if as_json:
        print_json({"sources": [one.as_dict() for one in aligned.alignments], "written": list(map(str, written))})
    elif not quiet:
        _show(aligned, files, written)


def _write(aligned: Aligned, output: Path | None, plot: Path | None, *, force: bool) -> list[Path]:
    from echub import drawing
    from echub.analysis import figures
    from echub.files.conversion import convert
    from echub.files.output import write_atomically

    written = []
    if output is not None:
        convert(aligned.record, path=output, force=force)
        written.append(output)
    if plot is not None:
        figure = figures.plot(aligned.record)
        write_atomically([(plot, lambda path: drawing.save(figure, path, plot.suffix[1:].lower()))])
        written.append(plot)
    return written


def _show(aligned: Aligned, files: list[Path], written: list[Path]) -> None:
    from echub.cli.show.terminal import field, heading, table

    heading(", ".join(map(str, files)))
    rows = []
    for one in aligned.alignments:
        u = "" if one.uncertainty is None else f" ± {one.uncertainty:.2g}"
        interval = "" if one.low is None else f"[{one.low:.6g}, {one.high:.6g}] (95%)"
        steps = "" if one.event is None else f"{one.event.steps} of {one.event.inside}"
        rows.append((one.name, f"{one.offset:.6g}{u}", interval, one.found, steps, _ppm(one.event)))
    table(("source", "offset / s", "interval / s", "by", "steps", "drift / ppm"), rows)
    for notice in aligned.record.notices:
        field("warning", f"{notice.message} [{notice.code}]", "yellow")
    for path in written:
        field("written", str(path))


def _ppm(event: object) -> str:
    drift, u = getattr(event, "drift", None), getattr(event, "drift_uncertainty", None)
    return "" if drift is None or u is None else f"{1e6 * drift:.0f} ± {1e6 * u:.0f}"


# -- texts -----------------------------------------------------------------------------------


def _seconds(text: str) -> float:
    return stated(text, "s")[0]


def _by_name(
    given: Mapping[str, Value], files: Sequence[Path], names: Sequence[str], flag: str
) -> dict[str, Value]:
    """Return what is said of files by the names of their records; a file is called by its name, path or number.

    Raises `UnknownOption` for a name that several files have, and for a file that is called twice.
    """
    found: dict[str, Value] = {}
    for key, value in given.items():
        name = _called(key, files, names, flag)
        if name in found:
            raise UnknownOption(f"{flag} names one file twice", expected="each file once", found=key)
        found[name] = value
    return found


def _called(key: str, files: Sequence[Path], names: Sequence[str], flag: str) -> str:
    """Return the name of the record of a file that is called so; the text itself if there is none."""
    alike = [n for n, (file, name) in enumerate(zip(files, names, strict=True), 1) if key in _bare(file, name, n)]
    numbers = [n for n in range(1, len(files) + 1) if key == str(n)]
    places = [n for n, file in enumerate(files, 1) if Path(key) == file] or alike or numbers
    if len(places) > 1:
        listed = " or ".join(f"{flag} {argument(files[n - 1])}=…" for n in places)
        expected = "the path of one, or its number in the list"
        raise UnknownOption(f"{len(places)} files are called {key}", expected=expected, found=key, hint=listed)
    return names[places[0] - 1] if places else key


def _bare(file: Path, name: str, number: int) -> tuple[str, str, str]:
    """Return the names of a file: its own, that of its source, and that with which its record is told apart."""
    return file.name, name, name.removesuffix(f" ({number})")


def _range(text: str) -> tuple[float, float]:
    takes, example = "--near takes FILE=LOW:HIGH", "sims.csv=100:160"
    low, high = time_range(text, takes, example)
    if low is None or high is None:
        raise UnknownOption(takes, expected=example, found=text)
    return low, high
