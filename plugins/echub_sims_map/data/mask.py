"""A region of interest that was drawn elsewhere: a matrix of the map's size in a file."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Refusal
from echub_sims_map.data.cube import Truth

SEPARATORS = (",", ";", "\t")
"""What may stand between the numbers of a text; without any of them it is blanks."""
HINT = "a matrix of one number per pixel, rows from the first y, not zero where the region is: .npy, or text"


def read_mask(file: str, shape: tuple[int, int]) -> tuple[str, Truth]:
    """Read a mask (y, x); give its name with the start of its sha256, and the pixels that are not zero.

    Raises `Refusal` (`bad-roi`) where the file cannot be read, is not a matrix, or has another size.
    """
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise Refusal("bad-roi", f"the mask {file} cannot be read: {error.strerror}", hint=HINT) from None
    matrix = _matrix(data)
    if matrix is None:
        raise Refusal("bad-roi", f"the mask {file} is not a matrix of numbers", hint=HINT)
    if matrix.shape != shape:
        found = " × ".join(map(str, matrix.shape))
        text = f"the mask {file} has {found} values, the map {shape[0]} × {shape[1]} pixels (y × x)"
        raise Refusal("bad-roi", text, hint=HINT)
    if not np.isfinite(matrix).all():
        raise Refusal("bad-roi", f"the mask {file} holds values that are not numbers", hint=HINT)
    return f"mask {Path(file).name} sha256:{hashlib.sha256(data).hexdigest()[:12]}", np.asarray(matrix != 0)


def _matrix(data: bytes) -> NDArray[np.float64] | None:
    if data.startswith(b"\x93NUMPY"):
        try:
            loaded = np.load(io.BytesIO(data), allow_pickle=False)
        except (ValueError, EOFError, TypeError, SyntaxError, OverflowError, MemoryError):
            return None
        return loaded.astype(np.float64) if loaded.ndim == 2 and loaded.dtype.kind in "biuf" else None
    text = data.decode("ascii", errors="replace")
    separator = next((mark for mark in SEPARATORS if mark in text), None)
    try:
        rows = [[float(cell) for cell in line.split(separator)] for line in text.splitlines() if line.strip()]
        return np.array(rows) if rows and len({len(row) for row in rows}) == 1 else None
    except ValueError:
        return None
