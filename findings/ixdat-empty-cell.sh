#!/usr/bin/env bash
# ixdat 0.4.0: an empty cell in an EC-Lab text moves all later cells of its row one column to the left.
#
# Expected: between two tabs is a cell: where Ece/V is empty, <I>/mA stays 0.5 as in the rows around it.
# Seen:     there Ece/V is 0.5 and <I>/mA is 7, the cycle number, without a word; only the last column, Rcmp/Ohm, is one
#           value short. Rows are split at any white space, where an empty cell leaves no trace.
# For us:   our reader of these texts keeps the columns and says which cells are missing, which a test keeps; the page on
#           EC-Lab says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
# it imports requests without asking for it
"$folder/venv/bin/pip" install --quiet --no-compile "ixdat==0.4.0" "requests==2.34.2" "numpy==2.4.6" "pandas==3.1.1"
cd "$folder"
seen=$(HOME="$folder" venv/bin/python - <<'PY'
from ixdat import Measurement

names = ["time/s", "Ewe/V", "Ece/V", "<I>/mA", "cycle number", "Rcmp/Ohm"]
cells = [
    ["0", "3.70", "0.1", "0.5", "7", "11"],
    ["1", "3.71", "", "0.5", "7", "11"],
    ["2", "3.72", "0.1", "0.5", "7", "11"],
]
head = ["EC-Lab ASCII FILE", "Nb header lines : 8", "", "Chronopotentiometry", ""]
head += ["Acquisition started on : 07/29/2024 10:31:03", "", "\t".join(names)]
with open("run.mpt", "w", encoding="ascii") as file:
    file.write("\n".join(head + ["\t".join(row) for row in cells]) + "\n")
run = Measurement.read("run.mpt", reader="biologic")
for name in names[2:]:
    print(name, *(f"{value:g}" for value in run[name].data), end="; ")
PY
)
seen=${seen##*ixdat/__init__.py}
seen=$(echo $seen)
echo "ixdat 0.4.0: $seen"
test "$seen" = "Ece/V 0.1 0.5 0.1; <I>/mA 0.5 7 0.5; cycle number 7 11 7; Rcmp/Ohm 11 11;"
