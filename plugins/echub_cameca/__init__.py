"""Cameca text exports of depth profiles and mass spectra (`*_rpc_asc`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from echub.plugin import Confidence, KnownFormat, Reader, hookimpl

if TYPE_CHECKING:
    from echub.plugin import Source

FIRST = b"*** DATA FILES ***"
START = b"*** DATA START ***"


@hookimpl
def echub_readers() -> Iterable[Reader | KnownFormat]:
    """Declare the readers of this plugin."""
    return (
        Reader(
            "cameca-profile",
            "Cameca text export of a depth profile",
            (".dp_rpc_asc",),
            sniff="echub_cameca:sniff_profile",
            read="echub_cameca.profile:read",
            codes="echub_cameca:codes.toml",
        ),
        Reader(
            "cameca-spectrum",
            "Cameca text export of a mass spectrum",
            (".ms_rpc_asc",),
            sniff="echub_cameca:sniff_spectrum",
            read="echub_cameca.spectrum:read",
        ),
        KnownFormat(
            "cameca-binary",
            "a binary Cameca file",
            (".im", ".dp", ".nano", ".ms", ".is", ".im_zip"),
            "export depth profiles and spectra as text (*_rpc_asc) from the Cameca software; export images as "
            "one matrix of counts per species and frame, and declare them (`echub plugins show hiden`)",
        ),
    )


def sniff_profile(source: Source) -> Confidence:
    """Recognise the section lines, and the headers of a profile."""
    return _sniff(source, b"\tDepth")


def sniff_spectrum(source: Source) -> Confidence:
    """Recognise the section lines, and the headers of a spectrum."""
    return _sniff(source, b"Mass[a.m.u]")


def _sniff(source: Source, header: bytes) -> Confidence:
    from echub.text import plain_bytes

    if not plain_bytes(source.head[:64]).lstrip(b"\r\n").startswith(FIRST):
        return Confidence.NO
    _, start, data = plain_bytes(source.head).partition(START)
    return Confidence.CERTAIN if start and header in data[:8192] else Confidence.NO
