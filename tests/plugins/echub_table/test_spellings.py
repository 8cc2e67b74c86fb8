"""Headers as labs print them: units, references, languages, encodings, cells that are not numbers."""

from __future__ import annotations

import io

import numpy as np
import pytest

import echub
from echub.errors import ReadError


def _read(data, **options):
    return echub.read(data.encode() if isinstance(data, str) else data, options=options)


def _codes(record):
    return {notice.code for notice in record.notices}


def _column(header, name, kind="timeseries", beside="t (s)"):
    rows = "".join(f"{i};{i + 1}\n" for i in range(5))
    return _read(f"{beside};{header}\n{rows}")[kind].column(name)


# -- units ---------------------------------------------------------------------------------------

UNITS = [
    *((f"Current ({u})", "current", 1.0) for u in ("milliamps", "milliamp", "milliamperes", "mAmp", "mAmps")),
    *((f"Current ({u})", "current", 1e-3) for u in ("microamps", "microamp", "microamperes")),
    *((f"Current ({u})", "current", 1e-6) for u in ("nanoamps", "nanoamp", "nanoamperes")),
    *((f"Current ({u})", "current", 1e-9) for u in ("picoamps", "picoamp", "picoamperes")),
    *((f"Voltage ({u})", "voltage", 1e-3) for u in ("millivolts", "millivolt", "mVolts")),
    ("Stromstärke (mA)", "current", 1.0),
    ("SCapacity/mAh/g", "specific_charge", 1.0),
    ("Prog Time (s)", "time", 1.0),
    *(
        (f"j ({u})", "current_density", 1.0)
        for u in ("mA·cm⁻²", "mA cm-2", "mA/cm2", "mA cm^-2", "mA*cm^-2", "mA.cm-2")
    ),
    *((f"j ({u})", "current_density", 0.1) for u in ("A m^-2", "A/m²", "A·m⁻²")),
    *((f"j / {u}", "current_density", 1e-3) for u in ("µA/cm²", "uA cm-2", "µA·cm⁻²")),
    *(
        (f"Capacity ({u})", "specific_charge", 1.0)
        for u in ("mAh g^-1", "mA h g-1", "mAh/g", "mA·h·g⁻¹", "Ah/kg", "A h kg-1")
    ),
    *((f"Capacity ({u})", "areal_charge", 1.0) for u in ("mAh cm-2", "mAh/cm²", "mA h cm^-2")),
    *((f"Time ({u})", "time", 60.0) for u in ("min", "mins", "minutes")),
    *((f"Time ({u})", "time", 3600.0) for u in ("h", "hr", "hrs", "hours", "Hours")),
    *((f"Time [{u}]", "time", 1.0) for u in ("sec", "secs", "Seconds", "s", "秒")),
    *((f"Voltage ({u})", "voltage", 1.0) for u in ("V", "volt", "Volts")),
    *((f"Current ({u})", "current", 1000.0) for u in ("A", "amps", "Ampere")),
    ("Volts", "voltage", 1.0),
    ("Test(Sec)", "time", 1.0),
    ("Step(Sec)", "step_time", 1.0),
    ("电流（mA）", "current", 1.0),
    ("Temperature (℃)", "temperature", 1.0),
]


@pytest.mark.parametrize(("header", "name", "factor"), UNITS)
def test_a_unit_means_the_same_in_all_its_spellings(header, name, factor):
    beside = "U (V)" if name in ("time", "step_time") else "t (s)"
    np.testing.assert_allclose(_column(header, name, beside=beside).values, np.arange(1, 6) * factor, rtol=1e-15)


def test_radians_become_degrees():
    rows = "".join(f"{10**i};10;-1;-0.1\n" for i in range(5))
    phase = _read(f"f (Hz);Zre (Ohms);Zim (Ohms);Phase (rad)\n{rows}")["impedance"]["phase"]
    np.testing.assert_allclose(phase, np.degrees(-0.1), rtol=1e-15)


REFERENCES = [
    ("E (V vs. RHE)", "RHE"),
    ("E (V vs SCE)", "SCE"),
    ("E/V vs. Ag/AgCl", "Ag/AgCl"),
    ("Ewe vs. Li/Li+ (V)", "Li/Li+"),
    ("E vs Na/Na+ / V", "Na/Na+"),
    ("Potential (V) vs. Ag/AgCl (3M KCl)", "Ag/AgCl (3M KCl)"),
    ("E (V vs. Ag/AgCl (sat. KCl))", "Ag/AgCl (sat. KCl)"),
    ("Potential [V vs. RHE]", "RHE"),
]


@pytest.mark.parametrize(("header", "reference"), REFERENCES)
def test_a_potential_keeps_its_reference(header, reference):
    rows = "".join(f"{i};0.5\n" for i in range(5))
    record = _read(f"t (s);{header}\n{rows}")
    assert record["timeseries"]["potential_we"].tolist() == [0.5] * 5
    assert record.metadata.value("cell.reference") == reference


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Re(Conductivity)/mS/cm", "mS/cm"),
        ("dQ/dV (Ah/V)", "Ah/V"),
        ("Spec. Charge Cap. (mAh/g)", "mAh/g"),
        ("Flow [sccm]", "sccm"),
        ("Idc / µA", "µA"),
        ("T2 (℃)", "℃"),
    ],
)
def test_a_vendor_column_keeps_its_unit_whole(header, unit):
    rows = "".join(f"{i};0.5;3.7\n" for i in range(5))
    vendor = [
        c
        for n, c in _read(f"t (s);{header};U (V)\n{rows}")["timeseries"].columns.items()
        if n.startswith("vendor")
    ]
    assert [column.unit for column in vendor] == [unit]


@pytest.mark.parametrize("row", ["s;V;A;bits;hh:mm:ss", "[s];[V];[A];;", "s;V vs. Ref.;A;counts per gate;"])
def test_one_odd_cell_does_not_cost_a_row_of_units(row):
    rows = "".join(f"{i};0.5;0.001;7;x\n" for i in range(5))
    data = _read(f"time;Vf;Im;Over;Note\n{row}\n{rows}")["timeseries"]
    assert (data["potential_we"][0], data["current"][0]) == (0.5, 1.0)
    assert data["time"].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("header", ["Charge Capacity (mWh)", "Z' (Ohm cm2)", "Current / kg", "Voltage (A)"])
def test_a_unit_that_does_not_fit_costs_its_column_only(header):
    rows = "".join(f"{i};0.5;25\n" for i in range(5))
    record = _read(f"t (s);{header};T (°C)\n{rows}")
    data = record["timeseries"]
    (vendor,) = [column for name, column in data.columns.items() if name.startswith("vendor")]
    assert vendor.unit == header.partition("(")[2].rstrip(")") or vendor.unit == "kg"
    assert data["temperature"][0] == 25
    assert "unit-mismatch" in _codes(record)


# -- names ---------------------------------------------------------------------------------------

LANGUAGES = {
    "Chinese": "测试时间(s);电压(V);电流(A);温度(℃);循环号",
    "Japanese": "経過時間(s);電圧(V);電流(A);温度(℃);サイクル",
    "Korean": "시간(s);전압(V);전류(A);온도(℃);사이클",
    "French": "Temps (s);Tension (V);Courant (A);Température (°C);cycle",
    "German": "Zeit (s);Spannung (V);Strom (A);Temperatur (°C);Zyklus",
    "Spanish": "Tiempo (s);Voltaje (V);Corriente (A);Temperatura (°C);ciclo",
    "Italian": "Tempo (s);Tensione (V);Corrente (A);Temperatura (°C);ciclo",
    "Polish": "czas (s);napięcie (V);prąd (A);temperatura (°C);cyklus",
    "Russian": "время (s);напряжение (V);ток (A);температура (°C);цикл",
}
_ROWS = "".join(f"{i};3.7;0.5;25;1\n" for i in range(5))


def _is_right(record):
    data = record["timeseries"]
    values = [data[name][1] for name in ("time", "voltage", "current", "temperature", "cycle")]
    return values == [1, 3.7, 500, 25, 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_in_other_languages(language):
    assert _is_right(_read(f"{LANGUAGES[language]}\n{_ROWS}"))


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("Chinese", "gbk"),
        ("Japanese", "shift-jis"),
        ("Korean", "cp949"),
        ("French", "cp1252"),
        ("German", "cp1252"),
    ],
)
def test_the_encoding_is_the_one_that_makes_names_of_the_bytes(language, encoding):
    record = _read(f"{LANGUAGES[language]}\n{_ROWS}".encode(encoding))
    assert _is_right(record)
    (said,) = [notice.message for notice in record.notices if notice.code == "encoding-guessed"]
    assert "--option encoding=" in said


def test_states_in_another_encoding_set_the_sign():
    rows = "".join(f"{i};1.0;{'恒流充电' if i < 4 else '恒流放电'}\n" for i in range(8))
    record = _read(f"时间(s);电流(A);工步类型\n{rows}".encode("gbk"))
    assert record["timeseries"]["current"].tolist() == [1000.0] * 4 + [-1000.0] * 4


IMPEDANCES = [
    ("f/Hz;Z'/Ohm;-Z''/Ohm", {"impedance_real": 10.0, "impedance_imag": -2.0}),
    ("Frequency (Hz);Re{Z} (Ohm);-Im{Z} (Ohm)", {"impedance_real": 10.0, "impedance_imag": -2.0}),
    ("Freq. [Hz];Re[Z] [Ω];-Im[Z] [Ω]", {"impedance_real": 10.0, "impedance_imag": -2.0}),
    ("Frequenz/Hz;Realteil/Ohm;-Imaginärteil/Ohm", {"impedance_real": 10.0, "impedance_imag": -2.0}),
    ("Frequency/Hz;Impedance/Ohm;-Phase/deg", {"impedance_abs": 10.0, "phase": -2.0}),
    ("f (kHz);|Z| (mOhm);-phi (°)", {"impedance_abs": 0.01, "phase": -2.0}),
    ("f/Hz;Z magnitude (Ohm);-Phase Angle (deg)", {"impedance_abs": 10.0, "phase": -2.0}),
    ("频率(Hz);阻抗模(Ω);-相位角(deg)", {"impedance_abs": 10.0, "phase": -2.0}),
]


@pytest.mark.parametrize(("header", "values"), IMPEDANCES)
def test_impedances_in_their_spellings(header, values):
    data = _read(header + "\n" + "".join(f"{10**i};10;2\n" for i in range(4)))["impedance"]
    assert {name: data[name][0] for name in values} == values


SHAPES = {
    "tab": {"delimiter": "\t", "header": "time/s\tEwe/V\tI/mA"},
    "blanks": {"header": "t (s) U (V) I (mA)"},
    "blanks around slashes": {"header": "t / s  U / V  I / mA"},
    "commas over blanks": {"header": "t (s),U (V),I (mA)"},
    "commas": {"delimiter": ",", "header": "t (s),U (V),I (mA)"},
    "commas and blanks": {"delimiter": ", ", "header": "t (s), U (V), I (mA)"},
    "semicolons": {"delimiter": ";", "header": "t [s];U [V];I [mA]"},
    "several lines": {"delimiter": ",", "header": "made by a script\nsample: x\nt (s),U (V),I (mA)"},
    "percent": {"delimiter": ",", "header": "t (s),U (V),I (mA)", "comments": "% "},
    "no mark": {"delimiter": "\t", "header": "t (s)\tU (V)\tI (mA)", "comments": ""},
    "tilde": {"delimiter": "\t", "header": "t[s]\tU[V]\tI[mA]", "comments": "~"},
    "words": {"header": "Test Time (s)  Cell Voltage (V)  Current (mA)", "fmt": "%12.5f"},
    "fixed digits": {"fmt": "%.4f", "delimiter": "  ", "header": "t(s)  U(V)  I(mA)"},
}


@pytest.mark.parametrize("name", SHAPES)
def test_savetxt_in_all_its_shapes(name):
    held = io.StringIO()
    np.savetxt(held, np.column_stack([np.arange(6.0), np.full(6, 3.7), np.full(6, 0.5)]), **SHAPES[name])
    data = _read(held.getvalue())["timeseries"]
    assert data["time"].tolist() == [0, 1, 2, 3, 4, 5]
    assert data["current"].tolist() == [0.5] * 6
    assert {"voltage", "potential_we"} & set(data.columns)


@pytest.mark.parametrize("names", [["2", "18", "28"], ["2.00", "18.00", "44.00"], ["12", "14", "16"]])
def test_columns_named_by_numbers(names):
    rows = "".join(f"{i},1e-9,2e-9,3e-9\n" for i in range(6))
    data = _read(f"Time (s),{','.join(names)}\n{rows}")["timeseries"]
    assert data["time"].tolist() == [0, 1, 2, 3, 4, 5]
    assert [c.header for n, c in data.columns.items() if n.startswith("vendor")] == names


# -- cells ---------------------------------------------------------------------------------------


def _voltage(*cells, delimiter=";", header="t / s;U / V", **options):
    rows = "".join(f"{i}{delimiter}{cell}\n" for i, cell in enumerate(cells))
    return _read(f"{header.replace(';', delimiter)}\n{rows}", **options)


@pytest.mark.parametrize(
    "word", ["OVL", "*****", "####", "overflow", "out of range", "---", "1.#QNAN", "Err", "?"]
)
def test_a_word_for_no_number_costs_its_cell_only(word):
    record = _voltage("3.5", word, "3.5", word, "3.5", "3.5", "3.5")
    values = record["timeseries"]["voltage"]
    assert np.isnan(values).tolist() == [False, True, False, True, False, False, False]
    assert {"unparsable-rows", "non-finite"} & _codes(record)


@pytest.mark.parametrize("minus", ["−", "–", "‒", "﹣"])
def test_a_typeset_minus_is_a_minus(minus):
    record = _voltage(f"{minus}0.5", f"{minus}1.5e{minus}3", "0.5")
    assert record["timeseries"]["voltage"].tolist() == [-0.5, -1.5e-3, 0.5]
    decimal = _voltage(f"{minus}0,5", f"{minus}1,25", "0,5")
    assert decimal["timeseries"]["voltage"].tolist() == [-0.5, -1.25, 0.5]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_blanks_behind_a_number_are_none_of_it(delimiter):
    record = _read(
        f"t / s{delimiter}U / V{delimiter}I / mA\n"
        + "".join(f" {i} {delimiter} 1.6 {delimiter}0.5  \n" for i in range(5))
    )
    data = record["timeseries"]
    assert (data["time"].tolist(), data["voltage"].tolist()) == ([0, 1, 2, 3, 4], [1.6] * 5)
    assert "unparsable-rows" not in _codes(record)


def test_groups_of_two_as_in_india():
    rows = "".join(f'"{t}",3.5\n' for t in ("0.0", "99,999.5", "1,00,000.5", "12,34,567.25"))
    assert _read(f"Time (s),U (V)\n{rows}")["timeseries"]["time"].tolist() == [0, 99999.5, 100000.5, 1234567.25]


def test_a_lone_group_under_decimal_commas_is_no_number():
    record = _voltage("0,5", "0,75", "1.500", "2,25")
    assert np.isnan(record["timeseries"]["voltage"]).tolist() == [False, False, True, False]
    assert {"open-thousands"} & _codes(record) or {"unparsable-rows"} & _codes(record)
    proven = _voltage("0,5", "1.500,25", "1.500", "2,25")
    assert proven["timeseries"]["voltage"].tolist() == [0.5, 1500.25, 1500.0, 2.25]


def test_a_complete_last_row_is_kept_without_the_delimiter_that_ends_the_others():
    rows = "".join(f"{i};3.7;0.5;\n" for i in range(5)) + "5;3.7;0.75"
    for end in ("", "\n"):
        data = _read(f"t / s;U / V;I / mA\n{rows}{end}")["timeseries"]
        assert data["time"].tolist() == [0, 1, 2, 3, 4, 5]
        assert data["current"][-1] == 0.75


@pytest.mark.parametrize("cell", ["nan", "-", "", "n/a", "---"])
def test_a_column_without_any_number_is_said(cell):
    rows = "".join(f"{i};3.7;{cell}\n" for i in range(5))
    record = _read(f"t / s;U / V;Current (A)\n{rows}")
    assert [n.message for n in record.notices if n.code == "no-number"] == ["Current (A) holds no number at all"]


def test_a_file_of_other_decimal_marks_is_still_refused():
    rows = "".join(f"{i};3.7\n" for i in range(3000)) + "".join(f"{i};3,7\n" for i in range(3000, 3100))
    with pytest.raises(ReadError):
        _read(f"t / s;U / V\n{rows}" + "".join(f"{i};3.7\n" for i in range(3100, 4000)))


# -- characters that were encoded twice, thousands in groups of blanks ------------------------------


@pytest.mark.parametrize("unit", ["Ω", "\u2126", "kΩ"])
def test_an_ohm_that_was_encoded_twice_is_an_ohm(unit):
    printed = unit.encode().decode("cp1252")
    text = f"f / Hz;Z' / {printed};-Z'' / {printed}\n" + "".join(f"{10**k};{k + 1}.5;0.25\n" for k in range(5))
    spectrum = _read(text)["impedance"]
    factor = 1000 if unit == "kΩ" else 1
    assert spectrum["impedance_real"].tolist() == [factor * (k + 1.5) for k in range(5)]
    assert spectrum["impedance_imag"].tolist() == [-0.25 * factor] * 5
    assert spectrum.column("impedance_real").header == f"Z' / {printed}"


@pytest.mark.parametrize(
    ("header", "name", "factor"),
    [
        ("I / µA", "current", 1e-3),
        ("I (\u03bcA)", "current", 1e-3),
        ("j / mA/cm²", "current_density", 1.0),
        ("T / °C", "temperature", 1.0),
    ],
)
def test_a_unit_that_was_encoded_twice_is_the_same_unit(header, name, factor):
    column = _column(header.encode().decode("cp1252"), name)
    np.testing.assert_allclose(column.values, np.arange(1, 6) * factor, rtol=1e-15)


def test_a_row_of_units_that_was_encoded_twice_is_one():
    text = "t;I;T\n" + "s;µA;°C".encode().decode("cp1252") + "\n" + "".join(f"{n};{n + 1};25\n" for n in range(5))
    series = _read(text)["timeseries"]
    np.testing.assert_allclose(series["current"], np.arange(1, 6) / 1000, rtol=1e-15)
    assert series["temperature"].tolist() == [25] * 5


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f", "\u2009"])
def test_groups_of_thousands_between_blanks_show_their_decimal_comma(blank):
    rows = "".join(f"1{blank}{100 + n},5;-12{blank}345,{n}\n" for n in range(6))
    series = _read(f"t / s;I / mA\n{rows}")["timeseries"]
    assert series["time"].tolist() == [1100.5 + n for n in range(6)]
    assert series["current"].tolist() == [-float(f"12345.{n}") for n in range(6)]


# -- a byte that is damaged, a file that was cut within a character --------------------------------

STATES = "循环号,工步类型,时间(s),电压(V),电流(mA)\n" + "".join(
    f"1,{'恒流充电' if n < 20 else '搁置'},{n},3.{n:02d}5,{0.5 if n < 20 else 0}\n" for n in range(40)
)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_one_damaged_character_does_not_cost_the_others(encoding):
    data = bytearray(STATES.encode(encoding))
    data[data.rindex("搁置".encode(encoding)) + 1] = 0xFF
    series = _read(bytes(data))["timeseries"]
    whole = _read(STATES.encode(encoding))["timeseries"]
    assert series["current"].tolist() == whole["current"].tolist() == [0.5] * 20 + [0.0] * 20
    assert series["cycle"].tolist() == [1] * 40
    states = [n for n in whole.names if whole.column(n).header == "工步类型"]
    assert series[states[0]].tolist()[:39] == whole[states[0]].tolist()[:39]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_file_that_ends_within_a_character_keeps_its_encoding(encoding):
    data = STATES.encode(encoding)
    cut = data[: data.rindex("搁置".encode(encoding)) + 3]
    series = _read(cut)["timeseries"]
    assert series["voltage"].tolist() == [float(f"3.{n:02d}5") for n in range(39)]
    assert series["current"].tolist() == [0.5] * 20 + [0.0] * 19


# -- points in groups under a decimal comma ----------------------------------------------------------


@pytest.mark.parametrize(("cells", "values", "is_open"), [
    (["1.500", "2,5", "1.234,5"], [1500, 2.5, 1234.5], False),  # a point before decimals groups thousands
    (["1.500", "2,5", "1.500.000"], [1500, 2.5, 1_500_000], False),
    (["1.500", "2,5", "1 234,5"], [np.nan, 2.5, 1234.5], True),  # blanks group them: the point may be another mark
    (["1.500", "2,5", "3"], [np.nan, 2.5, 3], True),
])  # fmt: skip
def test_a_point_groups_thousands_only_if_another_cell_proves_it(cells, values, is_open):
    rows = "".join(f"{n};{cell}\n" for n, cell in enumerate([*cells, "4,5", "5,5"]))
    record = _read(f"t / s;I / mA\n{rows}")
    np.testing.assert_array_equal(record["timeseries"]["current"], [*values, 4.5, 5.5])
    said = [notice.message for notice in record.notices if notice.code == "open-thousands"]
    assert said == [
        "I / mA: 1 cell may be thousands or decimals, read as NaN: '1.500'; export them without groups of "
        "thousands"
    ] * is_open  # fmt: skip
