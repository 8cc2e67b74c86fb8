"""What the head of a text says, line by line: keys, units printed whole or destroyed, what was never set."""

import pytest

from echub_eclab.prose import read_prose
from fixtures.eclab import SCENARIOS
from fixtures.eclab.ascii import Dialect, export
from tests.plugins.echub_eclab.text_support import codes, read_mpt

PLAIN = export(SCENARIOS["gcpl"]().file, Dialect(encoding="utf-8"))


def with_line(text):
    """Return a text with one more line in its head."""
    first, count, rest = PLAIN.split(b"\n", 2)
    end = b"\r" if count.endswith(b"\r") else b""
    number = int(count.split(b":")[1])
    return b"\n".join([first, b"Nb header lines : %d" % (number + 1) + end, text.encode() + end, rest])


NUMBERS = [
    ("Electrode surface area : 0.785 cm²", "cell.area", "0.785 cm^2"),
    ("Electrode surface area : 78.5 mm²", "cell.area", "78.5 mm^2"),
    ("Electrode surface area : 0.785 cm\ufffd", "cell.area", "0.785 cm^2"),
    ("Electrode surface area : 78.5 mm\ufffd", "cell.area", "78.5 mm^2"),
    ("Volume (V) : 2.5 cm³", "cell.volume", "2.5 cm^3"),
    ("Volume (V) : 2.5 cm\ufffd", "cell.volume", "2.5 cm^3"),
    ("Mass of active material : 1.25 mg", "cell.active_mass", "1.25 mg"),
    ("Battery capacity : 3.5 mA.h", "cell.capacity", "3.5 mA.h"),
    ("Characteristic mass : 0.02 g", "cell.characteristic_mass", "0.02 g"),
    ("Characteristic mass : 0,02 g", "cell.characteristic_mass", "0.02 g"),
]


@pytest.mark.parametrize(("line", "path", "value"), NUMBERS)
def test_a_number_has_the_unit_that_is_printed(line, path, value):
    number, unit = value.split(" ")
    assert read_mpt(with_line(line)).metadata.value(path, unit) == pytest.approx(float(number))


@pytest.mark.parametrize("number", ["0.000", "0.001", "0,001"])
@pytest.mark.parametrize("line", [line for line, *_ in NUMBERS])
def test_what_was_never_set_is_not_taken(line, number):
    key, _, rest = line.partition(" : ")
    path = next(p for other, p, _ in NUMBERS if other == line)
    record = read_mpt(with_line(f"{key} : {number} {rest.split(' ')[1]}"))
    assert path not in record.metadata
    assert "unread-setting" not in codes(record)


@pytest.mark.parametrize("line", ["Electrode surface area : 0.785 bananas", "Battery capacity : many mA.h"])
def test_what_cannot_be_read_is_said_and_kept(line):
    record = read_mpt(with_line(line))
    message = next(notice.message for notice in record.notices if notice.code == "unread-setting")
    assert repr(line.partition(" : ")[2]) in message


TEXTS = [
    ("Electrode material : NaZr", "cell.electrodes.working.material", "NaZr"),
    ("Electrolyte : 1 M NaPF6", "cell.electrolyte", "1 M NaPF6"),
    ("Address : 10.1.2.3", "instrument.address", "10.1.2.3"),
    ("Run on channel : 7 (SN 12345)", "instrument.channel", 7),
    ("Run on channel : 7 (SN 12345)", "instrument.channel_serial", "12345"),
    ("Device : VSP-300 (SN 0967)", "instrument.model", "VSP-300"),
    ("Device : VSP-300 (SN 0967)", "instrument.serial", "0967"),
    ("Device : VMP3", "instrument.model", "VMP3"),
]


@pytest.mark.parametrize(("line", "path", "value"), TEXTS)
def test_a_text_goes_to_its_path(line, path, value):
    assert read_mpt(with_line(line)).metadata.value(path) == value


def test_a_start_that_only_the_other_order_allows_is_read_where_the_file_has_dates_of_both():
    """The month first where dates contradict each other: 14/03 has it second, and is the 14th of March."""
    lines = ["EC-Lab ASCII FILE", "Acquisition started on : 14/03/2024 10:00:00"]
    prose = read_prose(lines, None, "auto", ["03/15/2024 10:00:05"])
    assert prose.metadata.value("experiment.start") == "2024-03-14T10:00:00.000"
    assert [notice.code for notice in prose.notices] == ["date-order"]


@pytest.mark.parametrize("line", ["Electrode surface area : 0.785", "Device : ", "Run on channel : A1"])
def test_what_lacks_its_unit_or_its_number_says_nothing(line):
    prose = read_prose(["EC-Lab ASCII FILE", line], None, "auto", [])
    assert (repr(prose.metadata), prose.notices) == ("<Metadata: instrument.manufacturer>", [])
