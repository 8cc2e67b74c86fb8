#!/usr/bin/env bash
# fastnda 1.3.1 with isal 1.9.1: reading Neware files exchanges zlib for the whole process.
#
# Expected: importing a reader changes nothing outside of it.
# Seen:     after `import fastnda.ndax`, `zlib.decompressobj` of the standard library is that of isal, in every other
#           module too; its errors are no `zlib.error`, so that code which expects these for a damaged zip sees another.
# For us:   the reader for Neware files puts zlib back.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "fastnda==1.3.1" "isal==1.9.1"
cd "$folder"
seen=$(venv/bin/python - <<'PY'
import zlib

from isal import isal_zlib

before = zlib.decompressobj is isal_zlib.decompressobj
import fastnda.ndax  # noqa: E402, F401

print(before, zlib.decompressobj is isal_zlib.decompressobj, issubclass(isal_zlib.error, zlib.error))
PY
)
echo "fastnda 1.3.1, isal 1.9.1: $seen"
test "$seen" = "False True False"
