"""The profile of the likelihood: how far a resistance, or a sum, can move while the fit stays acceptable."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from echub_eis.method.elements import Floats
from echub_eis.method.fit import CircuitFit, Pin, revived, solve

FAR = float(np.log(100))
"""An interval that reaches a factor of 100 is open. By eye."""
VANISHED = 1e-3
"""A resistance below this part of the smallest |Z| is none, as far as the spectrum can tell."""
STIFF = 100.0
"""Weight of a pinned sum over its uncertainty: it gives way by a hundredth of that."""
REFINED = 6
"""Steps of false position at most; three are usual."""
NARROW = 0.02
"""A root is good to this part of t: 1 % of the width of the interval."""
SUSPECT = 2.0
"""A rise this many times that of the parabola may be a wrong optimum: another start is tried."""


@dataclass
class LikelihoodProfile:
    """The profile of ln R at one coordinate, or of the ln of a sum at several.

    u: relative uncertainty of the parabola, a first step. covariance: (p, p), the direction of the valley.
    """

    fitted: CircuitFit
    at: NDArray[np.intp]
    u: float
    covariance: Floats
    kept: dict[float, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        fitted = self.fitted
        self.revived = revived(fitted)
        self.is_at_limit = not np.array_equal(self.revived, fitted.x)
        self.scale = max(fitted.chi2 / fitted.freedom, 1e-300)  # exact data: no division by zero
        self.least = VANISHED * float(fitted.spectrum.modulus.min())
        self.value = float(np.exp(fitted.x[self.at]).sum())
        self.start = float(np.log(max(self.value, self.least)))

    def end(self, t: float, direction: int) -> float | None:
        """Return ln R at which √Δχ² has risen by t times the residuals' scale; None if it never does."""
        if self.value < self.least and direction < 0:
            return None
        far_off = FAR if self.value > self.least else FAR - float(np.log(VANISHED))
        self.kept = {0.0: self.fitted.x}
        near = (0.0, -t)
        step = min(t * self.u if np.isfinite(self.u) else 1.0, 1.0)
        far = (step, self._rise(step, direction) - t)
        while far[1] < 0:
            if far[0] >= far_off:
                return None
            near, step = far, min(2 * far[0], far_off)
            far = (step, self._rise(step, direction) - t)
        return self.start + direction * self._root(near, far, t, direction)

    def _root(self, near: tuple[float, float], far: tuple[float, float], t: float, direction: int) -> float:
        """Return the zero between two (offset, rise - t), by false position with the Illinois correction."""
        heights = [near[1], far[1]]
        side = 0
        for _ in range(REFINED):
            if far[0] - near[0] < NARROW * far[0]:
                break
            middle = near[0] + (far[0] - near[0]) * heights[0] / (heights[0] - heights[1])
            value = self._rise(middle, direction) - t
            if abs(value) < NARROW * t:
                return middle
            if value < 0:
                near, heights = (middle, value), [value, heights[1] * (0.5 if side < 0 else 1.0)]
            else:
                far, heights = (middle, value), [heights[0] * (0.5 if side > 0 else 1.0), value]
            side = -1 if value < 0 else 1
        return far[0]  # the wider of both

    def _rise(self, offset: float, direction: int) -> float:
        """Return √(Δχ²/scale) with ln R held at an offset, from the nearest fit that is known, moved along."""
        target = self.start + direction * offset
        nearest = max(known for known in self.kept if known <= offset)
        moved = self._solved(self._along(self.kept[nearest], target), target)
        parabola = offset / self.u if np.isfinite(self.u) and self.u > 0 else 0.0
        if self.is_at_limit or self._height(moved) > SUSPECT * parabola:
            for x in (
                (self._along(self.revived, target),) if self.is_at_limit else (self.kept[nearest], self.revived)
            ):
                other = self._solved(x, target)
                moved = other if other.chi2 < moved.chi2 else moved
        self.kept[offset] = moved.x
        return self._height(moved)

    def _height(self, moved: CircuitFit) -> float:
        return float(np.sqrt(max(moved.chi2 - self.fitted.chi2, 0.0) / self.scale))

    def _along(self, x: Floats, target: float) -> Floats:
        """Move all coordinates by what the parabola says if R is moved; only short steps are worth it."""
        if len(self.at) > 1:
            return x
        at = int(self.at[0])
        if not 0 < self.covariance[at, at] < np.inf:
            return x
        column = (
            np.where(np.isfinite(self.covariance[:, at]), self.covariance[:, at], 0.0) / self.covariance[at, at]
        )
        step = target - float(x[at])
        return np.asarray(x + np.where(np.abs(column * step) < 1.0, column, 0.0) * step)

    def _solved(self, x: Floats, target: float) -> CircuitFit:
        fitted = self.fitted
        if len(self.at) > 1:
            pin = Pin(self.at, target, STIFF / max(min(self.u, 1.0), 1e-12))
            return solve(fitted.model, fitted.spectrum, fitted.noise, x, None, pin)
        return solve(fitted.model, fitted.spectrum, fitted.noise, x, {int(self.at[0]): target})
