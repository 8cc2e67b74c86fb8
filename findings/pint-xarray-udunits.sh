#!/usr/bin/env bash
# pint-xarray 0.6.1: a current density read as "mA/cm^2" is written back as a unit that UDUNITS cannot read.
#
# Expected: units of a NetCDF variable that UDUNITS reads (mA/cm^2, mA*h) still do after quantify() and dequantify().
# Seen:     "milliampere / centimeter ** 2" and "hour * milliampere"; udunits2 does not recognise either, so tools of the
#           NetCDF world (ncks, cf-units, Panoply) see no unit.
# For us:   the page on other programs says: dequantify(format="~C").
# Needs the program udunits2 (Debian: udunits-bin).
set -euo pipefail
command -v udunits2 >/dev/null || { echo "udunits2 is not installed"; exit 77; }
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "pint-xarray==0.6.1" "Pint==0.25.3" "xarray==2026.9.0"
written=$("$folder/venv/bin/python" - <<'PY'
import pint_xarray  # noqa: F401
import xarray as xr

columns = {"j": ("t", [1.0], {"units": "mA/cm^2"}), "Q": ("t", [1.0], {"units": "mA*h"})}
run = xr.Dataset(columns).pint.quantify().pint.dequantify()
print(run.j.attrs["units"], run.Q.attrs["units"], sep="\n")
PY
)
unreadable() { { echo | udunits2 -H "$1" -W "" 2>&1 || true; } | grep "Don't recognize" >/dev/null; }
seen=""
while read -r unit; do
  unreadable "$unit" && seen="$seen[$unit]" || true
done <<<"$written
mA/cm^2
mA*h"
echo "pint-xarray 0.6.1 writes what udunits2 does not read: $seen"
test "$seen" = "[milliampere / centimeter ** 2][hour * milliampere]"
