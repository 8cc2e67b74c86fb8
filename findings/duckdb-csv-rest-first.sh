#!/usr/bin/env bash
# DuckDB 2.0.1 on a CSV whose current is 0 for the first 20,480 rows: every later current is rounded to a whole number.
#
# Expected: a cell that rests for 30,000 rows and then passes 0.5 and -1.25 mA has these currents, or an error.
# Seen:     1 and -1, without a word. The types of a CSV are taken from its first 20,480 rows; whole numbers there make
#           the column an integer, and later cells are rounded to fit. With sample_size=-1 they are 0.5 and -1.25.
# For us:   the page on other programs says sample_size=-1.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "duckdb==2.0.1"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import duckdb

rest = "".join(f"{k},0\n" for k in range(30000))
with open("run.csv", "w", encoding="ascii") as file:
    file.write("t/s,I/mA\n" + rest + "30000,0.5\n30001,-1.25\n")
for more in ("", ", sample_size=-1"):
    last = duckdb.sql(f"select \"I/mA\" from read_csv('run.csv'{more}) where \"t/s\" >= 30000").fetchall()
    print(*(value for (value,) in last), end="; ")
PY
)
seen=${seen%" "}
echo "DuckDB 2.0.1, sampled and whole: $seen"
test "$seen" = "1 -1; 0.5 -1.25;"
