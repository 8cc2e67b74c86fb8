#!/usr/bin/env bash
# MADAP 1.2.8: an activation energy of 30 kJ/mol is saved as 30 mJ/mol, a millionth of it.
#
# Expected: conductivities that follow exp(-E/RT) with E = 30 kJ/mol are saved with an activation of 30 kJ/mol, or of
#           3·10⁷ mJ/mol.
# Seen:     the saved JSON has "activation [mJ/mol]": 30, as do the log and the documentation of the class: the slope is
#           taken over 1000/T, so that R times the slope is in kJ/mol.
# For us:   activation energies are in eV, and in kJ/mol beside, which a test keeps. The page on Arrhenius fits says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile "MADAP==1.2.8" "numpy==2.4.6" "pandas==3.1.1" "scikit-learn==1.9.1"
cd "$folder"
seen=$(HOME="$folder" MPLBACKEND=Agg venv/bin/python 2>/dev/null - <<'PY'
import json
from pathlib import Path

import numpy as np
import pandas as pd
from madap.echem.arrhenius.arrhenius import Arrhenius

celsius = pd.Series([0.0, 20.0, 40.0, 60.0, 80.0])
conductivity = np.exp(-30_000 / (8.314 * (celsius + 273.15)))
fit = Arrhenius(temperatures=celsius, conductivity=conductivity)
fit.analyze()
fit.save_data("saved")
(path,) = Path("saved").rglob("*.json")
saved = json.loads(path.read_text())
print(*(f"{key} {value:.3f}" for key, value in saved.items() if key.startswith("activation")))
PY
)
seen=${seen##*$'\n'}
echo "MADAP 1.2.8, 30 kJ/mol: $seen"
test "$seen" = "activation [mJ/mol] 30.000"
