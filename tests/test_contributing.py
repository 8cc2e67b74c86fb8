"""The reader that CONTRIBUTING.md shows passes the contract."""

import os
import re
import subprocess
import sys
from pathlib import Path

from echub.testing import ReaderContract

TEXT = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
MODULE = re.compile(r"^`plugins/(?P<path>[\w/]+\.py)`.*?```python\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL)
TEST = """
from echub.testing import ReaderContract


class TestUmbra(ReaderContract):
    reader = "umbra-umb"
    files = ["steps.umb"]
"""


def test_the_reader_that_is_shown_passes_the_contract(tmp_path):
    modules = {found["path"]: found["code"] for found in MODULE.finditer(TEXT)}
    assert set(modules) == {"echub_umbra/__init__.py", "echub_umbra/decode.py"}
    for path, code in modules.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(code, encoding="utf-8")
    (entry,) = re.findall(r'`(umbra = "echub_umbra")`', TEXT)
    info = tmp_path / "umbra-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: umbra\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[echub]\n{entry.replace(chr(34), '')}\n", encoding="utf-8")
    (tmp_path / "steps.umb").write_bytes(b"UMBRA 1\nt(s);I(uA)\n0.0;1.5\n1.0;1.25\n2.0;-1.0625\n")
    (tmp_path / "test_umbra.py").write_text(TEST, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_umbra.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    rules = len(ReaderContract.rules()) - 2  # no `foreign` samples, no `source_table`
    assert f"{rules} passed, 2 skipped" in done.stdout, done.stdout + done.stderr
