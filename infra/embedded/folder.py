"""The data folder of an embedded desk: one desk at a time, nothing of anyone else's, nothing half there."""

import fcntl
import json
import os
import shutil
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from infra.errors import CannotStart

FORMAT = 1
"""Raised when this version lays the folder out in a way that an older one would misread."""
MARK = "desk.json"
LOCK = "desk.lock"
KEYS_FILE = "first-api-keys.txt"
PARTS = ("keys", "postgres")
"""What a desk that has once come up cannot do without; ``temporal.db`` is made again from it (``lost_cases``)."""
OURS = frozenset({MARK, LOCK, "logs", KEYS_FILE, "temporal.db", *PARTS})
NEEDED_BYTES = 500 * 1024 * 1024
OTHER_FOLDER = "set LIYUAN_DATA_FOLDER to an empty or new folder"
OTHER_FOLDER_CHINESE = "把 LIYUAN_DATA_FOLDER 设为空的或新的文件夹"


class AlreadyRunning(CannotStart):
    """Another desk holds the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFolder:
    """A claimed folder; the claim ends with the process, however it ends."""

    path: Path
    lock: TextIOWrapper
    left_behind: bool
    """The desk before us did not stop cleanly, so its servers may still be on their way out."""

    @property
    def complete(self) -> bool:
        """Whether a desk once came up on it, sample data and all."""
        return bool(_mark(self.path).get("complete"))

    def mark_complete(self) -> None:
        _write_mark(self.path, complete=True)

    def released(self) -> None:
        """Everything was stopped in order; the next start has nothing to wait for."""
        self.lock.seek(0)
        self.lock.truncate()
        self.lock.close()


def claim(path: Path) -> DataFolder:
    """The folder, made if it is not there. ``CannotStart`` where it is in use, foreign, newer, or has lost a part."""
    try:
        if not path.exists():
            path.mkdir(parents=True)
            path.chmod(0o711)  # others pass through, as PostgreSQL's service user must, but see nothing
        lock = (path / LOCK).open("a+")
    except OSError as fault:
        raise CannotStart(
            f"{path} cannot be written ({fault.strerror})",
            remedy=OTHER_FOLDER,
            chinese=(f"{path} 不能写入", OTHER_FOLDER_CHINESE),
        ) from None
    try:
        _hold(lock, path)
        _inspect(path)
    except BaseException:
        lock.close()
        raise
    lock.seek(0)
    left_behind = bool(lock.read().strip())
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return DataFolder(path=path, lock=lock, left_behind=left_behind)


def _hold(lock: TextIOWrapper, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        process = lock.read().strip() or "unknown"
        raise AlreadyRunning(
            f"a desk already runs on {path} (process {process})",
            remedy="use that one, stop it with Ctrl-C, or give this one its own LIYUAN_DATA_FOLDER and ports",
            chinese=(
                f"已有一个服务台在用 {path}（进程 {process}）",
                "就用那一个，或按 Ctrl-C 停掉它，或给这一个另设 LIYUAN_DATA_FOLDER 和各端口",
            ),
        ) from None


def _inspect(path: Path) -> None:
    """Nothing is written before every question is answered."""
    free = shutil.disk_usage(path).free
    if free < NEEDED_BYTES:
        raise CannotStart(
            f"only {free // 1024**2} MB are free on the disk of {path}; the desk needs {NEEDED_BYTES // 1024**2} MB",
            remedy=f"free some space, or {OTHER_FOLDER} on another disk; nothing was changed",
            chinese=(
                f"{path} 所在磁盘只剩 {free // 1024**2} MB，至少需要 {NEEDED_BYTES // 1024**2} MB",
                f"腾出空间，或{OTHER_FOLDER_CHINESE}，放在别的磁盘上；数据未动",
            ),
        )
    there = {entry.name for entry in path.iterdir()}
    mark = _mark(path)
    if not mark:
        foreign = sorted(name for name in there if name not in OURS and not name.startswith("temporal.db"))
        if foreign:
            raise CannotStart(
                f"{path} holds other things ({', '.join(foreign[:3])})",
                remedy=OTHER_FOLDER,
                chinese=(f"{path} 里有别的东西（{'、'.join(foreign[:3])}）", OTHER_FOLDER_CHINESE),
            )
        _write_mark(path, complete=False)
        return
    version = mark.get("format")
    if not isinstance(version, int) or version > FORMAT:
        raise CannotStart(
            f"{path} was written by a newer version of the desk",
            remedy=f"start that version, or {OTHER_FOLDER}",
            chinese=(f"{path} 是更新版本的服务台写的", f"用那个版本启动，或{OTHER_FOLDER_CHINESE}"),
        )
    missing = [part for part in PARTS if part not in there]
    if mark.get("complete") and missing:
        raise CannotStart(
            f"{path} has lost {', '.join(missing)}; without that its cases cannot be read",
            remedy=f"restore it from the backup (docs/operations.md), or {OTHER_FOLDER}; nothing was changed",
            chinese=(
                f"{path} 缺少 {'、'.join(missing)}，没有它单据打不开",
                f"从备份恢复（docs/operations.md），或{OTHER_FOLDER_CHINESE}；数据未动",
            ),
        )


def _mark(path: Path) -> dict[str, object]:
    try:
        mark: object = json.loads((path / MARK).read_text())
    except FileNotFoundError:
        return {}
    except ValueError:
        mark = None
    if not isinstance(mark, dict) or not mark:
        raise CannotStart(
            f"{path / MARK} cannot be read",
            remedy=f"restore the folder from the backup, or {OTHER_FOLDER}",
            chinese=(f"{path / MARK} 读不出来", f"从备份恢复该文件夹，或{OTHER_FOLDER_CHINESE}"),
        )
    return mark


def _write_mark(path: Path, *, complete: bool) -> None:
    fresh = path / f".{MARK}"
    with fresh.open("w") as file:
        json.dump({"format": FORMAT, "complete": complete}, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path / MARK)
