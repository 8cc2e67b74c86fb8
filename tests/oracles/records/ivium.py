"""Files of IviumSoft: `key=value`, then objects, whose numbers of columns and rows precede the rows."""

from __future__ import annotations

from tests.oracles.records.told import FileWorld, Refused, column, rows, spectra

SETTINGS = {
    "starttime": "13.4.2022 7:05:09", "serialnumber": "A01", "software": "4.11", "firmware": "507",
    "Method": "Impedance", "Technique": "Constant E", "Title": "cell 7", "Frequencies.freq[1]": "1000",
    "Frequencies.freq[2]": "100", "Frequencies.freq[3]": "10", "Current Range": "1mA", "AutoCR": "True",
    "Data Options": "", "Report.Remarks": "dry", "Mconfig": "0",
}  # fmt: skip
FIRST = ["10.5 -1.5 1000.9", "20.5 -2.5 100.11", "30.5 -3.5 10"]
SECOND = ["11.5 -1.25 1000", "21.5 -2.25 100"]
FIXED = {"unit_origin": "fixed by the format; the file does not print it"}


def idf(settings: dict[str, str], *objects: str, end: str = "\r\n") -> bytes:
    """Return a file: some bytes of the program, the settings, the objects."""
    lines = ["H", *(f"{key}={value}" for key, value in settings.items()), "Data Objects", *objects]
    return (bytes(4) + "\r\n".join(lines).encode("cp1252")) + end.encode()


def primary(*lines: str, columns: int = 3, stated: int | None = None) -> str:
    """Return an object of rows."""
    return "\r\n".join(["primary_data", str(columns), str(stated or len(lines)), *lines])


def parameters(settings: dict[str, str]) -> dict[str, object]:
    """Return the settings as the record has them: numbered keys are one list."""
    single = {f"settings.parameters.{k}": v for k, v in settings.items() if "[" not in k}
    listed = [value for key, value in settings.items() if key.startswith("Frequencies.freq[")]
    return single | ({"settings.parameters.Frequencies.freq": listed} if listed else {})


def said(settings: dict[str, str], current_range: str) -> dict[str, object]:
    """Return the metadata."""
    return {
        "@instrument.manufacturer": "Ivium", "@technique.name": settings["Method"],
        "@technique.title": "Constant E", "@experiment.comments": "dry", "@instrument.serial": "A01",
        "@instrument.software": "4.11", "@instrument.firmware": "507", "@instrument.current_range": current_range,
        "@experiment.start": "2022-04-13T07:05:09", "@experiment.timezone": "unknown",
    }  # fmt: skip


def spectrum(name: str, real: list[float], imag: list[float], frequency: list[float]) -> dict[str, object]:
    """Return a table of three columns in the order of the file."""
    return {
        f"{name}.row": rows(len(real)),
        f"{name}.impedance_real": column("Z'", real, "impedance_real", "ohm", 0, attrs=FIXED),
        f"{name}.impedance_imag": column("Z''", imag, "impedance_imag", "ohm", 1, attrs=FIXED),
        f"{name}.frequency": column("f", frequency, "frequency", "Hz", 2, attrs=FIXED),
        f"{name}.spectrum": spectra([0] * len(real)),
    }


def two_scans() -> FileWorld:
    """Return two spectra, the second row of the first off the programme by 1.1 in a thousand."""
    traces = "\r\n".join(["osc_data", "2", "2", "1", "0.5 0.25", "2", "2", "1.5 -1", "2.5 -2"])
    one = spectrum("impedance_1", [10.5, 20.5, 30.5], [-1.5, -2.5, -3.5], [1000.9, 100.11, 10.0])
    two = spectrum("impedance_2", [11.5, 21.5], [-1.25, -2.25], [1000.0, 100.0])
    return FileWorld(
        "two.idf",
        idf(SETTINGS, primary(*FIRST), primary(*SECOND), traces),
        {"impedance_1": {"kind": "impedance", "part": "scan 1"}, **one,
         "impedance_2": {"kind": "impedance", "part": "scan 2"}, **two,
         **parameters(SETTINGS), **said(SETTINGS, "1mA, automatic"),
         "settings.osc_data.blocks": [[[0.5, 0.25]], [[1.5, -1.0], [2.5, -2.0]]],
         "!frequency-unlike-programme": "row 1 was measured at 100.11 Hz and programmed at 100 Hz"},
        "ivium-idf",
    )  # fmt: skip


def another_method() -> FileWorld:
    """Return columns without names, of a file that ends inside its third row of four."""
    settings = SETTINGS | {"Method": "Transients", "AutoCR": "false", "Frequencies.freq[1]": "x"}
    settings = {key: value for key, value in settings.items() if "[" not in key}
    return FileWorld(
        "cut.idf",
        idf(settings, primary("1 -0.5", "2 -0.25", "3 -0.1", columns=2, stated=4), end=""),
        {"timeseries": {"kind": "timeseries"}, "timeseries.row": rows(2),
         "timeseries.vendor_column_1": column("column 1", [1.0, 2.0], index=0),
         "timeseries.vendor_column_2": column("column 2", [-0.5, -0.25], index=1),
         **parameters(settings), **said(settings, "1mA"),
         "!incomplete": "the timeseries dataset has no time", "!incomplete 2": ...,
         "!row-count": "primary_data states 4 rows of 2 numbers and has 2: the file was cut, or edited",
         "!unverified-layout": "what the columns of the method Transients are is not verified on a real file: "
         "they stay vendor columns; export the scan from IviumSoft as text with column names, and convert that",
         "-the last row of primary_data": "the file ends inside it"},
        "ivium-idf",
    )  # fmt: skip


def cut_behind_a_row() -> FileWorld:
    """Return a spectrum of four rows that was cut behind the end of its second."""
    return FileWorld(
        "behind.idf", idf(SETTINGS, primary("10.5 -1.5 1000", "20.5 -2.5 100", stated=4)),
        {"impedance": {"kind": "impedance"}, **spectrum("impedance", [10.5, 20.5], [-1.5, -2.5], [1000.0, 100.0]),
         **parameters(SETTINGS), **said(SETTINGS, "1mA, automatic"),
         "!row-count": "primary_data states 4 rows of 3 numbers and has 2: the file was cut, or edited"},
        "ivium-idf",
    )  # fmt: skip


def never_started() -> FileWorld:
    """Return settings with an impossible date and no rows."""
    settings = SETTINGS | {"starttime": "31.2.2022 7:05:09"}
    told = said(settings, "1mA, automatic")
    del told["@experiment.start"], told["@experiment.timezone"]
    return FileWorld(
        "none.idf",
        idf(settings),
        {**parameters(settings), **told,
         "!no-table": "the file has no rows: the measurement never started, or it was cut",
         "!no-start": "the start '31.2.2022 7:05:09' cannot be read"},
        "ivium-idf",
    )  # fmt: skip


def settings_twice() -> FileWorld:
    """Return a key with two values and one twice, a setting behind the rows, and fewer rows than programmed."""
    rows_ = ["10.5 -1.5 1000", "20.5 -2.5 100.09"]
    data = idf(SETTINGS, primary(*rows_), "7", "Later=5").replace(
        b"Technique=Constant E\r\n", b"Technique=Constant E\r\nTechnique=Constant E\r\nTechnique=OCP\r\n"
    )
    return FileWorld(
        "twice.idf", data,
        {"impedance": {"kind": "impedance"}, **spectrum("impedance", [10.5, 20.5], [-1.5, -2.5], [1000.0, 100.09]),
         **parameters(SETTINGS), **said(SETTINGS, "1mA, automatic"),
         "settings.further_settings.lines": ["Technique=OCP", "Later=5"]},
        "ivium-idf",
    )  # fmt: skip


def short_row() -> Refused:
    """Return a row of two numbers among those of three."""
    data = idf(SETTINGS, primary("10.5 -1.5 1000", "20.5 -2.5"))
    line = data.count(b"\n", 0, data.index(b"20.5")) + 1
    return Refused("short.idf", data, "ivium-idf", {
        "message": "a row is not one of numbers", "where": f"line {line}, in primary_data",
        "expected": "3 numbers", "found": "'20.5 -2.5'", "cause": "the file is damaged or was edited",
    })  # fmt: skip


def stranger() -> Refused:
    """Return another program's file."""
    data = b"a;b\n" + b"1;2\n" * 20
    return Refused("other.idf", data, "ivium-idf", {
        "message": "this is not an IviumSoft data file", "expected": "the keys Method, Data Options and Mconfig",
        "found": repr(data[:24]), "cause": "another program's file, or a file that was cut in its settings",
    })  # fmt: skip


WORLDS = {f"ivium: {world.__name__}": world for world in (
    two_scans, another_method, cut_behind_a_row, never_started, settings_twice, short_row, stranger,
)}  # fmt: skip
