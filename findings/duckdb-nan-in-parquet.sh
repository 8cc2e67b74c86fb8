#!/usr/bin/env bash
# DuckDB 2.0.1 on Parquet written by polars 2.1.0: a row whose potential is NaN is between 3 and 4 V.
#
# Expected: of the potentials 3.1, 3.2, NaN, 3.3 V three are between 3.0 and 4.0, as DuckDB itself says when the same
#           condition is not pushed down to the file.
# Seen:     `where U between 3.0 and 4.0` counts 4, `count(*) filter (where …)` counts 3. The file's statistics (smallest
#           3.1, largest 3.3) leave NaN out, as the Parquet format has it, and let DuckDB drop the condition.
#           The same holds for a file written by pyarrow.
# For us:   the page on other programs says how to ask.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "duckdb==2.0.1" "polars==2.1.0"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import duckdb
import polars as pl

pl.DataFrame({"U": [3.1, 3.2, float("nan"), 3.3]}).write_parquet("run.parquet")
window = "U between 3.0 and 4.0"
rows = duckdb.sql(f"select count(*) from 'run.parquet' where {window}").fetchall()[0][0]
kept = duckdb.sql(f"select count(*) filter (where {window}) from 'run.parquet'").fetchall()[0][0]
print(rows, kept)
PY
)
echo "DuckDB 2.0.1, polars 2.1.0: rows by where and by filter: $seen"
test "$seen" = "4 3"
