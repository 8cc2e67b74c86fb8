"""Plugins that add to a record which was read: what one of them changes or takes away is said, with its name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from echub.model.dataset import Dataset
from echub.model.deferred import held
from echub.model.metadata import Metadata
from echub.model.record import Provenance, Record
from echub.model.source import Source
from echub.registry.registry import Plugin, registry
from echub.remark import Dropped, Remark

_PARTS = {"datasets": dict, "metadata": Metadata, "settings": dict, "notices": list, "dropped": list}
_PARTS |= {"provenance": Provenance}
"""What a record is made of, and the type of each part: everything after this reads them."""
_Said = TypeVar("_Said", Remark, Dropped)
_Held = tuple[Any, tuple[str, str | None, str]]
"""What a column holds, and what it means."""


def enrich(record: Record, source: Source) -> None:
    """Let plugins add to a record.

    Measured values cannot be written to meanwhile; what is replaced is seen by its identity, which costs nothing.
    Remarks stay, and a part of another type is put back.
    """
    if not registry().enriching():
        return
    watch = _Watch(record)
    try:
        for plugin, problem in registry().enrich(record, source, watch.look):
            record.notices.append(Remark("plugin-failed", f"{plugin.name} of {plugin.distribution}: {problem}"))
    finally:
        watch.unlock()


class _Watch:
    """What a record was before a plugin saw it."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.locked: list[np.ndarray[Any, Any]] = []
        self._keep()

    def _keep(self) -> None:
        self.parts = {name: getattr(self.record, name) for name in _PARTS}
        self.parts["datasets"] = dict(self.record.datasets)
        self.notices, self.dropped = list(self.record.notices), list(self.record.dropped)
        self.columns = _columns(self.record)
        for values, _ in self.columns.values():
            if isinstance(values, np.ndarray) and values.flags.writeable:
                self.locked.append(values)
                values.flags.writeable = False

    def unlock(self) -> None:
        """Let values be written to again that could be before."""
        for values in self.locked:
            values.flags.writeable = True

    def look(self, plugin: Plugin) -> None:
        """Put back what a plugin has spoilt, and say which columns it has changed."""
        spoilt = [name for name, kind in _PARTS.items() if not isinstance(getattr(self.record, name), kind)]
        if "datasets" not in spoilt and not all(isinstance(d, Dataset) for d in self.record.datasets.values()):
            spoilt.append("datasets")
        for name in spoilt:
            setattr(self.record, name, self.parts[name])
        self._put_back()
        now = _columns(self.record)
        changed = [key[1] for key, column in self.columns.items() if not _is_same(column, now.get(key))]
        if changed or spoilt:
            text = f"{plugin.name} of {plugin.distribution} changed or removed {', '.join([*changed, *spoilt])}"
            self.record.notices.append(Remark("plugin-changed-columns", text))
            old = self.record.provenance
            self.record.provenance = replace(old, operations=(*old.operations, text))
        self._keep()

    def _put_back(self) -> None:
        """Restore the remarks of the reader: nobody else knows what it could not keep."""
        self.record.notices[:] = _with(self.notices, self.record.notices, Remark)
        self.record.dropped[:] = _with(self.dropped, self.record.dropped, Dropped)


def _with(before: list[_Said], now: list[_Said], kind: type[_Said]) -> list[_Said]:
    """Return what is there now with what was there before, without what is of another type."""
    kept = [said for said in before if said not in now]
    return kept + [said for said in now if isinstance(said, kind)]


def _columns(record: Record) -> dict[tuple[str, str], _Held]:
    """Return what each column of a record holds and means, without reading it."""
    return {
        (kind, c.name): (held(c), (str(c.quantity), c.unit, c.origin))
        for kind, d in record.datasets.items()
        for c in d.columns.values()
    }


def _is_same(before: _Held, now: _Held | None) -> bool:
    """Return whether a column still is what it was; values that a plugin has unlocked may be anything."""
    if now is None or now[0] is not before[0] or now[1] != before[1]:
        return False
    return not (isinstance(now[0], np.ndarray) and now[0].flags.writeable)
