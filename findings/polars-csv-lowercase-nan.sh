#!/usr/bin/env bash
# polars 2.1.0: one `nan` turns a column of a CSV into texts.
#
# Expected: nan, as NumPy's savetxt and C's printf write it, is a number, as NaN is.
# Seen:     a column with NaN is Float64, the same column with nan is String. pandas reads both as numbers; a schema,
#           such as `schema_overrides={"U/V": pl.Float64}`, helps.
# For us:   our CSV writes NaN; our own reader takes either.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "polars==2.1.0"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import polars as pl

for word in ("NaN", "nan"):
    with open("run.csv", "w", encoding="ascii") as file:
        file.write(f"t/s,U/V\n0,3.5\n1,{word}\n2,3.6\n")
    print(word, pl.read_csv("run.csv").schema["U/V"], end="; ")
print(pl.read_csv("run.csv", schema_overrides={"U/V": pl.Float64})["U/V"].is_nan().sum())
PY
)
echo "polars 2.1.0: $seen"
test "$seen" = "NaN Float64; nan String; 1"
