#!/usr/bin/env bash
# battery-data-standard 0.3.1: of a cell with a reference electrode, an EC-Lab text has the cell voltage in Ecell/V; the
# potential of the working electrode becomes voltage_v all the same, and its product with the current power_w.
#
# Expected: with Ewe/V = 3.9, Ece/V = 0.6 and Ecell/V = 3.3 at 2 mA, voltage_v is 3.3 V and power_w 6.6 mW; or the choice
#           is reported.
# Seen:     3.9 V and 7.8 mW, and no remark of the report names Ecell. An energy from it is that of no cell.
# For us:   Ewe/V is potential_we and Ecell/V is voltage, never one for the other, which a test keeps. The page on EC-Lab
#           says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile "battery-data-standard==0.3.1" "polars==1.44.2" "pandas==2.3.3" \
    "numpy==2.4.6"
cd "$folder"
seen=$(HOME="$folder" venv/bin/python 2>/dev/null - <<'PY'
import battery_data_standard

names = ["mode", "Ns", "time/s", "Ewe/V", "Ece/V", "Ecell/V", "<I>/mA", "cycle number"]
rows = [f"1\t0\t{60 * row}\t3.9\t0.6\t3.3\t2\t0" for row in range(4)]
head = ["EC-Lab ASCII FILE", "Nb header lines : 8", "", "Galvanostatic Cycling with Potential Limitation", ""]
head += ["Acquisition started on : 06/01/2026 08:00:00", "", "\t".join(names)]
with open("cell.mpt", "w", encoding="latin-1") as file:
    file.write("\n".join(head + rows) + "\n")
table, report = battery_data_standard.read_with_report("cell.mpt")
named = any("Ecell" in remark for remark in report.warnings)
print(f"{table['voltage_v'][-1]:g} V, {1000 * table['power_w'][-1]:g} mW, Ecell in the remarks: {named}")
PY
)
echo "battery-data-standard 0.3.1: $seen"
test "$seen" = "3.9 V, 7.8 mW, Ecell in the remarks: False"
