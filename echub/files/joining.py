"""Join the linked techniques of one run into one record, on request only.

Which files are linked is the reader's to say, by their names; that they are one run is shown by
their equal start. Each keeps its rows, its clock and its cycles: nothing is renumbered or re-zeroed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from echub.errors import EchubError, PluginError
from echub.files.detect import rank
from echub.files.output import Job
from echub.model.dataset import Dataset
from echub.model.metadata import Metadata
from echub.model.record import Provenance, Record
from echub.model.source import Source
from echub.registry.calling import call, failed
from echub.registry.registry import registry
from echub.remark import Dropped


class NotOneRun(Exception):
    """Files that their names link state different starts; the message says why they are not one run."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a file's name says of its run: the run's own name, and its place in it, from 1.

    `part` names the place in words (``02_GCPL``).
    """

    run: str
    number: int
    part: str


@dataclass(frozen=True, slots=True)
class Part:
    """One technique of a run: its job and its link."""

    job: Job
    link: Link


def link_of(source: Source, reader: str | None = None) -> Link | None:
    """Ask the reader of a file which run it belongs to; None where it is linked to none."""
    known = registry()
    readers = [known.reader(reader)] if reader else [m.reader for m in rank(source, known) if m.confidence]
    first = next((r for r in readers if r.link), None)
    said = call(first, first.link, source.name, returns=(tuple, type(None))) if first else None
    if first is not None and said and not _is_link(said):
        raise failed(first, f"it gave {said!r}, not (run, number, part)", first.link)
    return Link(*said) if said else None


def _is_link(said: tuple[Any, ...]) -> bool:
    kinds = (str, int, str)
    return len(said) == len(kinds) and all(map(isinstance, said, kinds))


def runs_of(jobs: Iterable[Job], reader: str | None = None) -> list[Job | list[Part]]:
    """Group jobs into runs of at least two files in one folder; others stay as they are.

    Two files with one place in a run leave open which belongs to it: such a run is not grouped.
    """
    groups: dict[tuple[Path, str], list[Part]] = {}
    order: list[Job | list[Part]] = []
    for job in jobs:
        try:
            link = _link(job, reader)
        except PluginError as error:  # by itself it would be converted, but that is not what was asked for
            order.append(replace(job, problem=error))
            continue
        if link is None:
            order.append(job)
            continue
        key = (job.source.parent, link.run)
        if key not in groups:
            order.append(groups.setdefault(key, []))
        groups[key].append(Part(job, link))
    plan: list[Job | list[Part]] = []
    for item in order:
        if isinstance(item, Job) or (len(item) > 1 and len({part.link.number for part in item}) == len(item)):
            plan.append(item if isinstance(item, Job) else sorted(item, key=lambda part: part.link.number))
        else:
            plan += [part.job for part in item]
    return plan


def _link(job: Job, reader: str | None) -> Link | None:
    try:
        return link_of(Source(job.source), reader)
    except PluginError as error:
        error.path = error.path or str(job.source)
        raise
    except EchubError:
        return None  # converting the file reports it


def why_not_one_run(records: Sequence[Record]) -> str:
    """Say why records are not one run; empty where they are: all state the same start."""
    starts = [record.metadata.value("experiment.start") for record in records]
    if None in starts:
        return "at least one file does not state the start of its run"
    if len(set(starts)) > 1:
        return f"the files state different starts: {', '.join(sorted(set(starts)))}"
    return ""


def join(records: Sequence[Record], links: Sequence[Link]) -> Record:
    """Join the records of one run, in order: their datasets, each named after its part.

    Each dataset's `attrs` hold the part, the technique, and the seconds from the start of the run
    to its first row (`offset_s`). Metadata are those of the first record; where a later one says
    otherwise, that is a notice. The settings are kept by part.
    """
    datasets = [
        _labelled(dataset, record, link)
        for record, link in zip(records, links, strict=True)
        for dataset in record.datasets.values()
    ]
    notices = [
        replace(notice, message=f"{link.part}: {notice.message}")
        for record, link in zip(records, links, strict=True)
        for notice in record.notices
    ]
    dropped = [
        Dropped(f"{link.part}: {dropped.what}", dropped.why)
        for record, link in zip(records, links, strict=True)
        for dropped in record.dropped
    ]
    return Record(
        datasets,
        metadata=_common(records),
        settings={link.part: record.settings for record, link in zip(records, links, strict=True)},
        notices=notices,
        dropped=dropped,
        provenance=_provenance(records, links),
    )


def _labelled(dataset: Dataset, record: Record, link: Link) -> Dataset:
    technique = record.metadata.value("technique.name")
    attrs = {"part": link.part, **({"technique": str(technique)} if technique else {})}
    if "time" in dataset.columns and dataset.rows:
        attrs["offset_s"] = repr(float(dataset["time"][0]))
    return replace(dataset, label=f"{dataset.kind}_{link.part}", attrs={**dataset.attrs, **attrs})


def _common(records: Sequence[Record]) -> Metadata:
    """Keep what all records say alike; what differs between techniques stays in the settings and attrs."""
    common = Metadata()
    for entry in records[0].metadata.entries:
        if all(record.metadata.value(entry.path) == entry.value for record in records[1:]):
            common.entries.append(entry)
    return common


def _provenance(records: Sequence[Record], links: Sequence[Link]) -> Provenance:
    parts: list[dict[str, Any]] = [dict(record.provenance.source) for record in records]
    whole = hashlib.sha256("".join(str(part["sha256"]) for part in parts).encode()).hexdigest()
    first = records[0].provenance
    names = ", ".join(str(part["name"]) for part in parts)
    return Provenance(
        source={
            "name": links[0].run,
            "size": sum(int(part["size"]) for part in parts),
            "sha256": whole,
            "parts": parts,
        },
        reader=first.reader,
        software=first.software,
        siblings=tuple(dict.fromkeys(name for record in records for name in record.provenance.siblings)),
        operations=(f"joined {names}",),
    )
