"""What MkDocs calls: add the made pages, and lay out the navigation."""

from __future__ import annotations

import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parents[2]))

from docs._pages import pages
from docs._pages.navigation import expand


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the made pages, and put every page of a folder where `nav` names the folder."""
    for path, text in pages().items():
        if (stub := files.get_file_from_path(path)) is not None:  # what a clone shows in its place
            files.remove(stub)
        files.append(File.generated(config, path, content=text))
    known = [file.src_uri for file in files.documentation_pages()]
    config.nav = expand(config.nav, known)
    return files
