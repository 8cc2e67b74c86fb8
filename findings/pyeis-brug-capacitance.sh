#!/usr/bin/env bash
# PyEIS 1.0.10: the capacitance of an arc by Brug's formula does not depend on its resistances, 5.6 times too small here.
#
# Expected: C = Q^(1/n) (Rs Rct/(Rs + Rct))^((1-n)/n), the formula that is cited: for Q = 10⁻⁵ S·sⁿ and n = 0.8
#           0.998 µF for 10 and 1000 Ω, and 3.15 µF for 1 and 100 kΩ, as a solid electrolyte has them.
# Seen:     0.562 µF for both, which is Q^(1/n) alone: the resistances are divided by their own product.
# For us:   both formulas, Brug's and that of Hsu and Mansfeld, are tested against values by hand. The page on impedance
#           says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
# it imports all but pandas without asking for them
"$folder/venv/bin/pip" install --quiet --no-compile "PyEIS==1.0.10" "numpy==2.4.6" "pandas==2.3.3" "scipy==1.17.1" \
    "lmfit==1.3.4" "mpmath==1.3.0" "matplotlib==3.11.2" "seaborn==0.13.2"
cd "$folder"
seen=$(HOME="$folder" MPLBACKEND=Agg venv/bin/python 2>/dev/null - <<'PY'
from PyEIS.PyEIS_Advanced_tools import norm_Fara_Q_C

Q, n = 1e-5, 0.8
for Rs, Rct in ((10, 1000), (1e3, 1e5)):
    expected = Q ** (1 / n) * (Rs * Rct / (Rs + Rct)) ** ((1 - n) / n)
    print(f"{Rs:g} and {Rct:g}: {1e6 * norm_Fara_Q_C(Rs, Rct, n, Q=Q):.3f} {1e6 * expected:.3f}", end="; ")
PY
)
seen=${seen%"; "}
seen=${seen##*$'\n'}
echo "µF by PyEIS 1.0.10 and by the formula, for Rs and Rct in Ω: $seen"
test "$seen" = "10 and 1000: 0.562 0.998; 1000 and 100000: 0.562 3.154"
