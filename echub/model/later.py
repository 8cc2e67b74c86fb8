"""Records of which only what is used is read: a dataset's columns, and the texts beside the datasets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.record import Record

_TEXTS = ("metadata", "settings", "notices", "dropped", "provenance")
"""The attributes of a record that are read together."""


class Outline(NamedTuple):
    """What is known of a column before it is made: all that a dataset must know of it."""

    name: str
    axes: tuple[str, ...]
    shape: tuple[int, ...]


class LaterColumns(Mapping[str, Column]):
    """The columns of a dataset, each made when it is first used. `outlines`: what is known about all."""

    def __init__(self, outlines: Mapping[str, Outline], make: Callable[[str], Column]) -> None:
        self.outlines = outlines
        self._make = make
        self._made: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self._made:
            if name not in self.outlines:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self.outlines

    def __iter__(self) -> Iterator[str]:
        return iter(self.outlines)

    def __len__(self) -> int:
        return len(self.outlines)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[type, tuple[dict[str, Column]]]:
        return dict, (dict(self),)  # another process may not see the file


class LaterRecord(Record):
    """A record whose datasets and texts are read when they are first used.

    `datasets()` returns the datasets, `texts()` metadata, settings, notices, dropped and provenance by name,
    `check()` raises what is wrong with anything that using the record does not look at, and `said()` returns
    the descriptions of a later version as they stand in the file, by (dataset, column).
    """

    def __init__(
        self,
        datasets: Callable[[], Mapping[str, Dataset]],
        texts: Callable[[], Mapping[str, Any]],
        check: Callable[[], None],
        said: Callable[[], Mapping[tuple[str, str], Mapping[str, Any]]] = dict,
    ) -> None:
        self._datasets, self._texts, self.check, self.said = datasets, texts, check, said
        self._afterwards: list[Callable[[Record], None]] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name == "datasets":
            self.datasets = dict(self._datasets())
        elif name in _TEXTS:
            for part, value in self._texts().items():
                self.__dict__.setdefault(part, value)
            waiting, self._afterwards = self._afterwards, []
            for function in waiting:
                function(self)
        else:
            raise AttributeError(name, name=name, obj=self)
        return self.__dict__[name]

    def afterwards(self, function: Callable[[Record], None]) -> None:
        """Call a function with this record when its texts are read."""
        self._afterwards.append(function)

    def __reduce__(self) -> tuple[Callable[..., Record], tuple[Any, ...]]:
        return _whole, (list(self.datasets.values()), *(getattr(self, name) for name in _TEXTS))


def settled(record: Record) -> Record:
    """Return a record with all of its texts and descriptions read; values may still be read when they are used."""
    for dataset in record.datasets.values():
        for name in dataset.columns:
            _ = dataset.columns[name]
    _ = record.metadata
    return record


def require_whole(record: Record) -> None:
    """Raise what is wrong with a file in the parts that using its record does not look at."""
    settled(record)
    if isinstance(record, LaterRecord):
        record.check()


def _whole(datasets: list[Dataset], *texts: Any) -> Record:  # noqa: ANN401
    return Record(datasets, **dict(zip(_TEXTS, texts, strict=True)))
