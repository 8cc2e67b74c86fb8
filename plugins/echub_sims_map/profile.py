"""A region of interest of an outcome as a depth profile, so that an interface in it can be fitted.

An ``.outcome.json`` of `sims-map` is a source: ``echub analyze sims-profile map.outcome.json --option
roi=columns`` asks for the interface in the columns. One region of interest at a time: they differ in
their pixels, so that counts of one must not be divided by those of another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from echub.plugin import (
    DataError,
    Dataset,
    Dropped,
    Metadata,
    Notice,
    Outcome,
    ReadError,
    Record,
    Series,
    Source,
    SourceColumn,
    build_dataset,
)
from echub_sims_map.options import ProfileOptions

TABLE = "roi_profile"
QUANTITIES = {
    "roi": "region",
    "species": "species",
    "polarity": "polarity",
    "frame": "frame",
    "depth": "depth",
    "sputter_time": "sputter_time",
    "counts": "ion_counts",
}
KEPT = ("analysis", "label", "measurands", "flags", "conditions", "provenance")
"""What else of an outcome stays, as it is."""
LEAST_SHARE = 0.5
"""Share of a region's pixels that a frame must have to be brought to the number of the others."""
_RECIPE = "counts * most pixels of the region of interest / pixels of the frame"


def to_profile(outcome: Outcome, roi: str = "") -> Record:
    """Return a region of interest of a `sims-map` outcome as a record with a `depth_profile`.

    `roi` is its name, by default the first one. Where frames differ in their measured pixels,
    `ion_counts` are brought to the largest number of pixels, and the counts themselves stay beside
    them. Raises `ReadError` for an outcome without that region of interest.
    """
    table = outcome.tables.get(TABLE)
    if table is None:
        raise ReadError(
            "the outcome has no regions of interest",
            expected=f"an outcome of sims-map with the table {TABLE}",
            found=", ".join(outcome.tables) or "no table",
            hint='echub analyze sims-map FILE --param roi="columns; outside" -o FOLDER',
        )
    names = list(dict.fromkeys(table["roi"].values))
    chosen = roi or names[0]
    if chosen not in names:
        raise ReadError(
            f"there is no region of interest {chosen!r}", expected=" or ".join(map(str, names)), found=roi
        )
    keep = [at for at, name in enumerate(table["roi"].values) if name == chosen]
    table = {name: Series(tuple(series.values[at] for at in keep), series.unit) for name, series in table.items()}
    notices: list[Notice] = []
    metadata = _metadata(outcome, table)
    kept = outcome.as_dict()
    dropped = [Dropped(f"the table {name}", "it is not a profile") for name in outcome.tables if name != TABLE]
    others = [name for name in names if name != chosen]
    dropped += [Dropped(f"the region of interest {name}", f'--option roi="{name}" reads it') for name in others]
    dropped += [Dropped("the diagnostics", "they are pictures")] if outcome.diagnostics else []
    data = _dataset(table, notices)
    settings = {name: kept[name] for name in KEPT}
    return Record([data], metadata=metadata, settings=settings, notices=notices, dropped=dropped)


def read(source: Source, options: ProfileOptions) -> Record:
    """Read an outcome of `sims-map`; raise `ReadError` for anything else."""
    try:
        outcome = Outcome.from_json(source.read().decode("utf-8"))
        return to_profile(outcome, options.roi)
    except DataError as error:
        raise ReadError("the outcome cannot be read", path=source.shown, found=error.message) from None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        found = f"{type(error).__name__}: {error}"
        raise ReadError("the outcome is damaged", path=source.shown, found=found, cause="it was changed") from None


def _dataset(table: Mapping[str, Series], notices: list[Notice]) -> Dataset:
    """Return the rows of the table; what is not a quantity is kept under its own name."""
    columns = []
    uneven = _uneven(table)
    for index, (name, series) in enumerate(table.items()):
        quantity = QUANTITIES.get(name)
        if name == "counts" and uneven is not None:
            quantity = None
        values = _values(series, text=name in ("roi", "region", "species"))
        columns.append(SourceColumn(name, values, quantity, series.unit or "1", "reported", index=index))
    if uneven is not None:
        text = "frames differ in measured pixels: counts are brought to the same number of pixels"
        notices.append(Notice("pixels-differ", text))
        recipe = {"recipe": _RECIPE}
        columns.append(SourceColumn("even counts", uneven, "ion_counts", "count", "derived", attrs=recipe))
    return build_dataset("depth_profile", columns)


def _values(series: Series, *, text: bool) -> Any:  # noqa: ANN401
    return np.array(series.values, dtype=object) if text else series.array()


def _uneven(table: Mapping[str, Series]) -> Any:  # noqa: ANN401
    """Return counts as if every frame had as many pixels as the fullest; None where they have."""
    pixels, counts = table["pixels"].array(), table["counts"].array()
    species = np.array(table["species"].values, dtype=object)
    most = np.zeros(len(pixels))
    for name in dict.fromkeys(table["species"].values):
        most[species == name] = pixels[species == name].max()
    if (pixels == most).all():
        return None
    enough = pixels >= LEAST_SHARE * np.maximum(most, 1)
    return np.where(enough, counts * most / np.maximum(pixels, 1), np.nan)


def _metadata(outcome: Outcome, table: Mapping[str, Series]) -> Metadata:
    """Keep what the map's file says; each region of interest gets what is told of its region."""
    metadata = Metadata()
    for path, entry in outcome.metadata.items():
        if path != "sims.regions":
            metadata.set(path, entry["value"], entry.get("unit"), source=entry.get("source", "outcome"))
    told = {region.get("name"): region for region in outcome.meta("sims.regions") or []}
    pairs = dict(zip(table["roi"].values, table["region"].values, strict=True))
    regions = [{**told.get(region, {}), "name": roi, "map_region": region} for roi, region in pairs.items()]
    metadata.set("sims.regions", regions, source="outcome")
    return metadata
