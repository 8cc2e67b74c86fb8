"""The declarations of a `sims.toml`, checked: whatever is missing is listed by name."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from echub import structured
from echub.plugin import EchubError, Metadata, ReadError, Source, UnknownSpecies
from echub.species import is_unlikely, parse_species

POLARITIES = {"+": 1, "-": -1, "positive": 1, "negative": -1}
X = {"time": "sputter_time", "depth": "depth", "cycle": "cycle"}
Y = {"counts": ("ion_counts", "count"), "rate": ("ion_count_rate", "count/s")}
LAYOUTS = ("table", "pairs")
_TOP = ("format", "sims", "region", "instrument", "sample")
_REGION = ("name", "state", "current_density", "test", "test_sha256", "crater_depth", "profile", "images")
_PROFILE = ("file", "layout", "polarity", "x", "x_unit", "y", "decimal", "separator", "species")
_IMAGES = ("pattern", "species", "polarity", "frame_time")


class _DeclaredProfileShape(TypedDict, total=False):
    file: str
    layout: str
    polarity: str
    x: str
    x_unit: str
    y: str
    decimal: str
    separator: str
    species: dict[str, str]


class _DeclaredImagesShape(TypedDict, total=False):
    pattern: str
    species: list[str]
    polarity: str
    frame_time: str


class _RegionShape(TypedDict, total=False):
    name: str
    state: str
    current_density: str
    test: str
    test_sha256: str
    crater_depth: str
    profile: list[_DeclaredProfileShape]
    images: list[_DeclaredImagesShape]


class _ManifestShape(TypedDict, total=False):
    format: str
    sims: structured.Table
    instrument: structured.Table
    sample: structured.Table
    region: list[_RegionShape]


MANIFEST = structured.Shape(
    "the manifest", _ManifestShape, ReadError, "echub plugins show hiden  prints a template", unknown="keep"
)
"""The types of its values; which keys are missing or unknown, `parse` lists together."""


class Undeclared(ReadError):
    """A manifest that does not say all that its files leave open."""

    code = "sims-undeclared"


def open_beside(source: Source, name: str) -> Source:
    """Open a file that a manifest names, in its own folder; raise `ReadError` where it is not there."""
    found = [file for file in source.beside(glob.escape(name)) if "/" not in name and "\\" not in name]
    if not found:
        raise ReadError(
            f"the file {name} is not beside the manifest", path=source.shown, expected="a file of the same folder"
        )
    source.used.append(name)
    return found[0]


@dataclass(frozen=True)
class DeclaredPart:
    """One profile or one set of images of a region, as declared."""

    region: str
    where: str
    told: Mapping[str, Any]

    @property
    def polarity(self) -> int:
        """Return +1 or -1, 0 where it is not declared."""
        return POLARITIES.get(str(self.told.get("polarity", "")), 0)


@dataclass(frozen=True)
class Declared:
    """All that a manifest declares."""

    sims: Mapping[str, Any]
    regions: list[Mapping[str, Any]]
    others: Mapping[str, Any]
    profiles: list[DeclaredPart] = field(default_factory=list)
    images: list[DeclaredPart] = field(default_factory=list)


def parse(source: Source) -> Declared:
    """Parse and check a manifest; raise `ReadError` for bad TOML, `Undeclared` with all that is missing."""
    tree = structured.parse(source.read(), MANIFEST, source.shown)
    regions = tree.get("region", [])
    others = {key: tree[key] for key in ("instrument", "sample") if key in tree}
    sims = tree.get("sims", {})
    declared = Declared(sims, regions, others)
    for number, region in enumerate(regions):
        name = str(region.get("name", f"region {number + 1}"))
        for kind, parts in (("profile", declared.profiles), ("images", declared.images)):
            for at, told in enumerate(region.get(kind, [])):
                parts.append(DeclaredPart(name, f"region {name}, {kind} {at + 1}", told))
    _check(tree, declared)
    return declared


def _check(tree: Mapping[str, Any], declared: Declared) -> None:
    missing = [*_missing_overall(declared)]
    for region in declared.regions:
        missing += [] if region.get("name") else ["region: name"]
        missing += _unknown(region, _REGION, "region")
    for part in declared.profiles:
        missing += _missing_in_profile(part)
    for part in declared.images:
        missing += [f"{part.where}: {key}" for key in ("pattern", "species") if not part.told.get(key)]
        missing += _missing_polarity(part, _labels(part, missing))
        missing += _wrong_time(part)
        missing += _unknown(part.told, _IMAGES, part.where)
    missing += _unknown(tree, _TOP, "the manifest")
    if missing:
        raise Undeclared(
            "the manifest leaves open what the files do not say",
            expected="\n            ".join(missing),
            found=f"{len(missing)} missing or unknown",
            hint="echub plugins show hiden  prints a template",
        )


def _labels(part: DeclaredPart, missing: list[str]) -> list[str]:
    """Return the labels of a part's images; one that is there twice is reported."""
    labels: list[str] = part.told.get("species", [])
    missing += [
        f"{part.where}: {label} is named twice" for label in dict.fromkeys(labels) if labels.count(label) > 1
    ]
    return labels


def _wrong_time(part: DeclaredPart) -> list[str]:
    try:
        wrong = "frame_time" in part.told and not seconds_of(str(part.told["frame_time"])) > 0
    except EchubError:
        wrong = True
    return [f'{part.where}: frame_time is {part.told["frame_time"]!r}, not a time such as "10 s"'] if wrong else []


def seconds_of(text: str) -> float:
    """Return a stated time in seconds; raise `EchubError` for anything else."""
    check = Metadata()
    check.set("sims.dwell_time", text)
    return float(check.value("sims.dwell_time", "s"))


def _missing_overall(declared: Declared) -> list[str]:
    found = [] if declared.regions else ["[[region]]: at least one"]
    if declared.regions and not (declared.profiles or declared.images):
        found.append("[[region.profile]] or [[region.images]]: at least one")
    signs = {part.polarity for part in (*declared.profiles, *declared.images)} - {0}
    if len(signs) > 1 and "acquisition" not in declared.sims:
        found.append("sims.acquisition: simultaneous or sequential, for two polarities")
    if declared.images and "pixel_size" not in declared.sims:
        found.append("sims.pixel_size, for maps")
    return found


def _missing_in_profile(part: DeclaredPart) -> list[str]:
    told, where = part.told, part.where
    found = [f"{where}: {key}" for key in ("file", "layout", "x", "y") if not told.get(key)]
    if told.get("layout") and told["layout"] not in LAYOUTS:
        found.append(f"{where}: layout is {told['layout']!r}, not {' or '.join(LAYOUTS)}")
    if told.get("x") and told["x"] not in X:
        found.append(f"{where}: x is {told['x']!r}, not {', '.join(X)}")
    if told.get("y") and told["y"] not in Y:
        found.append(f"{where}: y is {told['y']!r}, not {' or '.join(Y)}")
    if told.get("x") in ("time", "depth") and not told.get("x_unit"):
        found.append(f"{where}: x_unit, the unit of {told['x']}")
    found += _missing_polarity(part, list(told.get("species", {}).values()))
    return found + _unknown(told, _PROFILE, where)


def _missing_polarity(part: DeclaredPart, labels: list[str]) -> list[str]:
    """Ask for the polarity unless every label has its sign."""
    try:
        signed = bool(labels) and all(parse_species(label).polarity for label in labels)
    except UnknownSpecies as error:
        return [f"{part.where}: {error.message} ({error.where}, found {error.found})"]
    if part.polarity == 0 and not signed:
        return [f'{part.where}: polarity, "+" or "-"']
    return []


def _unknown(told: Mapping[str, Any], known: tuple[str, ...], where: str) -> list[str]:
    return [f"{where}: {key} is not a key here; known are {', '.join(known)}" for key in told if key not in known]


def exchanged(part: DeclaredPart, labels: list[str]) -> tuple[str, str] | None:
    """Say where most ions of a file hardly form in its declared polarity: the files may be exchanged."""
    species = [parse_species(label) for label in labels]
    species = [s for s in species if not s.special]
    doubtful = [s.label for s in species if is_unlikely(s, part.polarity)]
    if not doubtful or 2 * len(doubtful) <= len(species):
        return None
    word, other = ("positive", "negative") if part.polarity > 0 else ("negative", "positive")
    text = f"{part.where}: {', '.join(doubtful)} hardly form {word} ions; were the {other} ions meant?"
    return ("polarity-exchanged", text)


def describe(declared: Declared, source: Source, metadata: Metadata) -> list[tuple[str, str]]:
    """Fill in the typed metadata; give what has to be said: (code, message)."""
    for prefix, table in (("sims", declared.sims), *declared.others.items()):
        for key, value in table.items():
            metadata.set(f"{prefix}.{key}", value, source=source.name)
    said: list[tuple[str, str]] = []
    regions = [_region(region, source, said) for region in declared.regions]
    metadata.set("sims.regions", regions, source=source.name)
    if len(regions) == 1:
        for key, path in (("state", "experiment.state"), ("current_density", "experiment.current_density")):
            if key in declared.regions[0]:
                metadata.set(path, declared.regions[0][key], source=source.name)
    return said


def _region(region: Mapping[str, Any], source: Source, said: list[tuple[str, str]]) -> dict[str, Any]:
    """Return one region as metadata: its name, state, numbers with units, and its electrochemical test."""
    check = Metadata()
    found: dict[str, Any] = {"name": region["name"]}
    for key, path in (
        ("state", "experiment.state"),
        ("current_density", "experiment.current_density"),
        ("crater_depth", "sims.crater_depth"),
    ):
        if key in region:
            check.set(path, region[key])
            entry = check.get(path)
            found[key] = entry.value if entry else None
            if entry and entry.unit:
                found[f"{key}_unit"] = entry.unit
    if "test" in region:
        found["test"] = region["test"]
        found["test_sha256"] = _test_sha256(region, source, said)
    return found


def _test_sha256(region: Mapping[str, Any], source: Source, said: list[tuple[str, str]]) -> str | None:
    """Hash the test's file where it lies beside the manifest, and compare it with what is declared."""
    name, stated = str(region["test"]), region.get("test_sha256")
    if not source.beside(glob.escape(name)):
        if stated is None:
            said.append(("test-missing", f"region {region['name']}: the test {name} is not beside the manifest"))
        return stated
    found = open_beside(source, name).sha256()
    if stated is not None and stated != found:
        text = f"region {region['name']}: the test {name} has the sha256 {found}, declared is {stated}"
        said.append(("test-changed", text))
    return found
