"""The area of what a mask covers, such as an island of metal in an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

_CM2_PER_UM2 = 1e-8


def mask_area(mask: ArrayLike, pixel: float, pixel_uncertainty: float = 0.0) -> tuple[float, float]:
    """Return the area that a mask covers, cm², and its standard uncertainty.

    mask: (rows, columns), true inside. pixel: length of the side of a pixel, µm, with its standard uncertainty.
    Each pixel at the edge is uncertain by half of itself, evenly; they are taken as independent, so that a
    threshold that moves the whole edge is not covered. Raises `ValueError` for an empty mask or a pixel without
    length.
    """
    inside = np.asarray(mask, dtype=bool)
    if inside.ndim != 2 or not inside.any():
        raise ValueError("the mask covers nothing")
    if not pixel > 0:
        raise ValueError(f"pixel is positive, not {pixel}")
    number = int(inside.sum())
    wide = np.pad(inside, 1)
    surrounded = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    edge = number - int((inside & surrounded).sum())
    by_edge = np.sqrt(edge / 12)  # the part of an edge pixel that is inside is even between 0 and 1
    by_pixel = 2 * pixel_uncertainty / pixel * number
    return number * pixel**2 * _CM2_PER_UM2, float(np.hypot(by_edge, by_pixel)) * pixel**2 * _CM2_PER_UM2
