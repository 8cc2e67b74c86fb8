"""Everything that a plugin imports from the hub.

The declarations and `hookimpl` cost nothing to import; the rest loads when it is first used, so
that a plugin's entry module stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echub.declare import (
    Confidence,
    Decision,
    KnownFormat,
    NoOptions,
    Reader,
    Template,
    Vocabulary,
    Writer,
    option,
)
from echub.lazy import names_of
from echub.registry.hookspecs import hookimpl

if TYPE_CHECKING:
    from echub.analysis.analysis import InputSet
    from echub.analysis.area import require_one_basis
    from echub.analysis.comparable import input_flags, require_comparable, require_distinct, wrong_unit
    from echub.analysis.covariance import covariance_of, covariance_table
    from echub.analysis.needs import Inputs, missing_metadata
    from echub.analysis.outcome import (
        Component,
        Condition,
        Interval,
        Measurand,
        Outcome,
        Refusal,
        Sensitivity,
        Series,
    )
    from echub.analysis.possible import why_impossible
    from echub.analysis.ranges import current_ranges, current_still, range_unknown, several_ranges
    from echub.declare_analysis import CURRENT_RANGE, Analysis, Need, NeedMeta, Output, Sampling
    from echub.errors import (
        Ambiguous,
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
    from echub.files.description import describe, plain_types, restored
    from echub.files.store import write_native
    from echub.files.stored import native_content, read_native
    from echub.model.archive import is_whole_zip
    from echub.model.build import SourceColumn, build_dataset, build_map, build_tables
    from echub.model.cell_text import cell_readings
    from echub.model.channels import Channel, build_long
    from echub.model.column import Bits, Column
    from echub.model.dataset import Dataset
    from echub.model.deferred import Deferred, extremes, held, occurring, parts, shuffled, unread, unshuffled
    from echub.model.frames import arrow_schema, series_of
    from echub.model.growing import Growing
    from echub.model.metadata import Metadata
    from echub.model.missing import MISSING, is_missing
    from echub.model.panics import LibraryPanic, panics_caught
    from echub.model.polar import impedance_parts
    from echub.model.record import Record
    from echub.model.source import Source, plain_text, without_zero_tail
    from echub.model.spectra import numbered
    from echub.model.spreads import StatedSpread, named, spreads_of
    from echub.model.units import Unit, find_unit, is_made_of_units, is_unit, parse_unit, unit
    from echub.model.vocabulary import quantities
    from echub.model.workers import in_order
    from echub.remark import Dropped, Flag, Notice, Remark
    from echub.science.counting import poisson_interval

_LAZY = {
    "Ambiguous": "echub.errors",
    "Analysis": "echub.declare_analysis",
    "Bits": "echub.model.column",
    "CURRENT_RANGE": "echub.declare_analysis",
    "Channel": "echub.model.channels",
    "Column": "echub.model.column",
    "Component": "echub.analysis.outcome",
    "Condition": "echub.analysis.outcome",
    "DataError": "echub.errors",
    "Dataset": "echub.model.dataset",
    "Deferred": "echub.model.deferred",
    "Dropped": "echub.remark",
    "EchubError": "echub.errors",
    "Growing": "echub.model.growing",
    "Inputs": "echub.analysis.needs",
    "Interval": "echub.analysis.outcome",
    "LibraryPanic": "echub.model.panics",
    "MISSING": "echub.model.missing",
    "Measurand": "echub.analysis.outcome",
    "Metadata": "echub.model.metadata",
    "MetadataError": "echub.errors",
    "Need": "echub.declare_analysis",
    "NeedMeta": "echub.declare_analysis",
    "Outcome": "echub.analysis.outcome",
    "Output": "echub.declare_analysis",
    "PluginError": "echub.errors",
    "ReadError": "echub.errors",
    "Record": "echub.model.record",
    "Flag": "echub.remark",
    "Notice": "echub.remark",
    "Remark": "echub.remark",
    "Refusal": "echub.analysis.outcome",
    "Sensitivity": "echub.analysis.outcome",
    "Series": "echub.analysis.outcome",
    "Sampling": "echub.declare_analysis",
    "InputSet": "echub.analysis.analysis",
    "is_whole_zip": "echub.model.archive",
    "Source": "echub.model.source",
    "SourceColumn": "echub.model.build",
    "Unit": "echub.model.units",
    "UnitMismatch": "echub.errors",
    "UnknownColumn": "echub.errors",
    "UnknownOption": "echub.errors",
    "UnknownSpecies": "echub.errors",
    "UnknownUnit": "echub.errors",
    "arrow_schema": "echub.model.frames",
    "StatedSpread": "echub.model.spreads",
    "build_dataset": "echub.model.build",
    "build_long": "echub.model.channels",
    "build_map": "echub.model.build",
    "build_tables": "echub.model.build",
    "cell_readings": "echub.model.cell_text",
    "covariance_of": "echub.analysis.covariance",
    "covariance_table": "echub.analysis.covariance",
    "current_ranges": "echub.analysis.ranges",
    "current_still": "echub.analysis.ranges",
    "describe": "echub.files.description",
    "extremes": "echub.model.deferred",
    "find_unit": "echub.model.units",
    "held": "echub.model.deferred",
    "impedance_parts": "echub.model.polar",
    "in_order": "echub.model.workers",
    "input_flags": "echub.analysis.comparable",
    "is_made_of_units": "echub.model.units",
    "is_missing": "echub.model.missing",
    "is_unit": "echub.model.units",
    "missing_metadata": "echub.analysis.needs",
    "named": "echub.model.spreads",
    "native_content": "echub.files.stored",
    "numbered": "echub.model.spectra",
    "occurring": "echub.model.deferred",
    "panics_caught": "echub.model.panics",
    "parse_unit": "echub.model.units",
    "parts": "echub.model.deferred",
    "plain_text": "echub.model.source",
    "plain_types": "echub.files.description",
    "poisson_interval": "echub.science.counting",
    "quantities": "echub.model.vocabulary",
    "range_unknown": "echub.analysis.ranges",
    "read_native": "echub.files.stored",
    "require_comparable": "echub.analysis.comparable",
    "require_distinct": "echub.analysis.comparable",
    "require_one_basis": "echub.analysis.area",
    "restored": "echub.files.description",
    "series_of": "echub.model.frames",
    "several_ranges": "echub.analysis.ranges",
    "shuffled": "echub.model.deferred",
    "spreads_of": "echub.model.spreads",
    "unit": "echub.model.units",
    "unread": "echub.model.deferred",
    "unshuffled": "echub.model.deferred",
    "without_zero_tail": "echub.model.source",
    "write_native": "echub.files.store",
    "why_impossible": "echub.analysis.possible",
    "wrong_unit": "echub.analysis.comparable",
}

__all__ = [
    "CURRENT_RANGE",
    "MISSING",
    "Ambiguous",
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
    "Deferred",
    "Dropped",
    "EchubError",
    "Flag",
    "Growing",
    "InputSet",
    "Inputs",
    "Interval",
    "KnownFormat",
    "LibraryPanic",
    "Measurand",
    "Metadata",
    "MetadataError",
    "Need",
    "NeedMeta",
    "NoOptions",
    "Notice",
    "Outcome",
    "Output",
    "PluginError",
    "ReadError",
    "Reader",
    "Record",
    "Refusal",
    "Remark",
    "Sampling",
    "Sensitivity",
    "Series",
    "Source",
    "SourceColumn",
    "StatedSpread",
    "Template",
    "Unit",
    "UnitMismatch",
    "UnknownColumn",
    "UnknownOption",
    "UnknownSpecies",
    "UnknownUnit",
    "Vocabulary",
    "Writer",
    "arrow_schema",
    "build_dataset",
    "build_long",
    "build_map",
    "build_tables",
    "cell_readings",
    "covariance_of",
    "covariance_table",
    "current_ranges",
    "current_still",
    "describe",
    "extremes",
    "find_unit",
    "held",
    "hookimpl",
    "impedance_parts",
    "in_order",
    "input_flags",
    "is_made_of_units",
    "is_missing",
    "is_unit",
    "is_whole_zip",
    "missing_metadata",
    "named",
    "native_content",
    "numbered",
    "occurring",
    "option",
    "panics_caught",
    "parse_unit",
    "parts",
    "plain_text",
    "plain_types",
    "poisson_interval",
    "quantities",
    "range_unknown",
    "read_native",
    "require_comparable",
    "require_distinct",
    "require_one_basis",
    "restored",
    "series_of",
    "several_ranges",
    "shuffled",
    "spreads_of",
    "unit",
    "unread",
    "unshuffled",
    "why_impossible",
    "without_zero_tail",
    "write_native",
    "wrong_unit",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = names_of(__name__, _LAZY)
