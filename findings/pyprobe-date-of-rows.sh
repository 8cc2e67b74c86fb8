#!/usr/bin/env bash
# PyProBE 2.6.1: the Date of an EC-Lab text runs a million times too slowly.
#
# Expected: a run of two hours that started at 8:00 ends at 10:00.
# Seen:     the column Date ends at 8:00:00.0072, since the seconds of time/s are taken for microseconds; Time [s] of the
#           same rows is right. Runs of several days, put in the order of their dates or beside another instrument, all
#           seem to have been measured at their start.
# For us:   the time of a row is its start and its seconds, which a test keeps; the page on EC-Lab says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile "PyProBE-Data==2.6.1"
cd "$folder"
seen=$(HOME="$folder" venv/bin/python - 2>/dev/null <<'PY'
from pyprobe.cyclers.biologic import Biologic

rows = [f"0\t{hour * 3600}\t3.5\t1\t{hour}\t0" for hour in range(3)]
names = "Ns\ttime/s\tEcell/V\tI/mA\tQ charge/mA.h\tQ discharge/mA.h"
head = ["EC-Lab ASCII FILE", "Nb header lines : 5", "", "Acquisition started on : 06/01/2026 08:00:00.000", names]
with open("run.mpt", "w", encoding="iso-8859-1") as file:
    file.write("\n".join([*head, *rows]) + "\n")
table = Biologic(input_data_path="run.mpt", output_data_path="run.parquet").get_pyprobe_dataframe().lazy().collect()
print(table["Date"][-1].strftime("%H:%M:%S.%f"), f"{table['Time [s]'][-1]:g} s")
PY
)
echo "PyProBE 2.6.1, last row of a run of two hours from 8:00: $seen"
test "$seen" = "08:00:00.007200 7200 s"
