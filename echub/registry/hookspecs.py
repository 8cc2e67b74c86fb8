"""The hooks: everything that a plugin can offer, on one page.

A plugin is a module that an entry point of the group ``echub`` names. It implements any of these
with ``@echub.plugin.hookimpl``. All hooks collect: every plugin is asked, and none ends the search.
A module in the group ``echub.analyses`` has `echub_analyses` only, and is imported when that is first called.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from echub.declare import KnownFormat, Reader, Template, Vocabulary, Writer
    from echub.declare_analysis import Analysis
    from echub.model.record import Record
    from echub.model.source import Source

hookspec = pluggy.HookspecMarker("echub")
hookimpl = pluggy.HookimplMarker("echub")


@hookspec
def echub_readers() -> Iterable[Reader | KnownFormat | Template]:  # type: ignore[empty-body]
    """Declare readers, formats that are recognised but not read, and templates of manifests.

    Called once, when a command first needs to know the formats.
    """


@hookspec
def echub_analyses() -> Iterable[Analysis]:  # type: ignore[empty-body]
    """Declare analyses for `echub analyze NAME`.

    Called once, when a command first needs to know the analyses.
    """


@hookspec
def echub_writers() -> Iterable[Writer]:  # type: ignore[empty-body]
    """Declare writers for `echub convert --to NAME`.

    Called once, when a command first needs to know the outputs.
    """


@hookspec
def echub_vocabulary() -> Iterable[Vocabulary]:  # type: ignore[empty-body]
    """Declare extra quantities and units under the plugin's own prefix.

    Called once, before any file is read.
    """


@hookspec
def echub_record_read(record: Record, source: Source) -> None:
    """Enrich the metadata of a record, from an ELN or a naming rule for example.

    Called for every file that was read, after the reader and before the folder's and the user's
    metadata, which override it. Say where a value comes from: ``record.metadata.set(..., source="eln")``.
    """
