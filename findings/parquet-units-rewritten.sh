#!/usr/bin/env bash
# Units in the fields of a Parquet file survive reading and writing with pyarrow 26.0.1 only.
#
# Expected: a table that is read and written again keeps the metadata of its columns.
# Seen:     the metadata {"units": "mA"} of a field is gone after polars 2.1.0, pandas 3.1.1 and DuckDB 2.0.1, each with
#           default settings.
# For us:   the page on other programs says that a table rewritten by them has no units.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "pyarrow==26.0.1" "polars==2.1.0" "pandas==3.1.1" "duckdb==2.0.1"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

field = pa.field("I", pa.float64(), metadata={"units": "mA"})
pq.write_table(pa.table({"I": [1.0]}, schema=pa.schema([field])), "run.parquet")
pq.write_table(pq.read_table("run.parquet"), "pyarrow.parquet")
pl.read_parquet("run.parquet").write_parquet("polars.parquet")
pd.read_parquet("run.parquet").to_parquet("pandas.parquet")
duckdb.sql("copy (select * from 'run.parquet') to 'duckdb.parquet'")
for name in ("pyarrow", "polars", "pandas", "duckdb"):
    found = pq.read_table(f"{name}.parquet").schema.field("I").metadata or {}
    print(name, found.get(b"units", b"none").decode(), end=" ")
PY
)
seen=${seen%" "}
echo "units after reading and writing: $seen"
test "$seen" = "pyarrow mA polars none pandas none duckdb none"
