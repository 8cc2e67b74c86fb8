"""`python -m tests.fuzz --minutes N --target NAME …`: feed damaged inputs, print what became of them.

`--kills N` kills commands instead (targets convert, study, gather) and prints what their runs left. `--sum LOG …`
adds the tables that earlier runs printed.
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path

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
    parser.add_argument(
        "--sum", nargs="+", type=Path, metavar="LOG", help="add the tables of these logs, feed nothing"
    )
    given = parser.parse_args()
    if given.sum:
        print(added([path.read_text() for path in given.sum]))
        return 0
    if given.kills:
        wanted = [name for name in kills.COMMANDS if name in (given.target or kills.COMMANDS)]
        return kills.main(wanted, given.kills, given.start)
    names = [name for name in given.target or ["all"] if name != "all"] or list(TARGETS)
    share = None if given.count else given.minutes * 60 / len(names)
    totals = dict.fromkeys(KINDS, 0)
    bad, feeder = [], Feeder()
    print(_head(("target", "inputs", *KINDS)))
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


def added(logs):
    """Add the tables of several logs, of feeding or of killing, by their first column; `all` is computed again."""
    rows, head = defaultdict(list), ()
    for line in "\n".join(logs).splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and all(cell.isdecimal() for cell in cells[1:]):
            rows[cells[0]].append([int(cell) for cell in cells[1:]])
        elif line.startswith("|") and cells[0] in ("target", "command"):
            head = head or cells
    sums = {
        name: [sum(column) for column in zip(*found, strict=True)] for name, found in rows.items() if name != "all"
    }
    sums["all"] = [sum(column) for column in zip(*sums.values(), strict=True)]
    return "\n".join([_head(head), *(f"| {name} | {' | '.join(map(str, n))} |" for name, n in sums.items())])


def _head(names):
    return f"| {' | '.join(names)} |\n| --- | {' | '.join(['---:'] * (len(names) - 1))} |"


def _row(name, counts):
    print(f"| {name} | {sum(counts.values())} | {' | '.join(str(n) for n in counts.values())} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
