#!/usr/bin/env bash
# navani 0.1.22: the pause between two files of one cell is counted as charge.
#
# Expected: one hour at 1 mA, one hour of rest in a file that is left out, and one hour at 1 mA are 2 mA·h.
# Seen:     multi_echem_file_loader makes 3 mA·h of it, and puts its number in the place of the instrument's, with a
#           warning that both differ: the time since the row before is multiplied with the current of each row, across
#           files too. Each file alone has 1 mA·h. EC-Lab's clock runs on from technique to technique of a sequence.
# For us:   joined runs keep the instrument's charge and state their gaps, which a test keeps; the page on EC-Lab says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile "navani==0.1.22" "pandas==2.3.3" "numpy==1.26.4"
cd "$folder"
seen=$(HOME="$folder" venv/bin/python - 2>/dev/null <<'PY'
from navani import echem

names = ("cell_01_GCPL_C01.mpt", "cell_03_GCPL_C01.mpt")
for name, start in zip(names, (0, 7200)):
    rows = [f"{start + 60 * k}\t{3 + k / 100}\t1\t{k / 60:.6f}" for k in range(61)]
    head = ["EC-Lab ASCII FILE", "Nb header lines : 6", "", "Galvanostatic Cycling with Potential Limitation", ""]
    with open(name, "w", encoding="ascii") as file:
        file.write("\n".join([*head, "time/s\tEwe/V\tI/mA\tQ charge/discharge/mA.h", *rows]) + "\n")
alone = [echem.echem_file_loader(name)["Capacity"].max() for name in names]
print(*(f"{value:.2f}" for value in (*alone, echem.multi_echem_file_loader(names)["Capacity"].max())))
PY
)
echo "navani 0.1.22, capacity of each file and of both, in mA·h: $seen"
test "$seen" = "1.00 1.00 3.00"
