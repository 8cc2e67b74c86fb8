#!/usr/bin/env bash
# pyarrow 26.0.1: NaN in a CSV becomes a missing value.
#
# Expected: an empty cell is missing, NaN is a number that is not one, as in pyarrow's own Parquet files.
# Seen:     both are null: NaN, nan and -NaN are among the default null_values of `ConvertOptions`. polars keeps them
#           apart. `null_values=[""]` does too.
# For us:   the page on other programs names the option.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "pyarrow==26.0.1"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
from pyarrow import csv

with open("run.csv", "w", encoding="ascii") as file:
    file.write("t/s,U/V\n0,3.5\n1,NaN\n2,\n")
plain = csv.read_csv("run.csv")["U/V"].null_count
told = csv.read_csv("run.csv", convert_options=csv.ConvertOptions(null_values=[""]))["U/V"].null_count
print(plain, told)
PY
)
echo "missing values, by default and with null_values=['']: $seen"
test "$seen" = "2 1"
