#!/usr/bin/env bash
# XlsxWriter 3.3.1 and openpyxl 3.1.5: a number written to a workbook is another one when read back.
#
# Expected: the 64-bit number 0.1 + 0.2 is the same number in the file; a decimal needs up to 17 digits for that.
# Seen:     0.3: both write 16 digits.
# For us:   the native file, CSV and Parquet keep every bit; the page on other programs says that Excel does not.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "xlsxwriter==3.3.1" "openpyxl==3.1.5"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import openpyxl
import xlsxwriter

book = xlsxwriter.Workbook("xlsxwriter.xlsx")
book.add_worksheet().write_number(0, 0, 0.1 + 0.2)
book.close()
book = openpyxl.Workbook()
book.active["A1"] = 0.1 + 0.2
book.save("openpyxl.xlsx")
print(*(repr(openpyxl.load_workbook(f"{name}.xlsx").active["A1"].value) for name in ("xlsxwriter", "openpyxl")))
PY
)
seen=${seen%" "}
echo "0.30000000000000004 comes back as: $seen"
test "$seen" = "0.3 0.3"
