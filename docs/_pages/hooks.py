"""What MkDocs calls: add the made pages, and lay out the navigation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parents[2]))

from docs._pages import pages  # noqa: E402


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the made pages, and put every page of a folder where `nav` names the folder."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    known = [file.src_uri for file in files.documentation_pages()]
    config.nav = expand(config.nav, known)
    return files


def expand(nav: Any, known: list[str]) -> Any:  # noqa: ANN401
    """Give the navigation with folders replaced by their pages; a page that does not exist yet is left out.

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
