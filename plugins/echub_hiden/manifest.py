"""Read the profiles and maps that a `sims.toml` declares."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import (
    Bits,
    Channel,
    Dataset,
    Metadata,
    Notice,
    ReadError,
    Record,
    Source,
    SourceColumn,
    build_long,
    build_map,
)
from echub.species import Species, overlay, parse_species
from echub.text import several
from echub_hiden.declared import Declared, DeclaredPart, X, Y, describe, exchanged, parse, seconds_of
from echub_hiden.images import Stack, read_stack
from echub_hiden.tables import read_table

_FLAGS = (Bits("not_recoverable", "not_recoverable", 2, "not_recoverable"),)
_WHOLE = {"recipe": "2: the file holds values that are not whole counts"}
AXES = ("species", "frame", "y", "x")


def read(source: Source, options: object) -> Record:
    """Read what a manifest declares to one profile table and one map.

    Raises `Undeclared` listing all that is missing, and `ReadError` for files that do not fit
    their declaration.
    """
    declared = parse(source)
    metadata = Metadata()
    notices = [Notice(*said) for said in describe(declared, source, metadata)]
    datasets: list[Dataset] = []
    channels = [channel for part in declared.profiles for channel in _channels(part, source, notices)]
    if channels:
        datasets.append(build_long("depth_profile", _placed(channels)))
        _check_labels([(c.species, c.polarity) for c in channels], notices)
    if declared.images:
        datasets.append(_map(declared, source, metadata, notices))
    settings = {"manifest": source.read().decode("utf-8")}
    return Record(datasets, metadata=metadata, settings=settings, notices=notices)


# -- profiles --------------------------------------------------------------------------------


def _channels(part: DeclaredPart, source: Source, notices: list[Notice]) -> list[Channel]:
    table = read_table(part, source)
    quantity, unit = Y[str(part.told["y"])]
    channels = []
    for header, x, y in table:
        label = str(part.told.get("species", {}).get(header.y, header.y))
        species = parse_species(label)
        if species.polarity and part.polarity and species.polarity != part.polarity:
            notices.append(
                Notice("polarity-mismatch", f"{part.where}: {label} cannot come from the declared polarity")
            )
        x_unit = str(part.told.get("x_unit", "1"))
        columns = [
            SourceColumn(header.x, x, X[str(part.told["x"])], x_unit, index=header.x_index),
            SourceColumn(header.y, y, quantity, unit, index=header.y_index),
        ]
        columns += _judged(label, y, quantity, part, notices)
        channels.append(Channel(label, columns, part.polarity or species.polarity, part.region))
    if said := exchanged(part, [channel.species for channel in channels]):
        notices.append(Notice(*said))
    return channels


def _placed(channels: list[Channel]) -> list[Channel]:
    """Return every source column of all files its own place, one file after another."""
    places: dict[tuple[int, int], int] = {}
    placed = []
    for number, channel in enumerate(channels):
        columns = [
            c if c.index is None else replace(c, index=places.setdefault((number, c.index), len(places)))
            for c in channel.columns
        ]
        placed.append(replace(channel, columns=columns))
    return placed


def _judged(
    label: str, y: NDArray[np.float64], quantity: str, part: DeclaredPart, notices: list[Notice]
) -> list[SourceColumn]:
    """Flag what is called counts and is none: fractions of them follow no Poisson statistics."""
    finite = y[np.isfinite(y)]
    if len(finite) < len(y):
        notices.append(Notice("not-finite", f"{part.where}, {label}: {len(y) - len(finite)} are not numbers"))
    if len(finite) and not finite.any():
        notices.append(Notice("all-zero", f"{part.where}, {label}: all values are zero"))
    if (finite < 0).any():
        notices.append(Notice("negative-counts", f"{part.where}, {label}: there are negative values"))
    if quantity != "ion_counts" or np.array_equal(finite, np.round(finite)):
        return []
    notices.append(
        Notice("not-counts", f"{part.where}, {label}: values are not whole counts; Poisson statistics do not hold")
    )
    flags = np.full(len(y), 2, dtype=np.uint8)
    return [SourceColumn("flags", flags, "flags", "1", "derived", bits=_FLAGS, attrs=_WHOLE)]


def _check_labels(labels: list[tuple[str, int]], notices: list[Notice]) -> None:
    """Warn where a silicon-rich matrix lies on an ion of interest at unit mass resolution."""
    found = [_charged(parse_species(label), polarity) for label, polarity in labels]
    present = {species.name: species for species in found}
    elements = {e for s in present.values() for e in s.elements()}
    for name, species in present.items():
        if (other := overlay(species)) and "Si" in elements:
            text = f"{other} of a silicon-rich matrix lies on {name} at unit mass resolution"
            notices.append(Notice("mass-interference", text))


def _charged(species: Species, polarity: int) -> Species:
    """Return the ion of a label without a sign: that of the declared polarity."""
    return species if species.special or species.charge else replace(species, charge=polarity)


# -- maps ------------------------------------------------------------------------------------


def _map(declared: Declared, source: Source, metadata: Metadata, notices: list[Notice]) -> Dataset:
    stacks = [stack for part in declared.images for stack in read_stack(part, source)]
    shapes = {stack.counts.shape for stack in stacks}
    if len(shapes) > 1:
        raise ReadError(
            "the maps differ in size",
            expected="the same frames, y and x for all species and regions",
            found=", ".join(f"{s.region} {s.species}: {s.counts.shape}" for s in stacks),
            hint="write one manifest for each size",
        )
    counts = np.stack([stack.counts for stack in stacks])
    _check_images(stacks, notices)
    mask = np.isfinite(counts) if counts.dtype.kind == "f" else np.ones((), dtype=bool)
    labels = [stack.species for stack in stacks]
    _check_labels([(stack.species, stack.polarity) for stack in stacks], notices)
    columns = [
        SourceColumn(
            "counts", _whole(counts if mask.all() else np.where(mask, counts, 0)), "ion_counts", "count", axes=AXES
        ),
        _coded("species", labels),
        SourceColumn("polarity", np.array([s.polarity for s in stacks], np.int8), "polarity", "1", axes=AXES[:1]),
        _coded("region", [stack.region for stack in stacks]),
        SourceColumn("frame", np.arange(counts.shape[1]), "frame", "1", "reported", axes=("frame",)),
        *_coordinates(metadata, counts.shape),
        *_clock(declared, counts.shape[1]),
    ]
    if not mask.all():
        lost = int((~mask).sum())
        notices.append(
            Notice(
                "nan-pixels",
                f"{several(lost, 'pixel is not a number', 'pixels are not numbers')}: masked as not measured",
            )
        )
        columns.append(SourceColumn("mask", mask.astype("u1"), "mask", "1", "derived", axes=AXES, attrs=_MASKED))
    return build_map("ion_map", columns)


_MASKED = {"recipe": "1 where the image holds a number"}


def _whole(counts: NDArray[Any]) -> NDArray[Any]:
    """Return unsigned integers where all counts are whole and none is negative."""
    if counts.dtype.kind == "u":
        return counts
    whole = counts.min(initial=0) >= 0 and bool((counts == np.round(counts)).all())
    return counts.astype(np.uint32) if whole and counts.max(initial=0) < 2**32 else counts


def _clock(declared: Declared, frames: int) -> list[SourceColumn]:
    """Return the sputter time in the middle of each frame, where the manifest states the time of a frame."""
    told = {str(part.told["frame_time"]) for part in declared.images if "frame_time" in part.told}
    if not told:
        return []
    if len(told) > 1 or any("frame_time" not in part.told for part in declared.images):
        raise ReadError(
            "the images have no common time of a frame",
            expected="one frame_time for all images of the manifest",
            found=", ".join(sorted(told)),
            hint="write one manifest for each",
        )
    seconds = seconds_of(told.pop())
    attrs = {"recipe": "(frame + 1/2) * frame_time"}
    time = (np.arange(frames) + 0.5) * seconds
    return [SourceColumn("sputter_time", time, "sputter_time", "s", "derived", axes=("frame",), attrs=attrs)]


def _coded(name: str, texts: list[str]) -> SourceColumn:
    table = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    codes = np.array([table[text] for text in texts], dtype=np.int64)
    return SourceColumn(name, codes, name, labels={code: text for text, code in table.items()}, axes=AXES[:1])


def _coordinates(metadata: Metadata, shape: tuple[int, ...]) -> list[SourceColumn]:
    edge = float(metadata.value("sims.pixel_size", "um"))
    attrs = {"recipe": "pixel number * sims.pixel_size"}
    return [
        SourceColumn(axis, np.arange(length) * edge, axis, "um", "derived", axes=(axis,), attrs=attrs)
        for axis, length in zip(("y", "x"), shape[2:], strict=True)
    ]


def _check_images(stacks: list[Stack], notices: list[Notice]) -> None:
    """Flag pictures taken for counts: 0 to 1, 8 bit scaled to 255, fractions; and empty channels."""
    for stack in stacks:
        values = stack.counts if stack.bits else stack.counts[np.isfinite(stack.counts)]
        name = f"{stack.region}, {stack.species}"
        whole = bool(stack.bits) or np.array_equal(values, np.round(values))
        if values.size and not values.any():
            notices.append(Notice("all-zero", f"{name}: all pixels are zero"))
        elif (values < 0).any():
            notices.append(Notice("negative-counts", f"{name}: there are negative pixels"))
        elif not whole and values.max() <= 1:
            notices.append(Notice("normalised-image", f"{name}: values from 0 to 1 are a scaled picture"))
        elif not whole:
            notices.append(Notice("not-counts", f"{name}: pixels are not whole counts: no Poisson statistics"))
        elif stack.bits == 8 and values.max() == 255:
            notices.append(Notice("eight-bit-image", f"{name}: 8-bit pixels up to 255 look like a scaled picture"))
        if stack.counts.shape[0] == 1:
            notices.append(Notice("one-frame", f"{name}: one frame has no depth"))
        sign = parse_species(stack.species).polarity
        if sign and stack.polarity and sign != stack.polarity:
            text = f"{name}: {stack.species} cannot come from the declared polarity"
            notices.append(Notice("polarity-mismatch", text))
