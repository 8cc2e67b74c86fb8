"""The table of commands: what `echub --help` and the Tab key show before a command's module is imported."""

from __future__ import annotations

import importlib
from typing import Any

import typer.main

COMMANDS = {
    "convert": "Convert instrument files: nothing lost, every column with its unit, a report of what was done.",
    "info": "Show what a file holds: datasets, columns with ranges and units, duration, metadata, warnings.",
    "detect": "Show the readers that recognise a file, best first, without reading it.",
    "validate": "Check files: native, tables with sidecars, and instrument files through their readers.",
    "analyze": "Answer one question: a value with unit, uncertainty and provenance, or a refusal that says why.",
    "study": "Run the analyses of a study (STUDY is its TOML file), or write a first study file of a folder.",
    "plot": "Draw files: each gets the picture of its technique, several share one figure.",
    "app": "Open a page in the browser: drop files, see them, add metadata, analyse, convert, compare, validate.",
    "align": "Put several instruments on one clock: by a common event, absolute clocks, or a stated offset.",
    "samples": "Join tables of samples by sample.id: means of the replicates, for samples that all tables have.",
    "gather": "Gather converted files into tables for DuckDB, polars and others: Parquet, a unit for each column.",
    "query": "Ask a lake: files, timeseries, impedance, outcomes, and units (table, column, unit).",
    "compare": "Compare two files that should say the same, column by column, to printed precision.",
    "verify": "Check converted files: their content hash, their source's hash, and every value of the source.",
    "meta": "Write and use tables of metadata (area, temperature, sample …) for many files.",
    "plugins": "Show the plugins, start a new one, check one by the rules of the hub.",
    "schema": "Show the canonical vocabulary: quantities, units, dataset kinds, metadata paths.",
    "config": "Show your defaults: the file they are in, every option that can be there, its value, its origin.",
}
"""Every command in the order of `--help`, and the first line of its help."""
MODULES = {"app": "browser"}
"""Commands whose module has another name than they: `echub.cli.app` is the whole command line."""
SPELLINGS = {"analyse": "analyze"}
"""Aliases that work but are not listed."""


def command(name: str) -> Any:  # noqa: ANN401
    """Import and build one command."""
    module = importlib.import_module(f"echub.cli.{MODULES.get(name, name)}")
    built = typer.main.get_command(module.app)
    built.name = name
    return built
