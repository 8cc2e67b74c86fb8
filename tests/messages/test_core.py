"""Messages of the hub itself hold the numbers and names of what they are about, each in its place."""

from __future__ import annotations

import zlib
from unittest.mock import patch

import numpy as np
import pytest

import echub_schemas
from echub.analysis import analysis, comparable, covariance, needs
from echub.declare import Vocabulary
from echub.errors import ChangedContent
from echub.files import aligning, damage, deriving, filters, stored_later, verification
from echub.model import build, clock, dataset, vocabulary
from echub.model.metadata import Metadata
from echub.model.record import Record
from echub.plugin import Flag, Measurand, Outcome, SourceColumn, option
from echub.registry import options
from echub.science import faraday
from echub.segments import current
from echub.text import encoding_of
from echub.validation import limits, physics, structure
from tests.messages.saying import Fake, said

A = np.array
PLAIN = Outcome({"u": Measurand("V", 1.0)})
FLAGGED = [PLAIN.replace(flags=(Flag(code, ""),), label=code) for code in ("noisy", "drift")]


def _sampling(notices, **sampling):
    declared = Fake(
        sampling=Fake(**{"rows": 0, "span_s": 0.0, "step_s": None, **sampling}),
        columns=[Fake(name="t", quantities=("time",))],
    )
    needs._check_sampling(declared, {"t": Fake(unit="s", values=A([0.0, 5.0, 10.0]))}, 3)


def _aligned(notices):
    event = Fake(drift=1e-4, drifts=True, drift_uncertainty=2e-5, middle=500.0, steps=3, inside=7, uncertainty=0.1)
    found = Fake(event=event, drift=0.0, name="b", offset=100.0)
    aligning._report(found, Fake(offset=150.0, uncertainty=1.0), notices)


def _drift_corrected(notices):
    event = Fake(drift=1e-4, drifts=True, drift_uncertainty=2e-5, middle=500.0, steps=7, inside=7, uncertainty=0.1)
    aligning._report(Fake(event=event, drift=1e-4, name="b", offset=100.0), None, notices)


def _with(*columns):
    return patch.object(physics, "_get", lambda *_: tuple(A(c, dtype=float) for c in columns))


def _clocks(notices):
    with _with([0, 100, 200], [0, 50, 100]):
        return list(physics._wall_clock(Fake()))


def _cycles(notices):
    with _with([0, 1, 5], [0, 1, 2]):
        return list(physics._cycles(Fake()))


def _stated(**entries):
    metadata = Metadata()
    for path, value in entries.items():
        metadata.set(f"experiment.{path}", value)
    return metadata


def _pulses():
    return A(([0.5] * 20 + [2.0] * 20) * 5)


BOUNDED = option(5.0, "a time", unit="s", minimum=2, maximum=9).metadata

ROWS = {
    "analysis: profile": (
        lambda _: analysis.parameters(Fake(name="ccd", profiles={"a": {}}), {}, "b"), "ccd has no profile 'b'"),
    "analysis: flagged": (
        lambda _: comparable.input_flags([*FLAGGED, PLAIN]), "2 of 3 results in use are flagged: drift, noisy"),
    "analysis: same": (
        lambda _: comparable._require_same("cell_area", [1.0, 2.5], 0.1), "the cell area is not the same: 1, 2.5"),
    "covariance: diagonal": (
        lambda _: covariance._problem({"a": Fake(uncertainty=2.0)}, ["a"], A([[9.0]])),
        "the diagonal makes u(a) 3, stated is 2"),
    "covariance: shape": (
        lambda _: covariance._problem({"a": Fake(uncertainty=2.0)}, ["a"], A([[9.0, 1.0]])),
        "no finite square matrix for 1 name: shape (1, 2)"),
    "needs: rows": (lambda n: _sampling(n, rows=50), "3 rows, at least 50 are needed"),
    "needs: span": (lambda n: _sampling(n, span_s=60.0), "the data span 10 s, at least 60 s are needed"),
    "needs: step": (lambda n: _sampling(n, step_s=2.0), "a row every 5 s, at most 2 s are needed"),
    "needs: empty": (
        lambda _: needs._require_rows(Fake(rows=0, kind="impedance", history=["--time 5:6", "--cycle 2"])),
        "the impedance dataset has no rows after --time 5:6; --cycle 2"),
    "align: drift": (
        _aligned,
        "b: its clock drifts by +100 ± 20 ppm, not corrected: the offset holds at 500 s of its own time"),
    "align: corrected": (_drift_corrected, "b: its clock drifts by +100 ± 20 ppm, corrected"),
    "align: steps": (_aligned, "b: 3 of 7 steps are seen in its signal"),
    "align: clocks": (_aligned, "b: the event says 100 s, the clocks 150 s, 50 s apart"),
    "derive: from": (
        lambda _: deriving.Derivation.parse("thickness: from=smell"), "thickness does not start from smell"),
    "filters: size": (
        lambda _: filters.inflate(zlib.compress(bytes(20)), 2, 16), "a chunk holds 20 bytes, not 32"),
    "stored: later": (
        lambda _: stored_later.notice("9.9", ["a", "b"]),
        f"the file has schema 9.9, later than {echub_schemas.VERSION}; it is read without what that adds (a, b)"),
    "verify: source": (
        lambda _: verification._hash("aaaabbbbccccdddd", Fake(sha256=lambda: "1111222233334444", name="x.mpr")),
        "x.mpr has 111122223333…, not aaaabbbbcccc…"),
    "clock: unknown zone": (
        lambda _: clock.set_absolute_start(_stated(start="2024-03-14T10:00:00", timezone="Mars/Base")),
        "2024-03-14T10:00:00 in the zone 'Mars/Base' cannot be read: no absolute time was made"),
    "clock: changed": (
        lambda _: clock.set_absolute_start(_stated(start="2024-10-27T02:30:00", timezone="Europe/Berlin")),
        "the clocks changed at 2024-10-27T02:30:00 in Europe/Berlin: the hour is not unique, no absolute time was "
        "made"),
    "clock: not known": (
        lambda _: clock.absolute_time(Record((), metadata=_stated(start="2024-03-14T10:00:00"))),
        "start 2024-03-14T10:00:00, zone None"),
    "build: quantity": (
        lambda _: build._quantity(SourceColumn("U/V", A([1.0]), "smell", "V")),
        "the column 'U/V' claims the unknown quantity 'smell'"),
    "build: unit": (
        lambda _: build._require_no_unit(SourceColumn("U", A([1.0])), Fake(name="voltage", unit="V")),
        "the column 'U' claims to be a voltage and states no unit"),
    "dataset: length": (
        lambda _: dataset._fault("a", Fake(name="a", axes=("row",), shape=(3,)), {"row": 5}),
        "3 values along row, where other columns have 5"),
    "vocabulary: prefix": (
        lambda _: vocabulary.install(Vocabulary("ab", quantities={"abc": {"definition": ""}})),
        "the vocabulary 'ab' may not define abc"),
    "vocabulary: definition": (
        lambda _: vocabulary.quantity_of("ab_c", {"smell": 1}),
        "the quantity 'ab_c' has no field 'smell'"),
    "options: both ends": (lambda _: options._range(BOUNDED), "at least 2 s and at most 9 s"),
    "options: below": (lambda _: options._parse("1 s", float, BOUNDED), "it must be at least 2 s and at most 9 s"),
    "faraday: positive": (lambda _: faraday._require_positive(area=-2.0), "area is positive, not -2.0"),
    "segments: rest": (
        lambda _: current.rest_threshold(A([0.0] * 20 + [10.0] * 20)),
        "off below 0.01: noise 0, largest current 10"),
    "segments: pulses": (lambda _: current.pulse_threshold(_pulses()), "rest at 0.5, pulses of 1.5"),
    "text: UTF-16": (
        lambda _: encoding_of(b"a\0b\0c\0d\0"), "4 of 4 characters have a NUL as their high byte"),
    "text: NUL": (lambda _: encoding_of(b"ab\0cd"), "a NUL byte at offset 2"),
    "limits: both": (lambda _: str(limits.Limits(-2.0, 9.0, "V")), "-2 to 9 V"),
    "limits: low": (lambda _: str(limits.Limits(-2.0, None, "V")), "at least -2 V"),
    "limits: high": (lambda _: str(limits.Limits(None, 9.0, "V")), "at most 9 V"),
    "limits: a temperature in kelvin": (
        lambda _: str(limits._read("t", ["200 K", "300 K"], limits.metadata_limits("cell.temperature"))),
        "-73.15 to 26.85 degC"),
    "limits: wider": (
        lambda _: limits.narrowed(
            {"cell.temperature": ["-400 degC", "50 degC"]}, limits.metadata_limits, {}, "metadata"),
        "group: -400 to 50 degC"),
    "physics: clocks": (_clocks, "elapsed time advances by 200 s, the clock by 100 s"),
    "physics: ratio": (_clocks, "a ratio of 2"),
    "physics: cycles": (_cycles, "the cycle number rises by 5, the half-cycle number by 2"),
    "structure: unknown unit": (
        lambda _: list(structure._unit(Fake(name="u", unit="smell"), Fake(name="voltage", unit="V"))),
        "u is in the unknown unit 'smell'"),
    "structure: other dimension": (
        lambda _: list(structure._unit(Fake(name="u", unit="mA"), Fake(name="voltage", unit="V"))),
        "u is in mA, which is not a unit of voltage"),
    "structure: other unit": (
        lambda _: list(structure._unit(Fake(name="u", unit="mV"), Fake(name="voltage", unit="V"))),
        "u is in mV, not in V"),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_a_message_says_what_it_is_about(row):
    function, expected = ROWS[row]
    assert expected in said(function)


def test_a_hash_that_changed_is_told_from_the_one_that_was_written():
    with pytest.raises(ChangedContent) as caught:
        damage.require_same("settings", "found", "stated", Fake(shown="x.h5"), "voltage")
    assert (caught.value.expected, caught.value.found) == ("stated", "found")
    assert (caught.value.path, caught.value.column) == ("x.h5", "voltage")
