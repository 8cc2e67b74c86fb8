"""`echub plot` writes one picture and says where."""

import io
import sys
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")


@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_every_format(echub, cp, suffix, start):
    target = cp.with_name(f"picture.{suffix}")
    done = echub("plot", cp, "-o", target)
    assert (done.code, done.out, done.err) == (0, f"{target}\n", "")
    assert target.read_bytes().startswith(start)


def test_the_default_is_a_png_beside_the_file(echub, cp):
    done = echub("plot", cp, "--json")
    assert done.json == {"source": str(cp), "output": f"{cp}.png"}
    assert cp.with_name("cp.mpr.png").exists()


def test_two_files_in_one_picture_are_both_told_and_quiet_is_nothing(echub, acme_files):
    assert echub("plot", "b.acme", "group/c.acme", "-o", "x.svg", "--json").json == {
        "source": ["b.acme", "group/c.acme"], "output": "x.svg"
    }  # fmt: skip
    quiet = echub("plot", "b.acme", "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_what_is_sent_is_drawn_under_its_name(echub, acme_files, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path("b.acme").read_bytes())))
    done = echub("plot", "-", "--name", "sent.acme")
    assert (done.code, done.out, Path("sent.acme.png").is_file()) == (0, "sent.acme.png\n", True)


def test_a_converted_file_has_the_same_picture(echub, cp):
    echub("convert", cp)
    echub("plot", cp, "-o", cp.with_name("a") / "cp.svg")
    native = cp.with_name("cp.mpr.h5")
    moved = native.rename(cp.with_name("b") / "cp.mpr") if cp.with_name("b").mkdir() is None else None
    echub("plot", moved, "-o", cp.with_name("b") / "cp.svg")
    assert (cp.with_name("a") / "cp.svg").read_bytes() == (cp.with_name("b") / "cp.svg").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["-o", "a.gif"], 2, "unknown-option"),
        (["--select", "nothing > 1"], 1, "unknown-column"),
        (["--select", "time +"], 1, "selection"),
        (["--select", "time < 0"], 1, "data"),
    ],
)
def test_refusals_leave_nothing(echub, cp, arguments, code, error):
    done = echub("plot", cp, *arguments)
    assert done.code == code
    assert f"[{error}]" in done.err
    assert [p.name for p in cp.parent.iterdir()] == ["cp.mpr"]


@pytest.mark.parametrize("option", ["--xlim", "--ylim", "--size"])
def test_the_error_of_an_option_names_it(echub, cp, option):
    done = echub("plot", cp, option, "nonsense")
    assert done.code == 2
    assert option in done.err
    assert "nonsense" in done.err


def test_an_existing_picture_needs_force(echub, cp):
    assert echub("plot", cp).code == 0
    assert echub("plot", cp).code == 2
    assert echub("plot", cp, "--force").code == 0


def test_the_help_names_every_picture_and_style():
    from echub.cli import plot
    from echub.drawing.styles import STYLES
    from echub.pictures.choice import NAMES

    assert plot.PICTURES == NAMES
    assert tuple(STYLES) == plot.STYLES
