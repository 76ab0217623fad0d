"""``python -m infra.demo`` is what ``make demo`` runs: a desk of its own and a busy day on it, until Ctrl-C."""

import argparse
import asyncio
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from infra.demo.clocks import Clocks
from infra.demo.day import open_day
from infra.demo.office import Office, WentWrong
from infra.demo.proof import claims
from infra.embedded.desk import Desk
from infra.embedded.folder import LOCK, DataFolder, claim
from infra.errors import CannotStart
from infra.run import FAILED, REFUSED, leave
from infra.settings import PREFIX, Settings, load_settings
from infra.temporal import connect

FOLDER, DESK = Path(".demo"), "liyuan-demo"
"""Its data stand in a folder of that name and are made anew each time: never in a folder that a setting names."""

PORTS = {"api_port": 8100, "temporal_ui_port": 8333}
TEMPORAL = "127.0.0.1:7333"
TICK_SECONDS = 0.2


def _settings(folder: Path) -> Settings:
    """Ports may be set as usual; what would lead to another desk's data is put aside."""
    for name in ("MODE", "POSTGRES_DSN", "PUBLIC_URL", "WEB_UI_URL", "SETTINGS_FILE", "MASTER_KEYS", "CODEC_KEYS"):
        os.environ.pop(PREFIX + name, None)
    ports = {name: os.environ.get(PREFIX + name.upper()) or str(port) for name, port in PORTS.items()}
    os.environ |= {PREFIX + name.upper(): port for name, port in ports.items()}
    os.environ.setdefault(f"{PREFIX}TEMPORAL_ADDRESS", TEMPORAL)
    os.environ |= {
        f"{PREFIX}DATA_FOLDER": str(folder),
        f"{PREFIX}TEMPORAL_TIME_SKIPPING": "true",
        f"{PREFIX}PUBLIC_URL": f"http://127.0.0.1:{ports['api_port']}",
        f"{PREFIX}WEB_UI_URL": f"http://127.0.0.1:{ports['temporal_ui_port']}",
    }
    return load_settings()


def _emptied(folder: DataFolder) -> DataFolder:
    """The day of the last demonstration is over; ``claim`` has seen that nobody else's things are in there."""
    for entry in folder.path.iterdir():
        if entry.name == LOCK:
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    return folder


class Stage:
    """Plays the day beside the desk, in a thread of its own; ``code`` is None until it is over.

    ``stays``: the desk stands open afterwards, and it is told what to look at.
    """

    def __init__(self, desk: Desk, pace: float, *, stays: bool) -> None:
        self._desk = desk
        self._pace = pace
        self._stays = stays
        self.code: int | None = None
        self._thread = threading.Thread(target=self._run, name="day", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.code = asyncio.run(self._play())
        except WentWrong as problem:
            self._desk.show(f"\n{problem}\n")
            self.code = FAILED
        except Exception as fault:  # noqa: BLE001  # the desk goes on; the exit status tells
            self._desk.show(f"\n{type(fault).__name__}: {fault}\n")
            self.code = FAILED

    async def _play(self) -> int:
        settings = self._desk.settings
        clocks = Clocks(await connect(settings, role="演示"))
        async with Office(settings.public_url, self._desk.first_key) as office:
            begun = time.monotonic()
            day = await open_day(office, clocks)
            await day.play(self._say)
            proven = await claims(day, office)
        for one in proven:
            self._desk.show(f"  {'✓' if one.true else '✗'} {one.chinese} / {one.english}\n")
        self._desk.show(f"\n  {time.monotonic() - begun:.0f} s.\n")
        if self._stays:
            self._desk.show(_what_to_look_at(settings, (day.breached.no, day.flooded.no, day.closed.no)))
        return 0 if all(one.true for one in proven) else FAILED

    async def _say(self, chinese: str, english: str) -> None:
        self._desk.show(f"  {chinese}\n    {english}\n")
        await asyncio.sleep(self._pace)


def _what_to_look_at(settings: Settings, numbers: Sequence[str]) -> str:
    cases = f"{settings.web_ui_url}/namespaces/{settings.temporal_namespace}/workflows"
    breached, flooded, closed = numbers
    return "\n".join(
        [
            "请看 / Look at:",
            f"    全部单据 every case                {cases}",
            f"    超时、升级、未返单 breaches        {cases}/{breached}",
            f"    水浸，缺第三联 flooding            {cases}/{flooded}",
            f"    已结案 closed                      {cases}/{closed}",
            "      （时间线 Timeline；当前状态 User Metadata；催办等 More Actions → Send an Update）",
            f"    主管看板 the supervisors' board    {settings.public_url}/board",
            f"    收件箱 inbox                       {settings.public_url}/inbox",
            f"    密钥 keys to log in with           {settings.data_folder}/first-api-keys.txt",
            "",
            "Ctrl-C 结束 / stops the demonstration.",
            "",
        ]
    )


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="desk.py demo", description=__doc__)
    parser.add_argument("--check", action="store_true", help="leave after the day; the status says whether all came")
    parser.add_argument("--pace", type=float, default=2.0, metavar="SECONDS", help="time to look at each step")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where its {DESK} stands")
    return parser.parse_args()


def main() -> int:
    given = _arguments()
    folder = given.folder / DESK
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    try:
        settings = _settings(folder)
        desk = Desk(settings, _emptied(claim(folder)), time_skipping=True)
    except CannotStart as problem:
        sys.stderr.write(f"{problem}\n")
        return REFUSED
    os.umask(0o077)
    code = 0
    try:
        desk.bring_up()
        stage = Stage(desk, 0.0 if given.check else given.pace, stays=not given.check)
        while stage.code is None or not given.check:
            desk.household.tend()
            time.sleep(TICK_SECONDS)
        code = stage.code
    except KeyboardInterrupt:
        desk.say("stopping the demonstration")
    except (CannotStart, OSError) as problem:
        desk.say(str(problem))
        code = REFUSED
    finally:
        desk.stop()
    return code


if __name__ == "__main__":
    leave(main())
