"""The keys that seal personal data, for operators: ``python -m infra.data_keys rewrap | erase OWNER``."""

import argparse
import sys

import structlog

from infra import logging
from infra.erasure import erase
from infra.postgres.pool import open_running
from infra.run import run
from infra.sealing import Sealer
from infra.settings import load_settings
from infra.temporal import connect

log = structlog.stdlib.get_logger(__name__)

PROCESS = "data_keys"
ROLE = "数据密钥"


async def main(arguments: argparse.Namespace) -> None:
    settings = load_settings()
    logging.configure(level=settings.log_level, form=settings.log_format, process=PROCESS)
    async with await open_running(settings) as pool:
        sealer = Sealer(settings.master_ring())
        if arguments.command == "rewrap":
            moved = await sealer.rewrap(pool)
            log.info("data_keys.rewrapped", moved=moved)
            sys.stdout.write(f"{moved} data keys moved under the master key in use\n")
            return
        await erase(arguments.owner, pool, sealer, await connect(settings, role=ROLE))
        log.warning("data_keys.erased", owner=arguments.owner)
        sys.stdout.write(f"what was sealed for {arguments.owner} can no longer be read\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.data_keys", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("rewrap", help="put every data key under the master key in use, after a rotation")
    erase = commands.add_parser(
        "erase", help="make a closed case, a household or a member of staff unreadable for good"
    )
    erase.add_argument("owner", help="such as case:REP-20261122-00001 or household:ID")
    return parser.parse_args()


if __name__ == "__main__":
    run(main(_arguments()))
