"""Contents that are not an instrument's file: every sniffer must say NO."""

from __future__ import annotations

import random
import struct
import zlib
from functools import cache


@cache
def strangers() -> dict[str, bytes]:
    """Return contents by description; the same on every machine."""
    return {
        "an empty file": b"",
        "one byte": b"\n",
        "zeros": bytes(4096),
        "ones": b"\xff" * 4096,
        "random bytes": random.Random(20_240_314).randbytes(4096),
        "a text": b"Dear colleague,\r\nplease find the cell in the glove box. It rests since Monday.\r\n" * 8,
        "a text in UTF-16": "The cell rests since Monday.\n".encode("utf-16"),
        "an HTML page": b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body></body></html>\n",
        "an XML document": b'<?xml version="1.0" encoding="UTF-8"?>\n<note><to>lab</to></note>\n',
        "a JSON document": b'{"name": "cell 7", "values": [1, 2, 3]}\n',
        "a table of words": b"name,colour\napple,red\nplum,blue\n",
        "a PNG picture": _png(),
        "a zip archive": b"PK\x05\x06" + bytes(18),
        "a gzip stream": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00" + bytes(8),
        "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n",
        "an HDF5 head": b"\x89HDF\r\n\x1a\n" + bytes(88),
    }


def _png() -> bytes:
    """Build a picture of one black pixel."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    )
    parts = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
