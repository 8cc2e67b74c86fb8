"""Which reader a file belongs to: every sniffer is asked, and the best one wins if it is unique."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from echub.declare import Confidence, KnownFormat, Reader
from echub.errors import AmbiguousFormat, EchubError, PluginError, UnknownFormat
from echub.model.source import Source
from echub.registry.boundary import one_line, timed
from echub.registry.calling import call_each, owner_of
from echub.registry.registry import PluginWarning, Registry, is_installed

NOISE = bytes(range(255, -1, -1))
"""Noise under a meaningless name, which no reader can know: a sniffer that accepts it would accept every file."""
_SHOWN = 24
"""Bytes of a file that messages show."""
SNIFF_SECONDS = 10.0
"""Time of all sniffers for 64 KiB, after which the one that runs is stopped: ours take some milliseconds."""


class Match(NamedTuple):
    """A sniffer's answer; `problem` if it failed and counts as NO, `error` the exception it raised."""

    reader: Reader
    confidence: Confidence
    problem: str = ""
    error: EchubError | None = None


def rank(source: Source, registry: Registry) -> list[Match]:
    """Ask all sniffers, fallbacks included; best first, `explicit_only` readers last.

    A sniffer that raises or answers anything but a `Confidence` counts as NO, with the reason;
    one that also accepts random bytes counts as NO, with a warning.
    """
    return _ranked(source, registry.readers.values())


def _ranked(source: Source, readers: Iterable[Reader]) -> list[Match]:
    with timed(SNIFF_SECONDS):  # once for all, and again after each that is stopped: a timer costs more than most
        asked = list(readers)
        answers = call_each(asked, [reader.sniff for reader in asked], source, returns=Confidence)
        matches = [_credible(_match(*pair)) for pair in zip(asked, answers, strict=True)]
    return sorted(
        matches,
        key=lambda m: (m.reader.explicit_only, m.reader.fallback, -m.confidence, m.reader.name),
    )


def ask(reader: Reader, source: Source) -> Match:
    """Ask one sniffer; an exception or an invalid answer counts as NO, with the reason."""
    return _match(reader, call_each([reader], [reader.sniff], source, returns=Confidence)[0])


def _match(reader: Reader, answer: Confidence | EchubError) -> Match:
    if isinstance(answer, EchubError):
        return Match(reader, Confidence.NO, f"{one_line(answer)}, in {owner_of(reader)}", answer)
    return Match(reader, answer)


def _credible(match: Match) -> Match:
    """Ignore a sniffer that accepts anything."""
    if match.confidence == Confidence.NO or not _claims_noise(match.reader):
        return match
    return Match(match.reader, Confidence.NO, "also claims random bytes, so its answer is ignored")


@cache
def _claims_noise(reader: Reader) -> bool:
    """Test a sniffer with random bytes, once per process; warn if it accepts them."""
    claims = ask(reader, Source.from_bytes(NOISE, "noise")).confidence > Confidence.NO
    if claims:
        text = f"the reader {reader.name} also claims random bytes, so its answer is ignored"
        warnings.warn(text, PluginWarning, stacklevel=2)
    return claims


def choose(source: Source, registry: Registry) -> Reader:
    """Pick the one reader for a file.

    Raises `UnknownFormat`, `AmbiguousFormat` or `ReaderNotInstalled`; `PluginError` if no reader knows
    it and the sniffer of the reader that declares its suffix failed.
    """
    _require_content(source)
    asked = [reader for reader in registry.readers.values() if not reader.explicit_only]
    matches = _ranked(source, (reader for reader in asked if not reader.fallback))
    candidates = _best(matches)
    if not candidates:  # only now, as a fallback looks at the whole head: longer than all others together
        fallbacks = _ranked(source, (reader for reader in asked if reader.fallback))
        candidates = _best(m for m in fallbacks if _is_worth_a_try(m, source))
        matches += fallbacks
    if not candidates:
        raise _sniffer_failed(source, matches) or _unknown(source, registry)
    if len(candidates) > 1:
        candidates = _shipped(candidates, registry)
    if len(candidates) > 1:
        raise _ambiguous(source, candidates)
    reader = candidates[0].reader
    if reader.fallback and (failure := _sniffer_failed(source, matches)) is not None:
        why = f"the reader of its suffix could not be asked: {one_line(failure)} ({failure.cause})"
        warnings.warn(f"{source.shown} is read as {reader.title}; {why}", PluginWarning, stacklevel=2)
    if not is_installed(reader):
        registry.reader(reader.name)  # raises ReaderNotInstalled
    return reader


_POINTERS = (
    (re.compile(rb"version https://git-lfs\.github\.com/spec/"), "Git LFS", "git lfs pull"),
    (re.compile(rb"(?:\.\./)*(?:\.git|/)?/?annex/objects/\S+\s*\Z"), "git-annex", "git annex get"),
)
"""Pointers to large files in a copy of a repository: first bytes, tool, and the command that fetches the file."""
_LONGEST_POINTER = 1024
"""Largest pointer in bytes: the limit in the specification of Git LFS."""


def _require_content(source: Source) -> None:
    """Refuse a pointer to a file as such, for any suffix."""
    head = source.head if source.size <= _LONGEST_POINTER else b""
    for pattern, whose, command in _POINTERS:
        if pattern.match(head):
            raise UnknownFormat(
                f"this is a pointer of {whose}, not the file itself",
                path=source.shown,
                found=first_bytes(source),
                cause="the repository was copied without its large files",
                hint=f"{command} {source.name}" if whose == "git-annex" else command,
            )


def _sniffer_failed(source: Source, matches: list[Match]) -> EchubError | None:
    """Return the error of a sniffer that should have recognised the file by its suffix.

    With any other suffix the file stays unknown: a broken plugin must not cause an error for every README.
    """
    failed = (m.error for m in matches if isinstance(m.error, PluginError) and source.suffix in m.reader.suffixes)
    error = next(failed, None)
    if error is not None:
        error.path = source.shown
    return error


def _is_worth_a_try(match: Match, source: Source) -> bool:
    """Return whether a fallback may try a file: if it guesses, the suffix must not belong to another format."""
    return match.confidence > Confidence.MAYBE or source.suffix in ("", *match.reader.suffixes)


def _best(matches: Iterable[Match]) -> list[Match]:
    sure = [m for m in matches if m.confidence > Confidence.NO]
    top = max((m.confidence for m in sure), default=Confidence.NO)
    return [m for m in sure if m.confidence == top]


def _shipped(candidates: list[Match], registry: Registry) -> list[Match]:
    """Prefer the one reader that comes with the hub, with a warning: a new plugin makes no file unreadable."""
    owners = {m.reader.name: registry.owner_if_known(m.reader) for m in candidates}
    own = [m for m in candidates if (owner := owners[m.reader.name]) and owner.distribution == "echub"]
    if len(own) != 1:
        return candidates
    others = [m.reader for m in candidates if m is not own[0]]
    claims = ", ".join(f"{other.name} of {owner_of(other)}" for other in others)
    text = (
        f"{claims} also claims this file; {own[0].reader.name} is used, --reader {others[0].name} takes the other"
    )
    warnings.warn(text, PluginWarning, stacklevel=3)
    return own


def _ambiguous(source: Source, candidates: list[Match]) -> AmbiguousFormat:
    choices = " or ".join(f"--reader {m.reader.name}" for m in candidates)
    return AmbiguousFormat(
        "several readers recognise this file",
        path=source.shown,
        found=", ".join(f"{m.reader.name} ({m.confidence.name})" for m in candidates),
        hint=f"say which: {choices}",
    )


def known_format(source: Source, registry: Registry) -> KnownFormat | None:
    """Find the format that is recognised but not read, by its suffix, and by its first bytes if declared."""
    formats = [f for f in registry.known_formats.values() if source.suffix in f.suffixes]
    return next((f for f in formats if not f.magic or source.head.startswith(f.magic)), None)


def _unknown(source: Source, registry: Registry) -> UnknownFormat:
    if not source.size:
        return UnknownFormat(
            "the file is empty", path=source.shown, cause="the recording never started, or the copy failed"
        )
    known = known_format(source, registry)
    if known is not None:
        sure = f"this is {known.title}, which is recognised but not read"
        guessed = f"by its suffix this may be {known.title}, which is not read"
        return UnknownFormat(
            sure if known.magic else guessed,
            path=source.shown,
            found=first_bytes(source),
            hint=known.advice,
        )
    same = [r.name for r in registry.readers.values() if source.suffix in r.suffixes]
    return UnknownFormat(
        "no reader recognises this file",
        path=source.shown,
        expected=f"for {source.suffix}: {', '.join(same)}" if same else None,
        found=first_bytes(source),
        cause="the suffix is right but the content is not" if same else "no plugin reads this format",
        hint="`echub plugins list` shows the formats; `--reader NAME` insists on one",
    )


def first_bytes(source: Source) -> str:
    """Return the first bytes of a file as text, for messages."""
    return f"{source.head[:_SHOWN]!r}{'…' if source.size > _SHOWN else ''}"
