#!/usr/bin/env bash
# impedance.py 1.7.1: installed with pip, it cannot be imported.
#
# Expected: `from impedance.models.circuits import CustomCircuit` works after `pip install impedance`.
# Seen:     ModuleNotFoundError: No module named 'pandas', which it uses and does not ask for.
# For us:   it is not used as an oracle.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "impedance==1.7.1" "numpy==2.4.6"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
try:
    from impedance.models.circuits import CustomCircuit

    print(CustomCircuit.__name__)
except ModuleNotFoundError as error:
    print(error)
PY
)
seen=${seen%" "}
echo "impedance 1.7.1: $seen"
test "$seen" = "No module named 'pandas'"
