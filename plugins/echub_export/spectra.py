"""Write spectra as the texts that ZView and RelaxIS read: one file each, Z'' signed as in the record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

import echub
from echub.plugin import DataError, Dataset, NoOptions, Record, impedance_parts, numbered
from echub.text import encodable

Part = tuple[str, Callable[[BinaryIO], None]]
ZPLOT = ("Freq(Hz)", "Ampl", "Bias", "Time(Sec)", "Z'(a)", "Z''(b)", "GD", "Err", "Range")
RELAXIS = ("Data: Frequency", "Data: Z'", "Data: Z''", "Data: |Z|", "Data: Theta (Z)")


def write_zview(record: Record, options: NoOptions) -> Iterator[Part]:
    """Return one part per spectrum, `.z`, or `.spectrum-0.z` … if there are several.

    What the record does not hold (amplitude, bias, time) is written as 0, as other programs do; GD, Err and
    Range are always 0. Raises `DataError` if the record has no impedance.
    """
    for ending, spectrum in _spectra(record):
        yield f"{ending}.z", partial(_zview, spectrum)


def write_relaxis(record: Record, options: NoOptions) -> Iterator[Part]:
    """Return one part per spectrum, `.relaxis.txt`, or `.spectrum-0.relaxis.txt` … if there are several.

    Raises `DataError` if the record has no impedance.
    """
    source = str(record.provenance.source.get("name", "record"))
    for ending, spectrum in _spectra(record):
        yield f"{ending}.relaxis.txt", partial(_relaxis, spectrum, f"{source}{ending}")


def _spectra(record: Record) -> Iterator[tuple[str, Dataset]]:
    """Part the impedance of a record into its spectra, each with the ending of its name."""
    found = [(name, numbered(d)) for name, d in record.datasets.items() if d.kind == "impedance"]
    if not found:
        raise DataError(
            "the record has no spectra to write",
            expected="an impedance dataset",
            found=", ".join(record.datasets) or "no dataset",
            hint="--to csv writes any dataset",
        )
    for name, dataset in found:
        joined = f".{name}" if len(found) > 1 else ""
        numbers = list(dict.fromkeys(dataset["spectrum"].tolist()))
        for number in numbers:
            ending = f".spectrum-{number}" if len(numbers) > 1 else ""
            yield joined + ending, dataset.query(f"spectrum == {number}")


def _zview(spectrum: Dataset, file: BinaryIO) -> None:
    real, imag = _parts(spectrum)
    zero = np.zeros(spectrum.rows)
    given = [_column(spectrum, name, unit) for name, unit in _BESIDE]
    columns = [spectrum["frequency"], *(zero if c is None else c for c in given), real, imag, zero]
    lines = ["ZPLOT2 ASCII", f"  Measured Data, Software:    echub {echub.__version__}"]
    lines += ["  " + "\t".join(ZPLOT), "End Comments"]
    lines += ["\t".join([*map(_scientific, row), "0", "0"]) for row in zip(*columns, strict=True)]
    _put(lines, file)


_BESIDE = (("potential_amplitude", "V"), ("potential_we", "V"), ("time", "s"))
"""What stands between frequency and impedance in a .z file: amplitude, bias, time."""


def _relaxis(spectrum: Dataset, title: str, file: BinaryIO) -> None:
    real, imag = _parts(spectrum)
    modulus, phase = np.hypot(real, imag), np.degrees(np.arctan2(imag, real))
    lines = ["RelaxIS 3.0 Spectrum export", f"Software: echub {echub.__version__}", "\t".join(RELAXIS)]
    lines += ["\t".join(["", "Model: Unassigned Spectra", _one_line(title), "", ""])]
    columns = (spectrum["frequency"], real, imag, modulus, phase)
    lines += ["\t".join(_plain(value) for value in row) for row in zip(*columns, strict=True)]
    _put(lines, file)


def _parts(spectrum: Dataset) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return Re and Im in the precision they have, so that the shortest decimals are those of the source."""
    if {"impedance_real", "impedance_imag"} <= set(spectrum.columns):
        return spectrum["impedance_real"], spectrum["impedance_imag"]
    return impedance_parts(spectrum)


def _column(spectrum: Dataset, name: str, unit: str) -> NDArray[Any] | None:
    column = spectrum.columns.get(name)
    if column is None or column.unit is None:
        return None
    return column.values if column.unit == unit else column.to(unit)


def _scientific(value: Any) -> str:  # noqa: ANN401  a NumPy number
    """Write a number as ZPlot does, six digits behind the point or as many as it takes to read back exactly."""
    return np.format_float_scientific(value, unique=True, min_digits=6, exp_digits=2).upper()


def _plain(value: Any) -> str:  # noqa: ANN401  a NumPy number
    return np.format_float_positional(value, unique=True, trim="-") if 1e-4 <= abs(value) < 1e16 else _short(value)


def _short(value: Any) -> str:  # noqa: ANN401  a NumPy number
    return np.format_float_scientific(value, unique=True, trim="-").upper()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _put(lines: Sequence[str], file: BinaryIO) -> None:
    file.write(encodable("".join(f"{line}\r\n" for line in lines)).encode())
