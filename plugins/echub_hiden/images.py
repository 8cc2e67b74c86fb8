"""Image stacks: one matrix per species and frame, a multi-page TIFF per species, or one NumPy array."""

from __future__ import annotations

import io
import math
import re
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import ReadError, Source
from echub.species import parse_species
from echub.text import decode, encoding_of, several
from echub_hiden.declared import DeclaredPart, open_beside

COUNTED = ("I", "L", "F")
"""Pillow's modes of one number per pixel: 8, 16 and 32 bits, and floats. An alpha channel makes a picture."""

_PIXELS = 200_000_000
"""Pixels of a TIFF with all its pages: a stack of 500 frames of 512 × 512 has 130 million."""
_STUMBLES = (OSError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, struct.error, EOFError)
"""What Pillow raises on damaged files."""


@dataclass(frozen=True)
class Stack:
    """The images of one species in one region: numbers (frame, y, x) in the type of their file."""

    region: str
    species: str
    polarity: int
    counts: NDArray[Any]

    @property
    def bits(self) -> int:
        """Return the bits of a pixel's whole number; 0 where pixels are fractions."""
        return 8 * self.counts.dtype.itemsize if self.counts.dtype.kind in "ui" else 0


def read_stack(part: DeclaredPart, source: Source) -> Iterator[Stack]:
    """Return the stack of each declared species.

    `{species}` in the pattern stands for the label, as it is or without what file names cannot
    hold; `{frame}` for the number of the image. Raises `ReadError` where files are missing or
    differ in size.
    """
    pattern = str(part.told["pattern"])
    species = [str(label) for label in part.told["species"]]
    cube = _array(open_beside(source, pattern)) if pattern.endswith(".npy") and "{" not in pattern else None
    if cube is not None and (cube.ndim != 4 or len(cube) != len(species)):
        raise ReadError(
            "the array does not hold the declared species",
            path=pattern,
            expected=f"the shape ({len(species)}, frames, y, x)",
            found=str(cube.shape),
        )
    for number, label in enumerate(species):
        images = cube[number] if cube is not None else _images(pattern, label, source)
        if images.ndim != 3 or not images.size:
            raise ReadError(
                f"the images of {label} are not a stack",
                path=pattern,
                expected="(frame, y, x)",
                found=str(images.shape),
            )
        yield Stack(part.region, label, part.polarity or parse_species(label).polarity, images)


def _images(pattern: str, label: str, source: Source) -> NDArray[np.generic]:
    names = [file.name for file in source.beside("*")]
    plain = re.sub(r"[^A-Za-z0-9]", "", label)
    for spelling in (label, plain):
        if pattern.count("{frame") > 1:
            raise ReadError("a pattern has one {frame}", expected="{species}_{frame}.txt", found=pattern)
        expected = re.escape(pattern).replace(re.escape("{species}"), re.escape(spelling))
        matched = re.compile(re.sub(r"\\\{frame(?::[^}]*?)?\\\}", r"(?P<frame>\\d+)", expected) + r"\Z")
        found = [(m, name) for name in names if (m := matched.match(name))]
        if found:
            break
    else:
        raise ReadError(
            f"there are no images of {label}",
            expected=pattern.replace("{species}", label),
            found=f"{several(len(names), 'file')} beside the manifest, none of that name",
        )
    if "{frame" not in pattern:
        return _pages(open_beside(source, found[0][1]))
    ordered = sorted(found, key=lambda item: int(item[0]["frame"]))
    _check_frames([int(m["frame"]) for m, _ in ordered], label)
    planes = [_matrix(open_beside(source, name)) for _, name in ordered]
    if len({plane.shape for plane in planes}) > 1:
        raise ReadError(
            f"the images of {label} differ in size", found=", ".join(sorted({str(p.shape) for p in planes}))
        )
    return np.stack(planes)


def _check_frames(numbers: list[int], label: str) -> None:
    known = set(numbers)
    span = range(numbers[0], numbers[-1] + 1)
    missing = list(islice((number for number in span if number not in known), 10))
    if missing:
        raise ReadError(
            f"images of {label} are missing",
            expected=f"the frames {numbers[0]} to {numbers[-1]}",
            found=f"none for {', '.join(map(str, missing))}",
        )


def _pages(file: Source) -> NDArray[np.generic]:
    return _array(file) if file.suffix == ".npy" else _tiff(file)


def _matrix(file: Source) -> NDArray[np.generic]:
    """Read one image: text of numbers, a NumPy array, or a TIFF."""
    if file.suffix in (".npy", ".tif", ".tiff"):
        return _require_matrix(_array(file) if file.suffix == ".npy" else _single_page(file), file)
    data = file.read()
    encoding = encoding_of(data, whole=True)
    text = decode(data, encoding.value or "utf-8")
    if not text.strip():
        raise ReadError("the image is not a matrix: the file is empty", path=file.shown, expected="(y, x)")
    separator = next((s for s in (";", "\t", ",") if s in text), None)
    try:
        plain = io.StringIO(_without_last(text, separator))
        return _require_matrix(np.loadtxt(plain, delimiter=separator, ndmin=2), file)
    except ValueError as error:
        raise ReadError("the image is not a matrix of numbers", path=file.shown, found=str(error)) from None


def _without_last(text: str, separator: str | None) -> str:
    """Return a matrix without the separator at the end of its lines, if every line has one."""
    lines = [line.rstrip(" \r") for line in text.split("\n") if line.strip()]
    if separator and all(line.endswith(separator) for line in lines):
        return "\n".join(line.removesuffix(separator) for line in lines)
    return text


def _single_page(file: Source) -> NDArray[np.generic]:
    """Read the TIFF of one frame; refuse one of several pages, which are frames themselves."""
    pages = _tiff(file)
    if len(pages) > 1:
        raise ReadError(
            "an image of one frame has several pages",
            path=file.shown,
            expected="one page per file, as {frame} in the pattern says",
            found=f"{len(pages)} pages",
            hint='pattern = "…_{species}.tif" reads all pages of a file as frames',
        )
    return np.asarray(pages[0])


def _require_matrix(image: NDArray[np.generic], file: Source) -> NDArray[np.generic]:
    if image.ndim != 2 or not image.size:
        raise ReadError("the image is not a matrix", path=file.shown, expected="(y, x)", found=str(image.shape))
    return image


def _array(file: Source) -> NDArray[np.generic]:
    try:
        data = file.read()
        _require_all_there(data)
        loaded: NDArray[np.generic] = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError, TypeError, SyntaxError, OverflowError) as error:
        raise ReadError("the file is not a NumPy array of numbers", path=file.shown, found=str(error)) from None
    if loaded.dtype.kind not in "uif":
        raise ReadError("the array contains no numbers", path=file.shown, found=str(loaded.dtype))
    return loaded


def _require_all_there(data: bytes) -> None:
    """Raise `ValueError` if the header of a NumPy array promises more bytes than there are."""
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    headers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in headers:
        raise ValueError(f"version {version} of the format")
    shape, _, dtype = headers[version](stream)
    needed, there = math.prod(shape) * dtype.itemsize, len(data) - stream.tell()
    if needed > there or any(length < 0 for length in shape):
        raise ValueError(f"its header says {needed} bytes, and {there} are there")


def _tiff(file: Source) -> NDArray[np.generic]:
    """Read all pages of a TIFF with Pillow, which comes with matplotlib (extra `plot`).

    Pages of colours, of a palette or of two tones are pictures, not counts.
    """
    try:
        from PIL import Image, ImageSequence
    except ImportError:
        raise ReadError(
            "reading TIFF needs Pillow",
            path=file.shown,
            hint="pip install 'echub[plot]', or export matrices as text",
        ) from None
    try:
        # As TIFF only, whatever the file is: Pillow would try forty other decoders.
        with warnings.catch_warnings(), Image.open(io.BytesIO(file.read()), formats=["TIFF"]) as image:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if (frames := getattr(image, "n_frames", 1)) * image.width * image.height > _PIXELS:
                raise ValueError(
                    f"{frames} pages of {image.width} × {image.height} are more than {_PIXELS} pixels"
                )
            pages = [(page.mode, np.array(page)) for page in ImageSequence.Iterator(image)]
    except (*_STUMBLES, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ReadError("the file is not a TIFF that can be read", path=file.shown, found=str(error)) from None
    modes = {mode for mode, _ in pages}
    if pictures := sorted(mode for mode in modes if mode == "LA" or not mode.startswith(COUNTED)):
        raise ReadError(
            "a page is a picture, not counts",
            path=file.shown,
            expected="one number per pixel",
            found=f"the mode {pictures[0]}",
            hint="export raw counts per pixel and frame, not the colours of the screen",
        )
    shapes = {page.shape for _, page in pages}
    if len(shapes) > 1:
        raise ReadError("the pages differ in size", path=file.shown, found=", ".join(map(str, sorted(shapes))))
    return np.stack([page for _, page in pages])
