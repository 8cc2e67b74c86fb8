"""Join the linked techniques of one run into one record, on request only.

The reader says which files are linked, from their names; their equal start shows that they
are one run. Each keeps its rows, its clock and its cycles: nothing is renumbered or re-zeroed.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from echub.errors import EchubError, PluginError
from echub.files.detect import rank
from echub.files.output import Job
from echub.files.resuming import resume, shifts, why_not_resumed
from echub.model.dataset import Dataset
from echub.model.metadata import Metadata
from echub.model.record import Provenance, Record
from echub.model.source import Source
from echub.registry.calling import call, failed
from echub.registry.registry import registry
from echub.remark import Dropped, Notice


class NotOneRun(Exception):
    """Files linked by their names are not one run; the message says why, such as different starts."""


FEWEST_AT_ONCE = 3
"""Rows that have to alternate: one or two may be the first row of a technique beside the last one before it."""
_OF_THE_FIRST = ("experiment.start", "experiment.start_utc", "experiment.timezone")
"""Metadata of a joined record taken from its first file, because the clock counts from there."""


class Link(NamedTuple):
    """What a file's name says about its run: the run's name, and the file's place in it, from 1.

    `part` names the place in words (``02_GCPL``; empty: the run has one file only). `resumed` counts
    the runs of an experiment that was stopped and started again, from 1.
    """

    run: str
    number: int
    part: str
    resumed: int = 1

    @property
    def words(self) -> str:
        """Return a name for the file among those of its run."""
        again = f"run{self.resumed}" if self.resumed > 1 or not self.part else ""
        return "_".join(word for word in (self.part, again) if word)


class Part(NamedTuple):
    """One technique of a run: its job and its link."""

    job: Job
    link: Link


def link_of(source: Source, reader: str | None = None) -> Link | None:
    """Ask the reader of a file which run it belongs to; None if it is linked to none."""
    known = registry()
    readers = [known.reader(reader)] if reader else [m.reader for m in rank(source, known) if m.confidence]
    first = next((r for r in readers if r.link), None)
    said = call(first, first.link, source.name, returns=(tuple, type(None))) if first else None
    if first is not None and said and not _is_link(said):
        raise failed(
            first, f"it gave {said!r}, not (run, number, part) or (run, number, part, resumed)", first.link
        )
    return Link(*said) if said else None


def links_of(sources: Sequence[Source], reader: str | None = None) -> list[Link | None]:
    """Ask for the links of files in the same folder.

    A file whose name says nothing is the first run of another file that has its name and says it is a later one.
    """
    here = Path()
    return _with_first_runs([(here, source.name) for source in sources], [link_of(s, reader) for s in sources])


def _with_first_runs(places: Sequence[tuple[Path, str]], links: Sequence[Link | None]) -> list[Link | None]:
    """Link the files (folder, name) that say nothing and whose name a later run beside them bears."""
    later = {
        (folder, link.run)
        for (folder, _), link in zip(places, links, strict=True)
        if link is not None and link.resumed > 1 and not link.part
    }
    return [
        Link(place[1], 1, "") if link is None and place in later else link
        for place, link in zip(places, links, strict=True)
    ]


def _is_link(said: tuple[Any, ...]) -> bool:
    kinds = (str, int, str, int)
    return len(said) in (3, 4) and all(map(isinstance, said, kinds))


def runs_of(jobs: Iterable[Job], reader: str | None = None) -> list[Job | list[Part]]:
    """Group jobs into runs of at least two files in one folder; others stay as they are.

    If two files have the same place in a run, it is unclear which belongs to it: such a run is not grouped.
    """
    groups: dict[tuple[Path, str], list[Part]] = {}
    order: list[Job | list[Part]] = []
    jobs = list(jobs)
    said, wrong = _links(jobs, reader)
    links = _with_first_runs([(job.source.parent, job.source.name) for job in jobs], said)
    for job, link, error in zip(jobs, links, wrong, strict=True):
        if error is not None:  # it could be converted by itself, but the user asked for joining
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
        if isinstance(item, Job) or (len(item) > 1 and len({_place(part) for part in item}) == len(item)):
            plan.append(item if isinstance(item, Job) else sorted(item, key=_place))
        else:
            plan += [part.job for part in item]
    return plan


def _place(part: Part) -> tuple[int, int]:
    return part.link.resumed, part.link.number


def _links(jobs: Sequence[Job], reader: str | None) -> tuple[list[Link | None], list[PluginError | None]]:
    """Ask for the link of every job, and keep a plugin's error with the job that caused it."""
    links: list[Link | None] = []
    wrong: list[PluginError | None] = []
    for job in jobs:
        mistake = link = None
        try:
            link = link_of(Source(job.source), reader)
        except PluginError as error:
            error.path = error.path or str(job.source)
            mistake = error
        except EchubError:
            pass  # converting the file reports it
        links.append(link)
        wrong.append(mistake)
    return links, wrong


def why_not_one_run(records: Sequence[Record], links: Sequence[Link] = ()) -> str:
    """Return why records are not one run; empty if they are.

    Linked techniques all state the same start; the runs of an experiment that was resumed start one
    after the other, each after the end of the one before.
    """
    starts = [record.metadata.value("experiment.start") for record in records]
    if None in starts:
        return "at least one file does not state the start of its run"
    of_run: dict[int, set[Any]] = {}
    for start, link in zip(starts, links or [Link("", 1, "")] * len(records), strict=True):
        of_run.setdefault(link.resumed, set()).add(start)
    for stated in of_run.values():
        if len(stated) > 1:
            return f"the files state different starts: {', '.join(sorted(stated))}"
    return next(filter(None, (why_not_resumed(same) for same in _parts_again(records, links))), "")


def _parts_again(records: Sequence[Record], links: Sequence[Link]) -> list[list[Record]]:
    """Group the records of resumed parts, in the order of their runs; parts that were not resumed are left out."""
    groups: dict[str, list[Record]] = {}
    for record, link in zip(records, links, strict=bool(links)):
        groups.setdefault(link.part, []).append(record)
    return [group for group in groups.values() if len(group) > 1]


def join(records: Sequence[Record], links: Sequence[Link]) -> Record:
    """Join the records of one run, in order: their datasets, each named after its part.

    Each dataset's `attrs` hold the part, the technique, and the seconds from the start of the run
    to its first row with a time (`offset_s`). Parts of one experiment that was resumed become one dataset, on the
    clock of the first. Metadata are those that all records share, plus the start of the first. The
    settings are kept by part.
    """
    said = texts_of_parts(records, [link.words for link in links])
    datasets = _datasets(records, links)
    said["notices"] += _overlaps(datasets)
    return Record(datasets, **said, provenance=_provenance(records, links))


def _overlaps(datasets: Sequence[Dataset]) -> list[Notice]:
    """Report parts of a run that do not follow each other by their clocks: one channel measures one at a time."""
    clocks: dict[str, list[NDArray[np.float64]]] = {}
    for dataset in datasets:
        time = dataset.to("time", "s") if "time" in dataset.columns else np.empty(0)
        if np.isfinite(time).any():
            clocks.setdefault(str(dataset.attrs.get("part", dataset.name)), []).append(time[np.isfinite(time)])
    parts = [(name, np.sort(np.concatenate(times))) for name, times in clocks.items()]
    found = []
    for (first, before), (second, after) in itertools.pairwise(parts):
        if _at_once(before, after):
            spans = (
                f"{first} from {before[0]:g} to {before[-1]:g} s, {second} from {after[0]:g} to {after[-1]:g} s"
            )
            found.append(Notice("overlapping-clocks", f"parts of the run do not follow each other: {spans}"))
    return found


def _at_once(before: NDArray[np.float64], after: NDArray[np.float64]) -> bool:
    """Return whether two sorted clocks (n,), (m,), s, run at once: the second starts first, or the rows alternate.

    The techniques of a loop alternate too, but by visits of several rows.
    """
    if after[0] < before[0]:
        return True
    return all(_alternating(*pair) for pair in ((before, after), (after, before)))


def _alternating(times: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    """Return whether most of the times (n,) that lie within the others (m,) lie in gaps of their own."""
    inside = times[(times > others[0]) & (times < others[-1])]
    gaps = np.unique(np.searchsorted(others, inside))
    return len(inside) >= FEWEST_AT_ONCE and len(gaps) > len(inside) / 2


def texts_of_parts(records: Sequence[Record], names: Sequence[str]) -> dict[str, Any]:
    """Return what several records say beside their data, as the arguments of one: by the name of each."""
    pairs = list(zip(names, records, strict=True))
    return {
        "metadata": common_metadata(records),
        "settings": {name: record.settings for name, record in pairs},
        "notices": [replace(n, message=f"{name}: {n.message}") for name, record in pairs for n in record.notices],
        "dropped": [Dropped(f"{name}: {d.what}", d.why) for name, record in pairs for d in record.dropped],
    }


def _datasets(records: Sequence[Record], links: Sequence[Link]) -> list[Dataset]:
    """Join the datasets of resumed parts, and give those of different parts different names."""
    zeros = dict(zip(map(id, records), shifts(records), strict=False))
    groups: dict[tuple[str, str], list[tuple[Dataset, Record]]] = {}
    for record, link in zip(records, links, strict=True):
        for dataset in record.datasets.values():
            groups.setdefault((link.part, dataset.name), []).append((dataset, record))
    found = []
    for (part, _), same in groups.items():
        pieces = [dataset for dataset, _ in same]
        joined = resume(pieces, [zeros[id(record)] for _, record in same]) if len(pieces) > 1 else pieces[0]
        found.append(_labelled(joined, same[0][1], part) if part else joined)
    return found


def _labelled(dataset: Dataset, record: Record, part: str) -> Dataset:
    technique = record.metadata.value("technique.name")
    attrs = {"part": part, **({"technique": str(technique)} if technique else {})}
    time = dataset["time"] if "time" in dataset.columns else np.empty(0)
    if np.isfinite(time).any():
        attrs["offset_s"] = repr(float(time[np.isfinite(time)][0]))
    return replace(dataset, label=f"{dataset.name}_{part}", attrs={**dataset.attrs, **attrs})


def common_metadata(records: Sequence[Record]) -> Metadata:
    """Keep the metadata that all records share, and the first start; the rest is in the settings and attrs."""
    common = Metadata()
    for entry in records[0].metadata.entries:
        same = all(record.metadata.value(entry.path) == entry.value for record in records[1:])
        if same or entry.path in _OF_THE_FIRST:
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
