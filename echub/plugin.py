"""All that a plugin imports from the hub.

The declarations and `hookimpl` cost nothing to import; the rest loads when it is first used, so
that a plugin's entry module stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from echub.declare import Confidence, Decision, KnownFormat, NoOptions, Reader, Vocabulary, Writer, option
from echub.hookspecs import hookimpl

if TYPE_CHECKING:
    from echub.build import SourceColumn, build_dataset, build_tables
    from echub.column import Bits, Column
    from echub.dataset import Dataset
    from echub.description import describe, plain_types, restore
    from echub.errors import (
        EchubError,
        MetadataError,
        PluginError,
        ReadError,
        UnitMismatch,
        UnknownColumn,
        UnknownOption,
        UnknownUnit,
    )
    from echub.metadata import Metadata
    from echub.notice import Notice
    from echub.record import Dropped, Record
    from echub.source import Source
    from echub.units import Unit, parse_unit, unit
    from echub.vocabulary import quantities

_LAZY = {
    "Bits": "echub.column",
    "Column": "echub.column",
    "Dataset": "echub.dataset",
    "Dropped": "echub.record",
    "EchubError": "echub.errors",
    "Metadata": "echub.metadata",
    "MetadataError": "echub.errors",
    "Notice": "echub.notice",
    "PluginError": "echub.errors",
    "ReadError": "echub.errors",
    "Record": "echub.record",
    "Source": "echub.source",
    "SourceColumn": "echub.build",
    "Unit": "echub.units",
    "UnitMismatch": "echub.errors",
    "UnknownColumn": "echub.errors",
    "UnknownOption": "echub.errors",
    "UnknownUnit": "echub.errors",
    "build_dataset": "echub.build",
    "build_tables": "echub.build",
    "describe": "echub.description",
    "parse_unit": "echub.units",
    "plain_types": "echub.description",
    "quantities": "echub.vocabulary",
    "restore": "echub.description",
    "unit": "echub.units",
}

__all__ = [
    "Bits",
    "Column",
    "Confidence",
    "Dataset",
    "Decision",
    "Dropped",
    "EchubError",
    "KnownFormat",
    "Metadata",
    "MetadataError",
    "NoOptions",
    "Notice",
    "PluginError",
    "ReadError",
    "Reader",
    "Record",
    "Source",
    "SourceColumn",
    "Unit",
    "UnitMismatch",
    "UnknownColumn",
    "UnknownOption",
    "UnknownUnit",
    "Vocabulary",
    "Writer",
    "build_dataset",
    "build_tables",
    "describe",
    "hookimpl",
    "option",
    "parse_unit",
    "plain_types",
    "quantities",
    "restore",
    "unit",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)
