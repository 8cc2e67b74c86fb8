"""EC-Lab and BT-Lab files of BioLogic potentiostats."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from echub.plugin import Confidence, KnownFormat, Reader, hookimpl

if TYPE_CHECKING:
    from echub.plugin import Source

MAGIC = b"BIO-LOGIC MODULAR FILE\x1a"


@hookimpl
def echub_readers() -> Iterable[Reader | KnownFormat]:
    """Declare the readers of this plugin."""
    return (
        Reader(
            "eclab-mpr",
            "EC-Lab / BT-Lab raw data (.mpr)",
            (".mpr",),
            sniff="echub_eclab:sniff_mpr",
            read="echub_eclab.mpr:read",
            options="echub_eclab.options:MprOptions",
            link="echub_eclab.links:link",
            codes="echub_eclab:codes.toml",
        ),
        Reader(
            "eclab-mpt",
            "EC-Lab / BT-Lab data as text (.mpt, .txt)",
            (".mpt", ".txt"),
            sniff="echub_eclab.sniff:sniff_mpt",
            read="echub_eclab.mpt:read",
            options="echub_eclab.options:MptOptions",
            link="echub_eclab.links:link",
        ),
        Reader(
            "eclab-mps",
            "EC-Lab / BT-Lab settings and log files (.mps, .mpl)",
            (".mps", ".mpl"),
            sniff="echub_eclab.sniff:sniff_mps",
            read="echub_eclab.mps:read",
            options="echub_eclab.options:MpsOptions",
        ),
        Reader(
            "galvani-mpr",
            "EC-Lab raw data (.mpr) through galvani, as a second opinion",
            (".mpr",),
            sniff="echub_eclab:sniff_mpr",
            read="echub_eclab.second_opinion:read",
            explicit_only=True,
            requires="galvani",
            extra="galvani",
        ),
        KnownFormat(
            "eclab-graph",
            "an EC-Lab graph layout (XML)",
            (".mgr",),
            "it describes how a graph looks and contains no data; convert the .mpr files that it shows",
            magic=(b"<?xml", b"\xef\xbb\xbf<?xml"),
        ),
        KnownFormat(
            "eclab-xml",
            "a very old EC-Lab file (XML)",
            (".mpr", ".mps"),
            "open it in EC-Lab and export it as text (.mpt)",
            magic=(b"<?xml", b"\xef\xbb\xbf<?xml"),
        ),
    )


def sniff_mpr(source: Source) -> Confidence:
    """Recognise the container by its first bytes."""
    return Confidence.CERTAIN if source.head.startswith(MAGIC) else Confidence.NO
