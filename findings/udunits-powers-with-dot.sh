#!/usr/bin/env bash
# UDUNITS (cf-units 3.3.1): the unit of a Warburg element, S·s^0.5, is 5 S, and that of a CPE with n = 0.9, S·s^0.9, is 9 S.
#
# Expected: a power that is not whole is either read or refused, as S s^(1/2) is.
# Seen:     "S s^0.5" is 5 S, "ohm s^-0.5" 5 Ω and "S s^0.9" 9 S, without a word: the dot multiplies, so that s^0.5 is s^0
#           times 5. A conversion of a Warburg coefficient of 10 to ohms gives 50 Ω.
# For us:   no unit with such a power is in our table: it stays in the printed header of a column and is never in `units`
#           of a file, which a test keeps. The page on other programs says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile "cf-units==3.3.1" "numpy==2.4.6"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
from cf_units import Unit

for text, simple in (("S s^0.5", "S"), ("S s^0.9", "S"), ("ohm s^-0.5", "ohm")):
    print(f"10 {text} = {Unit(text).convert(10.0, simple):g} {simple}", end="; ")
try:
    Unit("S s^(1/2)")
except ValueError:
    print("S s^(1/2) refused")
PY
)
echo "UDUNITS by cf-units 3.3.1: $seen"
test "$seen" = "10 S s^0.5 = 50 S; 10 S s^0.9 = 90 S; 10 ohm s^-0.5 = 50 ohm; S s^(1/2) refused"
