#!/usr/bin/env bash
# scipp 26.8.0: a capacity in "mA h g^-1" is a current per hectogram, an area-specific resistance in "ohm cm^2" has Ω².
#
# Expected: a blank between units multiplies, as SI has it: 1 mA h g^-1 is 3600 A·s/kg, 1 ohm cm^2 is 10⁻⁴ Ω·m².
# Seen:     1 mA h g^-1 is 0.01 A/kg, as if h g were one word, a hectogram; 1 mA h cm^-2 is 0.001 A/m², per
#           square hectocentimetre; 1 ohm cm^2 is 10⁻⁴ Ω²·m². With * all are right; mA cm^-2 is right with a blank too.
# For us:   units are written with *: mA*h/g, ohm*cm^2. The page on other programs says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile "scipp==26.8.0" "numpy==2.4.6"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import scipp

READ = (
    ("mA h g^-1", "A/kg"),
    ("mA*h/g", "A*s/kg"),
    ("mA h cm^-2", "A/m^2"),
    ("mA*h/cm^2", "A*s/m^2"),
    ("ohm cm^2", "ohm^2*m^2"),
    ("ohm*cm^2", "ohm*m^2"),
)
for text, base in READ:
    print(f"{text} = {scipp.scalar(1.0, unit=text).to(unit=base).value:g} {base}", end="; ")
PY
)
seen=${seen%"; "}
echo "scipp 26.8.0: $seen"
areal="mA h cm^-2 = 0.001 A/m^2; mA*h/cm^2 = 36000 A*s/m^2; ohm cm^2 = 0.0001 ohm^2*m^2; ohm*cm^2 = 0.0001 ohm*m^2"
test "$seen" = "mA h g^-1 = 0.01 A/kg; mA*h/g = 3600 A*s/kg; $areal"
