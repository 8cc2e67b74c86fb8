"""A part of the harness in the suite: what was found stays mended, and the harness sees what it looks for.

No input here crashes or stalls another project's software: of those only our guard is tested
(`tests/echub/files/test_rehearsal.py`).
"""

import contextlib
import random
import warnings

import pytest

from echub.errors import EchubError
from tests.fuzz import mutators, workers
from tests.fuzz.__main__ import added
from tests.fuzz.targets import TARGETS

SMALL = [name for name, target in TARGETS.items() if not target.decoded_elsewhere]
FEW = 8
"""Inputs per target: the nightly run has ten thousand times as many."""

FOUND = [
    ("ledger", b"3\n"),
    ("ledger", b'{"source": 1}\nnull\n'),
    ("baseline", b"3"),
    ("baseline", b'{"problems": [3]}'),
    ("outcome", b"[" * 5000),
    ("outcome", b'{"format": "echub-outcome 1", "provenance": {"a": 1e999}}'),
    ("outcome", b'{"format": "echub-outcome 1", "measurands": []}'),
    ("study", b'files = ["/etc/*"]\n[[step]]\nanalysis = "ramp-onset"'),
    ("study", b'files = ["**x"]\n[[step]]\nanalysis = "ramp-onset"'),
    ("study", b'files = ["*.csv"]\nstep = 3'),
    ("study", b'files = ["*.csv"]\nmeta = "\\u0000"\n[[step]]\nname = "r"\nanalysis = "ramp-onset"'),
    ("profile", b"[table-profile]\n[dialect]\nheader_line = 16\ndata_line = 3"),
    ("description", b'{"echub": {"format": "echub table 1", "provenance": {"source": "a"}}}'),
    (
        "bdf-metadata",
        b'{"generator": "echub", "metadata": {"cell": {"active_mass": {"value": 4.2, "unit": {"a": 1}}}}}',
    ),
    (
        "outcome",
        b'{"format": "echub-outcome 1", "measurands": {"a": {"unit": "s", "value": 1, "uncertainty": -1}}}',
    ),
    (
        "outcome",
        b'{"format": "echub-outcome 1", "tables": {"t": {"a": {"unit": "s", "values": [1]}, '
        b'"b": {"unit": "s", "values": []}}}}',
    ),
    ("date", b"202-02-29 12:00:01.5"),
    ("date", b"2023-02-29 12:00:01.5"),
    ("date", b"1-0" + b"2" * 400 + b":03:04"),
    ("study", b'files = ["*.csv"]\n[[step]]\nanalysis = "ramp-onset"\ntime = [1]'),
    ("group", b"schema = 3"),
    ("group", b'[files]\nname = "(a+)+$"'),
    ("group", b'[files]\nname = "(?=a)"'),
    ("group", b'[schema]\nprefix = "nalab"\n[units.nalab_x]\nof = "time^1"\nfactor = "1e999999999"'),
    ("group", b'[schema]\nprefix = "nalab"\n[units.nalab_x]\nof = "time^999999999"\nfactor = "1"'),
    ("sidecar", b"cell = 3\na" + b".a" * 5000 + b" = 1"),
    ("sims", b'format = "sims"\nregion = 3'),
    ("sims", b'format = "sims"\n[[region]]\nname = "x"\n[[region.images]]\npattern = 3'),
    ("unit", "mA·cm⁻²²²²²²²²²²²²²²²²²²²²".encode()),
    ("unit", b"(" * 500 + b"mA"),
    ("unit", b"m" + b"*m" * 5000),
    ("species", b"Ni" + b"9" * 400),
    ("species", b"Na" + b"+" * 5000),
    ("selection", b"'a' * 99999999999"),
    ("selection", b"'%99999999999d' % 1"),
    ("selection", b"(" * 190 + b"cycle" + b")" * 190),
    ("circuit", b"(" * 1500),
    ("circuit", b"[" * 1500 + b"-R0"),
    ("value", b"sims.regions=" + b"[" * 5000),
    ("value", b"cell.area=" + b" " * 5000),
]


@pytest.mark.parametrize(("name", "data"), FOUND, ids=[f"{name}-{i}" for i, (name, _) in enumerate(FOUND)])
def test_what_was_found_is_read_or_refused(tmp_path, name, data):
    target = TARGETS[name]
    path = tmp_path / target.seeds()[0][0]
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(EchubError):
            target.run(path)


@pytest.mark.parametrize("name", SMALL)
def test_damaged_inputs_are_read_or_refused(name):
    for number in range(FEW):
        kind, why = workers.one(TARGETS[name], number)
        assert kind in ("read", "refused"), (
            f"python -m tests.fuzz --target {name} --start {number} --count 1: {why}"
        )


@pytest.mark.parametrize("name", ["study", "outcome", "selection"])
def test_an_input_is_the_same_for_its_number(name):
    first = [workers.damaged(TARGETS[name], number) for number in range(5)]
    assert first == [workers.damaged(TARGETS[name], number) for number in range(5)]
    assert len({data for _, data in first}) > 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [("loop", "hang"), ("exit", "lost"), ("raise", "traceback"), ("fill", "memory"), ("read", "read")],
)
def test_the_harness_sees_what_becomes_of_an_input(name, kind):
    tally = workers.run(name, count=1, limit=1.0)
    assert tally.counts == dict.fromkeys(workers.KINDS, 0) | {kind: 1}


def test_tables_of_several_runs_are_added():
    one = (
        "| target | inputs | read |\n| --- | ---: | ---: |\n| unit | 3 | 1 |\n| all | 3 | 1 |\n\nunit 3: lost x\n"
    )
    two = "| target | inputs | read |\n| --- | ---: | ---: |\n| unit | 5 | 5 |\n| date | 2 | 0 |\n"  # was stopped
    assert added([one, two]).splitlines()[2:] == ["| unit | 8 | 6 |", "| date | 2 | 0 |", "| all | 10 | 6 |"]
    assert added([one, two]).splitlines()[:2] == one.splitlines()[:2]


def test_damaged_trees_are_still_toml():
    import tomllib

    chance, seed = random.Random(1), TARGETS["group"].seeds()[0][1]
    texts = [mutators.toml(seed, chance) for _ in range(60)]
    valid = 0
    for text in texts:
        try:
            tomllib.loads(text.decode())
            valid += 1
        except ValueError:
            continue
    assert valid > 25  # most get past the parser, where the shape is asked
