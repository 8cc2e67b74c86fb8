"""Read an `.mpr` file: container, settings, records, derived columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from echub.plugin import Dropped, Metadata, Notice, ReadError, Record, Source, build_tables
from echub_eclab import MprOptions
from echub_eclab.columns import ANALOG_INPUTS
from echub_eclab.container import Container, Module, resume, walk
from echub_eclab.derive import derived_columns
from echub_eclab.fields import verbatim
from echub_eclab.parameters import read_parameters
from echub_eclab.settings import iso_date, read_external_device, read_log, read_loop, read_set
from echub_eclab.siblings import fill_from_log
from echub_eclab.steps import set_steps
from echub_eclab.table import BinaryTable, PrintedNames, locate, notices, read_columns

LARGEST_SETTINGS = 1 << 22
"""Bytes of a settings module that are kept; those of real files have a few thousand."""

_DATA = "VMP data"
_CELL_VOLTAGE_TECHNIQUES = ("BCD",)


@dataclass
class _Findings:
    """What the settings modules say, and what the user has to know."""

    metadata: Metadata = field(default_factory=Metadata)
    settings: dict[str, Any] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


def read(source: Source, options: MprOptions) -> Record:
    """Read an `.mpr` file to a record.

    A truncated file gives its whole records, with a notice. Raises `ReadError` where no data can
    be had: no data module, a header that contradicts itself, an unknown version.
    """
    container = walk(source)
    table = locate(source, _data_module(source, container))
    if table.extent.end != table.module.end:
        container = resume(source, container, table.module, table.extent.end)
    found = _settings(source, container)
    _data(container, table, found)
    columns = read_columns(source, table, _names(found))
    if options.derived == "standard":
        columns += derived_columns(columns)
    return Record(
        build_tables(columns),
        metadata=found.metadata,
        settings=found.settings,
        notices=found.notices,
        dropped=found.dropped,
    )


def _data_module(source: Source, container: Container) -> Module:
    module = container.first(_DATA)
    if module is None:
        raise ReadError(
            "the file holds no data module",
            path=source.shown,
            where=f"offset {container.stopped}",
            expected=_DATA,
            found=", ".join(m.short for m in container.modules),
            cause=container.damage or "the technique never recorded a row",
        )
    return module


def _data(container: Container, table: BinaryTable, found: _Findings) -> None:
    """Keep what the data header says, and report what of the data is not read as it stands."""
    header = table.header
    found.settings["data"] = {"points": header.points, "column_ids": header.ids}
    if any(header.rest[:-1]):
        found.settings["data"]["bytes_behind_ids"] = verbatim(header.rest)
    found.notices += notices(table)
    found.dropped += table.extent.dropped
    for module in container.modules:
        if module.short == _DATA and module != table.module:
            text = f"a further data module at offset {module.offset} is not read: only the first is"
            found.notices.append(Notice("second-data-module", text))
            found.dropped.append(Dropped(f"{module.held} bytes from offset {module.offset}", text))


def _names(found: _Findings) -> PrintedNames:
    """Find what the settings say of the names of columns.

    `Ewe` is the cell's voltage in BCD, and in all files of BT-Lab (versions 1.x).
    """
    device = found.settings.get("extdev", {})
    version = str(found.settings.get("log", {}).get("software_version", ""))
    technique = found.metadata.value("technique.name")
    return PrintedNames(
        inputs={column: device[name] for column, name in ANALOG_INPUTS.items() if device.get(name)},
        cell_voltage=technique in _CELL_VOLTAGE_TECHNIQUES or version.startswith("1."),
    )


# -- settings --------------------------------------------------------------------------------


def _settings(source: Source, container: Container) -> _Findings:
    """Read all modules but the data, verbatim and typed."""
    found = _Findings()
    found.metadata.set("instrument.manufacturer", "BioLogic")
    found.settings["modules"] = [_describe(module) for module in container.modules]
    for number, module in enumerate(container.modules):
        if module.held > LARGEST_SETTINGS and module.short != _DATA:
            _too_large(module, found)
        elif module.short != _DATA:
            _setting_module(source.read(module.offset, module.held), module, number, found)
    fill_from_log(source, container.first("VMP Set"), found)
    _date(container, found)
    _damage(source, container, found)
    return found


def _describe(module: Module) -> dict[str, Any]:
    return {
        "name": module.short,
        "title": module.long,
        "header": module.header,
        "version": module.version,
        "date": module.date,
        "length": module.length,
    }


def _too_large(module: Module, found: _Findings) -> None:
    text = f"the module {module.short!r} of {module.length} bytes is larger than any known and not kept"
    found.notices.append(Notice("module-too-large", text))
    found.dropped.append(Dropped(f"{module.held} bytes from offset {module.offset}", text))


def _setting_module(data: bytes, module: Module, number: int, found: _Findings) -> None:
    """Read one settings module; every byte that is not zero is kept beside what is understood."""
    values: dict[str, Any] = {}
    notices: list[Notice] = []
    match module.short:
        case "VMP Set":
            values, notices = read_set(data, found.metadata)
            notices += _parameters(data, module, found)
        case "VMP LOG":
            values, notices = read_log(data, found.metadata)
        case "VMP loop":
            values = read_loop(data)
        case "VMP ExtDev":
            values = read_external_device(data, module.header)
        case _:
            notices = [Notice("unknown-module", f"the module {module.short!r} is unknown and kept as raw bytes")]
    key = module.short.removeprefix("VMP ").lower() or "unnamed"
    if key in found.settings:
        key = f"{key}_{number}"
    found.settings[key] = {**values, "bytes": verbatim(data)}
    found.notices += notices


def _parameters(data: bytes, module: Module, found: _Findings) -> list[Notice]:
    """Keep the technique's parameters as EC-Lab prints them, and what of them is typed."""
    parameters, notices = read_parameters(data, found.metadata.value("technique.name"), module.header)
    found.settings |= parameters
    set_steps(found.metadata, parameters.get("parameters", ()))
    return notices


def _date(container: Container, found: _Findings) -> None:
    """Take the day from the Set module where no start time is known."""
    module = container.first("VMP Set")
    if module is None or "experiment.start" in found.metadata:
        return
    day = iso_date(module.date)
    if day is not None:
        found.metadata.set("experiment.date", day)
    if container.first("VMP LOG") is None:
        text = (
            "there is no LOG module (an unfinished run, or a cut file): the start time is unknown, "
            "and whether Ewe is a cell voltage, as in BT-Lab files"
        )
        found.notices.append(Notice("no-log", text))


def _damage(source: Source, container: Container, found: _Findings) -> None:
    """Report where the walk ended early, and the bytes that it did not reach."""
    if not container.damage:
        return
    found.notices.append(Notice("damaged-container", container.damage))
    rest = source.size - container.stopped
    if rest:
        what = f"{rest} bytes from offset {container.stopped}"
        found.dropped.append(Dropped(what, "they belong to no module"))
