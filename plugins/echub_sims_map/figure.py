"""Maps with scale bars, a section through the widest column, and the profile inside and outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echub.drawing import BLUE, PALETTE, RED, reasons, tidy, title, unit_text
from echub.plugin import Outcome, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

MAP = "cividis"
"""Even for all kinds of colour vision, and in grey."""
OUTLINE, MISSING = "#ffffff", "#bbbbbb"
INSIDE, OUTSIDE = RED, BLUE
OTHERS = PALETTE[4], PALETTE[2], PALETTE[3], PALETTE[5]
"""Orange, green, purple and sky blue: those of the palette that are neither red nor blue."""
AXES = {"nm": "depth / nm", "s": "sputter time / s", "1": "frame"}


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure; a refused one shows its maps and the reason."""
    shown = outcome.diagnostics
    grid = figure.add_gridspec(2, 2, height_ratios=(1.2, 1))
    mean, depth = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[0, 1])
    profile = figure.add_subplot(grid[1, 1])
    low, high = shown["scale"].array()  # one for all regions of a file
    limits = float(low), float(high)
    _map(mean, shown, "mean", limits)
    image = _map(depth, shown, "mid_depth", limits)
    figure.colorbar(image, ax=[mean, depth], label="counts per pixel and frame", shrink=0.85)
    mean.set_title("mean of all frames", fontsize=9)
    low, high = shown["mid_depth_at"].array()
    unit = shown["mid_depth_at"].unit
    axis = AXES[unit].partition(" /")[0]
    depth.set_title(f"{axis} {low:.4g} to {high:.4g} {unit_text(unit)}".rstrip(), fontsize=9)
    _sections(figure, grid[1, 0], shown)
    _profiles(profile, outcome, str(shown["species"].values[0]) if "species" in shown else "")
    said = [str(outcome.conditions[name].value) for name in ("region", "species") if name in outcome.conditions]
    title(figure, outcome.label, *said, below=reasons(outcome.refusals))


def _length_unit(unit: str) -> str:
    return unit_text(unit) or "pixels"


def _limits(series: Series) -> tuple[float, float]:
    """Return the range of colours: a hot pixel does not darken the rest."""
    values = series.array()
    known = values[np.isfinite(values)]
    return (float(np.percentile(known, 0.5)), float(np.percentile(known, 99.5))) if known.size else (0.0, 1.0)


def _image(series: Series, shape: Series) -> NDArray[np.float64]:
    return np.asarray(series.array().reshape([int(n) for n in shape.array()]))


def _map(axes: Axes, shown: Any, name: str, limits: tuple[float, float]) -> AxesImage:  # noqa: ANN401
    x0, x1, y0, y1, dx, dy = shown["field"].array()
    extent = (x0 - dx / 2, x1 + dx / 2, y1 + dy / 2, y0 - dy / 2)
    image = axes.imshow(
        _image(shown[name], shown["shape"]), cmap=MAP, extent=extent, vmin=limits[0], vmax=limits[1],
        interpolation="nearest",
    )  # fmt: skip
    axes.set_facecolor(MISSING)
    _outline(axes, shown)
    _scale_bar(axes, extent, shown["field"].unit)
    axes.set(xticks=[], yticks=[])
    return image


def _outline(axes: Axes, shown: Any) -> None:  # noqa: ANN401
    from matplotlib.collections import LineCollection

    ends = np.stack([shown[f"outline_{end}"].array() for end in ("x0", "y0", "x1", "y1")], axis=1)
    axes.add_collection(LineCollection(list(ends.reshape(-1, 2, 2)), colors=OUTLINE, linewidths=1.0))
    numbers = shown["outline_column"].array()
    for number in np.unique(numbers):
        mine = ends[numbers == number]
        axes.annotate(
            f"{number:.0f}", (mine[:, 0].max(), mine[:, 1].min()), color=OUTLINE, fontsize=9, fontweight="bold",
            xytext=(2, 1), textcoords="offset points", annotation_clip=True,
        )  # fmt: skip


def _scale_bar(axes: Axes, extent: tuple[float, float, float, float], unit: str) -> None:
    """Draw a bar of a round length, about a quarter of the field."""
    width, height = extent[1] - extent[0], abs(extent[3] - extent[2])
    power = 10 ** np.floor(np.log10(width / 4))
    length = next(step * power for step in (5, 2, 1) if step * power <= width / 4)
    left, bottom = extent[0] + 0.05 * width, max(extent[2], extent[3]) - 0.07 * height
    dark = {"facecolor": "black", "alpha": 0.45, "edgecolor": "none"}
    axes.plot([left, left + length], [bottom, bottom], color="white", linewidth=3, solid_capstyle="butt")
    axes.text(
        left + length / 2, bottom - 0.02 * height, f"{length:g} {_length_unit(unit)}", color="white", ha="center",
        va="bottom", fontsize=8, bbox={**dark, "pad": 1.0},
    )  # fmt: skip


def _sections(figure: Figure, place: Any, shown: Any) -> None:  # noqa: ANN401
    """Draw the sections below each other, with one range of colours."""
    x0, x1, _, _, dx, _ = shown["field"].array()
    first, last, frames = shown["depth"].array()
    half = (last - first) / max(frames - 1, 1) / 2 or 0.5
    where = shown["section_y"].array().reshape(-1, 2)
    shape = [int(n) for n in shown["section_shape"].array()]
    cuts = shown["section"].array().reshape(len(where), *shape)
    low, high = _limits(shown["section"])
    all_axes = [figure.add_subplot(part) for part in place.subgridspec(len(where), 1)]
    for axes, (at, thick), cut in zip(all_axes, where, cuts, strict=True):
        image = axes.imshow(
            cut, cmap=MAP, extent=(x0 - dx / 2, x1 + dx / 2, last + half, first - half), aspect="auto",
            interpolation="nearest", vmin=low, vmax=high,
        )  # fmt: skip
        axes.set_facecolor(MISSING)
        _outline_section(axes, shown, at, (first - half, 2 * half))
        band = f" ± {thick:.3g}" if thick else ""
        axes.set_title(f"section at y = {at:.3g}{band} {_length_unit(shown['field'].unit)}", fontsize=9)
        axes.set_ylabel(AXES[shown["depth"].unit])
        axes.tick_params(labelbottom=axes is all_axes[-1])
    all_axes[-1].set_xlabel(f"x / {_length_unit(shown['field'].unit)}")
    figure.colorbar(image, ax=all_axes)


def _outline_section(axes: Axes, shown: Any, at: float, depth: tuple[float, float]) -> None:  # noqa: ANN401
    """Draw a box around each column that the section cuts: between its edges in that row, over its depth."""
    numbers = shown["outline_column"].array()
    upright = np.isclose(shown["outline_x0"].array(), shown["outline_x1"].array())
    crosses = upright & (shown["outline_y0"].array() <= at) & (shown["outline_y1"].array() >= at)
    spans = shown["column_span"].array().reshape(-1, 2)
    for number in np.unique(numbers[crosses]):
        edges = shown["outline_x0"].array()[crosses & (numbers == number)]
        first, last = depth[0] + spans[int(number) - 1] * depth[1]
        box = (edges.min(), edges.max(), edges.max(), edges.min(), edges.min())
        axes.plot(box, (first, first, last, last, first), color=OUTLINE, linewidth=1.0)
        axes.annotate(f"{number:.0f}", (edges.max(), first), color=OUTLINE, fontsize=9, fontweight="bold",
                      xytext=(2, -10), textcoords="offset points")  # fmt: skip


def _profiles(axes: Axes, outcome: Outcome, refused: str) -> None:
    """Draw counts per pixel of the ion against depth, in each region of interest, with its interval."""
    table = outcome.tables.get("roi_profile")
    wanted = outcome.conditions["species"].value if "species" in outcome.conditions else refused
    if table is None:
        axes.set_axis_off()
        return
    name = next((n for n in ("depth", "sputter_time") if n in table), "frame")
    mine = np.array([species == (wanted or table["species"].values[0]) for species in table["species"].values])
    rois = np.array(table["roi"].values, dtype=object)
    colours = {"columns": INSIDE, "outside": OUTSIDE}
    rest = iter(OTHERS * 10)
    for roi in dict.fromkeys(table["roi"].values):
        chosen = mine & (rois == roi)
        pixels = table["pixels"].array()[chosen]
        x, safe = table[name].array()[chosen], np.where(pixels > 0, pixels, np.nan)
        colour = colours.get(str(roi)) or next(rest)
        axes.plot(x, table["counts"].array()[chosen] / safe, color=colour, linewidth=1, label=str(roi))
        low, high = (table[end].array()[chosen] / safe for end in ("low", "high"))
        axes.fill_between(x, low, high, color=colour, alpha=0.25, linewidth=0)
    axes.set_ylim(bottom=0)
    axes.set(xlabel=AXES[table[name].unit or "1"], ylabel="counts per pixel and frame")
    axes.set_title("profiles with intervals of 95 %", fontsize=9)
    axes.legend(frameon=False, fontsize=8)
    tidy(axes)
