#!/usr/bin/env bash
# polars 2.1.0: a CSV that starts with a rest cannot be read.
#
# Expected: a current of 0 for 100 rows, then 0.5 mA, is a column of numbers.
# Seen:     ComputeError: could not parse `0.5` as dtype `i64`. The type is taken from the first 100 rows; pandas and
#           pyarrow read the file. `infer_schema_length=None`, or a schema, helps.
# For us:   the page on other programs says so; our own reader looks at all rows.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "polars==2.1.0"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import polars as pl

with open("run.csv", "w", encoding="ascii") as file:
    file.write("t/s,I/mA\n" + "".join(f"{k},0\n" for k in range(100)) + "100,0.5\n")
try:
    print(pl.read_csv("run.csv")["I/mA"][-1])
except pl.exceptions.ComputeError as error:
    print(str(error).partition(" at ")[0].replace("`", ""), end="; ")
print(pl.read_csv("run.csv", infer_schema_length=None)["I/mA"][-1])
PY
)
seen=${seen%" "}
echo "polars 2.1.0: $seen"
test "$seen" = "could not parse 0.5 as dtype i64; 0.5"
