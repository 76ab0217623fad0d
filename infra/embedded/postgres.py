"""The embedded PostgreSQL: the packaged binaries under our own supervision.

Works as an ordinary user, and as root by way of a service user that is never given more than its own folder.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from infra.embedded import address
from infra.embedded.binaries import Binaries, find_binaries
from infra.embedded.child import Account, Child, bound_to_us, start
from infra.embedded.ownership import Home, take_home
from infra.errors import CannotStart

CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
NEEDED_BYTES = 400 * 1024 * 1024
START_SECONDS = 60.0
LOCKED = "postmaster.pid"
FULL = "No space left on device"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPostgres:
    child: Child
    data_folder: Path
    cluster: Path

    def dsn(self, database: str = address.DATABASE) -> str:
        return address.dsn(self.data_folder, database)

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is kept. Repeatable."""
        self.child.stop(by=signal.SIGINT)
        with suppress(OSError):  # not empty: another server of this folder has come up meanwhile
            address.socket_folder(self.data_folder).rmdir()


def start_postgres(
    data_folder: Path,
    *,
    binaries: Path | None = None,
    service_user: str | None = None,
    options: Mapping[str, str] | None = None,
) -> EmbeddedPostgres:
    """Start the server of ``data_folder``, creating its cluster and the database ``liyuan`` the first time.

    Call it from a thread that lasts as long as the server is wanted (the main thread): its end stops the server.
    ``CannotStart`` if the folder is half-written, of another version or in use, or the disk is full.
    """
    data_folder.mkdir(parents=True, exist_ok=True)
    home = take_home(data_folder, service_user)
    tools = find_binaries(binaries, home)
    cluster = home.folder / "cluster"
    _refuse_half_written(cluster, tools)
    if not cluster.exists():
        _create(cluster, tools, home)
    sockets = _own_socket_folder(address.socket_folder(data_folder), home.account)
    settings = {
        "listen_addresses": "",
        "port": str(address.PORT),
        "unix_socket_directories": str(sockets),
        "timezone": "UTC",
        "log_timezone": "UTC",
        **(options or {}),
    }
    command = [*bound_to_us(signal.SIGINT, home.account), str(tools.postgres), "-D", str(cluster)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    child = _start_or_say_why(command, data_folder, cluster)
    return EmbeddedPostgres(child=child, data_folder=data_folder, cluster=cluster)


def _refuse_half_written(cluster: Path, tools: Binaries) -> None:
    if not cluster.exists():
        return
    try:
        version = (cluster / "PG_VERSION").read_text().strip()
        whole = (cluster / "global" / "pg_control").stat().st_size > 0
    except OSError:
        version, whole = "", False
    if not whole:
        raise CannotStart(
            f"the PostgreSQL data in {cluster} is half-written or damaged; it was left as it is",
            remedy="restore it from a backup, or move that folder away to begin with an empty database",
            chinese=(f"{cluster} 中的数据库不完整或已损坏，未作改动", "从备份恢复，或移走该文件夹，从空库开始"),
        )
    if version != tools.major:
        raise CannotStart(
            f"the PostgreSQL data in {cluster} is of version {version}, the server is of version {tools.major}",
            remedy=f"install the desk with PostgreSQL {version}, or dump there and restore here (docs/operations.md)",
            chinese=(
                f"{cluster} 中的数据库是 {version} 版，程序是 {tools.major} 版",
                f"安装带 PostgreSQL {version} 的服务台，或在那里导出、到这里恢复（docs/operations.md）",
            ),
        )


def _create(cluster: Path, tools: Binaries, home: Home) -> None:
    if shutil.disk_usage(home.folder).free < NEEDED_BYTES:
        raise CannotStart(
            f"less than 400 MB are free where {home.folder} is",
            remedy="free some space or move LIYUAN_DATA_FOLDER",
            chinese=(f"{home.folder} 所在磁盘剩余不足 400 MB", "腾出空间，或把 LIYUAN_DATA_FOLDER 设到别处"),
        )
    unfinished = cluster.with_name("cluster.unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)  # an initdb of ours that did not end; it never held data
    made = _as_account(
        [str(tools.initdb), "-D", str(unfinished), "--username", address.ROLE, "--auth=trust", "--encoding=UTF8",
         "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-ctype=C.UTF-8"],
        home.account,
    )  # fmt: skip
    if made.returncode == 0:
        # Through the single-user server, so that a cluster that stands always has its database.
        made = _as_account(
            [str(tools.postgres), "--single", "-D", str(unfinished), "postgres"],
            home.account,
            feed=f"create database {address.DATABASE}\n",
        )
    if made.returncode != 0:
        full = FULL in made.stdout
        if full:
            raise CannotStart("the disk is full", remedy="free some space", chinese=("磁盘已满", "腾出空间"))
        raise CannotStart(
            f"PostgreSQL data could not be created:\n{made.stdout[-600:]}",
            remedy=f"check that {home.folder} is on a writable local disk",
            chinese=("数据库建立不成，经过见下", f"检查 {home.folder} 是否在可写的本机磁盘上"),
        )
    unfinished.rename(cluster)


def _as_account(command: list[str], account: Account | None, feed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*bound_to_us(signal.SIGTERM, account), *command],
        env=CLEAN_ENVIRONMENT,
        input=feed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
    )


def _own_socket_folder(folder: Path, account: Account | None) -> Path:
    owner = account.uid if account else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        pass
    about = folder.lstat()
    if folder.is_symlink() or not folder.is_dir() or about.st_uid != owner or about.st_mode & 0o077:
        raise CannotStart(
            f"{folder} is in the way: it must be a folder of our own that nobody else can enter",
            remedy="remove it and start again",
            chinese=(f"{folder} 挡路：它须是我们自己的文件夹，别人不能进入", "删去它，重新启动"),
        )
    return folder


def _start_or_say_why(command: list[str], data_folder: Path, cluster: Path) -> Child:
    log = data_folder / "logs" / "postgres.log"

    def ready() -> bool:
        # The server's own mark: the eighth line of its lock file.
        try:
            lines = (cluster / LOCKED).read_text().splitlines()
        except OSError:
            return False
        return lines[7:8] == ["ready   "] and lines[0] == str(child.process.pid)

    child = start("postgres", command, log=log, env=CLEAN_ENVIRONMENT)
    if child.wait_until(ready, seconds=START_SECONDS):
        return child
    child.stop(by=signal.SIGINT)
    said = child.tail()
    if LOCKED in said:
        raise CannotStart(
            f"a PostgreSQL already runs on {cluster}",
            remedy="stop the other desk, or give this one its own data folder",
            chinese=(f"已有一个 PostgreSQL 在用 {cluster}", "停掉另一个服务台，或给这一个另设数据文件夹"),
        )
    if FULL in said:
        raise CannotStart(
            f"the disk of {cluster} is full; nothing was damaged",
            remedy="free some space, start again",
            chinese=(f"{cluster} 所在磁盘已满；数据未受损", "腾出空间后重新启动"),
        )
    raise CannotStart(
        f"PostgreSQL did not start:\n{said}",
        remedy=f"read {log}",
        chinese=("PostgreSQL 没有启动起来，经过见下", f"查看日志 {log}"),
    )
