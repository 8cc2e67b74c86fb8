"""Tables on a terminal: every number whole, however narrow the window."""

import io
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echub.cli.show import terminal
from echub.cli.show.terminal import GAP, fitting


@given(st.lists(st.integers(1, 30), min_size=1, max_size=20), st.integers(10, 120))
def test_every_column_stands_once_beside_the_first(widths, room):
    blocks = fitting(widths, room)
    assert [i for block in blocks for i in block[1:]] == list(range(1, len(widths)))
    assert all(block[0] == 0 for block in blocks)
    for block in blocks:
        used = sum(widths[i] for i in block) + GAP * (len(block) - 1)
        assert used <= room or len(block) <= 2


def test_prose_is_wrapped_beside_its_row(monkeypatch):
    window = Window()
    monkeypatch.setattr(sys, "stdout", window)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    terminal.table(["plugin", "offers"], [["acme", "reader of a format, " * 8], ["other", "nothing"]])
    lines = [line for line in window.getvalue().splitlines() if line.strip()]
    assert sum("acme" in line for line in lines) == 1
    assert max(map(len, lines)) <= 80
    assert window.getvalue().count("format") == 8


@pytest.mark.parametrize("columns", ["50", "60", "80"])
def test_names_and_numbers_are_whole_in_a_narrow_window(monkeypatch, columns):
    window = Window()
    monkeypatch.setattr(sys, "stdout", window)
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("TERM", "xterm")
    name, number = "potential_ce_amplitude", "0.0096822 … 0.010619"  # 45 characters, with the gap
    terminal.table(["column", "range", "unit"], [[name, number, "V"]], indent=16)
    lines = re.sub(r"\x1b\[[\d;]*m", "", window.getvalue()).splitlines()
    assert max(map(len, lines)) <= int(columns)
    assert sum(name in line and number in line for line in lines) == 1


class Window(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.mark.parametrize("columns", [40, 80, 400])
def test_no_number_is_cut_on_a_narrow_terminal(monkeypatch, columns):
    window = Window()
    monkeypatch.setattr(sys, "stdout", window)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.delenv("NO_COLOR", raising=False)
    numbers = [[f"{row}.{column:04d}" for column in range(16)] for row in range(3)]
    terminal.table([f"name_{n} / mA/cm²" for n in range(16)], numbers)
    shown = window.getvalue()
    assert all(number in shown for row in numbers for number in row)
    assert "…" not in shown


@pytest.mark.parametrize(
    ("window", "said", "colours"),
    [(Window, {}, True), (Window, {"NO_COLOR": "1"}, False), (io.StringIO, {}, False)],
)
def test_colours_are_for_a_terminal_whose_user_wants_them(monkeypatch, window, said, colours):
    monkeypatch.setattr(sys, "stdout", window())
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert terminal.is_terminal() is colours
