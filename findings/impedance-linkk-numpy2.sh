#!/usr/bin/env bash
# impedance.py 1.7.1 with NumPy 2: the linear Kramers-Kronig test stops with a NameError.
#
# Expected: `linKK` on a spectrum of one resistor in series with one R||C (20 Ω, 100 Ω, 1 ms; 51 points, no noise)
#           returns its number of elements and residuals.
# Seen:     NameError: name 'np' is not defined. The function evaluates a text that holds the circuit's numbers, and
#           NumPy 2 prints a scalar as np.float64(20.0) instead of 20.0. With NumPy 1.26 it works.
# For us:   it is not used as an oracle of our Kramers-Kronig test.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "impedance==1.7.1" "numpy==2.4.6" "pandas==2.3.3" # it imports pandas without asking for it
seen=$("$folder/venv/bin/python" - <<'PY'
import warnings

import numpy as np

warnings.simplefilter("ignore")
from impedance.validation import linKK

frequency = np.logspace(5, 0, 51)
impedance = 20 + 100 / (1 + 2j * np.pi * frequency * 1e-3)
try:
    print(linKK(frequency, impedance, c=0.85, max_M=50, fit_type="complex")[0])
except Exception as error:
    print(type(error).__name__, error, sep=": ")
PY
)
echo "impedance 1.7.1, NumPy 2.4.6: $seen"
test "$seen" = "NameError: name 'np' is not defined"
