"""Whether decoding a TIFF can do harm: one without compression, whose parts all lie in the file, cannot.

After TIFF 6.0: a header of 8 bytes, then directories of 12-byte entries, each with the place of the next.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from echub.plugin import EchubError, Source
from echub_hiden.declared import Declared, parse

_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_TYPES = {1: "B", 3: "H", 4: "L"}
"""Types of entries that hold sizes and places: 8, 16 and 32 bits."""
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _OFFSETS, _SAMPLES, _COUNTS = 256, 257, 258, 259, 273, 277, 279
_ASKED = {_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _OFFSETS, _SAMPLES, _COUNTS}
_MOST_PAGES = 20_000
"""Pages of a stack; directories that point at each other have no end."""


def is_intact(source: Source) -> bool:
    """Return whether every image that a manifest names can be decoded without harm."""
    try:
        declared = parse(source)
    except EchubError:
        return True  # `read` refuses it before any image is opened
    return all(_is_harmless(image, source) for image in _pictures(declared, source))


def _pictures(declared: Declared, source: Source) -> Iterator[Source]:
    """Yield the files beside a manifest that its patterns of images may mean, if a library decodes them."""
    for part in declared.images:
        pattern = str(part.told["pattern"])
        head, tail = pattern.partition("{")[0], pattern.rpartition("}")[2]
        for file in source.beside("*"):
            is_ours = file.suffix == ".npy" or ("{frame" in pattern and file.suffix not in (".tif", ".tiff"))
            if file.name.startswith(head) and file.name.endswith(tail) and not is_ours:
                yield file


def _is_harmless(image: Source, source: Source) -> bool:
    source.used.append(image.name)  # how much there is to decode
    return is_plain(image.read())


def is_plain(data: bytes) -> bool:
    """Return whether a TIFF is without compression, and all its pixels lie in the file."""
    order = _ORDERS.get(data[:4])
    if order is None:
        return False
    try:
        (at,) = struct.unpack_from(f"{order}L", data, 4)
        for _ in range(_MOST_PAGES):
            if not at:
                return True
            page, at = _directory(data, at, order)
            if not _is_whole(page, len(data)):
                return False
    except (struct.error, LookupError):
        return False
    return False


def _directory(data: bytes, at: int, order: str) -> tuple[dict[int, tuple[int, ...]], int]:
    """Read one directory: the numbers of each entry, and the place of the next directory."""
    (entries,) = struct.unpack_from(f"{order}H", data, at)
    page = {}
    for place in range(at + 2, at + 2 + 12 * entries, 12):
        tag, kind, count = struct.unpack_from(f"{order}HHL", data, place)
        if tag not in _ASKED:
            continue
        layout = f"{order}{count}{_TYPES[kind]}"
        size = count * struct.calcsize(order + _TYPES[kind])
        start = place + 8 if size <= 4 else struct.unpack_from(f"{order}L", data, place + 8)[0]
        page[tag] = struct.unpack_from(layout, data, start)
    return page, struct.unpack_from(f"{order}L", data, at + 2 + 12 * entries)[0]


def _is_whole(page: dict[int, tuple[int, ...]], size: int) -> bool:
    """Return whether the strips of a page are not compressed, hold all its pixels, and end in the file."""
    if page.get(_COMPRESSION, (1,)) != (1,):
        return False
    offsets, counts = page[_OFFSETS], page[_COUNTS]
    bits = sum(page.get(_BITS, (1,))) * (page.get(_SAMPLES, (1,))[0] if len(page.get(_BITS, (1,))) == 1 else 1)
    needed = page[_WIDTH][0] * page[_HEIGHT][0] * bits // 8
    inside = all(start + length <= size for start, length in zip(offsets, counts, strict=False))
    return len(offsets) == len(counts) and inside and sum(counts) >= needed
