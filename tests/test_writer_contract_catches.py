"""The contract of writers, tested: one bad writer for each rule, and exactly that rule fails."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from echub.declare import Writer, option
from echub.errors import DataError
from echub.registry.registry import registry
from echub.testing import WriterContract
from echub.testing.odd_records import RECORDS

GOOD = Writer("tiny", "Tiny tables", write="tests.test_writer_contract_catches:good", suffixes=(".tiny",))
COUNT = itertools.count()


@dataclass(frozen=True)
class TinyOptions:
    """What the good one has: one choice."""

    decimal: str = option(".", "decimal mark", choices=(".", ","))


@dataclass(frozen=True)
class MuteOptions:
    """An option that nobody explains."""

    decimal: str = option(".", "")


def _text(record, decimal=".", form=""):
    dataset = next(iter(record.datasets.values()))
    name = "time" if "time" in dataset.columns else "row"
    lines = [name, *(f"{float(value):{form}}".replace(".", decimal) for value in dataset[name])]
    return "\n".join(lines).encode()


def good(record, options):
    if not record.datasets or "row" not in next(iter(record.datasets.values())).columns:
        raise DataError("nothing to write", hint="--to native keeps it")
    yield ".tiny", lambda file: file.write(_text(record, getattr(options, "decimal", ".")))


def fails(record, options):
    yield from good(record, options)
    if "frequency" in next(iter(record.datasets.values())).columns:
        raise KeyError("frequency")


def refuses_without_a_hint(record, options):
    if not record.datasets:
        raise DataError("nothing to write")
    yield from good(record, options)


def writes_elsewhere(record, options):
    if not record.datasets:
        Path(PLACE[0], "note.txt").write_text("nothing")
        raise DataError("nothing to write", hint="--to native keeps it")
    yield from good(record, options)


def refuses_all(record, options):
    raise DataError("nothing to write", hint="--to native keeps it")
    yield


def counts(record, options):
    dated = f"\n{next(COUNT) + 1e6}".encode()  # a time of writing
    yield from ((suffix, lambda file: file.write(_text(record) + dated)) for suffix, _ in good(record, options))


def changes(record, options):
    parts = list(good(record, options))
    record.settings["written"] = True
    return parts


def names_it_otherwise(record, options):
    yield from ((".dat", write) for _, write in good(record, options))


def two_files(record, options):
    yield from ((f".{n}.tiny", write) for n in (1, 2) for _, write in good(record, options))


def forgets_the_comma(record, options):
    if options.decimal == ",":
        raise ZeroDivisionError
    yield from good(record, options)


def rounds(record, options):
    yield from (
        (suffix, lambda file: file.write(_text(record, form=".2f"))) for suffix, _ in good(record, options)
    )


def passes_over_an_empty_record(record, options):
    if record.datasets:
        yield from good(record, options)


def marks_an_empty_record(record, options):
    yield from good(record, options) if record.datasets else [(".tiny", lambda file: file.write(b"time\n1"))]


HERE = "tests.test_writer_contract_catches"
BAD = {
    "test_is_registered": {"name": "another"},
    "test_is_described": {"suffixes": ("tiny",)},
    "test_its_functions_load": {"write": f"{HERE}:none"},
    "test_options_explain_themselves": {"options": MuteOptions},
    "test_it_writes_or_refuses": {"write": f"{HERE}:fails"},
    "test_it_writes_or_refuses, hint": {"write": f"{HERE}:refuses_without_a_hint"},
    "test_it_writes_or_refuses, file": {"write": f"{HERE}:writes_elsewhere"},
    "test_it_writes_something": {"write": f"{HERE}:refuses_all"},
    "test_twice_the_same_bytes": {"write": f"{HERE}:counts"},
    "test_the_record_stays": {"write": f"{HERE}:changes"},
    "test_its_names_are_as_declared": {"write": f"{HERE}:names_it_otherwise"},
    "test_its_names_are_as_declared, whole": {"write": f"{HERE}:two_files", "whole": True},
    "test_every_choice_of_an_option_works": {"write": f"{HERE}:forgets_the_comma"},
    "test_the_numbers_come_back": {"write": f"{HERE}:rounds"},
}
ALSO = {
    "test_its_functions_load": {"test_it_writes_or_refuses", "test_it_writes_something"},
    "test_twice_the_same_bytes": {"test_the_numbers_come_back"},
}
"""Rules that the same mistake cannot but break."""
PLACE: list[Path] = []


class Tiny(WriterContract):
    """The good writer's test."""

    writer = "tiny"

    def read_back(self, paths):
        """Read the name and the numbers."""
        name, *lines = paths[0].read_text().split("\n")
        return {name: [float(line) for line in lines]}


def register(monkeypatch, **changed):
    declared = dataclasses.replace(GOOD, options=TinyOptions)
    declared = dataclasses.replace(declared, **changed)
    monkeypatch.setitem(registry().writers, declared.name, declared)
    owner = next(plugin for plugin in registry().plugins if plugin.name == "export")
    monkeypatch.setattr(registry(), "owner", lambda _: owner)


def broken(monkeypatch, tmp_path, **changed):
    """Return the rules that a writer breaks."""
    register(monkeypatch, **changed)
    found = {}
    for rule in Tiny.rules():
        for made in RECORDS if "made" in getattr(Tiny, rule).__wrapped__.__code__.co_varnames[:3] else [None]:
            folder = tmp_path / rule / str(made)
            folder.mkdir(parents=True)
            PLACE[:] = [folder]
            arguments = {"made": made} if made else {}
            if "tmp_path" in getattr(Tiny, rule).__wrapped__.__code__.co_varnames[:3]:
                arguments["tmp_path"] = folder
            try:
                getattr(Tiny(), rule)(**arguments)
            except pytest.skip.Exception:
                continue
            except pytest.fail.Exception as failure:
                found.setdefault(rule, failure.broken)
    return found


def test_a_good_writer_breaks_no_rule(monkeypatch, tmp_path):
    assert broken(monkeypatch, tmp_path) == {}


@pytest.mark.parametrize("write", ["passes_over_an_empty_record", "marks_an_empty_record"])
def test_of_a_record_without_datasets_no_numbers_are_asked(monkeypatch, tmp_path, write):
    assert broken(monkeypatch, tmp_path, write=f"{HERE}:{write}") == {}


class Singles(Tiny):
    """Singles, read by a program that knows doubles alone."""

    digits = ""

    def read_back(self, paths):
        """Read what a file of such digits holds."""
        return {"current": [float(text) for text in self.digits.split()]}


@pytest.mark.parametrize(
    ("digits", "kept"),
    [
        ("0.1 -0.2 1e-7 3e7", True),
        ("0.10000000149011612 -0.2 1e-7 3e7", True),
        ("0.1 -0.2 1e-7 30000002", False),  # singles of this size are 2 apart
        ("0.1000001 -0.2 1e-7 3e7", False),  # here 7e-9
        ("0.1 -0.2 1e-7 1e39", False),
    ],
)
def test_a_single_comes_back_from_the_digits_that_no_other_single_has(monkeypatch, tmp_path, digits, kept):
    register(monkeypatch)
    monkeypatch.setattr(Singles, "digits", digits)
    found = []
    try:
        Singles().test_the_numbers_come_back("a table", tmp_path)
    except pytest.fail.Exception as failure:
        found.append(failure.broken.expected)
    assert len(found) == (not kept)


@pytest.mark.parametrize("case", BAD)
def test_a_mistake_breaks_its_rule_and_no_other(monkeypatch, tmp_path, case):
    rule = case.partition(",")[0]
    found = broken(monkeypatch, tmp_path, **BAD[case])
    assert set(found) == {rule} | ALSO.get(rule, set())
    assert all((found[rule].expected, str(found[rule]), found[rule].advice))


def test_every_rule_has_a_mistake_that_breaks_it():
    """But one, which is the reader's too, and is tried there: a declaration that imports much."""
    assert {case.partition(",")[0] for case in BAD} == set(Tiny.rules()) - {"test_entry_module_is_light"}


def test_the_records_are_of_every_kind():
    made = {name: make() for name, make in RECORDS.items()}
    assert {dataset.kind for one in made.values() for dataset in one.datasets.values()} == {
        "timeseries", "impedance", "ion_map"
    }  # fmt: skip
    assert {one.datasets["timeseries"].rows for name, one in made.items() if "timeseries" in one.datasets} == {
        0,
        1,
        3,
        4,
    }
    assert not made["no dataset"].datasets
    voltage = made["a table"]["timeseries"]["potential_we"]
    assert np.isnan(voltage[1:3]).all()
    assert np.isinf(voltage[3])
    assert all(make().same_as(make()) for make in RECORDS.values())
