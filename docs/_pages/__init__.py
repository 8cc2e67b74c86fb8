"""The pages of the site that are not written by hand: each path of the site, and what makes its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from docs._pages import codes, commands, interface, news, options, published, vocabulary

ROOT = Path(__file__).parents[2]

GENERATED: Mapping[str, Callable[[], str]] = {
    "reference/commands.md": commands.page,
    "reference/options.md": options.page,
    "reference/python.md": interface.page,
    "reference/quantities.md": vocabulary.quantities_page,
    "reference/kinds.md": vocabulary.kinds_page,
    "reference/units.md": vocabulary.units_page,
    "reference/metadata-paths.md": vocabulary.metadata_page,
    "reference/rules.md": vocabulary.rules_page,
    "reference/errors.md": codes.errors_page,
    "reference/refusals.md": codes.refusals_page,
    "reference/notices.md": codes.notices_page,
    "reference/published.md": published.page,
    "changelog.md": news.page,
}


def pages() -> dict[str, str]:
    """Return the text of every page that is not a file under `docs/`, by its path in the site."""
    made = {path: make() for path, make in GENERATED.items()}
    made["contributing.md"] = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    decisions = sorted((ROOT / "decisions").glob("*.md"))
    return made | {f"decisions/{file.name}": file.read_text(encoding="utf-8") for file in decisions}
