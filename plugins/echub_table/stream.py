"""A source as one stream of UTF-8 lines: head, tail, and chunks of whole lines.

Whatever the encoding and the ends of lines are in the file, everything behind this module sees
UTF-8 and a line feed. The text is never held whole.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from echub.plugin import Notice, ReadError, Source, without_zero_tail
from echub.text import encoding_of
from echub_table.encodings import by_evidence
from echub_table.one_line import chunks_in_one_line, in_one_line

TAIL = 4096
"""Bytes of the end of a file that the inference looks at: some tens of lines."""

HEAD = 65_536
"""Bytes of the beginning that the inference looks at: preamble, header and hundreds of rows (decision 20)."""

LINES, MOST = 16, 4 << 20
"""Lines that the inference needs, however long they are, and the most bytes that it looks at for them: 5,000
columns have lines of some 45 kB."""

CHUNK = 4 * 1024 * 1024
"""Bytes that are parsed at a time: what bounds the memory beyond the columns themselves."""

_SINGLE_BYTE = ("utf-8", "utf-8-sig", "cp1252")
"""Encodings in which a line feed is a byte of its own."""

_LONE_RETURN = re.compile(r"\r(?!\n|\Z)")
"""A line end of its own; at the end of a head, a line feed may follow."""
_ANY_RETURN = re.compile(rb"\r\n?")


@dataclass(frozen=True, slots=True)
class Text:
    """A source with its encoding and line ends known.

    `head` and `tail` are texts with line feeds; `whole` where the head is all there is; `remarks` on
    what was left out. `joined`: quoted cells span lines, and each is put into one.
    """

    source: Source
    encoding: str
    encoding_evidence: str
    newline: str
    head: str
    tail: str
    whole: bool
    remarks: tuple[Notice, ...] = ()
    joined: bool = False

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """Walk the whole file as UTF-8 bytes in chunks that end with a line feed, each cell in one line.

        The first holds the head at least, the last the tail, so that preamble and footer lie in one.
        """
        return chunks_in_one_line(self._cut(size)) if self.joined else self._cut(size)

    def _cut(self, size: int) -> Iterator[bytes]:
        # Of a head with long lines the characters are known, of which each may be two bytes.
        size = max(size, HEAD if len(self.head) <= HEAD else 2 * len(self.head))
        if self.encoding in _SINGLE_BYTE and self.newline != "\r":
            yield from self._lines(size)
            return
        held = b""
        for block in self._blocks(size):
            cut = held.rfind(b"\n") + 1
            if cut and len(block) >= TAIL:
                yield held[:cut]
                held = held[cut:]
            held += block
        if held:
            yield held if held.endswith(b"\n") else held + b"\n"

    def _lines(self, size: int) -> Iterator[bytes]:
        """Cut the bytes of the file themselves at line feeds: no decoding, and one copy less."""
        with self.source.open() as file:
            at = file.seek(3 if self.encoding == "utf-8-sig" else 0)
            while at < self.source.size:
                data = file.read(self._end(file, at, size) - at)
                at += len(data)
                if not data:
                    return
                if self.newline == "\r\n":
                    data = data.replace(b"\r\n", b"\n")
                yield data if data.endswith(b"\n") else data + b"\n"

    def _end(self, file: BinaryIO, at: int, size: int) -> int:
        """Find where the line ends that holds the last byte of a chunk, so that the chunk is read in one piece."""
        if self.source.size - at <= size + TAIL:
            return self.source.size
        file.seek(at + size)
        end = at + size + len(file.readline())
        file.seek(at)
        return end

    def _blocks(self, size: int) -> Iterator[bytes]:
        plain = self.encoding in _SINGLE_BYTE
        decoder = None if plain else codecs.getincrementaldecoder(self.encoding)("backslashreplace")
        size = min(size, self.source.size + 1)  # reading takes the memory that is asked for
        skip = 3 if self.encoding == "utf-8-sig" else 0
        with self.source.open() as file:
            file.seek(skip)
            pending = b""
            while raw := file.read(size):
                data = raw if decoder is None else decoder.decode(raw).encode()
                data = pending + data
                pending = data[-1:] if data.endswith(b"\r") else b""
                yield with_line_feeds(data[: len(data) - len(pending)], self.newline)
            if pending:
                yield b"\n"


def with_line_feeds(data: bytes, newline: str) -> bytes:
    """Turn the line ends of a file into line feeds."""
    if newline == "\r\n":
        return data.replace(b"\r\n", b"\n")
    return _ANY_RETURN.sub(b"\n", data) if newline == "\r" else data


def open_text(source: Source, encoding: str = "", *, head_only: bool = False) -> Text:
    """Find encoding and line ends of a source; `ReadError` where it is not text.

    `head_only` opens nothing beyond the head, for sniffers.
    """
    source, remarks = (source, []) if head_only else without_zero_tail(source)
    raw = source.head if head_only else _long_head(source)
    whole = source.size <= len(raw)
    tailless = whole or head_only
    found = encoding_of(raw, whole=whole) if encoding else by_evidence(raw, encoding_of(raw, whole=whole))
    chosen, evidence = (encoding, "said by the user") if encoding else (found.value, found.evidence)
    if chosen is None:
        raise ReadError("this is not text", path=source.shown, expected="a delimited table", found=found.evidence)
    if not encoding and chosen == "utf-8" and not tailless:
        chosen, evidence = _by_tail(source, chosen, evidence)
    head = _decoded(raw, chosen, source).lstrip("\ufeff")
    newline = _newline(head)
    tail_at = max(0, source.size - TAIL)
    tail = head if tailless else _decoded(source.read(tail_at - tail_at % 2), _without_mark(raw, chosen), source)
    text = [part.replace("\r\n", "\n") for part in (head.removesuffix("\r"), tail)]
    text = [part.replace("\r", "\n") if newline == "\r" else part for part in text]
    return _joined(Text(source, chosen, evidence, newline, text[0], text[1], whole, tuple(remarks)))


def _joined(text: Text) -> Text:
    """Return a text with each quoted cell in one line, if cells of its head span lines."""
    head, tail = (in_one_line(part.encode("utf-8", "surrogatepass")) for part in (text.head, text.tail))
    head_text, tail_text = (part.decode("utf-8", "surrogatepass") for part in (head, tail))
    return text if head_text == text.head else replace(text, head=head_text, tail=tail_text, joined=True)


def _long_head(source: Source) -> bytes:
    """Return the head, or more of the file if its lines are so long that the head holds too few."""
    head = source.head
    longest = max(map(len, head.splitlines()), default=0)
    return head if longest * LINES <= HEAD else source.read(0, min(longest * LINES, MOST))


def _by_tail(source: Source, chosen: str, evidence: str) -> tuple[str, str]:
    """Let the end of a long file object to UTF-8."""
    tail = source.read(max(0, source.size - TAIL)).lstrip(bytes(range(0x80, 0xC0)))
    found = encoding_of(tail, whole=True)
    return (found.value, f"in the last lines, {found.evidence}") if found.value == "cp1252" else (chosen, evidence)


def _without_mark(raw: bytes, encoding: str) -> str:
    """Name the byte order that the mark at the beginning declares, for text further on."""
    if encoding != "utf-16":
        return encoding
    return "utf-16-be" if raw.startswith(codecs.BOM_UTF16_BE) else "utf-16-le"


def _decoded(raw: bytes, encoding: str, source: Source) -> str:
    try:
        return codecs.getincrementaldecoder(encoding)("backslashreplace").decode(raw)
    except LookupError:
        raise ReadError(
            f"there is no encoding {encoding!r}",
            path=source.shown,
            expected="utf-8, utf-16, cp1252 …",
            found=encoding,
            hint="--option encoding=cp1252",
        ) from None


def _newline(head: str) -> str:
    """Return the line end; a carriage return wherever one ends a line, if others end with a line feed too."""
    if _LONE_RETURN.search(head):
        return "\r"
    return "\r\n" if "\r\n" in head else "\n"


def without_lines(data: bytes, count: int) -> bytes:
    """Take the first lines away."""
    at = 0
    for _ in range(count):
        at = data.index(b"\n", at) + 1
    return data[at:]


def without_footer(data: bytes, count: int) -> bytes:
    """Take the last lines away, blank ones beyond them included."""
    data = data.rstrip(b"\n")
    for _ in range(count):
        data = data[: max(0, data.rfind(b"\n"))]
    return data + b"\n" if data else b""
