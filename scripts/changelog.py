"""Join the news fragments of `changelog.d/` into `CHANGELOG.md`: `python -m scripts.changelog 0.2.0`.

The fragments become one section, newest release first, and are deleted; commit the result.
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAD = "# Changelog\n"


def fragments(root: Path = ROOT) -> list[Path]:
    """Return the news fragments, by name."""
    return sorted(path for path in (root / "changelog.d").glob("*.md") if path.name != "README.md")


def section(title: str, root: Path = ROOT) -> str:
    """Return the news as one section: the lists as they are, each paragraph of prose as an entry."""
    entries = [entry for path in fragments(root) for entry in _entries(path.read_text(encoding="utf-8"))]
    return "\n".join([f"## {title}", "", *entries, ""])


def _entries(text: str) -> list[str]:
    entries: list[str] = []
    for line in text.splitlines():
        if line.startswith("- "):
            entries.append(line)
        elif line.strip() and entries and not entries[-1].endswith((".", ":")):
            entries[-1] += f"\n  {line.strip()}"  # goes on within a sentence
        elif line.strip():
            entries.append(f"  {line.strip()}" if line.startswith("  ") else f"- {line.strip()}")
    return entries


def release(version: str, day: str, root: Path = ROOT) -> None:
    """Write the section of a release above the others and delete its fragments."""
    changelog = root / "CHANGELOG.md"
    before = changelog.read_text(encoding="utf-8").removeprefix(HEAD) if changelog.exists() else ""
    if not fragments(root):
        raise SystemExit("changelog.d holds no news")
    if f"\n## {version} " in before:
        raise SystemExit(f"CHANGELOG.md has a section of {version}")
    changelog.write_text(f"{HEAD}\n{section(f'{version} ({day})', root)}{before}", encoding="utf-8", newline="\n")
    for path in fragments(root):
        path.unlink()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    release(sys.argv[1], datetime.date.today().isoformat())
