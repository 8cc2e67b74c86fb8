"""Open every file with every program, and print the table; `--write` puts it into the docs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.interop import odd
from tests.interop.files import make, truths
from tests.interop.judge import HEADS, judge
from tests.interop.programs import NOT_TRIED, PROGRAMS, native_columns, unread_units

PAGE = Path(__file__).parents[2] / "docs/open-elsewhere.md"
START, END = "<!-- interop: start -->\n", "<!-- interop: end -->\n"


def table() -> str:
    """Return the table in Markdown, with the programs that are not there in a line below."""
    lines = [f"| file | program | {' | '.join(HEADS)} |", f"| {'--- | ' * (len(HEADS) + 1)}--- |"]
    right = truths()
    with tempfile.TemporaryDirectory() as folder:
        files = make(Path(folder))
        for form in files:
            for program in PROGRAMS:
                if form not in program.openers or not (version := program.version()):
                    continue
                try:
                    words = judge(program.openers[form](files[form]), right[form])
                except Exception as error:  # whatever a program raises is its answer
                    words = (f"no: {type(error).__name__}", *["no"] * (len(HEADS) - 1))
                lines.append(f"| {form} | {program.name} {version} | {' | '.join(words)} |")
        lines += [
            "",
            "Programs that open odd but valid files, with all rows and columns:",
            "",
            *odd.table(Path(folder)),
        ]
        read = unread_units(native_columns(files["native"]).units)
    lines += [
        "",
        f"Units of the native file: {', '.join(f'{name} reads {words}' for name, words in read.items())}.",
    ]
    absent = [program.name for program in PROGRAMS if not program.version()]
    lines += ["", *(f"Not installed: {', '.join(absent)}." for _ in absent[:1])]
    lines += [f"Not tried: {'; '.join(f'{name} ({why})' for name, why in NOT_TRIED.items())}.", ""]
    return "\n".join(lines)


def main() -> None:
    """Print the table, or write it into the page."""
    text = table()
    if "--write" not in sys.argv:
        print(text)
        return
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.partition(START)[0], page.partition(END)[2]
    PAGE.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8", newline="\n")


main()
