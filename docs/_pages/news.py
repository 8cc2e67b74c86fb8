"""The page of news: what is in no release yet, above the changelog."""

from __future__ import annotations

from scripts.changelog import HEAD, ROOT, section


def page() -> str:
    """Join the news fragments under the heading of the next release, above the changelog."""
    changelog = ROOT / "CHANGELOG.md"
    released = changelog.read_text(encoding="utf-8").removeprefix(HEAD) if changelog.exists() else ""
    return f"# What is new\n\n{section('Next release')}{released}"
