#!/usr/bin/env bash
# batterydf 0.1.0: a table with "Current / mA" becomes one with "Current / A" and the same numbers.
#
# Expected: 5 mA, normalised to the names of the Battery Data Format, is 0.005 A, however the header is spelled, or
#           the header is refused.
# Seen:     "Current / mA" of 5 becomes "Current / A" of 5, without a word; "Current (mA)" becomes 0.005.
# For us:   the page on reading BDF says so; our reader converts by the unit in the header, which a test keeps.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "batterydf==0.1.0" "pandas==3.1.1"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import bdf
import pandas as pd

for header in ("Current / mA", "Current (mA)"):
    table = pd.DataFrame({"Test Time / s": [0.0, 1.0], "Voltage / V": [3.0, 3.1], header: [5.0, 5.0]})
    print(f"{header} of 5 is {bdf.normalize_columns(table)['Current / A'][0]:g} A", end="; ")
PY
)
seen=${seen%"; "}
echo "batterydf 0.1.0: $seen"
test "$seen" = "Current / mA of 5 is 5 A; Current (mA) of 5 is 0.005 A"
