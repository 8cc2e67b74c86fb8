"""Which dataset of a record an analysis takes: the one of its kind, or the one that the user names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from echub.analysis.outcome import Refusal
from echub.declare_analysis import Analysis, Need
from echub.errors import UnknownOption
from echub.model.dataset import Dataset
from echub.model.record import Record
from echub.text import nearest, several, with_article


def chosen_dataset(record: Record, analysis: Analysis, name: str | None = None) -> Dataset:
    """Return the dataset of a record that an analysis takes.

    Without a name it is the only one of the analysis's kind, or the only one of several that has the
    columns it needs: joined and appended runs have one for each part. Raises `UnknownOption` for a
    name that does not exist or is of another kind, and `Refusal` if no dataset fits or several do.
    """
    kind = analysis.kind
    fitting = [dataset for dataset in record.datasets.values() if dataset.kind == kind]
    if not fitting and name is None:
        raise Refusal(
            "no-dataset",
            f"the record has no {kind} dataset, but {', '.join(record) or 'none at all'}",
            hint=_what_declares(record, kind),
        )
    if name is not None:
        return _named(record, fitting, kind, name)
    able = [dataset for dataset in fitting if _has_columns(analysis, dataset)] if len(fitting) > 1 else fitting
    if len(able or fitting) > 1:
        shown = ", ".join(_described(dataset) for dataset in able or fitting)
        raise Refusal(
            "several-datasets",
            f"{len(able or fitting)} datasets of the record would do: {shown}",
            hint=f"--dataset {(able or fitting)[-1].name} names one of them",
        )
    return _remembered(able[0], fitting)


def _what_declares(record: Record, kind: str) -> str:
    """Return what the reader says that makes the rows a dataset of this kind, else where to look."""
    told = (
        notice.hint for notice in record.notices if notice.code == "undeclared-kind" and kind in notice.message
    )
    return next(told, "`echub analyze --list FILE` shows what suits it, `echub info FILE` what it holds")


def chosen_datasets(record: Record, analysis: Analysis, name: str | None = None) -> list[Dataset]:
    """Return the dataset of a record that an analysis takes, or with `every_dataset` all, in order of start."""
    fitting = [dataset for dataset in record.datasets.values() if dataset.kind == analysis.kind]
    able = [dataset for dataset in fitting if _has_columns(analysis, dataset)]
    if name is not None or not analysis.every_dataset or len(able) < 2:
        return [chosen_dataset(record, analysis, name)]
    return [_remembered(dataset, fitting) for dataset in sorted(able, key=_start)]


def _start(dataset: Dataset) -> float:
    """Return the first time that is known; datasets without a clock keep their order, before all others."""
    known = (float(time) for time in dataset["time"] if time == time) if "time" in dataset.columns else iter(())
    return next(known, float("-inf"))


def _named(record: Record, fitting: Sequence[Dataset], kind: str, name: str) -> Dataset:
    found = next((dataset for dataset in fitting if dataset.name == name), None)
    if found is None:
        raise UnknownOption(
            f"the record has no {kind} dataset {name!r}",
            expected=", ".join(dataset.name for dataset in fitting) or f"{with_article(kind)} dataset",
            found=", ".join(record) or "no dataset",
            hint=nearest(name, [dataset.name for dataset in fitting]),
        )
    return _remembered(found, fitting)


def _remembered(dataset: Dataset, fitting: Sequence[Dataset]) -> Dataset:
    """Note which of several datasets was taken, for the provenance of the outcome."""
    return replace(dataset, history=(f"dataset {dataset.name}", *dataset.history)) if len(fitting) > 1 else dataset


def _has_columns(analysis: Analysis, dataset: Dataset) -> bool:
    """Return whether a dataset has a column for every need; a working potential may serve as a cell voltage."""
    present = set(dataset.quantities) | ({"voltage"} if "potential_we" in dataset.quantities else set())
    return dataset.rows > 0 and all(
        present & set(need.quantities) for need in analysis.columns if _is_asked(analysis, need)
    )


def _is_asked(analysis: Analysis, need: Need) -> bool:
    """Return whether a need must be met by the dataset itself, not by one of another kind next to it."""
    return not need.optional and need.kind in ("", analysis.kind)


def _described(dataset: Dataset) -> str:
    technique = dataset.attrs.get("technique")
    return f"{dataset.name} ({f'{technique}, ' if technique else ''}{several(dataset.rows, 'row')})"
