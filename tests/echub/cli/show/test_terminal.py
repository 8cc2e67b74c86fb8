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
    [
        (Window, {}, True), (Window, {"NO_COLOR": "1"}, False), (io.StringIO, {}, False),
        (Window, {"NO_COLOR": ""}, True), (Window, {"TERM": "dumb"}, False),
    ],
)  # fmt: skip
def test_colours_are_for_a_terminal_whose_user_wants_them(monkeypatch, window, said, colours):
    monkeypatch.setattr(sys, "stdout", window())
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert terminal.shows_colours() is colours
    assert terminal.is_terminal() is (window is Window)  # the width is kept
    assert terminal.coloured("a") == "a"
    assert terminal.coloured("a", "red", bold=True) == ("\x1b[31m\x1b[1ma\x1b[0m" if colours else "a")


@pytest.mark.parametrize(
    ("window", "width", "lines"),
    [
        (io.StringIO, "40", ["  warning       the file was cut in the middle of a row"]),
        (
            Window,
            "56",
            ["  warning       the file was cut in the middle of a row"],
        ),  # 16 + 40, one more than it takes
        (Window, "64", ["  warning       the file was cut in the middle of a row"]),
        (Window, "20", ["  warning       the file was cut in the middle of a row"]),  # never below 40 letters
    ],
)
def test_the_message_of_a_remark_is_broken_between_words(monkeypatch, window, width, lines):
    window = window()
    monkeypatch.setattr(sys, "stdout", window)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", width)
    terminal.remark("warning", "the file was cut in the middle of a row", "yellow")  # 39 letters
    assert window.getvalue().splitlines() == lines
    terminal.remark("warning", "so was this, in the row before the byte-offset 7 of it", "yellow")
    more = window.getvalue().splitlines()[len(lines) :]
    assert " ".join(line[16:] for line in more) == "so was this, in the row before the byte-offset 7 of it"
    assert [line[:16] for line in more] == ["  warning       ", *[" " * 16] * (len(more) - 1)]
    if isinstance(window, Window) and width in ("56", "20"):
        assert [line[16:] for line in more] == [
            "so was this, in the row before the", "byte-offset 7 of it"
        ]  # fmt: skip  # `byte-` alone would end at letter 40: a word is not cut at its hyphen
