"""All that a plugin imports from the hub.

The declarations and `hookimpl` cost nothing to import; the rest loads when it is first used, so
that a plugin's entry module stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from echub.declare import Confidence, KnownFormat, NoOptions, Reader, Template, Vocabulary, Writer, option
from echub.hookspecs import hookimpl

if TYPE_CHECKING:
    from echub.build import SourceColumn, build_dataset, build_map, build_tables
    from echub.channels import Channel, build_long
    from echub.column import Bits, Column
    from echub.dataset import Dataset
    from echub.errors import (
        EchubError,
        MetadataError,
        PluginError,
        ReadError,
        UnitMismatch,
        UnknownSpecies,
        UnknownUnit,
    )
    from echub.metadata import Metadata
    from echub.notice import Notice
    from echub.record import Dropped, Record
    from echub.source import Source
    from echub.units import Unit, parse_unit, unit

_LAZY = {
    "Bits": "echub.column",
    "Channel": "echub.channels",
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
    "UnknownSpecies": "echub.errors",
    "UnknownUnit": "echub.errors",
    "build_dataset": "echub.build",
    "build_long": "echub.channels",
    "build_map": "echub.build",
    "build_tables": "echub.build",
    "parse_unit": "echub.units",
    "unit": "echub.units",
}

__all__ = [
    "Bits",
    "Channel",
    "Column",
    "Confidence",
    "Dataset",
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
    "Template",
    "Unit",
    "UnitMismatch",
    "UnknownSpecies",
    "UnknownUnit",
    "Vocabulary",
    "Writer",
    "build_dataset",
    "build_long",
    "build_map",
    "build_tables",
    "hookimpl",
    "option",
    "parse_unit",
    "unit",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)
