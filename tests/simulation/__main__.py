"""``python -m tests.simulation --seeds 20 --repairs 200``: simulate months and say what was found; 1 if anything is."""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from time import monotonic

from tests.simulation.month import live
from tests.simulation.report import Report


def one(seed: int, repairs: int) -> Report:
    report = Report()
    report.add(live(seed, repairs))
    return report


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many months")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--repairs", type=int, default=200, help="calls in each")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="months at a time")
    given = parser.parse_args()
    begun, report = monotonic(), Report()
    seeds = range(given.first, given.first + given.seeds)
    with ProcessPoolExecutor(given.processes) as pool:
        for part in pool.map(one, seeds, [given.repairs] * given.seeds):
            report.join(part)
    for line in report.lines(monotonic() - begun):
        sys.stdout.write(f"{line}\n")
    return 1 if report.broken or report.never else 0


if __name__ == "__main__":
    sys.exit(main())
