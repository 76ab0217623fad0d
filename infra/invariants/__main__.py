"""``python -m infra.invariants``: look at every invariant and say what is broken; ends with 1 if anything is."""

import argparse
import sys
from datetime import timedelta

from infra import logging
from infra.invariants.check import GRACE, violations
from infra.postgres.pool import open_running
from infra.run import run
from infra.sealing import Sealer
from infra.settings import load_settings
from infra.temporal import connect


async def main(*, histories: bool, grace: timedelta) -> int:
    settings = load_settings()
    logging.configure(level="WARNING", form=settings.log_format, process="invariants")
    pool = await open_running(settings)
    client = await connect(settings, role="查验") if histories else None
    async with pool:
        found = await violations(pool, Sealer(settings.master_ring()), client, grace=grace)
    for one in found:
        sys.stdout.write(f"{one}\n")
    sys.stdout.write(f"{len(found)} violations\n" if found else "all invariants hold\n")
    return 1 if found else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m infra.invariants", description=__doc__)
    parser.add_argument("--no-histories", action="store_true", help="look at the database alone, Temporal may be away")
    parser.add_argument(
        "--grace", type=int, default=int(GRACE.total_seconds()), help="seconds that something may be under way"
    )
    given = parser.parse_args()
    run(main(histories=not given.no_histories, grace=timedelta(seconds=given.grace)))
