"""Technique parameters of the binary file: in the words of the text, typed, and honest where unknown."""

import struct
from pathlib import Path

import pytest

from echub_eclab import parameters as ours
from echub_eclab.parameters import STARTS, TAIL, find_table, read_parameters
from echub_eclab.steps import typed_steps
from fixtures.eclab.parameters import ParameterTable, layout
from fixtures.eclab.parameters import layouts as made_layouts

HEADERS = {"v1": 1, "v2": 2}


def module(technique, rows, version="v2", offset=None):
    """Return the bytes of a Set module that holds a parameter table and nothing else."""
    count, packed = ParameterTable(technique, rows).encode(version)
    begin = offset or (0x1847 if version == "v2" else 0x572)
    return bytes(begin) + struct.pack("<HH", len(rows), count) + packed + bytes(TAIL)


def parameters(technique, rows, version="v2"):
    found, notices = read_parameters(module(technique, rows, version), technique, HEADERS[version])
    return found.get("parameters"), [notice.code for notice in notices], found


@pytest.mark.parametrize(("technique", "version"), made_layouts())
def test_every_layout_places_every_field_where_the_generator_writes_it(technique, version):
    fields = [field for field in layout(technique, version) if "lim" not in field.name and "rec" not in field.name]
    row = {field.name: 3 + n for n, field in enumerate(fields)}
    data = module(technique, [row], version)
    found = read_parameters(data, technique.rstrip("0123456789"), HEADERS[version])[0]["parameters"]
    for name, value in row.items():
        base, _, number = name.partition("#")
        key = f"{base} [{number}]" if number else base
        if key in found[0] and not isinstance(found[0][key], str) and found[0][key] is not None:
            expected = value * 86_400 if key == "date (h:m:s)" else value
            assert found[0][key] == expected, name


def test_rows_add_up_to_their_stride():
    sizes = {"u1": 1, "u2": 2, "u4": 4, "f4": 4}
    lines = Path(ours.__file__).with_name("parameters.tsv").read_text().splitlines()[1:]
    known = {tuple(line.split("\t")[:4]) for line in lines}
    assert len(known) >= 30
    for technique, *numbers in known:
        version, count, stride = map(int, numbers)
        places = ours.layout(technique, version, count, stride)
        assert len(places) == count
        ends = [place.offset + sizes[place.type] for place in places]
        assert [place.offset for place in places] == [0, *ends[:-1]]
        assert ends[-1] == stride


def test_words_units_and_sequences():
    rows = [{"unit Is": 1}, {"Set I/C": 2, "Is": -30.0, "unit Is": 2, "vs.": 2, "I sign": 1, "I Range": 12}]
    (first, second), notices, _ = parameters("GCPL", rows)
    assert [first["Ns"], second["Ns"]] == [0, 1]
    assert (second["Set I/C"], second["Is"], second["unit Is"]) == ("C x N", -30.0, "µA")
    assert (second["vs."], second["I sign"], second["I Range"]) == ("<None>", "< 0", "100 µA")
    assert notices == ["unknown-setting-code"]  # I Range 0 of the first row


def test_the_same_code_has_the_word_of_its_technique():
    assert parameters("CA", [{"vs.": 2, "I Range": 9, "record": 1}])[0][0]["vs."] == "Emeas"
    assert parameters("CP", [{"vs.": 2, "I Range": 9, "record": 1}])[0][0]["record"] == "<Ewe>"
    assert parameters("CA", [{"vs.": 2, "I Range": 9, "record": 1}])[0][0]["record"] == "<I>"


def test_repeated_names_are_numbered():
    (row,), _, _ = parameters("CV", [{"vs.": 0, "vs.#2": 4, "vs.#3": 4, "vs.#4": 0}])
    assert [row[name] for name in ("vs.", "vs. [2]", "vs. [3]", "vs. [4]")] == ["Eoc", "Ref", "Ref", "Eoc"]


def test_pass_is_a_word():
    nan = struct.unpack("<f", b"\xff\xff\xff\xff")[0]
    (row,), _, _ = parameters("GCPL", [{"EL (V)": nan, "I Range": 9}])
    assert row["EL (V)"] == "pass"


def test_an_unknown_code_stays_a_number_and_is_flagged():
    found, notices = read_parameters(module("CP", [{"I Range": 77, "unit Is": 9, "Is": 1.0}]), "CP", 2)
    assert found["parameters"][0]["I Range"] == 77
    assert found["parameters"][0]["unit Is"] == 9
    assert [notice.code for notice in notices] == ["unknown-setting-code"]
    assert "I Range = 77" in notices[0].message
    assert "unit Is = 9" in notices[0].message


@pytest.mark.parametrize(("days", "printed"), [
    (0.0, 0.0), (1.0, "1899-12-31"), (45_365.0, "2024-03-14"), (99_998.0, "2173-10-12"), (99_999.0, 99_999.0),
    (-1.0, -1.0), (2.75, "1900-01-01"),
])  # fmt: skip
def test_a_day_since_1899_is_a_date_unless_it_is_none_or_wild(days, printed):
    row = b"\1" + struct.pack("<f", days)
    assert ours._value(row, ours.ParameterPlace(1, "f4", "date (m/d/y)")) == printed
    assert ours._value(row, ours.ParameterPlace(1, "f4", "other")) == days


def test_the_unit_of_nothing_is_not_flagged():
    _, notices, _ = parameters("CP", [{"I Range": 9, "unit Is": 9, "Is": 0.0}])
    assert notices == []


def test_an_unknown_technique_gives_its_raw_rows():
    data = bytes(0x1847) + struct.pack("<HH", 2, 5) + bytes(range(34)) + bytes(TAIL)
    found, notices = read_parameters(data, None, 2)
    assert found == {"parameter_rows": [bytes(range(17)).hex(), bytes(range(17, 34)).hex()]}
    assert [notice.code for notice in notices] == ["unknown-parameters"]


@pytest.mark.parametrize("start", STARTS)
def test_the_table_is_found_at_each_known_place(start):
    table = find_table(module("CP", [{}, {}], offset=start))
    assert table is not None
    assert (table.offset, table.sequences, table.parameters, table.stride) == (start, 2, 16, 49)


@pytest.mark.parametrize(
    ("sequences", "parameters", "size", "is_table"),
    [
        (99, 2, 99 * 3, True),
        (100, 2, 100 * 3, False),  # more rows than any file has
        (0, 2, 6, False),
        (1, 4, 4, True),  # one byte for each parameter
        (1, 5, 4, False),
        (1, 1, 4, True),  # four bytes at most
        (1, 1, 5, False),
        (2, 4, 8, True),
        (2, 4, 9, False),  # rows of one length
        (1, 0, 0, False),
    ],
)
def test_the_numbers_of_a_table_agree_with_its_size(sequences, parameters, size, is_table):
    rows = bytes([1]) * size
    data = bytes(STARTS[0]) + struct.pack("<HH", sequences, parameters) + rows + bytes(TAIL)
    found = find_table(data)
    assert (found is not None) is is_table
    if found is not None:
        stride = size // sequences
        assert found == (STARTS[0], sequences, parameters, stride, (bytes([1]) * stride,) * sequences)


@pytest.mark.parametrize("data", [b"", bytes(100), bytes(0x2000), b"\xff" * 0x2000])
def test_no_table_is_no_guess(data):
    found, notices = read_parameters(data, "CP", 2)
    assert found == {}
    assert [notice.code for notice in notices] == ["unknown-parameters"]


def test_two_places_that_fit_are_no_table():
    one_row_of_152 = struct.pack("<HHH", 1, 50, 2)  # read two bytes later: 50 rows of 3
    data = bytes(0x1845) + one_row_of_152 + bytes(150 + TAIL)
    assert find_table(data) is None
    assert find_table(data[: 0x1845 + 4] + bytes(152 + TAIL)).stride == 152


def test_modulo_bat_prints_only_what_its_control_type_uses():
    rows = [
        {"ctrl_type": 4, "ctrl1_val": 9.0, "I Range": 9},
        {"ctrl_type": 0, "ctrl1_val": 2.0, "ctrl1_val_unit": 1, "ctrl1_val_vs": 2, "ctrl2_val": 7.0, "I Range": 9},
    ]
    (rest, constant), _, _ = parameters("MB", rows)
    assert rest["ctrl1_val"] is None
    assert (constant["ctrl1_val"], constant["ctrl1_val_unit"], constant["ctrl2_val"]) == (2.0, "mA", None)
    assert "lim2_type" not in rest
    assert "lim1_type" in rest


def test_typed_steps_leave_out_what_is_not_used():
    (step,) = typed_steps(
        "CP", [{"Is": 2.0, "unit Is": "µA", "vs.": "<None>", "ts (h:m:s)": 10.0, "EM (V)": "pass"}]
    )
    assert step == {
        "sequence": 0,
        "control": "current",
        "current": {"value": 2.0, "unit": "uA"},
        "versus": "<None>",
        "duration": {"value": 10.0, "unit": "s"},
    }


def test_a_current_set_by_a_rate_is_not_stated():
    (step,) = typed_steps("GCPL", [{"Set I/C": "C / N", "Is": 130.0, "unit Is": "mA", "N": 10.0}])
    assert "current" not in step
    assert step["rate"] == {"mode": "C / N", "n": 10.0}


def test_a_number_without_a_known_unit_is_not_stated():
    (step,) = typed_steps("CP", [{"Is": 2.0, "unit Is": 9}])
    assert "current" not in step


def test_the_frequency_plan_and_amplitude_of_impedance():
    row = {"Va (mV)": 10.0, "fi": 200.0, "unit fi": "kHz", "ff": 100.0, "unit ff": "mHz", "Nd": 6, "Na": 2}
    (step,) = typed_steps("PEIS", [{**row, "Points": "per decade"}])
    assert step["amplitude"] == {"value": 10.0, "unit": "mV"}
    assert step["frequency_start"] == {"value": 200.0, "unit": "kHz"}
    assert step["frequency_stop"] == {"value": 100.0, "unit": "mHz"}
    assert (step["points_per_decade"], step["averages"]) == (6, 2)
    assert "points_per_decade" not in typed_steps("PEIS", [{**row, "Points": 0}])[0]
