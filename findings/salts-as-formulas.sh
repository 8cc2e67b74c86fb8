#!/usr/bin/env bash
# The short names of salts and binders are formulas for pymatgen 2026.10.24, periodictable 2.1.0 and chempy 0.10.2:
# LiBOB weighs 44.6 g/mol instead of 193.8.
#
# Expected: LiTFSI, LiFSI, LiBOB and PVDF are refused, as LFP is: none of them is a formula.
# Seen:     pymatgen and periodictable read Li, tritium, F, S and I, 187.9 g/mol, in LiTFSI, which is LiN(SO2CF3)2,
#           287.1 g/mol; Li, F, S and I in LiFSI, 184.9, only 1 % beside the 187.1 of LiN(SO2F)2; and Li, B, O and B in
#           LiBOB, LiB(C2O4)2. PVDF, the binder, is P, V, deuterium and F. chempy knows no D and T; it refuses
#           LiTFSI and PVDF, and reads the other two.
# For us:   such a name as the material of a derived column is refused, with its formula, which a test keeps. The page on
#           derived columns says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile "pymatgen==2026.10.24" "pymatgen-core==2026.10.16" \
    "periodictable==2.1.0" "chempy==0.10.2"
cd "$folder"
seen=$(HOME="$folder" venv/bin/python 2>/dev/null - <<'PY'
import periodictable
from chempy import Substance
from pymatgen.core import Composition

PROGRAMS = (
    lambda text: float(Composition(text).weight),
    lambda text: periodictable.formula(text).mass,
    lambda text: Substance.from_formula(text).mass,
)
for text in ("LiTFSI", "LiFSI", "LiBOB", "PVDF", "LFP"):
    masses = []
    for program in PROGRAMS:
        try:
            masses.append(f"{program(text):.1f}")
        except Exception:  # each has its own kind
            masses.append("refused")
    print(text, *masses, end="; ")
PY
)
seen=${seen%"; "}
echo "g/mol by pymatgen, periodictable and chempy: $seen"
expected="LiTFSI 187.9 187.9 refused; LiFSI 184.9 184.9 184.9; LiBOB 44.6 44.6 44.6; PVDF 102.9 102.9 refused"
test "$seen" = "$expected; LFP refused refused refused"
