#!/usr/bin/env bash
# pySPM 0.6.3: the number behind a bracket in the formula of an ion is not counted, so that Si(CH3)3+ has m/z 43.
#
# Expected: Si(CH3)3+, the fragment of silicone by which ToF-SIMS knows a contaminated surface, has m/z 73.047, as
#           SiC3H9+; Al(OH)4- has 94.993, as AlO4H4-. Or brackets are refused.
# Seen:     43.000 and 43.985 without a word: each bracket counts once. Without brackets the masses are right.
# For us:   an ion with brackets is refused, with the place, which a test keeps. The page on Hiden says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile "pySPM==0.6.3" "numpy==2.4.6" "scipy==1.17.1" "pandas==3.1.1"
cd "$folder"
seen=$(HOME="$folder" MPLBACKEND=Agg venv/bin/python 2>/dev/null - <<'PY'
from pySPM.utils import get_mass

for bracketed, plain in (("Si(CH3)3+", "SiC3H9+"), ("Al(OH)4-", "AlO4H4-")):
    print(bracketed, f"{get_mass(bracketed):.3f}", plain, f"{get_mass(plain):.3f}", end="; ")
PY
)
seen=${seen%"; "}
seen=${seen##*$'\n'}
echo "m/z by pySPM 0.6.3: $seen"
test "$seen" = "Si(CH3)3+ 43.000 SiC3H9+ 73.047; Al(OH)4- 43.985 AlO4H4- 94.993"
