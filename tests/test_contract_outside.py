"""The contract as a stranger uses it: plain pytest, outside the project, a plugin in its own folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from echub.testing import ReaderContract
from tests.tiny_plugin import tiny_bytes, write_plugin

TEST = """
from pathlib import Path

from echub.testing import ReaderContract


class TestTiny(ReaderContract):
    reader = "tiny"
    files = sorted(Path(__file__).parent.glob("data/*.tiny"))
"""


@pytest.fixture
def run_pytest(tmp_path):
    """Run pytest in a folder that holds a test, its samples and, elsewhere, the plugin."""

    def run(edits, *arguments, test=TEST):
        site = write_plugin(tmp_path / "site", edits)
        project = tmp_path / "project"
        (project / "data").mkdir(parents=True)
        (project / "data" / "one.tiny").write_bytes(tiny_bytes(7))
        (project / "test_tiny.py").write_text(test, encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
            cwd=project,
            env={**os.environ, "PYTHONPATH": str(site), "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_strangers_plugin_passes_with_two_attributes(run_pytest):
    done = run_pytest({}, "-q")
    summary = done.stdout.splitlines()[-1]
    assert done.returncode == 0, done.stdout + done.stderr
    # without `foreign` and `source_table` two rules cannot be judged
    assert re.match(rf"{len(ReaderContract.rules()) - 2} passed, 2 skipped", summary)


def test_each_sample_is_a_test_of_its_own(run_pytest):
    done = run_pytest({}, "--collect-only", "-q")
    assert "test_tiny.py::TestTiny::test_sniff_opens_nothing[one.tiny]" in done.stdout
    assert done.returncode == 0


def test_files_may_be_relative_to_the_test(run_pytest):
    test = TEST.replace('sorted(Path(__file__).parent.glob("data/*.tiny"))', '["data/one.tiny"]')
    done = run_pytest({}, "-q", "-k", "test_reads_its_files or hold_data", test=test)
    assert "2 passed" in done.stdout


def test_a_failure_says_rule_expected_found_and_advice(run_pytest):
    edits = {"CERTAIN if source.head.startswith(MAGIC)": 'MAYBE if source.suffix == ".tiny"'}
    done = run_pytest(edits, "-q", "-k", "recognises")
    assert done.returncode == 1
    assert "tiny, one.tiny: Its files are LIKELY or CERTAIN whatever they are called." in done.stdout
    assert "expected: LIKELY or CERTAIN under the name one.tiny" in done.stdout
    assert "found: MAYBE" in done.stdout
    assert "to do: look in source.head" in done.stdout
    assert "Traceback" not in done.stdout


def test_without_samples_nothing_passes_quietly(run_pytest):
    done = run_pytest({}, "-q", test=TEST.replace("data/*.tiny", "nowhere/*.tiny"))
    assert done.returncode == 1
    assert "There are sample files" in done.stdout


def test_a_reader_that_is_not_installed_fails_by_name(run_pytest):
    done = run_pytest({}, "-q", test=TEST.replace('reader = "tiny"', 'reader = "tinny"'))
    assert done.returncode == 1
    assert "expected: a reader 'tinny'" in done.stdout
    assert "1 failed" in done.stdout


@pytest.mark.parametrize("flag", ["fallback", "explicit_only"])
def test_fallback_and_explicit_only_readers_are_exempt_from_sniffing(run_pytest, flag):
    edits = {
        "options=TinyOptions,": f"options=TinyOptions, {flag}=True,",
        "Confidence.CERTAIN if": "Confidence.MAYBE if",
        "else Confidence.NO": "else Confidence.MAYBE",
    }
    done = run_pytest(edits, "-q", "-rs")
    assert done.returncode == 0, done.stdout
    assert "recognises nothing by itself" in done.stdout


def test_the_hub_does_not_need_pytest():
    code = (
        "import sys; sys.modules['pytest'] = None; import echub, echub.testing, echub.files.conversion, echub.cli"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_public_surface_is_sorted_and_loads():
    import echub.testing

    assert echub.testing.__all__ == sorted(echub.testing.__all__)
    assert all(getattr(echub.testing, name) for name in echub.testing.__all__)
