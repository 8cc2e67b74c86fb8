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
    ("Characteristic mass : 20.0 µg", "cell.characteristic_mass", "0.02 mg"),
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


@pytest.mark.parametrize("line", ["Electrode surface area : ", "Device : ", "Run on channel : A1"])
def test_what_lacks_its_number_says_nothing(line):
    prose = read_prose(["EC-Lab ASCII FILE", line], None, "auto", [])
    assert (repr(prose.metadata), prose.notices) == ("<Metadata: instrument.manufacturer>", [])


def said_of(*lines, dates="auto", times=()):
    """Return what the lines of a head state, and what is said of them: code and message."""
    prose = read_prose(["EC-Lab ASCII FILE", *lines], None, dates, times)
    stated = {e.path: e.value for e in prose.metadata if e.path != "instrument.manufacturer"}
    return stated, [(notice.code, notice.message) for notice in prose.notices]


UNREAD = "unread-setting"
DAY_FIRST = "the dates have the day first, unlike EC-Lab's own:"
DAY, MONTH = "13/03/2024 08:00:00", "03/13/2024 08:00:00"
AMBIGUOUS = "Acquisition started on : 12/03/2024 23:59:30"
TABLE = ["vs.                 Eoc                 ", "Ei (V)              0,500               "]


@pytest.mark.parametrize(("lines", "stated", "told"), [
    (["Electrode surface area : 0.785"], {}, [(UNREAD, "cell.area: '0.785' is kept verbatim only")]),
    (["Electrode surface area : 0.785 cm²", "Electrode surface area : 2 cm²"], {"cell.area": 0.785}, [
        (UNREAD, "cell.area: stated again as '2 cm²', the first counts: '0.785 cm²'")]),
    (["Electrolyte : KOH", "Electrolyte : KOH", "Electrolyte : "], {"cell.electrolyte": "KOH"}, []),
    (["Electrolyte : ", "Electrolyte : KOH"], {"cell.electrolyte": "KOH"}, []),
    (["Device : VSP-3e (SN .003307)"], {"instrument.model": "VSP-3e", "instrument.serial": ".003307"}, []),
    (["Run on channel : \u00b2 (SN 1)"], {"instrument.channel_serial": "1"}, []),
    (["Run on channel : " + "9" * 5000 + " (SN 1)"], {"instrument.channel_serial": "1"}, []),
    (["User : ", "Loop 0 from point number 0 to " + "9" * 5000], {}, []),
    (["Comments : ", "Current amplifier : B-10A5V", "Cable : standard"], {}, []),
    (['"Electrolyte : 1 M LiPF6, ""dry"""'], {"cell.electrolyte": '1 M LiPF6, "dry"'}, []),
    (["Acquisition started on : 12/30/1899 00:00:00.000"], {}, [
        ("no-start", "the start '12/30/1899 00:00:00.000' is a date that was never set: it stays unknown")]),
    ([AMBIGUOUS, "Technique started on : 13/03/2024 00:01:30"],
     {"experiment.start": "2024-03-12T23:59:30.000", "experiment.timezone": "unknown"},
     [("date-order", f"{DAY_FIRST} 13/03/2024 00:01:30 has no other reading")]),
    (["User : ", *TABLE, "E1 (V)              1.500               "], {}, [
        (UNREAD, "both decimal marks occur in the parameters: they stay text; "
                 "--option decimal=comma|point decides")]),
])  # fmt: skip
def test_what_is_said_of_a_head(lines, stated, told):
    assert said_of(*lines) == (stated, told)


@pytest.mark.parametrize(("start", "times", "order", "told"), [
    ("03/12/2024 07:00:00", [DAY], "day-first",
     f"{DAY_FIRST} {DAY} has no other reading"),
    (MONTH, ["14/03/2024 08:00:00"], "day-first",
     f"the dates of the table have the day first (14/03/2024 08:00:00), those of the head the month ({MONTH})"),
    (MONTH, ["03/14/2024 08:00:00"], "month-first", None),
])  # fmt: skip
def test_head_and_table_have_their_own_order_of_day_and_month(start, times, order, told):
    prose = read_prose(["EC-Lab ASCII FILE", f"Acquisition started on : {start}"], None, "auto", times)
    assert prose.rows_order.value == order
    assert [notice.message for notice in prose.notices] == ([told] if told else [])


@pytest.mark.parametrize(("printed", "order"), [("DDMM", "day-first"), ("MMDD", "month-first")])
def test_the_head_says_how_an_automatic_export_prints_dates(printed, order):
    lines = ["EC-Lab ASCII FILE", "Text export", f"   Time format : Absolute {printed}YYYY"]
    prose = read_prose(lines, None, "auto", ["03/04/2024 08:00:00"])
    assert (prose.order.value, prose.rows_order.value) == ("month-first", order)
    decided = read_prose(lines, None, "month-first", ["03/04/2024 08:00:00"])
    assert decided.rows_order.value == "month-first"
