#!/usr/bin/env bash
# xarray 2026.9.0: two cells that are stacked have the area and the unit of the first.
#
# Expected: cells of 0.5 and 1.5 cm² with currents in mA and in A are refused, or keep no area and no unit.
# Seen:     `concat` keeps those of the first: 3 A is 3 mA afterwards. `combine_nested` drops them all.
# For us:   area and sample have to be coordinates before files are stacked; the page on other programs says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "xarray==2026.9.0"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import xarray as xr

cells = [
    xr.Dataset({"I": ("t", [1.0], {"units": "mA"})}, attrs={"area": "0.5 cm2"}),
    xr.Dataset({"I": ("t", [3.0], {"units": "A"})}, attrs={"area": "1.5 cm2"}),
]
stacked, nested = xr.concat(cells, "cell"), xr.combine_nested(cells, "cell")
print(stacked.area, stacked.I.values[1, 0], stacked.I.units, nested.attrs, nested.I.attrs)
PY
)
seen=${seen%" "}
echo "xarray 2026.9.0: $seen"
test "$seen" = "0.5 cm2 3.0 mA {} {}"
