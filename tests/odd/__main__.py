"""Ask every analysis odd questions: ``python -m tests.odd [ANALYSIS ...] [--kind KIND ...] [--every N]``."""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterable, Sequence

from tests.odd.combinations import KINDS
from tests.odd.judging import faults
from tests.odd.subjects import Subject, subjects


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask what was chosen; print a line per fault, and the counts; return 1 if there is a fault."""
    found = list(subjects())
    chosen = _parser(sorted({subject.name for subject in found})).parse_args(arguments)
    wanted = [subject for subject in found if not chosen.analyses or subject.name in chosen.analyses]
    return run(wanted, chosen.kind or KINDS, figures=chosen.figures, every=chosen.every)


def run(wanted: Iterable[Subject], kinds: Iterable[str], *, figures: bool = False, every: int = 1) -> int:
    """Ask the questions of some kinds, or every so many of them; print as `main` does."""
    asked = faulty = 0
    for subject in wanted:
        for kind in kinds:
            print(f"{subject.label}: {kind} …", file=sys.stderr, flush=True)
            for question in itertools.islice(KINDS[kind](subject), 0, None, every):
                asked += 1
                wrong = list(faults(subject, question, figures=figures))
                faulty += bool(wrong)
                for fault in wrong:
                    print(f"{subject.label}: {question.what}: {fault}", flush=True)
    print(f"{asked} combinations, {faulty} with a fault")
    return 1 if faulty else 0


def _parser(names: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.odd", description=__doc__)
    parser.add_argument("analyses", nargs="*", choices=[[], *names], help="which analyses; all by default")
    parser.add_argument("--kind", nargs="+", choices=[*KINDS], help="what is odd; all by default")
    parser.add_argument("--every", type=int, default=1, help="of the questions of a kind every so many; a prime")
    parser.add_argument("--figures", action="store_true", help="draw the figure of each outcome too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
