"""Contents of no instrument are what they are called: other programs would open them."""

from __future__ import annotations

import gzip
import io
import json
import struct
import xml.etree.ElementTree as ET
import zipfile
import zlib
from html.parser import HTMLParser

from echub.testing.strangers import strangers

FOUND = strangers()
HAS = {
    "an empty file": lambda data: data == b"",
    "one byte": lambda data: data == b"\n",
    "zeros": lambda data: data == bytes(4096),
    "ones": lambda data: data == b"\xff" * 4096,
    "random bytes": lambda data: len(data) == 4096 and len(set(data)) == 256,
    "a text": lambda data: (
        data.decode("ascii").splitlines()[1].startswith("please find the cell") and len(data) > 512
    ),
    "a text in UTF-16": lambda data: data.decode("utf-16") == "The cell rests since Monday.\n",
    "an HTML page": lambda data: (
        HTMLParser().feed(data.decode()) is None and b"<title>404 Not Found</title>" in data
    ),
    "an XML document": lambda data: ET.fromstring(data).find("to").text == "lab",
    "a JSON document": lambda data: json.loads(data) == {"name": "cell 7", "values": [1, 2, 3]},
    "a table of words": lambda data: data.decode().split() == ["name,colour", "apple,red", "plum,blue"],
    "a PNG picture": lambda data: pixels(data) == (1, 1, b"\0\0"),
    "a zip archive": lambda data: zipfile.ZipFile(io.BytesIO(data)).namelist() == [],
    "a gzip stream": lambda data: gzip.decompress(data) == b"",
    "a PDF": lambda data: data.startswith(b"%PDF-1.7\n") and data.endswith(b"%%EOF\n"),
    "an HDF5 head": lambda data: data[:8] == b"\x89HDF\r\n\x1a\n" and len(data) == 96,
}


def pixels(data):
    """Return width, height and the lines of a picture, by the rules of PNG: length, name, content, checksum."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length) == (zlib.crc32(name + content),)
        chunks[name], at = content, at + 12 + length
    width, height, depth, *others = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, others) == (8, [0, 0, 0, 0])
    return width, height, zlib.decompress(chunks[b"IDAT"])


def test_each_is_what_it_is_called():
    assert {name: HAS[name](data) for name, data in FOUND.items()} == dict.fromkeys(HAS, True)


def test_they_are_the_same_each_time():
    assert strangers() is FOUND
