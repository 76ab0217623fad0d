"""The keys that seal personal data, for operators: ``python -m infra.data_keys rewrap | erase OWNER``."""

import argparse
import sys

import structlog

from infra import logging
from infra.errors import CannotStart
from infra.postgres.pool import open_running
from infra.run import run
from infra.sealing import Sealer
from infra.settings import load_settings

log = structlog.stdlib.get_logger(__name__)

PROCESS = "data_keys"


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
        async with pool.acquire() as connection:
            if not await sealer.destroy(connection, arguments.owner):
                raise CannotStart(
                    f"{arguments.owner} has no data key",
                    remedy="check the owner, such as case:NUMBER",
                    chinese=(f"{arguments.owner} 没有数据密钥", "请核对所属，如 case:单号"),
                )
        log.warning("data_keys.erased", owner=arguments.owner)
        sys.stdout.write(f"what was sealed for {arguments.owner} can no longer be read, in backups either\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.data_keys", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("rewrap", help="put every data key under the master key in use, after a rotation")
    erase = commands.add_parser("erase", help="destroy the data key of a case, household or member of staff for good")
    erase.add_argument("owner", help="such as case:REP-20261122-00001 or household:ID")
    return parser.parse_args()


if __name__ == "__main__":
    run(main(_arguments()))
