#!/usr/bin/env bash
# pint 0.25.3, unyt 3.2.0 and quantities 0.16.4 take c/s, the count rate of MASsoft's "SEM c/s", for light per second.
#
# Expected: 1000 c/s are 1000 counts per second, or the unit is refused as astropy does.
# Seen:     the c is the speed of light, so that 1000 c/s are 2.99792e+11 m/s² without a word. It shows only when a rate is
#           converted or compared; ratios of two such rates are right.
# For us:   c/s is a spelling of counts/s in the table of units; the page on Hiden says what the others make of it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile "pint==0.25.3" "unyt==3.2.0" "quantities==0.16.4" "numpy==2.3.5"
cd "$folder"
seen=$(venv/bin/python - 2>/dev/null <<'PY'
import pint
import quantities
import unyt

print("pint", f"{pint.UnitRegistry()('1000 c/s').to('m/s^2').magnitude:.6g}", end="; ")
print("unyt", f"{unyt.unyt_quantity(1000, 'c/s').to('m/s**2').value:.6g}", end="; ")
print("quantities", f"{quantities.Quantity(1000, 'c/s').rescale('m/s**2').magnitude:.6g}")
PY
)
echo "1000 c/s in m/s²: $seen"
test "$seen" = "pint 2.99792e+11; unyt 2.99792e+11; quantities 2.99792e+11"
