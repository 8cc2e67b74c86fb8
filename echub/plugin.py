"""All that a plugin imports from the hub.

The declarations and `hookimpl` cost nothing to import; the rest loads when it is first used, so
that a plugin's entry module stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from echub.declare import (
    Analysis,
    Confidence,
    Decision,
    Gives,
    KnownFormat,
    Need,
    NeedMeta,
    NoOptions,
    Reader,
    Sampling,
    Template,
    Vocabulary,
    Writer,
    option,
)
from echub.hookspecs import hookimpl

if TYPE_CHECKING:
    from echub.analysis import Several
    from echub.build import SourceColumn, build_dataset, build_map, build_tables
    from echub.channels import Channel, build_long
    from echub.column import Bits, Column
    from echub.comparable import require_comparable
    from echub.counting import poisson_interval
    from echub.dataset import Dataset
    from echub.description import describe, plain_types, restore
    from echub.errors import (
        DataError,
        EchubError,
        MetadataError,
        PluginError,
        ReadError,
        UnitMismatch,
        UnknownColumn,
        UnknownOption,
        UnknownSpecies,
        UnknownUnit,
    )
    from echub.metadata import Metadata
    from echub.needs import Inputs, missing_metadata
    from echub.notice import Notice
    from echub.outcome import (
        Component,
        Condition,
        Flag,
        Interval,
        Measurand,
        Outcome,
        Refusal,
        Sensitivity,
        Series,
    )
    from echub.record import Dropped, Record
    from echub.source import Source
    from echub.units import Unit, parse_unit, unit
    from echub.vocabulary import quantities

_LAZY = {
    "Bits": "echub.column",
    "Channel": "echub.channels",
    "Column": "echub.column",
    "Component": "echub.outcome",
    "Condition": "echub.outcome",
    "DataError": "echub.errors",
    "Dataset": "echub.dataset",
    "Dropped": "echub.record",
    "EchubError": "echub.errors",
    "Flag": "echub.outcome",
    "Inputs": "echub.needs",
    "Interval": "echub.outcome",
    "Measurand": "echub.outcome",
    "Metadata": "echub.metadata",
    "MetadataError": "echub.errors",
    "Notice": "echub.notice",
    "Outcome": "echub.outcome",
    "PluginError": "echub.errors",
    "ReadError": "echub.errors",
    "Record": "echub.record",
    "Refusal": "echub.outcome",
    "Sensitivity": "echub.outcome",
    "Series": "echub.outcome",
    "Several": "echub.analysis",
    "Source": "echub.source",
    "SourceColumn": "echub.build",
    "Unit": "echub.units",
    "UnitMismatch": "echub.errors",
    "UnknownColumn": "echub.errors",
    "UnknownOption": "echub.errors",
    "UnknownSpecies": "echub.errors",
    "UnknownUnit": "echub.errors",
    "build_dataset": "echub.build",
    "build_long": "echub.channels",
    "build_map": "echub.build",
    "build_tables": "echub.build",
    "describe": "echub.description",
    "missing_metadata": "echub.needs",
    "parse_unit": "echub.units",
    "plain_types": "echub.description",
    "poisson_interval": "echub.counting",
    "quantities": "echub.vocabulary",
    "require_comparable": "echub.comparable",
    "restore": "echub.description",
    "unit": "echub.units",
}

__all__ = [
    "Analysis",
    "Bits",
    "Channel",
    "Column",
    "Component",
    "Condition",
    "Confidence",
    "DataError",
    "Dataset",
    "Decision",
    "Dropped",
    "EchubError",
    "Flag",
    "Gives",
    "Inputs",
    "Interval",
    "KnownFormat",
    "Measurand",
    "Metadata",
    "MetadataError",
    "Need",
    "NeedMeta",
    "NoOptions",
    "Notice",
    "Outcome",
    "PluginError",
    "ReadError",
    "Reader",
    "Record",
    "Refusal",
    "Sampling",
    "Sensitivity",
    "Series",
    "Several",
    "Source",
    "SourceColumn",
    "Template",
    "Unit",
    "UnitMismatch",
    "UnknownColumn",
    "UnknownOption",
    "UnknownSpecies",
    "UnknownUnit",
    "Vocabulary",
    "Writer",
    "build_dataset",
    "build_long",
    "build_map",
    "build_tables",
    "describe",
    "hookimpl",
    "missing_metadata",
    "option",
    "parse_unit",
    "plain_types",
    "poisson_interval",
    "quantities",
    "require_comparable",
    "restore",
    "unit",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)
