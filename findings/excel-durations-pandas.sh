#!/usr/bin/env bash
# pandas 3.1.1 and polars 2.1.0: a test time of 30 h 1 min is shown in Excel as 1, or as 1.2507.
#
# Expected: a duration is written with Excel's format for durations ([h]:mm:ss), as openpyxl does.
# Seen:     pandas writes days with the format 0, polars days with the format General: no unit is left.
# For us:   times are written in seconds, with the unit; a workbook's number is elapsed time only if its format says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "pandas==3.1.1" "polars==2.1.0" "openpyxl==3.1.5" "xlsxwriter==3.3.1"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
from datetime import timedelta

import openpyxl
import pandas as pd
import polars as pl

time = timedelta(hours=30, minutes=1)
pd.DataFrame({"Test Time": [time]}).to_excel("pandas.xlsx", index=False)
pl.DataFrame({"Test Time": [time]}).write_excel("polars.xlsx")
book = openpyxl.Workbook()
book.active["A2"] = time
book.save("openpyxl.xlsx")
for name in ("pandas", "polars", "openpyxl"):
    cell = openpyxl.load_workbook(f"{name}.xlsx").active["A2"]
    print(name, cell.number_format, cell.value, end="; ")
PY
)
seen=${seen%" "}
echo "format and value: $seen"
test "$seen" = "pandas 0 1.250694444444445; polars General 1.250694444444445; openpyxl [hh]:mm:ss 1 day, 6:01:00;"
