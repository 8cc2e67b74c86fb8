"""Settings files as another builder writes them: linked techniques, loops, decimal commas, cut files."""

from __future__ import annotations

import pytest

import echub
from echub.errors import ReadError

HEAD = """EC-LAB SETTING FILE

Number of linked techniques : {count}

EC-LAB for windows v11.33 (software)

Filename : C:\\data\\cell.mps

Device : SP-300
Ewe ctrl range : min = -10,00 V, max = 10,00 V
Electrolyte : NZSP
Comments : Na|NZSP|Na, 60 °C
Electrode surface area : 0,785 cm²
Characteristic mass : 0,001 g
Turn to OCV between techniques
"""
REST = ("Open Circuit Voltage", {"tR (h:m:s)": ["0:05:0,0000"], "dER/dt (mV/h)": ["0,0"], "dtR (s)": ["0,5000"]})
SPECTRUM = (
    "Potentio Electrochemical Impedance Spectroscopy",
    {
        "Mode": ["Single sine"],
        "E (V)": ["0,0000"],
        "vs.": ["Eoc"],
        "fi": ["7,000"],
        "unit fi": ["MHz"],
        "ff": ["100,000"],
        "unit ff": ["mHz"],
        "Nd": [10],
        "Points": ["per decade"],
        "Va (mV)": ["10,0"],
        "Na": [3],
    },
)
CYCLES = (
    "Chronopotentiometry",
    {
        "Ns": [0, 1],
        "Is": ["0,100", "-100,000"],
        "unit Is": ["mA", "µA"],
        "vs.": ["<None>"] * 2,
        "ts (h:m:s)": ["1:00:0,0000", "0:30:0,0000"],
        "EM (V)": ["pass", "0,500"],
        "goto Ns'": [0, 0],
        "nc cycles": [0, 9],
    },
)
LOOP = ("Loop", {"goto Ne": [2], "nt times": [19]})


def settings(*techniques, count=None, encoding="cp1252"):
    """Return the bytes of a settings file, with 20 characters for each cell of a table."""
    text = HEAD.format(count=len(techniques) if count is None else count)
    for number, (title, table) in enumerate(techniques, 1):
        rows = [name.ljust(20) + "".join(str(cell).ljust(20) for cell in cells) for name, cells in table.items()]
        text += "\n".join(["", f"Technique : {number}", title, *rows, ""])
    return text.replace("\n", "\r\n").encode(encoding)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_linked_techniques_and_their_loop_are_typed(encoding):
    record = echub.read(settings(REST, SPECTRUM, CYCLES, LOOP, encoding=encoding))
    assert not record.notices
    rest, spectrum, cycles, loop = record.settings["techniques"]
    assert [t["name"] for t in (rest, spectrum, cycles, loop)] == ["OCV", "PEIS", "CP", "LOOP"]
    assert rest["steps"][0]["rest"]["duration"] == {"value": 300.0, "unit": "s"}
    assert spectrum["steps"][0]["frequency_start"] == {"value": 7.0, "unit": "MHz"}
    assert spectrum["steps"][0]["amplitude"] == {"value": 10.0, "unit": "mV"}
    assert [step["current"] for step in cycles["steps"]] == [
        {"value": 0.1, "unit": "mA"},
        {"value": -100.0, "unit": "uA"},
    ]
    assert cycles["steps"][1]["repeat"] == {"to": 0, "times": 9}
    assert loop["steps"] == [{"sequence": 0, "control": "loop", "repeat": {"technique": 2, "times": 19}}]
    assert record.metadata.value("cell.area") == 0.785
    assert record.metadata.value("cell.characteristic_mass") is None  # 0,001 is EC-Lab's word for none
    assert record.metadata.value("experiment.comments") == "Na|NZSP|Na, 60 °C"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Staircase Galvano Electrochemical Impedance Spectroscopy", "SGEIS"),
        ("Staircase Potentio Electrochemical Impedance Spectroscopy", "SPEIS"),
        ("Staircase Potentio Electrochemical Impedance Spectroscopy (Mott-Schottky)", "SPEIS"),
    ],
)
def test_a_staircase_of_spectra_has_its_name(title, name):
    record = echub.read(settings((title, SPECTRUM[1])))
    assert record.metadata.value("technique.name") == name
    assert not record.notices


def test_blank_lines_before_the_title_of_a_technique_are_none():
    data = settings(REST, CYCLES).replace(b"Technique : 2\r\n", b"Technique : 2\r\n\r\n   \r\n")
    record = echub.read(data)
    assert not record.notices
    assert record.settings["techniques"] == echub.read(settings(REST, CYCLES)).settings["techniques"]


def test_what_a_technique_says_of_the_cell_is_kept_and_said():
    data = settings(REST).replace(
        b"Technique : 1\r\nOpen Circuit Voltage\r\n",
        b"Technique : 1\r\nOpen Circuit Voltage\r\nElectrode surface area : 2,000 cm\xb2\r\n",
    )
    record = echub.read(data)
    assert record.metadata.value("cell.area") == 0.785
    assert [(n.code, n.message) for n in record.notices] == [
        ("unread-setting", "technique 1: 'Electrode surface area : 2,000 cm²' is kept verbatim only")
    ]


def test_settings_with_both_decimal_marks_stay_text_and_say_so():
    record = echub.read(settings(REST).replace(b"0,5000", b"0.5000"))
    assert record.settings["techniques"][0]["parameters"][0]["dtR (s)"] == "0.5000"
    assert [n.code for n in record.notices] == ["unread-setting"]


def test_techniques_that_are_missing_are_counted():
    record = echub.read(settings(REST, CYCLES, count=3))
    assert [(n.code, n.message) for n in record.notices] == [
        ("technique-count", "the settings name 3 linked techniques and hold 2")
    ]
    with pytest.raises(ReadError, match="name 2 techniques and hold none"):
        echub.read(settings(count=2))


@pytest.mark.parametrize("cut", [3, 10, 25, 60])
def test_settings_that_end_within_a_line_say_so(cut):
    data = settings(REST, CYCLES)
    (said,) = echub.read(data[:-cut]).notices
    assert said.code == "truncated"
    assert said.message == "the file ends within a line of technique 2: its parameters may not be whole"
    assert not echub.read(data).notices
