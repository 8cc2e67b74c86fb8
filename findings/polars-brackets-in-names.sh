#!/usr/bin/env bash
# polars 2.1.0: a file whose name has brackets, such as "cell [1].csv", is not found.
#
# Expected: read_csv of the name of a file that exists reads it. Programs name copies and channels this way.
# Seen:     ComputeError: … expanded paths were empty. The name is taken as a pattern, in which [1] means 1;
#           glob=False reads it.
# For us:   files are opened by us and handed over as data; the page on other programs says glob=False.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "polars==2.1.0"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import polars as pl

with open("cell [1].csv", "w", encoding="ascii") as file:
    file.write("U/V\n3.7\n")
try:
    print(pl.read_csv("cell [1].csv")["U/V"][0])
except pl.exceptions.ComputeError as error:
    print("expanded paths were empty" in str(error), end=" ")
print(pl.read_csv("cell [1].csv", glob=False)["U/V"][0])
PY
)
seen=${seen%" "}
echo "polars 2.1.0, refused and read: $seen"
test "$seen" = "True 3.7"
