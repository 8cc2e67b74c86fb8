#!/usr/bin/env bash
# netCDF4 1.7.5.1: a 16-bit detector at its limit of 65535 counts is read as a missing value.
#
# Expected: counts of 1, 65535, 3 in a file that defines no missing value are three counts.
# Seen:     [1 -- 3]: the value is NetCDF's default for what was never written, and is masked. xarray with the same
#           library reads 65535.
# For us:   the page on other programs says set_auto_mask(False).
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "netCDF4==1.7.5.1.post1" "h5py==3.16.0" "xarray==2026.9.0"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import h5py
import netCDF4
import xarray as xr

with h5py.File("run.h5", "w") as file:
    file["frame"] = [0.0, 1.0, 2.0]
    file["frame"].make_scale("frame")
    counts = file.create_dataset("counts", data=[1, 65535, 3], dtype="u2")
    counts.dims[0].attach_scale(file["frame"])
with netCDF4.Dataset("run.h5") as file:
    print(file["counts"][:], end=" ")
print(xr.open_dataset("run.h5", engine="netcdf4").counts.values)
PY
)
seen=${seen%" "}
echo "netCDF4 alone, xarray with netCDF4: $seen"
test "$seen" = "[1 -- 3] [    1 65535     3]"
