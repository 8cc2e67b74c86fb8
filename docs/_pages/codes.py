"""The catalogues of codes: errors, refusals and flags of analyses, notices about files."""

from __future__ import annotations

import inspect

from docs._pages.markdown import code, sections, table, text
from docs._pages.sources import Code, scan
from echub import errors


def errors_page() -> str:
    """Return every exception with its code and exit code."""
    intro = """
Every error bears a stable code in square brackets, says where, what was expected and what was found, and what
helps; with `--json` it is printed as an object with the same fields. In Python they are exceptions of
`echub.errors`, all of them `EchubError`.
"""
    rows = [
        [code(found.code), found.exit_code, code(name), text(inspect.getdoc(found).splitlines()[0])]
        for name, found in raised().items()
    ]
    own = [entry for entry in scan() if entry.maker == "Error"]
    plugins = table(["code", "of", "means"], [[code(e.code), code(e.package), text(e.message)] for e in own])
    tree = inspect.getdoc(errors).split("::\n\n")[1].split("\n\n")[0]
    listed = table(["code", "exit code", "exception", "means"], [[str(cell) for cell in row] for row in rows])
    parts = [("By code", listed), ("Of plugins", plugins), ("The tree", f"```text\n{inspect.cleandoc(tree)}\n```")]
    return sections("Errors", intro, parts)


def raised() -> dict[str, type[errors.EchubError]]:
    """Return every exception class, by name, in the order of its definition."""
    return {
        name: found
        for name, found in vars(errors).items()
        if inspect.isclass(found) and issubclass(found, errors.EchubError)
    }


def refusals_page() -> str:
    """Return the codes with which analyses refuse and flag."""
    intro = """
An analysis that cannot answer refuses with a code; one that answers with a reservation flags. Both stand in the
outcome (`flags`, `--json`) and on the terminal, with the reason and what helps. `…` is what the message fills in.
Codes under *echub* are the hub's own and can come from any analysis: needs that are not met.
"""
    return _page("Refusals and flags", intro, ("Flag", "Refusal"))


def notices_page() -> str:
    """Return the codes with which readers flag what they read."""
    intro = """
A file that was read with a reservation is flagged: `echub convert` prints the notice, and the converted file keeps
it. `…` is what the message fills in.
"""
    return _page("Notices", intro, ("Notice",))


def _page(title: str, intro: str, makers: tuple[str, ...]) -> str:
    found = [entry for entry in scan() if entry.maker in makers]
    packages = sorted({entry.package for entry in found})
    return sections(title, intro, [(package, _listed(found, package)) for package in packages])


def _listed(found: list[Code], package: str) -> str:
    by_code: dict[tuple[str, str], list[str]] = {}
    for entry in found:
        if entry.package == package:
            by_code.setdefault((entry.code, entry.maker.lower()), []).append(entry.message)
    rows = [
        [code(name), maker, "; ".join(text(m) for m in dict.fromkeys(messages) if m)]
        for (name, maker), messages in sorted(by_code.items())
    ]
    return table(["code", "is a", "message"], rows)
