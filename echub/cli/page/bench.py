"""What one tab of the page works on: a folder, a file, its record, the metadata to add, the last answer.

Nothing here knows of the browser: every method does what a command does, and raises the same errors.
"""

from __future__ import annotations

import dataclasses
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from echub.analysis.analysis import analyze
from echub.analysis.datasets import chosen_dataset
from echub.analysis.fitting import Standing, Suitability, fitting
from echub.analysis.outcome import Outcome
from echub.analysis.parts import values_of
from echub.declare_analysis import Analysis
from echub.errors import DataError, EchubError, TargetExists
from echub.files.annotations import SIDECAR_SUFFIX, Annotations, sidecar_text
from echub.files.comparing import compare
from echub.files.conversion import convert
from echub.files.detect import choose, rank
from echub.files.output import files_below, write_atomically
from echub.files.reading import read
from echub.model.comparison import Comparison
from echub.model.later import settled
from echub.model.metadata import leaves
from echub.model.record import Record
from echub.model.source import Source
from echub.model.spectra import numbered
from echub.registry.registry import registry
from echub.validation.problem import Problem
from echub.validation.validation import validate

MOST_FILES = 2000
"""Files of a folder that the page lists; more are found by the command line."""
WAY = re.compile(r"--reader ([\w-]+)|--option (\w+)=(?:\"([^\"]+)\"|([\w.+-]+))")
"""How an error writes that the file can be read after all."""
REPLACE = "replace what is there"
"""What the page asks before it replaces results."""
LARGEST_PAGE = 64 << 20
"""Bytes of a report that the page shows: it goes through memory three times."""


@dataclass
class Bench:
    """The state of one tab. `folder` holds the files to choose from; dropped files lie in a temporary folder."""

    folder: Path
    file: Path | None = None
    record: Record | None = None
    values: dict[str, str] = field(default_factory=dict)
    reader: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    outcome: Outcome | None = None
    _dropped: tempfile.TemporaryDirectory[str] | None = None

    def files(self) -> list[Path]:
        """List the files of the folder, without hidden ones and sidecars."""
        return list(islice(files_below(self.folder), MOST_FILES))

    def place_for(self, name: str) -> Path:
        """Return where a dropped file is kept: under its own name, in a folder that goes with the tab.

        Only the last part of the name counts, so that no name leads out of that folder.
        """
        if self._dropped is None:
            self._dropped = tempfile.TemporaryDirectory(prefix="echub-")
        plain = Path(name.replace("\\", "/")).name.replace("\0", "")
        return Path(self._dropped.name) / (plain if plain not in ("", ".", "..") else "file")

    def close(self) -> None:
        """Remove what was dropped."""
        if self._dropped is not None:
            self._dropped.cleanup()
            self._dropped = None

    def open(self, path: Path, reader: str | None = None, options: Mapping[str, str] | None = None) -> None:
        """Read a file, with the metadata that was typed in; raise what `read` raises."""
        options = options or {}
        stated = Annotations.of((), self.values)
        record = settled(read(path, reader=reader, options=options, annotations=stated))
        if path != self.file:
            self.outcome = None
        self.file, self.record, self.reader, self.options = path, record, reader, options

    def reread(self, values: Mapping[str, str]) -> None:
        """Read the file again with other metadata; if one of them is wrong, nothing changes."""
        kept = {path: text.strip() for path, text in values.items() if text.strip()}
        stated, path = Annotations.of((), kept), self._source_path()
        record = settled(read(path, reader=self.reader, options=self.options, annotations=stated))
        self.values, self.record = kept, record

    def page_of(self, path: Path) -> str:
        """Return the text of a page, such as a study's report; raise `DataError` if it is too large."""
        if path.stat().st_size > LARGEST_PAGE:
            raise DataError(
                f"{path.name} is too large to be shown here",
                expected=f"at most {LARGEST_PAGE >> 20} MB",
                found=f"{path.stat().st_size >> 20} MB",
                hint="open it in the browser itself",
            )
        return path.read_text("utf-8", "replace")

    def detection(self) -> list[tuple[str, str, str, str]]:
        """Return confidence, reader, format and remark of each reader that knows the file, the used one first."""
        source = Source(self._source_path())
        used = self.opened().provenance.reader.get("name") or choose(source, registry()).name
        known = [match for match in rank(source, registry()) if match.confidence or match.problem]
        known.sort(key=lambda match: match.reader.name != used)
        return [(m.confidence.name.lower(), m.reader.name, m.reader.title, m.problem) for m in known]

    def metadata_fields(self) -> list[tuple[str, str, str, str]]:
        """Return path, value, source and meaning of what a person can state, what is known first."""
        metadata = self.opened().metadata
        rows = []
        for path, leaf in leaves().items():
            if leaf.type in ("list", "any"):
                continue
            entry = metadata.get(path)
            value = "" if entry is None else entry.value
            text = f"{value:g}" if isinstance(value, float) else str(value)
            unit = leaf.unit or ""
            meaning = f"{leaf.description} ({unit})" if unit else leaf.description
            rows.append((path, f"{text} {unit}".strip() if text else "", entry.source if entry else "", meaning))
        return sorted(rows, key=lambda row: (not row[1], row[0]))

    def save_sidecar(self) -> Path:
        """Add the metadata that was typed in to the sidecar next to the file, which every command reads."""
        target = self._source_path().with_name(self._source_path().name + SIDECAR_SUFFIX)
        if not self.values:
            raise DataError("nothing was typed in", hint="fill in a value first")
        text = sidecar_text(self.values, target)
        write_atomically([(target, lambda path: path.write_text(text, "utf-8"))])
        return target

    def writers(self) -> dict[str, str]:
        """Return the formats that a file can be converted to, by name."""
        return {writer.name: writer.title for writer in registry().writers.values()}

    def convert(self, to: str, folder: Path, *, replace: bool = False) -> list[Path]:
        """Convert the open file into a folder, with the metadata typed in; return what was written.

        Raises `TargetExists` if other results are there and are not to be replaced.
        """
        how: dict[str, Any] = {"reader": self.reader, "options": self.options, "force": replace}
        try:
            done = convert(self._source_path(), folder, to=to, annotations=Annotations.of((), self.values), **how)
        except TargetExists as error:
            error.hint = f"tick `{REPLACE}`, or name another folder"
            raise
        return [Path(path) for path in (*done.outputs, *done.companions)]

    def analyses(self) -> list[Suitability]:
        """Return the installed analyses of such data, third parties' included: those that suit the file first."""
        return [fit for fit in fitting(self.opened()) if fit.standing is not Standing.ELSEWHERE]

    def parts(self, analysis: Analysis) -> list[Any]:
        """Return the values of which an analysis answers for one at a time, such as spectra; none if for all."""
        try:
            data = numbered(chosen_dataset(self.opened(), analysis))
            found = values_of(analysis.each, data) if analysis.each in data else []
        except EchubError:  # it refuses such a file, and says why
            return []
        return found if len(found) > 1 else []

    def analyze(
        self, name: str, params: Mapping[str, str], profile: str | None = None, select: str | None = None
    ) -> Outcome:
        """Ask a question of the open file, or of selected rows; parameters are texts as on the command line."""
        given = {key: text.strip() for key, text in params.items() if text.strip()}
        self.outcome = None  # the answer to an earlier question is none to this one
        self.outcome = analyze(name, self.opened(), params=given, profile=profile, select=select)
        return self.outcome

    def compare(self, other: Path) -> Comparison:
        """Compare the open file with another one, column by column."""
        return compare(self.opened(), read(other))

    def validate(self) -> list[Problem]:
        """Check all files of the folder."""
        return validate(self.folder).problems

    def opened(self) -> Record:
        """Return the record of the open file; raise `DataError` if none is open."""
        if self.record is None:
            raise DataError("no file is open", hint="drop a file, or choose one on the left")
        return self.record

    def _source_path(self) -> Path:
        if self.file is None:
            raise DataError("no file is open", hint="drop a file, or choose one on the left")
        return self.file


def parameters(analysis: Analysis) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Return name, default with unit, meaning and choices of the parameters of an analysis."""
    rows = []
    for parameter in dataclasses.fields(analysis.params):
        told: Mapping[str, Any] = parameter.metadata
        default = "" if parameter.default is None else f"{parameter.default} {told.get('unit') or ''}".strip()
        choices = ("True", "False") if isinstance(parameter.default, bool) else told.get("choices") or ()
        rows.append((parameter.name, default, told.get("help", ""), choices))
    return rows


def ways(error: EchubError) -> list[tuple[str, str | None, dict[str, str]]]:
    """Return what a hint says that a file can be read with: its text, a reader, options."""
    found: list[tuple[str, str | None, dict[str, str]]] = []
    for way in WAY.finditer(error.hint or ""):
        if way[1] is None:
            found.append((way[0], None, {way[2]: way[3] or way[4]}))
        elif way[1] in registry().readers:
            found.append((way[0], way[1], {}))
    return found


def explain(error: EchubError) -> list[str]:
    """Return an error as lines: what, where, expected, found, likely cause, what helps."""
    told = error.as_dict()
    names = ("where", "column", "expected", "found", "cause", "hint")
    name = f"{Path(error.path).name}: " if error.path else ""
    return [f"{name}{error.message} [{error.code}]", *(f"{n}: {told[n]}" for n in names if told.get(n))]
