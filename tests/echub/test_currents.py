"""A current between the other columns of its table: what becomes of it, what is decided, and what is said."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from echub import currents
from echub.currents import settle_currents
from echub.errors import OpenSign
from echub.model.build import SourceColumn

N = 8
TIME = 3600.0 * np.arange(N)
UP = np.arange(N) < 4
"""Rows in which the cell is charged; in the others it is discharged."""
SIGNED = np.where(UP, 2.0, -2.0)
STATES = np.where(UP, "C", "D")
WHOLE = "{0} of the anodic part has a positive current and {1} of the cathodic part has a negative current"


def table(*columns):
    """Return columns of (header, values, quantity, unit), numbered as in their source."""
    return [SourceColumn(h, np.asarray(v), q, u, index=n) for n, (h, v, q, u) in enumerate(columns)]


def current(values, header="I"):
    return (header, values, "current", "A")


TIMES = ("t", TIME, "time", "s")
STATE = ("State", STATES, None, None)


def settled(columns, said="auto", **more):
    """Return what settling gives: columns, decisions without what they are about, and notes."""
    notes = []
    made, decisions = settle_currents(columns, said, lambda code, text: notes.append((code, text)), **more)
    assert all(decision.what.startswith("sign of ") for decision in decisions)
    told = [(decision.what.removeprefix("sign of "), decision.chosen, decision.evidence) for decision in decisions]
    return made, told, notes


def counter(grows, amount=2.0):
    """Return a charge, A·h, that grows by an amount in each hour that ends in one of the rows."""
    return amount * np.cumsum(grows & (np.arange(N) > 0))


# -- by state --------------------------------------------------------------------------------------


def test_a_state_that_agrees_proves_the_sign():
    given = table(TIMES, current(SIGNED), STATE)
    made, decisions, notes = settled(given)
    assert [(c.header, c.quantity, c.negate, dict(c.attrs)) for c in made] == [
        ("t", "time", False, {}), ("I", "current", False, {"sign_evidence": "proven"}), ("State", None, False, {})
    ]  # fmt: skip
    assert decisions == [("I", "anodic positive", f"proven by State: {WHOLE.format('100%', '100%')}")]
    assert notes == []


@pytest.mark.parametrize("negated", [False, True])
def test_a_current_against_its_state_is_turned(negated):
    """A header may have said already that the sign is the other one."""
    given = table(TIMES, current(SIGNED if negated else -SIGNED), STATE)
    given[1] = dataclasses.replace(given[1], negate=negated)
    made, decisions, notes = settled(given)
    assert (made[1].negate, made[1].attrs["sign_evidence"]) == (not negated, "proven")
    by = f"by State: {WHOLE.format('0%', '0%')}"
    assert decisions == [("I", "negated", by)]
    assert notes == [("sign-by-state", f"I is inverted: {by}")]


def test_a_magnitude_takes_the_sign_of_its_state():
    """The magnitude stays beside the signed current; where a current flows in no known direction it is NaN."""
    state = np.array(["C", "C", "C", "D", "D", "D", "R", "R"])
    size = np.array([1.0, 2, 3, 4, 5, 6, 0, 7])
    made, decisions, notes = settled(table(TIMES, current(size), ("State", state, None, None)))
    assert [(c.header, c.quantity, c.unit, c.origin, c.index) for c in made] == [
        ("t", "time", "s", "measured", 0), ("I", None, "A", "measured", 1),
        ("I, signed", "current", "A", "derived", None), ("State", None, None, "measured", 2),
    ]  # fmt: skip
    assert made[1].values.tolist() == size.tolist()
    assert np.array_equal(made[2].values, [1, 2, 3, -4, -5, -6, 0, np.nan], equal_nan=True)
    assert made[2].attrs == {
        "recipe": "|I| with the sign of State: charging anodic, discharging cathodic", "sign_evidence": "proven"
    }  # fmt: skip
    by = f"by State: {WHOLE.format('100%', '0%')}"
    assert decisions == [("I", "by state", by)]
    lost = "; in 1 row it flows in no known direction, and is missing"
    assert notes == [("sign-by-state", f"I has no sign and takes that of State: {by}{lost}")]


def test_each_of_two_currents_is_decided_by_itself():
    given = table(TIMES, current(SIGNED, "I"), ("j", -SIGNED, "current_density", "A/cm^2"), STATE)
    made, decisions, notes = settled(given)
    assert [c.negate for c in made] == [False, False, True, False]
    assert [(name, chosen) for name, chosen, _ in decisions] == [("I", "anodic positive"), ("j", "negated")]
    assert [text.split(":")[0] for _, text in notes] == ["j is inverted"]


HINTED = np.array(["R", "R", "C", "C", "R", "R", "R", "R"])
"""States of which two rows tell a direction, which is too few to judge a sign by."""


@pytest.mark.parametrize(("said", "values"), [("auto", np.abs(SIGNED)), ("unsigned", np.abs(SIGNED))])
def test_of_two_states_the_first_that_tells_the_sign_gives_it(said, values):
    given = table(
        TIMES, current(values), ("Mode", HINTED, None, None), STATE, ("Status", STATES[::-1], None, None)
    )
    made, decisions, notes = settled(given, said)
    assert made[2].values.tolist() == SIGNED.tolist()
    assert made[2].attrs["recipe"] == "|I| with the sign of State: charging anodic, discharging cathodic"
    assert [chosen for _, chosen, _ in decisions] == ["by state" if said == "auto" else said]
    assert [text.split(":")[0] for _, text in notes] == ["I has no sign and takes that of State"]


def test_a_state_of_few_rows_is_followed_if_nothing_else_tells_the_sign():
    made, _, notes = settled(table(TIMES, current(np.abs(SIGNED)), ("Mode", HINTED, None, None)), "unsigned")
    assert np.array_equal(made[2].values, [np.nan] * 2 + [2.0] * 2 + [np.nan] * 4, equal_nan=True)
    lost = "; in 6 rows it flows in no known direction, and is missing"
    assert notes == [("sign-by-state", f"I has no sign and takes that of Mode{lost}")]


def test_a_current_without_a_unit_has_a_sign_too():
    """The unit is refused later, where the table is built."""
    made, decisions, _ = settled(table(TIMES, ("I", -SIGNED, "current", None), STATE))
    assert made[1].negate
    assert decisions == [("I", "negated", f"by State: {WHOLE.format('0%', '0%')}")]


@pytest.mark.parametrize(("words", "chosen"), [(1000, "negated"), (1001, "anodic positive")])
def test_of_more_than_a_thousand_words_a_column_holds_remarks(words, chosen):
    state = np.array([f"{'Charge' if n % 2 else 'Discharge'} {n}" for n in range(words)])
    values = np.where(np.arange(words) % 2, -2.0, 2.0)
    columns = table(("t", np.arange(float(words)), "time", "s"), current(values), ("State", state, None, None))
    assert [decision[1] for decision in settled(columns)[1]] == [chosen]


def test_charging_may_be_the_reduction_of_the_working_electrode():
    made, decisions, _ = settled(table(TIMES, current(SIGNED), STATE), charging=-1)
    assert made[1].negate
    assert decisions == [("I", "negated", f"by State: {WHOLE.format('0%', '0%')}")]


@pytest.mark.parametrize("flowing", [slice(0, 3000), slice(-3000, None)])
def test_a_long_table_is_examined_from_its_first_row_to_its_last(flowing):
    n = 250_000
    size = np.zeros(n)
    size[flowing] = -1.0
    state = SourceColumn("State", np.zeros(n, np.int8), labels={0: "C"}, is_text=True, index=1)
    made, decisions, _ = settled([*table(current(size)), state])
    assert made[0].negate
    assert decisions == [("I", "negated", "by State: 0% of the anodic part has a positive current")]


def test_the_examined_rows_of_a_long_table_are_forty_blocks_from_its_first_row_to_its_last():
    """All rows of 200,000, which are forty times 5000."""
    assert currents._blocks(200_000) == slice(None)
    rows = currents._blocks(250_000).reshape(40, 5000)
    assert (rows[0, 0], rows[-1, -1]) == (0, 249_999)
    assert (np.diff(rows, axis=1) == 1).all()
    assert set(np.diff(rows[:, 0])) <= {6282, 6283}  # 245,000 rows by 39 steps


# -- by charge and energy --------------------------------------------------------------------------

CHARGES = (("Qc", counter(UP), "charge_anodic", "A*h"), ("Qd", counter(~UP), "charge_cathodic", "A*h"))
ENERGIES = (("Charge energy", counter(UP), None, "W*h"), ("Discharge energy", counter(~UP), None, "W*h"))


@pytest.mark.parametrize(
    ("counters", "names"), [(CHARGES, "Qc, Qd"), (ENERGIES, "Charge energy, Discharge energy")]
)
def test_charges_and_energies_that_agree_prove_the_sign(counters, names):
    made, decisions, notes = settled(table(TIMES, current(SIGNED), *counters))
    assert made[1].attrs == {"sign_evidence": "proven"}
    assert decisions == [("I", "anodic positive", f"proven by {names}: {WHOLE.format('100%', '100%')}")]
    assert notes == []


@pytest.mark.parametrize(
    ("values", "shares", "cause"),
    [
        (-SIGNED, ("0%", "0%"), "a cathodic current printed as positive"),
        (
            np.abs(SIGNED), ("100%", "0%"),
            "the current has one sign only: its magnitude, or a cathodic current printed as positive",
        ),
    ],
)  # fmt: skip
def test_charges_that_contradict_refuse_the_sign(values, shares, cause):
    """A charge column whose header is wrong looks the same: nothing is turned."""
    with pytest.raises(OpenSign) as refused:
        settled(table(TIMES, current(values), *CHARGES))
    error = refused.value
    assert error.message == "the sign of I contradicts the table"
    assert (error.where, error.cause) == ("column I", cause)
    assert error.found == f"by Qc, Qd: {WHOLE.format(*shares)}"
    assert error.expected == "a positive current where charging is counted, a negative one where discharging is"


@pytest.mark.parametrize("counters", [CHARGES, ENERGIES])
def test_a_counter_that_was_derived_proves_nothing(counters):
    """It may have been computed from the current itself."""
    derived = [dataclasses.replace(column, index=None) for column in table(*counters)]
    _, decisions, notes = settled([*table(TIMES, current(-SIGNED)), *derived])
    assert decisions == [("I", "anodic positive", "assumed: nothing to check against")]
    assert [code for code, _ in notes] == ["sign-assumed"]


# -- what is said ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "values", "negate", "contradicted"),
    [
        ("anodic-positive", SIGNED, False, None),
        ("anodic-positive", -SIGNED, False, ("0%", "0%")),
        ("cathodic-positive", -SIGNED, True, None),
        ("cathodic-positive", SIGNED, True, ("100%", "100%")),
    ],
)
def test_what_is_said_is_done_and_a_contradiction_reported(said, values, negate, contradicted):
    made, decisions, notes = settled(table(TIMES, current(values), STATE), said)
    assert (made[1].negate, dict(made[1].attrs)) == (negate, {"sign_evidence": "said"})
    assert decisions == [("I", said, "said by the user or a profile")]
    text = f"I was said to be {said}, which the table contradicts: by State: "
    assert notes == ([("sign-contradiction", text + WHOLE.format(*contradicted))] if contradicted else [])


@pytest.mark.parametrize("amount", [2.0, 1e-4])
@pytest.mark.parametrize("beside", [(), [("Mode", np.full(N, "R"), None, None)]])
def test_a_magnitude_takes_the_sign_of_the_charge_that_grows(amount, beside):
    """The first row, before which nothing is known, goes with the second; a rest has no direction.

    Nor has a state that is always one of rest.
    """
    charged, discharged = np.arange(N) < 3, (np.arange(N) >= 3) & (np.arange(N) < 6)
    size = np.where(charged | discharged, 2.0, 0.0)
    counters = [
        ("Qc", counter(charged, amount), "charge_anodic", "A*h"),
        ("Qd", counter(discharged, amount), "charge_cathodic", "A*h"),
    ]
    given = table(TIMES, current(size), *counters, *beside)
    given[1] = dataclasses.replace(given[1], negate=True)  # of a magnitude that says nothing
    made, decisions, notes = settled(given, "unsigned")
    assert [(column.quantity, column.negate) for column in made[1:3]] == [(None, False), ("current", False)]
    assert made[2].values.tolist() == [2, 2, 2, -2, -2, -2, 0, 0]
    assert decisions == [("I", "unsigned", "said by the user or a profile")]
    assert notes == [("sign-by-state", "I has no sign and takes that of Qc and Qd")]


def test_a_magnitude_of_which_nothing_tells_the_sign_is_kept_as_it_is():
    net = ("Q", counter(UP), "charge", "A*h")
    made, _, notes = settled(table(TIMES, current(np.abs(SIGNED)), net), "unsigned")
    assert [c.quantity for c in made] == ["time", None, "charge"]
    assert notes == [(
        "unsigned-current",
        "I is a magnitude, and no state or charge column has its sign: kept as a vendor column",
    )]  # fmt: skip


@pytest.mark.parametrize(("words", "chosen"), [(8, "negated"), (7, "anodic positive")])
def test_words_in_four_of_five_rows_are_states_whatever_the_header(words, chosen):
    state = np.array([*("Charge", "Discharge") * 4, "checked", "by hand"])
    state[words:] = "checked"
    values = np.where(np.arange(10) % 2, 2.0, -2.0)
    columns = table(("t", 3600.0 * np.arange(10), "time", "s"), current(values), ("Remark", state, None, None))
    assert [decision[1] for decision in settled(columns)[1]] == [chosen]


def test_a_current_that_follows_its_state_in_part_is_refused():
    values = np.where(np.arange(N) % 2, 2.0, -2.0)
    with pytest.raises(OpenSign) as refused:
        settled(table(TIMES, current(values), STATE))
    assert refused.value.found == f"by State: {WHOLE.format('50%', '50%')}"


def test_a_time_without_a_unit_says_no_durations():
    times = ("t", TIME[::-1], "time", None)
    _, decisions, _ = settled(table(times, current(SIGNED), STATE))
    assert decisions == [("I", "anodic positive", f"proven by State: {WHOLE.format('100%', '100%')}")]


def test_charge_from_row_to_row_is_no_counter():
    increment = ("dQ", -counter(UP), "charge_increment", "A*h")
    _, decisions, notes = settled(table(TIMES, current(SIGNED), increment))
    assert decisions == [("I", "anodic positive", "assumed: nothing to check against")]
    assert [code for code, _ in notes] == ["sign-assumed"]


# -- nothing to check against ----------------------------------------------------------------------


def test_a_sign_is_assumed_and_that_is_said_only_if_a_current_flows():
    for values, noted in ((SIGNED, 1), (np.zeros(N), 0)):
        made, decisions, notes = settled(table(TIMES, current(values)))
        assert made[1].attrs == {"sign_evidence": "assumed"}
        assert decisions == [("I", "anodic positive", "assumed: nothing to check against")]
        assert [code for code, _ in notes] == ["sign-assumed"] * noted
    made, decisions, notes = settled(table(TIMES, current(SIGNED)), defined="the format says so")
    assert (made[1].attrs, notes) == ({"sign_evidence": "defined"}, [])
    assert decisions == [("I", "as defined", "the format says so")]


def test_currents_beside_a_mass_are_those_of_ions():
    mass = ("m", np.arange(1.0, N + 1), "mass_to_charge", "1")
    made, decisions, notes = settled(table(mass, current(SIGNED, "a"), current(SIGNED, "b")))
    assert [c.quantity for c in made] == ["mass_to_charge", "ion_current", "ion_current"]
    assert decisions == []
    assert notes == [("ion-current", "a, b stands beside a mass to charge ratio: an ion current")]


def test_a_derived_current_is_left_as_it_is():
    given = [dataclasses.replace(column, index=None) for column in table(current(-SIGNED))] + table(TIMES, STATE)
    assert settled(given) == (given, [], [])


# -- scale -----------------------------------------------------------------------------------------


def scales(*more, volts=3.0):
    """Return what is said of the scales of a table with a current of 2 A and a voltage."""
    columns = table(TIMES, current(np.full(N, 2.0)), ("U", np.full(N, volts), "voltage", "V"), *more)
    return [text for code, text in settled(columns)[2] if code == "scale-contradiction"]


def told(name, size, other):
    return [f"{name} is {size} of {other}: a unit of one of them, or of the time, is not what its header says"]


@pytest.mark.parametrize(("factor", "size"), [(1000.0, "1000"), (1 / 3600, "1/3600"), (3.6, "3.6"), (1.0, None)])
def test_a_factor_between_units_is_said_of_what_is_off_and_against_what(factor, size):
    hours = np.arange(float(N))
    for column, name, other in (
        (("Q", 2.0 * factor * hours, "capacity", "A*h"), "Q", "the integral of I"),
        (("E", 6.0 * factor * hours, None, "W*h"), "E", "the integral of I times U"),
        (("P", np.full(N, 6.0 * factor), "power_cell", "W"), "P", "I times U"),
    ):
        assert scales(column) == (told(name, size, other) if size else [])


def test_a_power_is_compared_only_where_it_is_sizeable_and_in_five_rows():
    for rows, said in ((5, told("P", "1000", "I times U")), (4, [])):
        assert scales(("P", np.where(np.arange(N) < rows, 6000.0, np.nan), "power_cell", "W")) == said
    # At 10 V the power is 20 W: 1 W at 0.5 V is a twentieth of it.
    for least, said in ((0.5, []), (0.51, told("P", "1000", "I times U"))):
        volts = np.where(np.arange(N) < 4, 10.0, least)
        assert scales(("P", 2000 * volts, "power_cell", "W"), volts=volts) == said


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("first", [0.0, 2.0])
def test_a_voltage_beyond_the_range_hides_no_factor_of_the_others(first):
    row = np.arange(N)
    columns = table(
        TIMES, current(np.where(row == 0, first, 2.0)), ("U", np.where(row == 0, np.inf, 3.0), "voltage", "V"),
        ("P", np.full(N, 6000.0), "power_cell", "W"),
    )  # fmt: skip
    notes = [text for code, text in settled(columns)[2] if code == "scale-contradiction"]
    assert notes == told("P", "1000", "I times U")


def test_a_power_printed_as_zero_tells_no_factor():
    n = np.arange(12)
    columns = table(
        ("t", 3600.0 * n, "time", "s"), current(np.full(12, 2.0)), ("U", np.full(12, 3.0), "voltage", "V"),
        ("P", np.where(n < 5, 6000.0, 0.0), "power_cell", "W"),
        ("p", np.where(n < 5, 6.0, 0.0), "power_cell", "W"),
    )  # fmt: skip
    notes = [text for code, text in settled(columns)[2] if code == "scale-contradiction"]
    assert notes == told("P", "1000", "I times U")


def test_each_of_two_powers_is_compared():
    off = [("P", np.full(N, 6000.0), "power_cell", "W"), ("p", np.full(N, 0.006), "power_cell", "W")]
    assert scales(*off) == told("P", "1000", "I times U") + told("p", "1/1000", "I times U")


# -- headers of states -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "state", "Status", "MD", "mode", "Type", "ES", "Zustand", "Modus", "etat", "État", "estado", "stato",
        "工步类型", "工步状态", "状态", "状態", "모드", "Step_Type", "step mode", "Step  Name", "step state",
        "Chg State", "charge_state", "Work Mode", " cycle state ", "C/D", "Chg/DChg", "Charge/Discharge", "充放电",
    ],
)  # fmt: skip
def test_single_letters_are_states_under_the_headers_that_programs_print(header):
    _, decisions, notes = settled(table(TIMES, current(-SIGNED), (header, STATES, None, None)))
    assert decisions == [("I", "negated", f"by {header}: {WHOLE.format('0%', '0%')}")]
    assert [code for code, _ in notes] == ["sign-by-state"]


@pytest.mark.parametrize("header", ["remark", "states", "my state", "statu"])
def test_single_letters_are_no_states_under_any_other_header(header):
    _, _, notes = settled(table(TIMES, current(SIGNED), (header, STATES, None, None)))
    assert [code for code, _ in notes] == ["sign-assumed"]


# -- ranges ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "milliamperes"),
    [
        ("10 mA", 10.0), (" 100uA ", 0.1), ("±1,5 A", 1500.0), ("+/- 2.5 µA", 2.5e-3), ("1e-3 A", 1.0),
        ("auto", None), ("", None), ("10", None), ("10 mV", None), ("10 smoots", None), ("0 mA", None),
        ("10 mA auto", None), ("-10 mA", None),
    ],
)  # fmt: skip
def test_a_range_is_a_number_and_a_unit_of_current(label, milliamperes):
    found = currents.full_scale(label)
    assert found == (None if milliamperes is None else pytest.approx(milliamperes))
