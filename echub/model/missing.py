"""The mark of a value that is missing: a NaN of its own bits, as R has one for NA.

To all programs and formulas it is NaN. A NaN of other bits is what an instrument or its software said: not a
number. The bits survive selections, files, float32 to float64 and back, signs and arithmetic with numbers (IEEE
754, 6.2.3: an operation on a NaN returns it), so that no mask has to travel beside the values. A function that
makes a new NaN of it, such as the logarithm of a float32, loses the mark, never more than that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_SINGLE = 0x7FCE_CB0B
"""A quiet NaN of float32. Its payload is in use by nobody known: R's NA ends in 07a2, the NaN of C, NumPy and x86
has a payload of zeros, erased memory one of ones. As float64 it has the same payload and zeros behind it."""
MISSING = float(np.array([_SINGLE], np.uint32).view(np.float32)[0])
"""A value that is not there: a NaN of its own bits. Set it in arrays of float32 or float64."""
_BITS = {4: np.uint32(_SINGLE), 8: np.array([MISSING]).view(np.uint64)[0]}
"""The mark by the size of a float; in float16 it has no room."""
_BUT_SIGN = {4: np.uint32(2**31 - 1), 8: np.uint64(2**63 - 1)}
"""All bits but the sign, which negation turns round."""


def is_missing(values: Any) -> NDArray[np.bool_]:  # noqa: ANN401  an array, or what holds one as its values
    """Return for each value of an array of any shape, or of a column, whether it is missing.

    A NaN of the source is not.
    """
    values = np.asarray(getattr(values, "values", values))
    size = values.dtype.itemsize
    if values.dtype.kind != "f" or size not in _BITS:
        return np.zeros(values.shape, bool)
    found = np.asarray(np.isnan(values))
    if found.any():
        bits = values[found].astype(f"=f{size}").view(f"u{size}")
        found[found] = (bits & _BUT_SIGN[size]) == _BITS[size]
    return found


def filled(values: NDArray[Any], missing: NDArray[np.bool_]) -> NDArray[Any]:
    """Return a copy with the mark where `missing`; whole numbers become float64, and other types stay.

    Raises `ValueError` if a whole number does not fit float64, `TypeError` for texts.
    """
    if values.dtype.kind not in "fiub":
        raise TypeError(f"{values.dtype} has no mark for missing values")
    known = values.astype(values.dtype if values.dtype.kind == "f" and values.dtype.itemsize > 2 else np.float64)
    if values.dtype.kind in "iu" and ((known.astype(values.dtype) != values) & ~missing).any():
        raise ValueError("a whole number beyond 2^53 beside missing values")
    known[missing] = MISSING
    return known
