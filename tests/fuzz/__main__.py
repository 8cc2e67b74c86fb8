"""`python -m tests.fuzz --minutes N --target NAME …`: feed damaged inputs, print what became of them.

`--kills N` kills commands instead (targets convert, study, gather) and prints what their runs left.
"""

import argparse
import sys

from tests.fuzz import kills
from tests.fuzz.targets import TARGETS
from tests.fuzz.workers import KINDS, Feeder, run


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="in all, shared equally by the targets")
    parser.add_argument("--count", type=int, help="inputs per target, instead of a time")
    parser.add_argument(
        "--start", type=int, default=0, help="number of the first input: other numbers, other inputs"
    )
    parser.add_argument("--kills", type=int, help="kill each command so many times, instead of feeding inputs")
    parser.add_argument(
        "--target",
        action="append",
        choices=[*TARGETS, *kills.COMMANDS, "all"],
        help="may be repeated; all by default",
    )
    given = parser.parse_args()
    if given.kills:
        wanted = [name for name in kills.COMMANDS if name in (given.target or kills.COMMANDS)]
        return kills.main(wanted, given.kills, given.start)
    names = [name for name in given.target or ["all"] if name != "all"] or list(TARGETS)
    share = None if given.count else given.minutes * 60 / len(names)
    totals = dict.fromkeys(KINDS, 0)
    bad, feeder = [], Feeder()
    print(f"| target | inputs | {' | '.join(KINDS)} |\n| --- | {' | '.join(['---:'] * (len(KINDS) + 1))} |")
    for name in names:
        tally = run(name, seconds=share, count=given.count, start=given.start, feeder=feeder)
        _row(name, tally.counts)
        for kind, n in tally.counts.items():
            totals[kind] += n
        bad += [(name, *found, number) for found, number in tally.first.items()]
    feeder.end()
    _row("all", totals)
    for name, kind, why, number in bad:
        print(f"\n{name} {number}: {kind} {why}", file=sys.stderr)
    return 1 if bad else 0


def _row(name, counts):
    print(f"| {name} | {sum(counts.values())} | {' | '.join(str(n) for n in counts.values())} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
