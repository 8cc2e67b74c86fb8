"""What stands where a command would write is kept, unless --force says otherwise."""

import pytest

TABLE = "sample.id,a / mg\nS1,1\nS2,2\n"
COMMANDS = {
    "analyze --plot": (["analyze", "ramp-onset", "{ramp}", "--set", "cell.area=1 cm^2", "--plot"], "a.svg"),
    "plot -o": (["plot", "{ramp}", "-o"], "a.svg"),
    "convert -o": (["convert", "{ramp}", "-o"], "a.h5"),
    "samples -o": (["samples", "{table}", "-o"], "a.csv"),
    "schema export -o": (["schema", "export", "-o"], "schema.json"),
    "meta init -o": (["meta", "init", "{folder}", "-o"], "cells.csv"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_there_is_kept_until_it_may_be_replaced(echub, eclab, tmp_path, command):
    arguments, name = COMMANDS[command]
    (tmp_path / "table.csv").write_text(TABLE, "utf-8")
    places = {"ramp": eclab / "ramp.mpr", "table": tmp_path / "table.csv", "folder": tmp_path}
    target = tmp_path / name
    target.write_text("mine", "utf-8")
    said = [argument.format(**places) for argument in arguments]
    refused = echub(*said, target)
    assert (refused.code, target.read_text("utf-8")) == (2, "mine")
    assert name in refused.err
    assert echub(*said, target, "--force").code == 0
    assert target.read_bytes() != b"mine"
