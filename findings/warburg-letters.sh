#!/usr/bin/env bash
# The letter W with the same number means other impedances in pyimpspec 5.1.3 and impedance.py 1.7.1, 7·10⁵-fold here.
#
# Expected: a Warburg element W of 0.001 has one impedance at 1 Hz.
# Seen:     |Z| = 399 Ω in pyimpspec, whose number is the Y of 1/(Y·√(jω)), and 0.000564 Ω in impedance.py, whose number
#           is the A of A·(1 - j)/√ω. Both document their formula.
# For us:   no adapter passes a circuit on by its letters.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "pyimpspec==5.1.3" "impedance==1.7.1" "numpy==2.4.6" "pandas==3.1.1"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import warnings

import numpy as np

warnings.simplefilter("ignore")
import pyimpspec
from impedance.models.circuits import CustomCircuit

frequency = np.array([1.0])
admittance = pyimpspec.parse_cdc("W{Y=1e-3}").get_impedances(frequency)[0]
coefficient = CustomCircuit("W0", initial_guess=[1e-3]).predict(frequency, use_initial=True)[0]
print(f"{abs(admittance):.0f} {abs(coefficient):.6f}")
PY
)
seen=${seen%" "}
echo "|Z| of W = 0.001 at 1 Hz, in Ω: $seen"
test "$seen" = "399 0.000564"
