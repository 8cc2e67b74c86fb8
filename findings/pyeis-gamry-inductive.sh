#!/usr/bin/env bash
# PyEIS 1.0.10: the inductive points of a Gamry spectrum become capacitive.
#
# Expected: im is -Z'': -0.126 Ω at 100 kHz, where the cable of a battery makes Zimag 0.126 Ω, and 0.009 Ω at 10 Hz,
#           where Zimag is -0.009 Ω.
# Seen:     im is positive at both, without a word: the modulus of Zimag is taken. An inductive tail is folded into an
#           arc of the highest frequencies, and a fit finds a capacitor there. The real part is right.
# For us:   the sign is kept as printed, which a test keeps. The page on Gamry says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
# it imports all but pandas without asking for them
"$folder/venv/bin/pip" install --quiet --no-compile "PyEIS==1.0.10" "numpy==2.4.6" "pandas==2.3.3" "scipy==1.17.1" \
    "lmfit==1.3.4" "mpmath==1.3.0" "matplotlib==3.11.2" "seaborn==0.13.2"
cd "$folder"
seen=$(HOME="$folder" MPLBACKEND=Agg venv/bin/python 2>/dev/null - <<'PY'
import numpy as np
from PyEIS.PyEIS_Data_extraction import extract_dta

frequency = np.array([1e5, 1e1])
w = 2 * np.pi * frequency
Z = 2e-7j * w + 0.01 + 0.02 / (1 + 1j * w * 1e-2)
lines = ["EXPLAIN", "TAG\tEISPOT", "DATE\tLABEL\t6/1/2026\tDate", "TIME\tLABEL\t08:00:00\tTime", "ZCURVE\tTABLE"]
lines += ["\tPt\tTime\tFreq\tZreal\tZimag\tZmod", "\t#\ts\tHz\tohm\tohm\tohm"]
for point, (f, z) in enumerate(zip(frequency, Z)):
    lines.append(f"\t{point}\t{point}\t{f:.6g}\t{z.real:.6g}\t{z.imag:.6g}\t{abs(z):.6g}")
with open("battery.DTA", "w", encoding="latin-1") as file:
    file.write("\n".join(lines) + "\n")
table = extract_dta("", "battery.DTA")
print("; ".join(f"{f:g} Hz {z:.3f} {im:.3f}" for f, z, im in zip(table["f"], Z.imag, table["im"])))
PY
)
seen=${seen##*$'\n'}
echo "PyEIS 1.0.10, Zimag as printed and im as read, in Ω: $seen"
test "$seen" = "100000 Hz 0.126 0.126; 10 Hz -0.009 0.009"
