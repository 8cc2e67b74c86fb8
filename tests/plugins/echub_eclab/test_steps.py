"""The typed steps of every technique: each field of EC-Lab under one key, with its number and its own unit."""

import re

import pytest

from echub.plugin import unit
from echub_eclab.steps import typed_steps
from tests.plugins.echub_eclab.test_facts import LAYOUTS, printed

KEYS = {
    "Is": "current", "vs.": "versus", "Ei (V)": "potential", "E (V)": "potential", "ti (h:m:s)": "duration",
    "ts (h:m:s)": "duration", "t1 (h:m:s)": "duration", "td (h:m:s)": "duration", "tR (h:m:s)": "rest.duration",
    "dER/dt (mV/h)": "rest.slope_limit", "tE (h:m:s)": "hold.duration", "tIs (h:m:s)": "hold.duration",
    "tM (h:m:s)": "hold.duration", "Im": "hold.current_limit", "EM (V)": "limit.potential", "dQM": "limit.charge",
    "dxM": "limit.insertion", "Imax": "limit.current_max", "Imin": "limit.current_min",
    "dI": "record.current_change", "dQ": "record.charge_change", "dt (s)": "record.interval",
    "dta (s)": "record.averaging_interval", "dts (s)": "record.interval", "dt1 (s)": "record.interval",
    "dEs (mV)": "record.potential_change", "dE1 (mV)": "record.potential_change", "goto Ns'": "repeat.to",
    "nc cycles": "repeat.times", "Set I/C": "rate.mode", "N": "rate.n", "Va (mV)": "amplitude",
    "fi": "frequency_start", "ff": "frequency_stop", "Na": "averages", "pw": "wait_periods", "spacing": "spacing",
    "Nd": "points_per_decade", "dE/dt": "scan_rate",
}  # fmt: skip
"""What a field is, in every technique that has it, unless `ELSE` says otherwise."""
SWEEP = {
    "Ei (V)": "potential_initial", "vs.": "versus_initial", "E1 (V)": "potential_vertex_1",
    "vs. [2]": "versus_vertex_1", "E2 (V)": "potential_vertex_2", "vs. [3]": "versus_vertex_2",
    "Ef (V)": "potential_final", "vs. [4]": "versus_final", "nc cycles": "cycles", "N": "", "goto Ns'": "",
}  # fmt: skip
HOLDS = {
    "ti (h:m:s)": "hold_initial",
    "t1 (h:m:s)": "hold_vertex_1",
    "t2 (h:m:s)": "hold_vertex_2",
    "dI": "",
    "dt (s)": "",
}
EIS = {"dI": "", "dt (s)": "", "dE (mV)": ""}
ELSE = {
    "OCV": {"dER (mV)": "record.potential_change", "dtR (s)": "record.interval"},
    "CV": SWEEP,
    "CVA": SWEEP | HOLDS | {"dQ": "", "dta (s)": "", "dts (s)": "", "dt1 (s)": "", "dt (s)": ""},
    "LSV": SWEEP
    | {
        "EL (V)": "potential_final",
        "vs. [2]": "versus_final",
        "nc cycles": "",
        "dt (s)": "",
        "dQ": "",
        "dER/dt (mV/h)": "",
    },
    "PEIS": EIS,
    "GEIS": EIS | {"Ia": "amplitude"},
    "ZIR": {"f": "frequency_start", "comp. level (%)": "compensation", "dI": "", "dt (s)": "", "tE (h:m:s)": ""},
    "BCD": {
        "Is1": "current",
        "N1": "rate.n",
        "EM1 (V)": "limit.potential",
        "EM2 (V)": "limit.potential_2",
        "Is2": "current_2",
        "t2 (h:m:s)": "duration_2",
        "vs.": "",
        "goto Ns'": "",
        "nc cycles": "",
        "dQM": "",
        "dER/dt (mV/h)": "",
    },
    "WAIT": {"dI": "", "dt (s)": ""},
}
WORDS = {"Set I/C": "C x N", "spacing": "Logarithmic", "Points": "per decade", "Ia/Va": "Ia"}
UNITS = {
    "I": ("µA", "mA"),
    "dQ": ("mA.h", "A.h"),
    "dq": ("mA.h", "A.h"),
    "f": ("kHz", "Hz"),
    "dE/dt": ("mV/s", "V/s"),
}
"""The units that a field may be stated in: by its whole name, else by its first letter."""


def unit_for(field, way):
    choice = UNITS.get(field) or UNITS.get(field[:2]) or UNITS.get("f" if field.startswith("f") else "I")
    return choice[way]


def sequence_of(key, way):
    """Return a sequence in which every number differs, and every unit is stated."""
    values = {}
    for type_, name in LAYOUTS[key]:
        if not printed(name):
            continue
        unique, n = name, 1
        while unique in values:
            n += 1
            unique = f"{name} [{n}]"
        plain = re.fullmatch(r"unit +(\w+)|(dE/dt) unit", name)
        if plain:
            values[unique] = unit_for(plain[1] or plain[2], way)
        elif name in WORDS:
            values[unique] = WORDS[name]
        elif "vs." in name:
            values[unique] = f"Ref {len(values)}"
        else:
            values[unique] = len(values) + 1.5 if type_ == "f4" else len(values) + 1
    return values


def flat(step):
    """Return a step as `parent.child` → value."""
    found = {}
    for key, value in step.items():
        if isinstance(value, dict) and "value" not in value:
            found |= {f"{key}.{child}": one for child, one in value.items()}
        else:
            found[key] = value
    return found


def said(field, values, way):
    """Return what a field says: a number with the unit in its name or beside it; counts and words as they are."""
    value = values[field]
    in_name = re.fullmatch(r".*\((.+)\)", field)
    if in_name:
        return {"value": value, "unit": "s" if in_name[1] == "h:m:s" else unit(in_name[1]).symbol}
    if any(name in values for name in (f"unit {field}", f"unit  {field}", f"{field} unit")):
        return {"value": value, "unit": unit(unit_for(field, way)).symbol}
    return value


TYPED = [key for key in LAYOUTS if key[0] != "MB"]


@pytest.mark.parametrize("way", [0, 1])
@pytest.mark.parametrize("key", TYPED, ids=str)
def test_every_field_of_a_step_is_under_its_key_in_its_unit(key, way):
    technique = key[0]
    values = sequence_of(key, way)
    keys = KEYS | ELSE.get(technique, {})
    expected = {keys[field]: said(field, values, way) for field in values if keys.get(field)}
    if technique == "ZIR":
        expected["frequency_stop"] = expected["frequency_start"]
    if "rate.mode" in expected:
        del expected["current"]  # C x N sets the current: what stands beside it is stale
    (step,) = typed_steps(technique, [values])
    found = flat(step)
    found.pop("control", None)
    assert found.pop("sequence") == 0
    assert found == expected


POTENTIAL = ("CA", "CstV", "CV", "CVA", "LSV", "PEIS", "ZIR")
CONTROLS = {"OCV": "rest", "WAIT": "wait"} | dict.fromkeys(POTENTIAL, "potential")


@pytest.mark.parametrize("technique", sorted({key[0] for key in TYPED}))
def test_a_step_says_what_is_controlled(technique):
    assert typed_steps(technique, [{}])[0]["control"] == CONTROLS.get(technique, "current")


MB = {
    "CC": {
        "control": "CC",
        "current": {"value": 3.5, "unit": "mA"},
        "versus": "Ref",
        "rate": {"mode": "C x N", "n": 8.5},
    },
    "CV": {"control": "CV", "potential": {"value": 3.5, "unit": "mA"}, "versus": "Ref"},
    "Rest": {"control": "Rest"},
    "Loop": {"control": "Loop", "repeat": {"to": 2, "times": 3}},
}
for eis in ("PEIS", "GEIS"):
    MB[eis] = {
        "control": eis, "amplitude": {"value": 3.5, "unit": "mA"},
        "frequency_start": {"value": 4.5, "unit": "kHz"}, "frequency_stop": {"value": 5.5, "unit": "Hz"},
        "points_per_decade": 6, "averages": 7,
    }  # fmt: skip
del MB["CC"]["current"]


@pytest.mark.parametrize("control", MB)
def test_a_step_of_modulo_bat_says_what_its_control_type_uses(control):
    values = {
        "ctrl_type": control, "ctrl1_val": 3.5, "ctrl1_val_unit": "mA", "ctrl1_val_vs": "Ref", "ctrl2_val": 4.5,
        "ctrl2_val_unit": "kHz", "ctrl3_val": 5.5, "ctrl3_val_unit": "Hz", "ctrl_Nd": 6, "ctrl_Na": 7,
        "Apply I/C": "C x N", "N": 8.5, "ctrl_seq": 2, "ctrl_repeat": 3, "lim_nb": 0, "rec_nb": 0,
    }  # fmt: skip
    (step,) = typed_steps("MB", [values])
    assert step == {"sequence": 0, "limits": [], "record": [], **MB[control]}


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_modulo_bat_lists_as_many_limits_and_records_as_it_uses(count):
    values = {"ctrl_type": "Rest", "lim_nb": count, "rec_nb": count}
    limits, records = [], []
    for n in (1, 2, 3):
        values |= {
            f"lim{n}_type": f"type {n}", f"lim{n}_comp": f"comp {n}", f"lim{n}_value": n + 0.5,
            f"lim{n}_action": f"do {n}", f"lim{n}_value_unit": ("mV", "V", "s")[n - 1], f"lim{n}_seq": n + 10,
            f"rec{n}_type": f"of {n}", f"rec{n}_value": n + 0.25, f"rec{n}_value_unit": ("s", "mV", "h")[n - 1],
        }  # fmt: skip
        value = {"value": n + 0.5, "unit": ("mV", "V", "s")[n - 1]}
        limits.append(
            {"of": f"type {n}", "comparison": f"comp {n}", "value": value, "action": f"do {n}", "to": n + 10}
        )
        records.append({"of": f"of {n}", "value": {"value": n + 0.25, "unit": ("s", "mV", "h")[n - 1]}})
    (step,) = typed_steps("MB", [values])
    assert (step["limits"], step["record"]) == (limits[:count], records[:count])


def test_a_limit_lists_what_is_known_of_it_and_a_word_counts_nothing():
    values = {"lim_nb": 1, "lim1_type": "Ecell", "lim1_value": 4.2, "lim1_value_unit": "V", "rec_nb": "pass"}
    (step,) = typed_steps("MB", [values])
    assert step == {"sequence": 0, "limits": [{"of": "Ecell", "value": {"value": 4.2, "unit": "V"}}], "record": []}


@pytest.mark.parametrize("key", TYPED, ids=str)
@pytest.mark.parametrize("unused", [0, "pass"])
def test_what_is_not_used_is_left_out(key, unused):
    """0 and `pass` are EC-Lab's `not used` of limits, rests, holds, conditions and loops; a set point may be 0."""
    values = {name: unused if isinstance(value, float) else value for name, value in sequence_of(key, 0).items()}
    values |= {name: 0 for name in ("nc cycles",) if name in values}
    (step,) = typed_steps(key[0], [values])
    for parent in ("limit", "record", "hold", "rest", "repeat", "hold_initial", "hold_vertex_1", "hold_vertex_2"):
        assert parent not in step
    set_points = [name for name in ("current_2", "potential", "scan_rate", "amplitude") if name in step]
    assert not set_points if unused == "pass" else all(step[name]["value"] == 0 for name in set_points)
