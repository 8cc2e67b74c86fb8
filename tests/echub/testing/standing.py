"""A reader's contract with no reader behind it: its record, its reads and its damage are given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echub.declare import Reader
from echub.plugin import Record, SourceColumn, build_tables
from echub.testing import ReaderContract

PATH = Path("run.acm")


class Standing(ReaderContract):
    """A contract whose record, read and damage are given, with no reader behind it."""

    reader = "acme-acm"
    files = (PATH,)
    declared = Reader("acme-acm", "Acme", (".acm",), sniff="math:floor", read="math:ceil")
    record: Record | None = None

    @property
    def _usable(self):
        return self.declared

    def _record(self, path):
        return self.record

    def _read(self, what, **options):
        return self.reading(what, options)


def said(contract, rule, **given):
    """Return what a rule says: expected, found, advice; "" if it is kept, and the reason if it is skipped."""
    try:
        getattr(contract, rule)(**given)
    except pytest.fail.Exception as failure:
        broken = failure.broken
        return broken.expected, broken.found, broken.advice
    except pytest.skip.Exception as skipped:
        return str(skipped)
    return ""


def record(*columns, dropped=()):
    """Return a record of three rows, as the hub builds it."""
    t = SourceColumn("t/s", np.array([0.0, 1.0, 2.0]), "time", "s", index=0)
    i = SourceColumn("I/uA", np.array([1.0, 2.0, 3.0]), "current", "µA", index=1)
    return Record(build_tables([t, i, *columns]), dropped=dropped)


KNOB = SourceColumn("knob", np.array([7, 8, 9]), index=2)


def changed(which, base=None, /, **changes):
    """Return a record with one column changed after the hub has built it."""
    (data,) = (base or record()).datasets.values()
    column = replace(data.columns[which], **changes)
    columns = {column.name if n == which else n: column if n == which else c for n, c in data.columns.items()}
    return Record([replace(data, columns=columns)], dropped=(base or record()).dropped)
