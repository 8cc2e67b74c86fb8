"""The navigation of the site: folders stand for their pages."""

from __future__ import annotations

from typing import Any


def expand(nav: Any, known: list[str]) -> Any:  # noqa: ANN401
    """Return the navigation with folders replaced by their pages; a page that does not exist yet is left out.

    A page left out by a slip does not go unseen: MkDocs refuses pages that `nav` does not list.
    """
    shown = []
    for entry in nav:
        ((title, what),) = entry.items()
        if isinstance(what, list):
            shown.append({title: expand(what, known)})
        elif what.endswith("/"):
            shown.append({title: sorted((p for p in known if p.startswith(what)), key=_index_first)})
        elif what in known:
            shown.append(entry)
    return shown


def _index_first(path: str) -> tuple[bool, str]:
    return (not path.endswith("/index.md"), path)
