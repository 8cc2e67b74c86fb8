#!/usr/bin/env bash
# molmass 2026.1.8: a solid electrolyte with decimal counts, Li5.5PS4.5Cl1.5, has the molar mass of another substance.
#
# Expected: 5.5 Li, 1 P, 4.5 S and 1.5 Cl are 266.6 g/mol (periodictable 2.1.0), or the formula is refused, as
#           Li0.5CoO2 is.
# Seen:     201.6 g/mol without a word, and 6361.4 instead of 178.4 g/mol for Li1.05Mn1.95O4: each dot separates parts,
#           as in CuSO4.5H2O, so that the first is Li5, 5 PS4, 5 Cl and so on, with the last digits as factors.
# For us:   molmass is asked only for masses of elements; a formula with a dot is refused, which a test keeps. The page on
#           derived columns says to give the molar mass instead.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "molmass==2026.1.8" "periodictable==2.1.0"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import periodictable
from molmass import Formula

for text in ("Li5.5PS4.5Cl1.5", "Li1.05Mn1.95O4", "Li0.5CoO2"):
    try:
        mass = f"{Formula(text).mass:.1f}"
    except ValueError:
        mass = "refused"
    print(text, mass, f"{periodictable.formula(text).mass:.1f}", end="; ")
PY
)
seen=${seen%"; "}
echo "g/mol by molmass and by periodictable: $seen"
test "$seen" = "Li5.5PS4.5Cl1.5 201.6 266.6; Li1.05Mn1.95O4 6361.4 178.4; Li0.5CoO2 refused 94.4"
