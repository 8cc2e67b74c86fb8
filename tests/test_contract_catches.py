"""The contract itself, tested: one bad plugin for each rule, and exactly that rule fails."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from echub.testing import ReaderContract, rules_reading
from tests.tiny_plugin import installed, tiny_bytes, tiny_table

MPR = Path(__file__).parents[1] / "fixtures" / "eclab" / "awkward.mpr"
SAMPLES = {"long.tiny": tiny_bytes(7), "short.tiny": tiny_bytes(3)}


CHANGED = "test_changed_texts_give_typed_errors"
ODD, ITSELF = "test_odd_tables_are_read_or_refused", "test_a_changed_cell_changes_only_itself"


@dataclass(frozen=True)
class Bad:
    """A bad plugin: what is wrong with it, as edits of the good one; or what else is."""

    edits: Mapping[str, str] = field(default_factory=dict)
    found: str = ""
    asked: str = ""
    samples: Mapping[str, bytes] = field(default_factory=lambda: SAMPLES)
    hub: Callable[[pytest.MonkeyPatch], None] | None = None
    opinion: bool = True
    also: Sequence[str] = ()
    """Other rules that the same mistake cannot but break."""


def ignoring_unknown_options(monkeypatch):
    """The plugin cannot break this rule, the hub sees to it: so break the hub."""
    monkeypatch.setattr("echub.files.reading.parse_options", lambda options, given, owner: options())


def changing(name, how):
    """Change one column after the hub has built it, which no reader should."""
    changed = f"    datasets = [changed(dataset, {name!r}) for dataset in datasets]\n    return Record(\n"
    body = (
        "def changed(dataset, name):\n"
        "    column = dataset.columns.get(name)\n"
        f"    new = {{}} if column is None else {{name: replace(column, {how})}}\n"
        "    return replace(dataset, columns={**dataset.columns, **new})\n\n\n"
    )
    return {"    return Record(\n": changed, "def power(": f"{body}def power("}


REFUSE = """def refuse(data, word):
    if word.encode() in data:
        raise ReadError("the file is too long", found=word)


def body("""
CACHE = """    data = source.read()
    if source.path:
        source.path.with_suffix(".cache").write_bytes(data)
"""
SEEN = """    again = source.path in SEEN
    SEEN.append(source.path or len(SEEN))
    words = """

HOARD = """def hoard():
    if os.environ.get("PYTHONHASHSEED") == "1":  # only in the process of that rule
        pages = np.frombuffer(mmap.mmap(-1, 400 << 20), np.uint8)
        pages[:: mmap.PAGESIZE] = 1


def power("""
HURRY = """def hurry(data):
    lines = [line for line in data.splitlines() if len(line) > 8]
    if data.startswith(b"TINY") and len(set(lines)) < len(lines):
        raise KeyError("a line twice")


def power("""
STUCK = """def stuck(columns):
    knob = next((column.values for column in columns if column.header == "knob"), np.ones(1))
    return [] if knob.any() else [Notice("stuck", f"the knob is {np.nan} times as high as before")]


def power("""

BAD = {
    # -- declaration
    "test_is_registered": Bad(
        {"@hookimpl\n": "def echub_reader():\n    return ()\n\n\n@hookimpl\n"}, "did you mean echub_readers"
    ),
    "test_is_described": Bad({'(".tiny",)': '(".tiny", ".tiny 2")'}, ".tiny 2"),
    "test_its_functions_load": Bad({"tiny_decode:read": "tiny_decode:reads"}, "tiny_decode:reads"),
    "test_options_explain_themselves": Bad({'"what becomes of the notes"': '""'}, "the option notes has none"),
    "test_entry_module_is_light": Bad({"import dataclass\n": "import dataclass\nimport numpy\n"}, "numpy"),
    # -- sniffing
    "test_recognises_its_files_by_content": Bad(
        {"CERTAIN if source.head.startswith(MAGIC)": 'MAYBE if source.suffix == ".tiny"'}, "found: MAYBE"
    ),
    "test_suffix_alone_is_maybe_at_most": Bad({" else C": ' or source.suffix == ".tiny" else C'}, "CERTAIN"),
    "test_rejects_strangers": Bad(
        {"else Confidence.NO": 'else Confidence(int(b"PNG" in source.head))'}, "a PNG picture is MAYBE"
    ),
    "test_rejects_files_of_others": Bad(
        {"else Confidence.NO": 'else Confidence(int(b"BIO-LOGIC" in source.head))'}, "as sample.bin is MAYBE"
    ),
    "test_sniff_opens_nothing": Bad({"source.head.": "source.read(0, 16)."}, "found: read()"),
    "test_sniff_always_answers": Bad({"if source.head.": "if source.head[0] and source.head."}, "IndexError"),
    "test_is_chosen_for_its_files": Bad(
        {
            "    return (\n        Reader(": (
                '    return (\n        Reader("twin", "A", (".b",), sniff="tiny:sniff", read="tiny:b"),\n'
                "        Reader("
            )
        },
        "--reader twin",
    ),
    # -- reading
    "test_samples_hold_data": Bad(samples={"empty.tiny": tiny_bytes(0)}, found="none in any"),
    "test_reads_its_files": Bad(
        {
            "    data = source.read()\n": '    data = source.read()\n    refuse(data, "sweep")\n',
            "def body(": REFUSE,
        },
        "too long",
    ),
    "test_reads_path_bytes_and_stream_alike": Bad(
        {'"words": words': '"words": words if source.path else []'}, "it differs: settings"
    ),
    "test_refuses_strangers": Bad(
        {"    if stated is None": '    if b"Dear" in data:\n        return Record([])\n    if stated is None'},
        "a text gave <Record",
    ),
    "test_unknown_options_are_refused": Bad(hub=ignoring_unknown_options, found="found: a record"),
    "test_every_choice_reads": Bad(
        {'"skip"))': '"skip", "sort"))', 'if options.notes == "skip"': 'if {"keep": 0, "skip": 1}[options.notes]'},
        "KeyError",
    ),
    "test_leaves_files_alone": Bad({"    data = source.read()\n": CACHE}, "changed: "),
    "test_says_nothing": Bad({"    words = ": '    print("reading")\n    words = '}, "reading"),
    "test_same_each_time": Bad(
        {"def body(": "SEEN = []\n\n\ndef body(", "    words = ": SEEN, '{"words": words}': '{"again": again}'},
        "they differ: settings",
    ),
    "test_same_everywhere": Bad(
        {"sorted(set(lines[1].split()))": "list(set(lines[1].split()))"},
        "another one for long.tiny, short.tiny",
    ),
    # -- damage
    "test_cut_files_invent_nothing": Bad(
        {
            "    if len(rows) == count:": (
                "    rows += rows[-1:] * min(count - len(rows), 9)\n    if len(rows) == count:"
            )
        },
        "in the whole file",
        also=[ITSELF],
    ),
    "test_damage_gives_typed_errors": Bad(  # at a byte that is not text: changed texts have a rule of their own
        {"    except ValueError:\n": "    except ValueError:\n        if '\\\\x' in cell:\n            raise\n"},
        "ValueError",
    ),
    "test_errors_explain_themselves": Bad({', expected=f"{len(headers)} cells"': ""}, "a row is damaged"),
    "test_damage_raises_no_warnings": Bad(
        {"    notice = Notice(": "    np.float32(count) / np.float32(0)\n    notice = Notice("},
        "divide by zero",
        also=[ODD],
    ),
    "test_damage_never_hangs": Bad(
        {"    if len(rows) == count:\n": "    while len(rows) != count:\n        pass\n    if True:\n"},
        ": more",
        also=[CHANGED, ODD],
    ),
    "test_damage_takes_bounded_memory": Bad(
        {"    rows, notices, dropped = ": "    np.empty(int(stated[1]))\n    rows, notices, dropped = "}, "MiB"
    ),
    # -- odd tables
    ODD: Bad(
        {
            "    columns += power(columns)\n": (
                "    columns += power(columns)\n    notices = [*notices, *stuck(columns)]\n"
            ),
            "def power(": STUCK,
        },
        "0.00 in all cells 8: the knob is nan times as high as before",
    ),
    ITSELF: Bad(
        {"        return float(cell)\n": "        return float(cell or 0)\n"},
        "holds 0 in row 1, not nan",  # the middle one of the shorter sample
    ),
    # -- content
    "test_columns_have_known_quantities": Bad(
        changing("potential_we", 'unit="kV"'), "potential_we is in kV, canonical is V"
    ),
    "test_names_are_unique": Bad(changing("row", 'bits=(Bits("time", "t", 1, "flags"),)'), "timeseries: time"),
    "test_origins_are_stated": Bad({", attrs=recipe)": ")"}, "without a recipe"),
    "test_every_source_row_is_in_one_dataset": Bad(changing("row", "values=column.values + 1"), "out of place"),
    "test_source_table_is_complete": Bad(
        {"    columns += power": '    columns = [c for c in columns if c.header != "note"]\n    columns += power'},
        "none at [6]",
        opinion=False,
    ),
    "test_source_numbers_come_back": Bad(changing("vendor_p_uw", 'source_dtype="<i4"'), "other numbers"),
    "test_agrees_with_an_independent_reading": Bad(
        {
            "    return SourceColumn(header,": (
                '    values = values * 2 if unit == "uA" else values\n    return SourceColumn(header,'
            )
        },
    ),
    "test_memory_follows_the_size": Bad(
        {
            "import re\n": "import mmap\nimport os\nimport re\n",
            "    data = source.read()\n": "    data = source.read()\n    hoard()\n",
            "def power(": HOARD,
        },
        "MiB",
    ),
    CHANGED: Bad(
        {"    data = source.read()\n": "    data = source.read()\n    hurry(data)\n", "def power(": HURRY},
        "KeyError",
        also=[ODD],
    ),
    # -- output
    "test_native_file_holds_all": Bad(changing("vendor_knob", 'attrs={"cells": ("one", "two")}'), "vendor_knob"),
    "test_csv_holds_all_numbers": Bad(
        changing("vendor_p_uw", "values=column.values.astype(complex)"), "the writer csv failed"
    ),
}

ASKED = {
    "test_is_registered": "no problem",
    "test_is_described": "suffixes such as .mpr",
    "test_its_functions_load": "a function at tiny_decode:reads",
    "test_options_explain_themselves": "a help text",
    "test_entry_module_is_light": "the standard library and echub.plugin",
    "test_recognises_its_files_by_content": "LIKELY or CERTAIN under the name ",
    "test_suffix_alone_is_maybe_at_most": "NO or MAYBE",
    "test_rejects_strangers": "NO",
    "test_rejects_files_of_others": "NO",
    "test_sniff_opens_nothing": "source.head, source.name, source.suffix and source.size only",
    "test_sniff_always_answers": "a Confidence",
    "test_is_chosen_for_its_files": "tiny",
    "test_samples_hold_data": "rows in one of the samples",
    "test_reads_its_files": "a record",
    "test_reads_path_bytes_and_stream_alike": "the record of the path from ",
    "test_refuses_strangers": "ReadError",
    "test_unknown_options_are_refused": "UnknownOption",
    "test_every_choice_reads": "a record, or an error that explains",
    "test_leaves_files_alone": "the folder as it was",
    "test_says_nothing": "silence",
    "test_same_each_time": "equal records, equal bytes",
    "test_same_everywhere": "equal content_hash with PYTHONHASHSEED=1",
    "test_cut_files_invent_nothing": "a ReadError, or the rows before the cut with their values",
    "test_damage_gives_typed_errors": ", or a record",
    "test_errors_explain_themselves": "an error with at least one of where, expected, found, cause, hint",
    "test_damage_raises_no_warnings": "no warning",
    "test_damage_never_hangs": " lines of Python for ",
    "test_damage_takes_bounded_memory": " MiB for ",
    ODD: "no warning, a number in each sentence, no infinite value",
    ITSELF: "that change and no other, or an error, or a Notice or Dropped",
    "test_columns_have_known_quantities": "a quantity of the vocabulary in its unit, or a name vendor_",
    "test_names_are_unique": "one name each",
    "test_origins_are_stated": "measured, ",
    "test_every_source_row_is_in_one_dataset": "the rows 0 to ",
    "test_source_table_is_complete": "one column for each position from 0",
    "test_source_numbers_come_back": "vendor_p_uw to come back from ",
    "test_agrees_with_an_independent_reading": "I/uA: ",
    "test_memory_follows_the_size": " MiB for ",
    CHANGED: "SourceError or DataError, or a record",
    "test_native_file_holds_all": "an equal record",
    "test_csv_holds_all_numbers": "a CSV file",
}
"""What each rule says that it expected of its bad plugin."""

SUBTLE = {
    "half a number": (
        "test_cut_files_invent_nothing",
        Bad({"lines[:-1][:count]": "[line for line in lines if line][:count]"}, "column 'knob' is"),
    ),
    "local time": (
        "test_same_everywhere",
        Bad(
            {"import re\n": "import re\nimport time\n", "    words = ": "    words = time.localtime(0).tm_hour, "},
            "another one for long.tiny, short.tiny",
            asked="TZ=",
        ),
    ),
    "the machine's encoding": (
        "test_same_everywhere",
        Bad(
            {
                'data.decode("utf-8", ': "data.decode(locale.getencoding(), ",
                "import re\n": "import locale\nimport re\n",
            }
        ),
    ),
    "no position": ("test_source_table_is_complete", Bad({"index=number)": ")"}, "none has one", opinion=False)),
    "a row twice": (
        "test_every_source_row_is_in_one_dataset",
        Bad(changing("row", "values=column.values // 2"), "twice"),
    ),
    "a sniffer that does not end": (
        "test_sniff_always_answers",
        Bad(
            {"def sniff(source):\n": "def sniff(source):\n    while len(source.head) == 1:\n        pass\n"},
            "lines ran",
        ),
    ),
    "a default that is not a choice": (
        "test_options_explain_themselves",
        Bad({'option("keep"': 'option("all"'}, "all"),
    ),
}


def contract_of(folder, samples=SAMPLES, *, opinion=True):
    """Make the contract of the tiny reader over samples in a folder, as a stranger would."""
    data = folder / "data"
    data.mkdir()
    for name, content in samples.items():
        (data / name).write_bytes(content)

    class TestTiny(ReaderContract):
        reader = "tiny"
        damages = 20
        files = sorted(data.glob("*.tiny"))
        foreign = (MPR,)

        def source_table(self, path):
            return tiny_table(path) if opinion else None

    return TestTiny


def verdicts(contract, folder):
    """Run every rule on every sample; give what fails and what is skipped, with the failures and the reasons."""
    failed, skipped = {}, {}
    for name in contract.rules():
        wanted = inspect.signature(getattr(contract, name)).parameters
        for number, path in enumerate(contract.paths() if "path" in wanted else [None]):
            given = {"path": path} if path is not None else {}
            if "tmp_path" in wanted:
                given["tmp_path"] = folder / name / str(number)
                given["tmp_path"].mkdir(parents=True)
            try:
                getattr(contract(), name)(**given)
            except pytest.fail.Exception as failure:
                failed[name] = failure
            except pytest.skip.Exception as skip:
                skipped[name] = str(skip)
    return failed, skipped


def test_every_rule_has_its_bad_plugin():
    assert set(BAD) == set(ASKED) == set(ReaderContract.rules())


def test_every_rule_says_itself_in_one_line():
    assert all(text.endswith(".") and len(text) > 20 for text in ReaderContract.rules().values())


def test_a_good_plugin_passes_every_rule(tmp_path):
    with installed(tmp_path / "site", {}):
        failed, skipped = verdicts(contract_of(tmp_path), tmp_path / "work")
    assert failed == {}
    assert skipped == {}


IN_PARTS = {
    "    return Record(\n": "    half = len(datasets[0]['row']) // 2\n"
    "    datasets = [part(datasets[0], 0, half, 'A'), part(datasets[0], half, None, 'B')]\n    return Record(\n",
    "def power(": "def part(dataset, first, last, name):\n"
    "    from dataclasses import replace as new\n\n"
    "    columns = {k: new(c, values=c.values[first:last]) for k, c in dataset.columns.items()}\n"
    "    columns['row'] = new(columns['row'], values=columns['row'].values - FIRST * first)\n"
    "    return new(dataset, columns=columns, label=f'timeseries_{name}', attrs={'part': name})\n\n\ndef power(",
}
"""A reader of files with two tables: each is a source table of its own, whose rows count from 0."""


@pytest.mark.parametrize(("first", "broken"), [(1, []), (0, ["test_every_source_row_is_in_one_dataset"])])
def test_each_part_of_a_source_is_a_table_of_its_own(first, broken, tmp_path):
    edits = {old: new.replace("FIRST", str(first)) for old, new in IN_PARTS.items()}
    rules = ("test_every_source_row_is_in_one_dataset", "test_source_table_is_complete")
    with installed(tmp_path / "site", edits):
        contract = contract_of(tmp_path, opinion=False)
        failed = []
        for name in rules:
            for path in contract.paths():
                try:
                    getattr(contract(), name)(path)
                except pytest.fail.Exception:
                    failed.append(name)
    assert sorted(set(failed)) == broken


@pytest.mark.filterwarnings("ignore::echub.registry.registry.PluginWarning")
@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        *(pytest.param(*item, id=item[0]) for item in BAD.items()),
        *(pytest.param(*v, id=k) for k, v in SUBTLE.items()),
    ],
)
def test_exactly_the_broken_rule_fails(rule, bad, tmp_path, monkeypatch):
    if rule != "test_same_everywhere":  # one process elsewhere is enough for the others
        monkeypatch.setattr(rules_reading, "ELSEWHERE", rules_reading.ELSEWHERE[:1])
    if bad.hub is not None:
        bad.hub(monkeypatch)
    with installed(tmp_path / "site", bad.edits):
        failed, _ = verdicts(contract_of(tmp_path, bad.samples, opinion=bad.opinion), tmp_path / "work")
    assert set(failed) == {rule, *bad.also}, "\n".join(map(str, failed.values()))
    broken = failed[rule].broken
    assert bad.found.removeprefix("found: ") in broken.found
    assert (ASKED[rule] if bad is BAD[rule] else bad.asked) in broken.expected
    wanted = inspect.signature(getattr(ReaderContract, rule)).parameters
    abouts = [f"tiny, {name}" for name in bad.samples] if "path" in wanted else ["tiny"]
    lines = [f"expected: {broken.expected}", f"found: {broken.found}", f"to do: {broken.advice}"]
    assert str(failed[rule]) in [
        "\n  ".join((f"{about}: {ReaderContract.rules()[rule]}", *lines)) for about in abouts
    ]
    assert len(broken.advice) > 5
