"""Read an `.mpr` file: container, settings, records, derived columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from echub.plugin import Dataset, Dropped, Metadata, Notice, ReadError, Record, Source, build_tables
from echub_eclab.appended import DATA, LOG, SET, AppendedRun, labelled, parts_of
from echub_eclab.columns import ANALOG_INPUTS
from echub_eclab.container import Container, Module, resume, walk
from echub_eclab.derive import derived_columns, loop_numbers
from echub_eclab.fields import verbatim
from echub_eclab.header import is_empty, reaching
from echub_eclab.options import MprOptions
from echub_eclab.parameters import read_parameters
from echub_eclab.settings import iso_date, read_external_device, read_log, read_loop, read_set
from echub_eclab.siblings import fill_from_log
from echub_eclab.steps import mark_unused, set_steps
from echub_eclab.table import BinaryTable, PrintedNames, locate, notices, read_columns

LARGEST_SETTINGS = 1 << 22
"""Bytes of a settings module that are kept; those of real files have a few thousand."""

_BESIDE = ("VMP loop", "VMP ExtDev")
"""Modules that may stand beside settings and log in a file whose technique recorded nothing."""
_CELL_VOLTAGE_TECHNIQUES = ("BCD",)


@dataclass
class _Findings:
    """What the settings modules say, and what the user has to know."""

    metadata: Metadata = field(default_factory=Metadata)
    settings: dict[str, Any] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    bt_lab: bool = False


def read(source: Source, options: MprOptions) -> Record:
    """Read an `.mpr` file to a record.

    Runs that were appended to the file are further datasets, `timeseries_part_2` …, each with its
    own settings. A truncated file gives its whole records, with a notice; a run that recorded nothing
    gives its settings. Raises `ReadError` if no data can be had: a header that contradicts itself, an
    unknown version, a file that was cut before its data.
    """
    found = _Findings()
    container, tables = _tables(source, found)
    parts = parts_of(container.modules)
    _settings(source, parts[0], found, container)
    _damage(source, container, found)
    tabled = {table.module for table in tables}
    first = [table for table in tables[:1] if table.module in parts[0].modules]
    datasets = [dataset for table in first for dataset in _datasets(source, table, found, options)]
    for number, table in enumerate(tables[len(first) :], 2):
        part = next(part for part in parts if table.module in part.modules)
        datasets += _appended(source, part, table, f"part_{number}", found, options)
    for part in parts[1:]:
        if tabled.isdisjoint(part.modules):
            _without_data(source, part, found)
    return Record(
        datasets,
        metadata=found.metadata,
        settings=found.settings,
        notices=found.notices,
        dropped=found.dropped,
    )


def _tables(source: Source, found: _Findings) -> tuple[Container, list[BinaryTable]]:
    """Locate the rows of every data module; one behind the first that cannot be read is left out, and said."""
    container = walk(source)
    tables: list[BinaryTable] = []
    module = _data_module(source, container, found)
    seen: set[int] = set()
    while module is not None:
        seen.add(module.offset)
        table = _located(source, module, found, is_first=not tables)
        if table is not None:
            tables.append(table)
            if table.extent.end != module.end:
                container = resume(source, container, module, table.extent.end)
        module = next((m for m in container.modules if m.short == DATA and m.offset not in seen), None)
    if not tables and container.first(SET) is None:
        raise _without_a_row(source, container)
    return container, tables


def _located(source: Source, module: Module, found: _Findings, *, is_first: bool) -> BinaryTable | None:
    """Locate the rows of a data module; None, said, if it is empty, or cannot be read behind others."""
    where = f"the data module at offset {module.offset}"
    reached = reaching(source, module)
    if is_empty(source, reached):
        text = f"{where} names neither columns nor rows: nothing was recorded"
        found.notices.append(Notice("no-data", text))
        return None
    try:
        return locate(source, reached)._replace(module=module)
    except ReadError as error:
        if is_first:
            raise
        text = f"{where} cannot be read: {error.message}"
        found.notices.append(Notice("unread-data", text))
        found.dropped.append(Dropped(f"{module.held} bytes from offset {module.offset}", text))
        return None


def _data_module(source: Source, container: Container, found: _Findings) -> Module | None:
    """Return the first data module; None, said, in a file that has its settings and its log and no data."""
    module = container.first(DATA)
    if module is not None:
        return module
    names = {module.short for module in container.modules}
    if container.damage or not {SET, LOG} <= names <= {SET, LOG, *_BESIDE}:
        raise _without_a_row(source, container)
    text = "there is no data module: the technique never recorded a row, and only its settings are known"
    found.notices.append(Notice("no-data", text))
    return None


def _without_a_row(source: Source, container: Container) -> ReadError:
    empty = container.first(DATA) is not None
    return ReadError(
        "the data module is empty, and there are no settings" if empty else "the file contains no data module",
        path=source.shown,
        where=f"offset {container.stopped}",
        expected=f"{SET} and {DATA}" if empty else DATA,
        found=", ".join(m.short for m in container.modules),
        cause=container.damage or "the technique never recorded a row, or the file was cut there",
    )


def _datasets(source: Source, table: BinaryTable, found: _Findings, options: MprOptions) -> list[Dataset]:
    """Read the rows of one data module, with the columns that follow from them and from the settings."""
    _data(table, found)
    columns = read_columns(source, table, _names(found))
    mark_unused(found.metadata, columns)
    loop = found.settings.get("loop", {})
    columns += loop_numbers(loop.get("first_rows", ()), table.extent.rows)
    if options.derived == "standard":
        columns += derived_columns(columns)
    return build_tables(columns)


def _appended(
    source: Source, part: AppendedRun, table: BinaryTable, name: str, found: _Findings, options: MprOptions
) -> list[Dataset]:
    """Read a run that was appended: its datasets bear its name, its settings stand under it."""
    own = _Findings()
    if part.number == 1:  # a second data module of the same settings
        own.metadata, own.settings = found.metadata, {"extdev": found.settings.get("extdev", {})}
    else:
        _settings(source, part, own)
    datasets = [labelled(dataset, name, own.metadata) for dataset in _datasets(source, table, own, options)]
    text = f"a further run stands behind the first, at offset {table.module.offset}: {datasets[0].name}"
    found.notices.append(Notice("appended-data", text))
    _keep(name, own, found)
    return datasets


def _keep(name: str, own: _Findings, found: _Findings) -> None:
    """Keep settings, metadata, notices and losses of an appended run under its name."""
    stated = {entry.path: {"value": entry.value, "unit": entry.unit} for entry in own.metadata}
    found.settings[name] = {**own.settings, "metadata": stated}
    found.notices += [Notice(notice.code, f"{name}: {notice.message}") for notice in own.notices]
    found.dropped += [Dropped(f"{name}: {dropped.what}", dropped.why) for dropped in own.dropped]


def _without_data(source: Source, part: AppendedRun, found: _Findings) -> None:
    """Keep settings that no data module follows, as of a run that was appended and never started."""
    own = _Findings()
    _settings(source, part, own)
    name = f"settings_{part.name}"
    found.notices.append(Notice("settings-without-data", f"settings without data stand behind the run: {name}"))
    _keep(name, own, found)


def _data(table: BinaryTable, found: _Findings) -> None:
    """Keep what the data header says, and report what of the data is not read as it stands."""
    header = table.header
    found.settings["data"] = {"points": header.points, "column_ids": header.ids}
    if any(header.rest[:-1]):
        found.settings["data"]["bytes_behind_ids"] = verbatim(header.rest)
    found.notices += notices(table)
    found.dropped += table.extent.dropped


def _names(found: _Findings) -> PrintedNames:
    """Find what the settings say of the names of columns.

    `Ewe` is the cell's voltage in BCD, and in all files of BT-Lab (versions 1.x).
    """
    device = found.settings.get("extdev", {})
    version = str(found.metadata.value("instrument.software") or "")
    technique = found.metadata.value("technique.name")
    return PrintedNames(
        inputs={column: device[name] for column, name in ANALOG_INPUTS.items() if device.get(name)},
        cell_voltage=technique in _CELL_VOLTAGE_TECHNIQUES or found.bt_lab or version.startswith("1."),
    )


# -- settings --------------------------------------------------------------------------------


def _settings(source: Source, part: AppendedRun, found: _Findings, container: Container | None = None) -> None:
    """Read all modules of a part but the data, verbatim and typed; `container`: the part is the file's first."""
    found.metadata.set("instrument.manufacturer", "BioLogic")
    if container is not None:
        found.settings["modules"] = [_describe(module) for module in container.modules]
    for number, module in enumerate(part.modules):
        if module.held > LARGEST_SETTINGS and module.short != DATA:
            _too_large(module, found)
        elif module.short != DATA:
            _setting_module(source.read(module.offset, module.held), module, number, found)
    if container is not None:
        fill_from_log(source, part.first("VMP Set"), found)
    _date(part, found)


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


def _date(part: AppendedRun, found: _Findings) -> None:
    """Take the day from the Set module if no start time is known; say what is missing without a Set or a LOG."""
    module = part.first("VMP Set")
    if module is None:
        text = "there is no settings module: technique, parameters, area and electrodes are unknown"
        found.notices.append(Notice("no-settings", text))
    if "experiment.start" in found.metadata:
        return
    day = iso_date(module.date) if module is not None else None
    if day is not None:
        found.metadata.set("experiment.date", day)
    if part.first(LOG) is None:
        text = (
            "there is no LOG module (an unfinished run, or a cut file): the start time is unknown, "
            "and whether Ewe is a cell voltage, as in BT-Lab files"
        )
        found.notices.append(Notice("no-log", text))


def _damage(source: Source, container: Container, found: _Findings) -> None:
    """Report where the walk ended early, and the bytes that it did not reach."""
    if not container.damage:
        return
    rest = source.size - container.stopped
    if rest and not any(source.read(container.stopped)):
        text = f"the file ends in {rest} zero bytes from offset {container.stopped}: they are not data"
        found.notices.append(Notice("zero-tail", text))
        return
    found.notices.append(Notice("damaged-container", container.damage))
    if rest:
        what = f"{rest} bytes from offset {container.stopped}"
        found.dropped.append(Dropped(what, "they belong to no module"))
