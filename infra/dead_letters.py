"""Commands that could not be delivered, for operators: ``python -m infra.dead_letters list | again ID``."""

import argparse
import sys
from uuid import UUID

from infra import logging
from infra.errors import CannotStart
from infra.postgres.commands import Commands
from infra.postgres.pool import open_running
from infra.run import run
from infra.sealing import Sealer
from infra.settings import load_settings

PROCESS = "dead_letters"


async def main(arguments: argparse.Namespace) -> None:
    settings = load_settings()
    logging.configure(level=settings.log_level, form=settings.log_format, process=PROCESS)
    async with await open_running(settings) as pool:
        commands = Commands(pool, Sealer(settings.master_ring()), settings)
        if arguments.command == "list":
            for dead in await commands.dead_letters():
                fault = (dead.outcome or {}).get("code", "")
                sys.stdout.write(
                    f"{dead.id}  {dead.case_no}  {dead.verb}  {dead.accepted_at:%Y-%m-%dT%H:%M:%SZ}  {fault}\n"
                )
            return
        if not await commands.revive(arguments.id):
            raise CannotStart(
                f"{arguments.id} is no dead letter",
                remedy="take an id of: python -m infra.dead_letters list",
                chinese=(f"{arguments.id} 不是无法投递的登记", "请用 python -m infra.dead_letters list 所列的编号"),
            )
        sys.stdout.write(f"{arguments.id} 将由传达员重新投递\nthe relay delivers it again\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.dead_letters", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="id, case, event, moment of acceptance (UTC) and fault of each, oldest first")
    again = commands.add_parser("again", help="deliver one again, once what was wrong is mended")
    again.add_argument("id", type=UUID)
    return parser.parse_args()


if __name__ == "__main__":
    run(main(_arguments()))
