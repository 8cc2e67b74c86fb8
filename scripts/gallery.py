"""Draw the pictures of the gallery again: `python -m scripts.gallery`, from the commands of its page."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE, PICTURES = ROOT / "docs" / "gallery.md", ROOT / "docs" / "images" / "gallery"


def commands(page: str) -> list[list[str]]:
    """Return the arguments of each command of the page."""
    return [shlex.split(line) for line in re.findall(r"^\$ echub (.*)$", page, re.MULTILINE)]


def main() -> None:
    """Draw into a folder of its own, then replace the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "fixtures", Path(folder, "fixtures"))
        for arguments in commands(PAGE.read_text(encoding="utf-8")):
            subprocess.run([sys.executable, "-m", "echub", *arguments], cwd=folder, check=True)
        shutil.rmtree(PICTURES, ignore_errors=True)
        shutil.copytree(Path(folder, "gallery"), PICTURES)


if __name__ == "__main__":
    main()
