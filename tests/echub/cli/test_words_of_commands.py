"""Words of commands that only one way of calling them shows: verdicts, defaults, hushed JSON, standard output."""

from __future__ import annotations

import io
import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from echub.cli import compare as command
from echub.cli import streams
from echub.cli.defaults import Defaults
from echub.errors import TargetNotWritable
from echub.model import comparison
from echub.model.comparison import Verdict
from echub.model.polar import RULES, lacking


def test_every_verdict_has_its_words():
    verdicts = {comparison.SAME, comparison.NO_VALUE, comparison.ZEROED, comparison.MASKED, comparison.DIFFERS}
    assert set(command._WORDS) == verdicts
    for verdict in verdicts:
        words = command._WORDS[verdict]
        assert words.startswith("the same") is (verdict in comparison.AGREEING)
        assert words.startswith("KNOWN ANOMALY") is (verdict in (comparison.ZEROED, comparison.MASKED))


def test_a_line_of_a_comparison():
    one = Verdict("timeseries", "Ewe/V", "<Ewe>/V", "differs", 9, 3, 4, 1.25, None)
    assert command._line(one) == (
        "timeseries", "Ewe/V = <Ewe>/V", "DIFFERS", "3 of 9", "row 4: 1.25 against no value"
    )  # fmt: skip
    in_a_map = Verdict("ion_map", "counts", "counts", "differs", 24, 2, -1, 9.0, 50.0)
    assert command._line(in_a_map) == ("ion_map", "counts", "DIFFERS", "2 of 24", "9 against 50")
    same = Verdict("timeseries", "t", "t", "same", 9)
    assert command._line(same) == ("timeseries", "t", "the same", "9", "")


def test_the_command_shows_what_differs_and_with_v_all_columns(echub, tmp_path):
    for name, second in (("a.csv", "2.5"), ("b.csv", "3.5")):
        (tmp_path / name).write_text(f"time / s,U / V\n0,1.5\n1,{second}\n2,4.5\n")
    done = echub("compare", tmp_path / "a.csv", tmp_path / "b.csv")
    assert done.code == 1
    assert "1 of 2 common columns agrees" in done.out
    assert "row 1: 2.5 against 3.5" in done.out
    assert "1 of 3" in done.out
    assert "the same" not in done.out
    assert "the same" in echub("compare", tmp_path / "a.csv", tmp_path / "b.csv", "-v").out
    told = echub("compare", tmp_path / "a.csv", tmp_path / "b.csv", "--json").json
    assert (told["a"], told["b"], told["agrees"]) == (str(tmp_path / "a.csv"), str(tmp_path / "b.csv"), False)
    assert echub("compare", tmp_path / "a.csv", tmp_path / "a.csv").code == 0


def test_defaults_go_to_the_parameters_of_their_command(tmp_path):
    tables = {
        "convert": {"csv-style": "origin", "for": "excel", "to": "csv"}, "study": {"jobs": 3},
        "validate": {"format": "json"},
    }  # fmt: skip
    made = Defaults(tmp_path / "c.toml", tables)
    assert made.for_commands() == {
        "convert": {"csv_style": "origin", "for_": "excel", "to": "csv"}, "study": {"run": {"jobs": 3}},
        "validate": {"format_": "json"},
    }  # fmt: skip
    assert made.told("study") == f"defaults of {tmp_path / 'c.toml'} are in force: jobs = 3"
    assert made.told("convert").endswith(": csv-style = origin, for = excel, to = csv")
    assert made.told("plot") == Defaults().told("convert") == ""


@pytest.mark.parametrize("folder", [False, True])
def test_json_is_told_although_it_is_quiet(echub, cp, tmp_path, folder):
    what = cp.parent if folder else cp
    quiet = echub("convert", what, "-o", tmp_path / "a", "--quiet", "--json")
    loud = echub("convert", what, "-o", tmp_path / "b", "--json")
    assert len(quiet.lines) == len(loud.lines) > 0
    assert echub("convert", what, "-o", tmp_path / "c", "--quiet").out == ""
    assert echub("convert", what, "-o", tmp_path / "d").out != ""


def test_a_baseline_is_written_to_the_file_that_is_named(echub, tmp_path):
    (tmp_path / "a.h5").write_bytes(b"no such file")
    place = tmp_path / "base.json"
    first = json.loads(echub("validate", tmp_path / "a.h5", "--json").out)
    done = echub("validate", tmp_path / "a.h5", "--baseline", place, "--update-baseline")
    assert len(first["problems"]) == 1
    assert done.err.splitlines()[-1] == f"1 problem written to {place}"
    assert place.is_file()
    again = json.loads(echub("validate", tmp_path / "a.h5", "--baseline", place, "--json").out)
    assert (again["in_baseline"], again["problems"]) == (len(first["problems"]), [])


# -- standard output ---------------------------------------------------------------------------------


def sent(monkeypatch, tmp_path, data, terminal):
    place = tmp_path / "output"
    place.write_bytes(data)
    buffer = io.BytesIO()
    monkeypatch.setattr(
        sys, "stdout", SimpleNamespace(isatty=lambda: terminal, flush=lambda: None, buffer=buffer, write=str)
    )
    streams._send(place)
    return buffer.getvalue()


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("size", [1, 1 << 20, (1 << 20) + 1, (2 << 20) + 7])
def test_all_bytes_are_sent_once(monkeypatch, tmp_path, size, terminal):
    data = np.random.default_rng(1).integers(1, 255, size, dtype=np.uint8).tobytes()
    assert sent(monkeypatch, tmp_path, data, terminal) == data


def test_a_terminal_gets_no_binary_output(monkeypatch, tmp_path):
    data = b"\x89HDF\0" * 100
    assert sent(monkeypatch, tmp_path, data, False) == data
    with pytest.raises(TargetNotWritable) as refused:
        sent(monkeypatch, tmp_path, data, True)
    assert refused.value.as_dict() == {
        "code": "target-not-writable", "message": "the output is binary, and standard output is a terminal",
        "hint": "-o FILE, or send it to a file or a program: echub convert … -o - > FILE",
    }  # fmt: skip


# -- formulas of an impedance ------------------------------------------------------------------------


@pytest.mark.parametrize(("prefix", "phase"), [
    ("impedance", "phase"), ("impedance_ce", "phase_ce"), ("impedance_wece", "phase_wece")
])  # fmt: skip
def test_each_quantity_of_an_impedance_comes_from_the_other_two(prefix, phase):
    re, im, modulus = (f"{prefix}_{part}" for part in ("real", "imag", "abs"))
    z = np.array([3 - 4j, 1 + 1j, -2 - 0.5j])
    known = {re: z.real, im: z.imag, modulus: np.abs(z), phase: np.degrees(np.angle(z))}
    formulas = {
        re: f"{modulus} · cos({phase})", im: f"{modulus} · sin({phase})", modulus: f"sqrt({re}² + {im}²)",
        phase: f"atan2({im}, {re})",
    }  # fmt: skip
    for quantity, formula in formulas.items():
        first, second, function, said = RULES[quantity]
        assert quantity not in (first, second)
        assert function(known[first], known[second]) == pytest.approx(known[quantity])
        assert said == formula
    assert lacking(re, {modulus}) == f"{modulus} alone does not give it: {phase} is missing"
    assert lacking(modulus, {im}) == f"{im} alone does not give it: {re} is missing"
    assert lacking(re, {modulus, phase}) == lacking(re, set()) == lacking("current", {modulus}) == ""
