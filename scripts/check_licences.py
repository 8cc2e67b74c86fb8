"""Check the licences of what an installed echub depends on: `python -m scripts.check_licences`.

Every distribution that the core or an extra for users needs, in the versions of this environment, must state a
licence that a work under Apache-2.0 may depend on. An optional package with another one is named here, with why.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

EXTRAS = ("plot", "pandas", "xarray", "excel", "neware", "arbin", "galvani")
ALLOWED = re.compile(
    r"MIT|BSD|Apache|Python Software Foundation|PSF|ISC|MPL|Mozilla|HPND|CNRI|Unlicense|Zlib|CC0|matplotlib", re.I
)
REFUSED = re.compile(r"(?<!L)GPL|(?<!Lesser )General Public|Affero|SSPL|Commons Clause|Proprietary", re.I)
OPTIONAL = {"galvani": "GPL-3.0: a second opinion that users install themselves; echub calls its public interface"}
_NAME = re.compile(r"[\w.-]+")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([\w-]+)['\"]")


def needed(name: str, extras: tuple[str, ...] = (), seen: set[str] | None = None) -> Iterator[Distribution]:
    """Iterate over a distribution's dependencies that are installed, and theirs."""
    seen = set() if seen is None else seen
    try:
        found = distribution(name)
    except PackageNotFoundError:  # for another system, or an extra that is not installed
        return
    for requirement in found.requires or ():
        wanted = _EXTRA.search(requirement)
        match = _NAME.match(requirement)
        if match is None or (wanted and wanted[1] not in extras):
            continue
        key = re.sub(r"[-_.]+", "-", match[0]).lower()
        if key not in seen:
            seen.add(key)
            try:
                yield distribution(key)
            except PackageNotFoundError:
                continue
            yield from needed(key, (), seen)


def licence(found: Distribution) -> str:
    """Return what a distribution states: expression, first line of the text, and classifiers."""
    fields = found.metadata
    stated = [
        fields.get("License-Expression") or "",
        (fields.get("License") or "").strip().partition("\n")[0][:100],
    ]
    stated += [c for c in fields.get_all("Classifier") or [] if c.startswith("License ::")]
    return "; ".join(text for text in stated if text)


def faults() -> Iterator[str]:
    """Say which distributions have a licence that does not fit, or state none."""
    for found in needed("echub", EXTRAS):
        name, text = found.metadata["Name"].lower(), licence(found)
        if name not in OPTIONAL and (REFUSED.search(text) or not ALLOWED.search(text)):
            yield f"{name} {found.version}: {text or 'no licence stated'}"


def main() -> int:
    """Print the faults; 1 if there are any."""
    found = list(faults())
    print("\n".join(found) or "every licence fits")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
