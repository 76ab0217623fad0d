"""``python -m infra.embedded`` is what ``make up`` runs: one desk on this machine, until Ctrl-C."""

import argparse
import errno
import os
import signal
import sys
from types import FrameType

import asyncpg

from infra.embedded.desk import Desk
from infra.embedded.folder import KEYS_FILE, claim
from infra.errors import CannotStart
from infra.run import REFUSED, leave
from infra.settings import PREFIX, Settings, load_settings


def _refuse_server_mode(settings: Settings) -> None:
    if settings.mode == "server" or settings.postgres_dsn is not None:
        raise CannotStart(
            "the settings name other servers, and this command starts its own",
            remedy="unset LIYUAN_MODE and LIYUAN_POSTGRES_DSN, or start the processes one by one (docs/operations.md)",
        )


def _with_own_addresses(settings: Settings) -> Settings:
    """Whoever moves a port need not repeat it in the addresses that staff are given."""
    own = {
        "public_url": f"http://127.0.0.1:{settings.api_port}",
        "web_ui_url": f"http://127.0.0.1:{settings.temporal_ui_port}",
    }
    for name, address in own.items():
        if name not in settings.model_fields_set:
            os.environ[f"{PREFIX}{name.upper()}"] = address  # the children read it too
    return load_settings()


def _welcome(desk: Desk) -> str:
    settings = desk.settings
    lines = [
        "",
        f"  API, with its description   {settings.public_url}/docs",
        f"  Temporal Web UI             {settings.web_ui_url}/namespaces/{settings.temporal_namespace}/workflows",
        f"  Staff inbox 值班收件箱      {settings.public_url}/inbox",
        f"  Logs                        {desk.folder.path / 'logs'}",
    ]
    if desk.first_key:
        lines += [
            f"  First API key               {desk.first_key}",
            f"  Shown this once; kept with the staff's keys in {desk.folder.path / KEYS_FILE}",
        ]
    return "\n".join([*lines, "", "Ctrl-C stops the desk; the next start continues every open case.", ""])


def _explained(fault: OSError | asyncpg.PostgresError, desk: Desk) -> CannotStart:
    folder = desk.folder.path
    if isinstance(fault, asyncpg.DiskFullError) or getattr(fault, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return CannotStart(
            f"the disk of {folder} is full; nothing that was acknowledged is lost",
            remedy="free some space and start again",
        )
    return CannotStart(f"{type(fault).__name__}: {fault}", remedy=f"read the logs in {folder / 'logs'}, start again")


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    argparse.ArgumentParser(prog="desk.py up", description=__doc__).parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    try:
        settings = _with_own_addresses(load_settings())
        _refuse_server_mode(settings)
        desk = Desk(settings, claim(settings.data_folder))
    except CannotStart as problem:
        sys.stderr.write(f"{problem}\n")
        return REFUSED
    os.umask(0o077)
    code = 0
    try:
        desk.bring_up()
        desk.show(_welcome(desk))
        desk.watch()
    except KeyboardInterrupt:
        desk.say("stopping; what was acknowledged is kept")
    except CannotStart as problem:
        desk.say(str(problem))
        code = REFUSED
    except (OSError, asyncpg.PostgresError) as fault:
        desk.say(str(_explained(fault, desk)))
        code = REFUSED
    finally:
        desk.stop()
    desk.say("stopped")
    return code


if __name__ == "__main__":
    leave(main())
