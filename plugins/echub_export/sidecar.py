"""The description beside a CSV: what the bare table cannot say, as JSON.

The name and the keys `dialect` and `tableSchema` are those of CSV on the Web (W3C), so that other
programs understand them too; the rest stands under `echub`.
"""

from __future__ import annotations

import json
from typing import Any, BinaryIO

from echub.plugin import Record, describe, plain_types
from echub.text import encodable

_DATATYPES = {"f": "double", "i": "integer", "u": "integer", "b": "boolean", "O": "string"}


def write_description(
    record: Record, kind: str, delimiter: str, decimal: str, header_rows: int, file: BinaryIO
) -> None:
    """Write the description of one dataset's CSV, as written with this delimiter and decimal mark."""
    described = describe(record, kind)
    units = {column["name"]: column["unit"] for column in described["columns"]}
    columns = [_column(name, dtype, units.get(name), decimal) for name, dtype in plain_types(described).items()]
    whole = {
        "@context": "http://www.w3.org/ns/csvw",
        "dialect": {
            "delimiter": delimiter,
            "header": header_rows > 0,
            "headerRowCount": header_rows,
            "encoding": "utf-8",
        },
        "tableSchema": {"columns": columns},
        "echub": described,
    }
    text = json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=1)
    file.write(encodable(text).encode() + b"\n")


def _column(name: str, dtype: str, unit: str | None, decimal: str) -> dict[str, Any]:
    kind = _DATATYPES.get(dtype.lstrip("<>|=")[:1], "string")
    datatype: Any = (
        {"base": kind, "format": {"decimalChar": decimal}} if kind == "double" and decimal != "." else kind
    )
    return {"name": name, "datatype": datatype, **({"unit": unit} if unit and unit != "1" else {})}
