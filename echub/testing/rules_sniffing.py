"""Rules about recognising files; `fallback` and `explicit_only` readers are exempt from them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NoReturn

from echub.declare import Confidence
from echub.errors import EchubError
from echub.files.detect import Match, ask, choose
from echub.model.source import HEAD, Source
from echub.registry.registry import registry
from echub.testing import guard
from echub.testing.base import Contract, RuleViolation, rule, skip
from echub.testing.strangers import strangers

NEUTRAL = "sample.bin"


class SniffingRules(Contract):
    """How a reader distinguishes its own files from all others."""

    def _sniff(self, data: bytes, name: str) -> Match:
        """Call the sniffer with bytes under a name; skip for a reader that is exempt."""
        if self._is_exempt:
            skip(f"{self.reader} is a fallback or explicit_only reader: it recognises nothing by itself")
        declared, source = self._usable, Source.from_bytes(data, name)
        done = guard.run(lambda: ask(declared, source), len(data))
        return done.result or Match(declared, Confidence.NO, str(done.error))

    @rule
    def test_recognises_its_files_by_content(self, path: Path) -> None:
        """Its files are LIKELY or CERTAIN whatever they are called."""
        for name in (path.name, NEUTRAL):
            match = self._sniff(_head(path), name)
            if match.confidence < Confidence.LIKELY:
                raise RuleViolation(
                    f"LIKELY or CERTAIN under the name {name}",
                    match.problem or match.confidence.name,
                    "look in source.head for what only this format has; the name is a hint at most",
                )

    @rule
    def test_suffix_alone_is_maybe_at_most(self) -> None:
        """A suffix without the content is never more than MAYBE."""
        for suffix in self._usable.suffixes:
            for what, data in strangers().items():
                match = self._sniff(data, f"sample{suffix}")
                if match.confidence > Confidence.MAYBE:
                    raise RuleViolation(
                        "NO or MAYBE",
                        f"{what} called sample{suffix} is {match.confidence.name}",
                        "answer LIKELY or CERTAIN only where source.head shows the format",
                    )

    @rule
    def test_rejects_strangers(self) -> None:
        """Empty files, zeros, noise, texts, web pages, pictures and archives are NO."""
        for what, data in strangers().items():
            match = self._sniff(data, NEUTRAL)
            if match.confidence > Confidence.NO:
                raise RuleViolation(
                    "NO", f"{what} is {match.confidence.name}", "ask for more of the format's signature"
                )

    @rule
    def test_rejects_files_of_others(self) -> None:
        """The samples of other readers (`foreign`) are NO; under their own names MAYBE at most."""
        others = self._absolute(self.foreign)
        if not others:
            skip("no samples of other readers were given (`foreign`)")
        for other in others:
            for name, most in ((NEUTRAL, Confidence.NO), (other.name, Confidence.MAYBE)):
                match = self._sniff(_head(other), name)
                if match.confidence > most:
                    raise RuleViolation(
                        most.name,
                        f"{other.name} as {name} is {match.confidence.name}",
                        "ask for more of the format's signature",
                    )

    @rule
    def test_sniff_opens_nothing(self, path: Path) -> None:
        """The sniffer looks at head, name and size only and opens nothing."""
        self._sniff(_head(path), path.name)  # what it imports and caches at first does not count
        source = SealedSource(_head(path), path.name, path.stat().st_size)
        ask(self._usable, source)
        if source.touched:
            raise RuleViolation(
                "source.head, source.name, source.suffix and source.size only",
                ", ".join(sorted(set(source.touched))),
                "use source.head: its 64 KiB were read once, for all sniffers",
            )

    @rule
    def test_sniff_always_answers(self, path: Path) -> None:
        """The sniffer answers a Confidence for any content: heads cut short, noise, nothing."""
        head = _head(path)
        cut = {f"the first {n} bytes of {path.name}": head[:n] for n in (*range(65), 100, 1000, 4095)}
        for what, data in {**cut, **strangers()}.items():
            for name in (path.name, NEUTRAL, "no_suffix"):
                match = self._sniff(data, name)
                if match.problem:
                    raise RuleViolation(
                        "a Confidence",
                        f"{what}, called {name}: {match.problem}",
                        "compare with startswith or `in`, which short heads cannot break",
                    )

    @rule
    def test_is_chosen_for_its_files(self, path: Path) -> None:
        """Among all installed readers, the hub picks this one."""
        if self._is_exempt:
            skip(f"{self.reader} is a fallback or explicit_only reader: others come first")
        try:
            found = choose(Source(path), registry()).name
        except EchubError as error:
            found = str(error)
        if found != self.reader:
            raise RuleViolation(
                self.reader, found, "make the sniffers of both readers ask for what only theirs has"
            )


class SealedSource(Source):
    """A source with a head, a name and a size, that records every attempt to use more."""

    def __init__(self, head: bytes, name: str, size: int) -> None:
        self.name = name
        self.size = size
        self.used = []
        self.touched: list[str] = []
        self.__dict__["head"] = head

    @property
    def path(self) -> Path | None:  # type: ignore[override]
        """Refuse: with the path the file could be opened."""
        self._refuse("path")

    @property
    def shown(self) -> str:
        """Return the name."""
        return self.name

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Refuse."""
        self._refuse("open()")
        yield

    def read(self, offset: int = 0, length: int = -1) -> bytes:
        """Refuse."""
        self._refuse("read()")

    def sibling(self, suffix: str) -> Source | None:
        """Refuse."""
        self._refuse("sibling()")

    def sha256(self) -> str:
        """Refuse."""
        self._refuse("sha256()")

    def _refuse(self, what: str) -> NoReturn:
        self.touched.append(what)
        raise OSError(f"a sniffer may not use {what}")


def _head(path: str | os.PathLike[str]) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(HEAD)
