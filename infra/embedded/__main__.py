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
            chinese=(
                "设置指定了别的服务器，而本命令只启动本机自带的",
                "取消 LIYUAN_MODE 和 LIYUAN_POSTGRES_DSN，或逐个启动各进程（docs/operations.md）",
            ),
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
        f"  收件箱   Staff inbox        {settings.public_url}/inbox",
        f"  主管看单 Temporal Web UI    {settings.web_ui_url}/namespaces/{settings.temporal_namespace}/workflows",
        f"  接口说明 API                {settings.public_url}/docs",
        f"  日志     Logs               {desk.folder.path / 'logs'}",
    ]
    if desk.first_key:
        lines += [
            f"  首个密钥 First API key      {desk.first_key}",
            f"  只显示这一次，与员工的密钥同存于 Shown this once, kept in {desk.folder.path / KEYS_FILE}",
        ]
    stop = "按 Ctrl-C 停止；再次启动时续办未结的单。\nCtrl-C stops the desk; the next start continues every open case."
    return "\n".join([*lines, "", stop, ""])


def _explained(fault: OSError | asyncpg.PostgresError, desk: Desk) -> CannotStart:
    folder = desk.folder.path
    if isinstance(fault, asyncpg.DiskFullError) or getattr(fault, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return CannotStart(
            f"the disk of {folder} is full; nothing that was acknowledged is lost",
            remedy="free some space and start again",
            chinese=(f"{folder} 所在磁盘已满；已受理的没有丢失", "腾出空间后重新启动"),
        )
    return CannotStart(
        f"{type(fault).__name__}: {fault}",
        remedy=f"read the logs in {folder / 'logs'}, start again",
        chinese=("启动出错，详见下面的英文", f"查看 {folder / 'logs'} 中的日志，再重新启动"),
    )


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
