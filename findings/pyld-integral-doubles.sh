#!/usr/bin/env bash
# PyLD 3.3.0: a measured 5.0 Ω in JSON-LD becomes the integer 5, and 1e20 an integer of 21 digits.
#
# Expected: numbers written with a decimal point or an exponent come out as xsd:double, like 0.1 beside them.
# Seen:     5.0 and 1e20 come out as xsd:integer; a list of resistances has two types.
# For us:   numbers in linked data have to be typed texts ({"@value": "5.0", "@type": "xsd:double"}).
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "PyLD==3.3.0"
seen=$("$folder/venv/bin/python" - <<'PY'
from pyld import jsonld

cell = {"@context": {"@vocab": "https://example.org/"}, "@id": "https://example.org/cell", "resistance": [0.1, 5.0, 1e20]}
quads = jsonld.to_rdf(cell, {"format": "application/n-quads"})
print(*sorted(line.split('"')[1] + " " + line.split("#")[1].rstrip("> .") for line in quads.splitlines()), sep=", ")
PY
)
echo "PyLD 3.3.0: $seen"
test "$seen" = "1.0E-1 double, 100000000000000000000 integer, 5 integer"
