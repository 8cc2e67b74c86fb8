"""Run the command line inside the test, and as a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from echub.cli import main
from echub.registry.registry import registry


@dataclass
class Done:
    """What a command left: exit code and both outputs."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """The one object that was printed."""
        (value,) = self.lines
        return value

    @property
    def lines(self):
        """One object per line."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def echub(monkeypatch, capsys):
    """Run a command in this process."""
    registry.cache_clear()

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["echub", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Done(ended.value.code or 0, said.out, said.err)

    yield run
    registry.cache_clear()


@pytest.fixture
def process():
    """Run a command as a process, with a changed environment."""

    def run(*arguments, text=True, **environment):
        command = [sys.executable, "-c", "from echub.cli import main; main()", *arguments]
        done = subprocess.run(
            command,
            capture_output=True,
            env=os.environ | environment,
            text=text,
            encoding="utf-8" if text else None,
        )
        assert "Traceback" not in (done.stderr if text else done.stderr.decode(errors="replace"))
        return Done(done.returncode, done.stdout, done.stderr)

    return run
