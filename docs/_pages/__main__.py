"""Print a made page in a clone: `python -m docs._pages reference/units.md`; without a name, list them."""

from __future__ import annotations

import sys

from docs._pages import GENERATED


def main(arguments: list[str]) -> int:
    """Print the pages that are named; return 2 for a name that there is none of."""
    wrong = [name for name in arguments if name not in GENERATED]
    if wrong or not arguments:
        print("\n".join(GENERATED), file=sys.stderr if wrong else sys.stdout)
        return 2 if wrong else 0
    for name in arguments:
        print(GENERATED[name]())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
