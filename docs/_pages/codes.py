"""Pages of the catalogue of codes: errors, refusals and flags of analyses, notices about files."""

from __future__ import annotations

import inspect

from docs._pages.markdown import code, sections, table, text
from docs._pages.sources import scan
from echub import errors
from echub.registry.codes import Code as Entry
from echub.registry.codes import entries


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
An analysis that cannot give a result refuses, with a code; a result that comes with a reservation carries a flag.
Both are in the outcome (`flags`, `--json`) and on the terminal, with the reason and what helps. Codes under
*echub* are the hub's own: they can come from any analysis, or are shared by several.
`echub schema show CODE` prints an entry.
"""
    return _page("Refusals and flags", intro, {"flag", "refusal"})


def notices_page() -> str:
    """Return the codes with which readers flag what they read."""
    intro = """
A file that was read with a reservation is flagged: `echub convert` prints the notice, and the converted file keeps
it. `echub schema show CODE` prints an entry; a group's schema can make any of them a
[problem of `echub validate`](../validate.md).
"""
    return _page("Notices", intro, {"notice"})


def _page(title: str, intro: str, kinds: set[str]) -> str:
    listed = [entry for entry in entries() if kinds & set(entry.kind)]
    owners = list(dict.fromkeys(entry.owner for entry in listed))
    parts = [(owner, _listed([e for e in listed if e.owner == owner], kinds)) for owner in owners]
    return sections(title, intro, parts)


def _listed(found: list[Entry], kinds: set[str]) -> str:
    rows = [
        [code(e.code), ", ".join(k for k in e.kind if k in kinds), text(e.says), text(e.cause), text(e.hint)]
        for e in sorted(found, key=lambda entry: entry.code)
    ]
    return table(["code", "is a", "says", "usual cause", "what helps"], rows)
