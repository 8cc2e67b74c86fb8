#!/usr/bin/env bash
# pandas 3.1.1: a NaN of the instrument in a Parquet file is a missing value after reading and writing.
#
# Expected: [1.0, NaN, missing] read and written again still has one missing value.
# Seen:     two: NaN and missing are one in a column of floats. polars keeps them apart.
# For us:   the page on other programs says where the difference is lost.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "pyarrow==26.0.1" "pandas==3.1.1" "polars==2.1.0"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

pq.write_table(pa.table({"U": pa.array([1.0, float("nan"), None])}), "run.parquet")
pd.read_parquet("run.parquet").to_parquet("pandas.parquet")
pl.read_parquet("run.parquet").write_parquet("polars.parquet")
print(*(pq.read_table(f"{name}.parquet")["U"].null_count for name in ("run", "pandas", "polars")))
PY
)
seen=${seen%" "}
echo "missing values as written, after pandas, after polars: $seen"
test "$seen" = "1 2 1"
