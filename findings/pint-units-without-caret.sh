#!/usr/bin/env bash
# pint 0.25.3 does not read mA/cm2, which UDUNITS reads; UDUNITS does not read mAh, which pint reads.
#
# Expected: the spellings of this field, mA/cm2, Ohm and mAh, are units for both, or for neither.
# Seen:     pint: UndefinedUnitError for mA/cm2 and Ohm, milliampere_hour for mAh. udunits2: the reverse.
# For us:   units are written so that both read them (mA/cm^2, ohm, mA*h).
# Needs the program udunits2 (Debian: udunits-bin).
set -euo pipefail
command -v udunits2 >/dev/null || { echo "udunits2 is not installed"; exit 77; }
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "Pint==0.25.3"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import subprocess

import pint

registry = pint.UnitRegistry()
for unit in ("mA/cm2", "Ohm", "mAh", "mA/cm^2", "ohm", "mA*h"):
    try:
        registry.parse_units(unit)
        by_pint = "pint"
    except pint.UndefinedUnitError:
        by_pint = "-"
    told = subprocess.run(["udunits2", "-H", unit, "-W", ""], input="\n", capture_output=True, text=True)
    by_udunits = "-" if "recognize" in told.stdout + told.stderr else "udunits"
    print(unit, by_pint, by_udunits, end="; ")
PY
)
seen=${seen%" "}
echo "read by: $seen"
test "$seen" = "mA/cm2 - udunits; Ohm - udunits; mAh pint -; mA/cm^2 pint udunits; ohm pint udunits; mA*h pint udunits;"
