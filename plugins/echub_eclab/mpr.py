"""Read an `.mpr` file: container, settings, records, derived columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Dropped, Metadata, Notice, ReadError, Record, Source, SourceColumn, build_tables
from echub_eclab import MprOptions
from echub_eclab.columns import CURRENT_RANGES, FLAGS, LOOP_END, column_ids, meaning_of
from echub_eclab.container import Container, Module, walk
from echub_eclab.decode import extent, read_fields
from echub_eclab.derive import derived_columns
from echub_eclab.fields import verbatim
from echub_eclab.layout import DataHeader, RecordLayout, read_header, record_layout
from echub_eclab.settings import iso_date, read_external_device, read_log, read_loop, read_set

_KNOWN = ("VMP Set", "VMP ExtDev", "VMP data", "VMP LOG", "VMP loop")
_ANALOG_INPUTS = {16: "analog_in_1", 17: "analog_in_2"}
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
    findings = _settings(source, container)
    module = container.first("VMP data")
    if module is None:
        raise ReadError(
            "the file holds no data module",
            path=source.shown,
            where=f"offset {container.stopped}",
            expected="VMP data",
            found=", ".join(m.short for m in container.modules),
            cause=container.damage or "the technique never recorded a row",
        )
    columns = _columns(source, module, findings)
    if options.derived == "standard":
        columns += derived_columns(columns)
    return Record(
        build_tables(columns),
        metadata=findings.metadata,
        settings=findings.settings,
        notices=findings.notices,
        dropped=findings.dropped,
    )


# -- settings --------------------------------------------------------------------------------


def _settings(source: Source, container: Container) -> _Findings:
    """Read all modules but the data, verbatim and typed."""
    found = _Findings()
    found.metadata.set("instrument.manufacturer", "BioLogic")
    found.settings["modules"] = [_describe(module) for module in container.modules]
    for number, module in enumerate(container.modules):
        if module.short != "VMP data":
            _setting_module(source.read(module.offset, module.held), module, number, found)
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


def _setting_module(data: bytes, module: Module, number: int, found: _Findings) -> None:
    """Read one settings module; every byte that is not zero is kept beside what is understood."""
    values: dict[str, Any] = {}
    notices: list[Notice] = []
    match module.short:
        case "VMP Set":
            values, notices = read_set(data, found.metadata)
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
            "there is no LOG module (the run was not finished): the start time is unknown, "
            "and whether Ewe is a cell voltage, as in BT-Lab files"
        )
        found.notices.append(Notice("no-log", text))


def _damage(source: Source, container: Container, found: _Findings) -> None:
    """Report where the walk ended early; a cut inside the data is reported with its rows."""
    last = container.modules[-1]
    if not container.damage or (last.short == "VMP data" and last.held < last.length):
        return
    found.notices.append(Notice("damaged-container", container.damage))
    rest = source.size - container.stopped
    if rest:
        what = f"{rest} bytes from offset {container.stopped}"
        found.dropped.append(Dropped(what, "they belong to no module"))


# -- data ------------------------------------------------------------------------------------


def _columns(source: Source, module: Module, found: _Findings) -> list[SourceColumn]:
    header = read_header(source, module)
    layout = record_layout(header)
    if layout is None:
        unknown = [str(i) for i in header.ids if i not in column_ids()]
        raise ReadError(
            f"unknown column ids {', '.join(unknown)}, and the data do not tell their size",
            path=source.shown,
            where=f"offset {module.offset}",
            expected=f"{header.points} rows in {header.stated} bytes",
            found=f"{header.held} bytes",
            cause="a truncated or damaged file of an EC-Lab newer than those known here",
            hint="export the file as text (.mpt) in EC-Lab",
        )
    _check_repeats(header, found)
    size = extent(source, module, header, layout)
    found.notices += size.notices
    found.dropped += size.dropped
    arrays = read_fields(source, header, layout, size.rows)
    if layout.raw:
        _report_raw(layout, found)
    return [
        _column(place, number, header, array, found)
        for place, (number, array) in zip(layout.fields, enumerate(arrays), strict=True)
    ]


def _check_repeats(header: DataHeader, found: _Findings) -> None:
    repeated = sorted({i for i in header.ids if header.ids.count(i) > 1})
    if repeated:
        text = f"the column ids {repeated} stand twice in the header; all are kept"
        found.notices.append(Notice("repeated-column", text))


def _report_raw(layout: RecordLayout, found: _Findings) -> None:
    ids = ", ".join(map(str, layout.raw))
    text = f"the column ids {ids} include unknown ones: their bytes are kept raw, their meaning is open"
    found.notices.append(Notice("unknown-column", text))


def _column(
    place: Any,  # noqa: ANN401
    number: int,
    header: DataHeader,
    values: NDArray[Any],
    found: _Findings,
) -> SourceColumn:
    if place.id is None:
        unknown = [i for i in header.ids if i not in column_ids()]
        name = f"unknown {' '.join(map(str, unknown))} byte {place.offset}"
        return SourceColumn(name, values, index=number)
    known = column_ids()[place.id]
    if known.type == "flag":
        return _flags(header, values, number)
    printed = _printed(place.id, known.header, found)
    meaning = meaning_of(printed)
    return SourceColumn(
        printed,
        values,
        meaning.quantity,
        meaning.unit,
        origin=meaning.origin,
        averaged=meaning.averaged,
        negate=meaning.negate,
        index=number,
        labels=_labels(values) if place.id == 39 else {},
        attrs={"source_id": str(place.id)} | ({} if known.pairs else {"name_confirmed": "no"}),
    )


def _flags(header: DataHeader, values: NDArray[Any], number: int) -> SourceColumn:
    """Describe the shared status byte by the flag ids that the header names."""
    bits = (*(FLAGS[i] for i in dict.fromkeys(header.ids) if i in FLAGS), LOOP_END)
    return SourceColumn("flags", values, "flags", origin="reported", index=number, bits=bits)


def _printed(column: int, header: str, found: _Findings) -> str:
    """Give the header as EC-Lab would print it for this file."""
    if column in _ANALOG_INPUTS:
        device: Mapping[str, Any] = found.settings.get("extdev", {})
        return device.get(_ANALOG_INPUTS[column]) or header
    if column == 6 and _measures_cell_voltage(found):
        return "Ecell/V"
    return header


def _measures_cell_voltage(found: _Findings) -> bool:
    """Tell whether `Ewe` is the cell's voltage: in BCD, and in all files of BT-Lab (versions 1.x)."""
    version = str(found.settings.get("log", {}).get("software_version", ""))
    return found.metadata.value("technique.name") in _CELL_VOLTAGE_TECHNIQUES or version.startswith("1.")


def _labels(codes: NDArray[Any]) -> dict[int, str]:
    """Name the current ranges that occur; a code without a confirmed name stays a number.

    codes: (n,), two bytes each: a table of all that can occur is faster than sorting those that do.
    """
    occurs = np.zeros(1 << 16, dtype=bool)
    occurs[codes] = True
    return {code: CURRENT_RANGES.get(code, str(code)) for code in np.flatnonzero(occurs).tolist()}
