"""Writers for other formats: CSV."""

from __future__ import annotations

from collections.abc import Iterable

from echub.plugin import Writer, hookimpl


@hookimpl
def echub_writers() -> Iterable[Writer]:
    """Declare the writers of this plugin."""
    return (Writer("csv", "CSV, one file per dataset, units in the header", write="echub_export.csv:write"),)
