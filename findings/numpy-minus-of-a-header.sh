#!/usr/bin/env bash
# NumPy 2.4.6: genfromtxt drops the minus of the header -Im(Z)/Ohm; its column is called ImZOhm.
#
# Expected: the column of a spectrum as EC-Lab and others print it keeps its name, or one from which the sign can be told.
# Seen:     with names=True, "-Im(Z)/Ohm" and "Im(Z)/Ohm" both become "ImZOhm", with the same numbers: of a capacitor
#           both 5 and -5 are "ImZOhm". With deletechars="" the names stay as printed.
# For us:   the sign is read from the header, which tests keep; exports write Z″ itself. The page on other programs names
#           the option.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "numpy==2.4.6"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import numpy as np

for header, value in (("-Im(Z)/Ohm", 5), ("Im(Z)/Ohm", -5)):
    lines = [f"freq/Hz {header}", f"1000 {value}", f"100 {value}"]
    name = np.genfromtxt(lines, names=True).dtype.names[1]
    told = np.genfromtxt(lines, names=True, deletechars="").dtype.names[1]
    print(header, name, told, end="; ")
PY
)
seen=${seen%"; "}
echo "printed, by default and with deletechars='': $seen"
test "$seen" = "-Im(Z)/Ohm ImZOhm -Im(Z)/Ohm; Im(Z)/Ohm ImZOhm Im(Z)/Ohm"
