"""`echub info`: what a file holds, without converting it."""

from __future__ import annotations

from typing import Any

import typer

from echub.cli import new_app
from echub.cli.common import (
    File,
    Json,
    MetaTables,
    NoSiblings,
    ReaderName,
    ReaderOptions,
    SetValues,
    TableProfile,
    TimeZone,
    reader_options,
    user_metadata,
)
from echub.cli.streams import Name, shown, sources

app = new_app()


@app.command()
def info(
    file: File,
    reader: ReaderName = None,
    option: ReaderOptions = None,
    table_profile: TableProfile = None,
    meta: MetaTables = None,
    set_: SetValues = None,
    timezone: TimeZone = None,
    no_siblings: NoSiblings = False,
    name: Name = None,
    as_json: Json = False,
) -> None:
    """Show what a file holds: datasets, columns with ranges and units, duration, metadata, warnings."""
    from echub.cli.common import print_json
    from echub.files.reading import read

    (what,) = sources([file], name)
    record = read(
        what,
        reader=reader,
        options=reader_options(option, table_profile),
        annotations=user_metadata(meta, set_, timezone),
        siblings=not no_siblings,
    )
    if as_json:
        print_json(_as_dict(record))
        return
    from echub.cli.show import file as report
    from echub.cli.show.terminal import heading, table
    from echub.drawing import unit_text
    from echub.model.comparison import shortened

    heading(shown(what))
    report.record(record, ranges=True)
    typer.echo("  metadata")
    rows = [(e.path, shortened(f"{e.value} {unit_text(e.unit or '')}"), e.source) for e in record.metadata]
    table(("path", "value", "from"), rows, indent=16)


def _as_dict(record: Any) -> dict[str, Any]:  # noqa: ANN401
    from echub.files.conversion import summary
    from echub.model.extent import counts, ranges, without_value
    from echub.model.json_text import plain
    from echub.registry.codes import explained

    return {
        "datasets": [
            {**summary(d), "holds": counts(d), "ranges": plain(ranges(d)), **without_value(d)}
            for d in record.datasets.values()
        ],
        "metadata": plain(record.metadata.tree()),
        "settings": record.settings,
        "provenance": plain(record.provenance.as_dict()),
        "dropped": [dropped.as_dict() for dropped in record.dropped],
        "warnings": [explained(notice).as_dict() for notice in record.notices],
    }
