#!/usr/bin/env bash
# zarr 3.1.6 and xarray 2026.9.0: measured zeros in a Zarr store of format 2 are NaN.
#
# Expected: [0.0, 1.0, 0.0] written by zarr is [0.0, 1.0, 0.0] in xarray.
# Seen:     [nan, 1, nan]. zarr writes fill_value 0.0 by default, and xarray takes that of format 2 as the mark of missing
#           values. Format 3 reads well.
# For us:   there is no export to Zarr.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "zarr==3.1.6" "xarray==2026.9.0"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import xarray as xr
import zarr

for form in (2, 3):
    group = zarr.open_group(f"run{form}.zarr", mode="w", zarr_format=form)
    named = {"dimension_names": ["t"]} if form == 3 else {}
    current = group.create_array("I", shape=(3,), dtype="f8", **named)
    current[:] = [0.0, 1.0, 0.0]
    if form == 2:
        current.attrs["_ARRAY_DIMENSIONS"] = ["t"]
    print(*xr.open_zarr(f"run{form}.zarr", consolidated=False).I.values, end="; ")
PY
)
seen=${seen%" "}
echo "formats 2 and 3: $seen"
test "$seen" = "nan 1.0 nan; 0.0 1.0 0.0;"
