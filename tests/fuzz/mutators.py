"""Structure-aware damage: each mutator knows enough of a form to get past its first check."""

import datetime
import io
import json
import tomllib
import zipfile

from echub.testing.texts import TEXTS, changed


def binary(data, chance):
    """Flip bits, overwrite, cut, double or move blocks of a binary file."""
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        size = len(data) or 1
        # Headers, where sizes and types are, stand mostly in the first kilobyte.
        at = chance.randrange(min(size, 1024) if chance.random() < 0.5 else size)
        match chance.randrange(6):
            case 0:
                data[at : at + 1] = bytes([(data[at] if data else 0) ^ 1 << chance.randrange(8)])
            case 1:
                word = chance.choice(
                    (b"\xff" * 4, bytes(4), b"\x00\x00\x00\x80", b"\xff\xff\xff\x7f", b"\x01\x00\x00\x00")
                )
                data[at : at + len(word)] = word
            case 2:
                del data[at:]
            case 3:
                data[at:at] = data[at : at + chance.choice((1, 4, 64, 512))]
            case 4:
                del data[at : at + chance.choice((1, 4, 64))]
            case _:
                data[at : at + 8] = chance.choice(
                    (b"\xff\xff\xff\xff\xff\xff\xef\x7f", b"\x00" * 6 + b"\xf0\x7f", chance.randbytes(8))
                )
    return bytes(data)


def flip(data, chance):
    """Flip one bit anywhere in a file."""
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def table(data, chance):
    """Change numbers, cells, lines, delimiters and single bytes of a text in lines."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        data = binary(data, chance) if chance.random() < 0.11 else changed(data, chance)[1]
    return data


# -- trees -----------------------------------------------------------------------------------


def odd(chance):
    """Return a value that a tree of TOML or JSON may hold, and hardly anybody expects."""
    return chance.choice(
        (
            chance.choice(TEXTS), 0, -1, 10**18, 1.5, 1e308, float("inf"), float("nan"), True, False, [], {}, [[]],
            [1, "a"], {"a": {}}, {"": 1}, datetime.date(2024, 2, 29), datetime.datetime(1, 1, 1),
            datetime.time(0), 10**25,
        )
    )  # fmt: skip


def _nodes(tree):
    """List (container, key) of every place of a tree."""
    found, todo = [], [tree]
    while todo:
        node = todo.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node))
        for key in keys:
            found.append((node, key))
            if isinstance(node[key], (dict, list)):
                todo.append(node[key])
    return found


def grown(tree, chance):
    """Change a tree in one to three places: other types, missing, doubled and foreign keys, deep nesting."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        places = _nodes(tree)
        if not places:
            return tree
        node, key = chance.choice(places)
        match chance.randrange(6):
            case 0 | 1:
                node[key] = odd(chance)
            case 2:
                del node[key]
            case 3 if isinstance(node, dict):
                node[chance.choice(TEXTS) or "x"] = node[key]
            case 4:
                value = odd(chance)
                for _ in range(chance.choice((1, 20, 60))):
                    value = [value] if chance.random() < 0.5 else {"a": value}
                node[key] = value
            case _:
                other, place = chance.choice(places)
                node[key] = json.loads(
                    json.dumps(
                        other[place]
                        if place in other
                        or (isinstance(place, int) and isinstance(other, list) and place < len(other))
                        else 0,
                        default=str,
                    )
                )
    return tree


def as_toml(value):
    """Write a value as TOML, tables inline; only for values of `tomllib`'s types."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))} = {as_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, str):
        return json.dumps(value).replace("\\u007f", "\\u007F")
    return (
        json.dumps(value)
        if isinstance(value, bool)
        else {"Infinity": "inf", "NaN": "nan"}.get(json.dumps(value), repr(value))
    )


def toml(data, chance):
    """Change the tree of a TOML text; one time in five only its characters."""
    if chance.random() < 0.2:
        return table(data, chance)
    tree = grown(tomllib.loads(data.decode()), chance)
    return "\n".join(f"{json.dumps(str(k))} = {as_toml(v)}" for k, v in tree.items()).encode("utf-8", "replace")


def as_json(data, chance):
    """Change the tree of a JSON text; one time in five only its characters."""
    if chance.random() < 0.2:
        return table(data, chance)
    return json.dumps(grown(json.loads(data), chance), default=str).encode()


def lines_of_json(data, chance):
    """Change one line of a text of JSON lines."""
    lines = data.splitlines()
    at = chance.randrange(len(lines))
    lines[at] = as_json(lines[at], chance).replace(b"\n", b"")
    return b"\n".join(lines) + b"\n"


def expression(data, chance):
    """Change a short text of a small language: repeat, nest, mix, lengthen."""
    text = data.decode()
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(text) + 1)
        piece = text[at : at + chance.randrange(1, 6)]
        match chance.randrange(7):
            case 0:
                text = text[:at] + chance.choice(TEXTS) + text[at:]
            case 1:
                text = text[:at] + piece * chance.choice((2, 50, 2000)) + text[at:]
            case 2:
                text = "(" * (n := chance.choice((1, 30, 500))) + text + ")" * n
            case 3:
                text = (
                    text[:at]
                    + chance.choice(
                        ("^", "**", "/", "*", "(", ")", "[", "-", "+", "~", "'", " ", "9" * 30, "**9**9")
                    )
                    + text[at:]
                )
            case 4:
                text = text[:at] + text[at + len(piece) :]
            case 5:
                text = text + chance.choice((" and ", "/", "*", " ", ",")) + text
            case _:
                text = "".join(chance.sample(text, len(text)))
        text = text[:20_000]
    return text.encode("utf-8", "replace")


def archive(data, chance):
    """Change one member of a zip file (a workbook), or its bytes."""
    if chance.random() < 0.3:
        return binary(data, chance)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        names = given.namelist()
        wanted = chance.choice(names)
        for name in names:
            member = given.read(name)
            if name == wanted:
                if chance.random() < 0.15:
                    continue
                member = table(member, chance)
            made.writestr(name, member)
    return out.getvalue()
