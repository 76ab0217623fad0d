"""Whose the PostgreSQL files are: ours, or, when we are root, a service user's who can reach them."""

import os
import pwd
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.child import Account
from infra.errors import CannotStart

ELSEWHERE = Path("/var/lib/liyuan-desk")
CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folder of the PostgreSQL files; ``account`` is None when we run it as ourselves."""

    folder: Path
    programs: Path
    account: Account | None


def take_home(data_folder: Path, service_user: str | None) -> Home:
    """The folder for PostgreSQL in ``data_folder``; as root in a private home, a link there to one under /var/lib.

    Root's own folders keep their modes: nothing that existed before is opened to the service user.
    """
    folder = data_folder.resolve() / "postgres"
    if os.geteuid() != 0:
        folder.mkdir(mode=0o700, exist_ok=True)
        return Home(folder=folder, programs=folder, account=None)
    if not folder.exists() and not _everybody_reaches(data_folder.resolve()):
        ELSEWHERE.mkdir(mode=0o755, exist_ok=True)
        away = ELSEWHERE / secrets.token_hex(6)
        away.mkdir(mode=0o755)
        folder.symlink_to(away)
    folder.mkdir(mode=0o755, exist_ok=True)
    folder = folder.resolve()
    if not _everybody_reaches(folder):
        raise CannotStart(
            f"PostgreSQL's service user cannot reach {folder}",
            remedy="set LIYUAN_DATA_FOLDER to a folder that every user may enter, such as /var/lib/liyuan-desk/desk",
            chinese=(
                f"运行 PostgreSQL 的用户进不去 {folder}",
                "把 LIYUAN_DATA_FOLDER 设为各用户都能进入的文件夹，如 /var/lib/liyuan-desk/desk",
            ),
        )
    cluster_home = folder / "data"
    account = _account(service_user, cluster_home)
    cluster_home.mkdir(mode=0o700, exist_ok=True)
    os.chown(cluster_home, account.uid, account.gid)
    return Home(folder=cluster_home, programs=folder, account=account)


def _everybody_reaches(folder: Path) -> bool:
    return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))


def _account(wanted: str | None, kept: Path) -> Account:
    # Data once written stay with their user, even if another candidate has been installed since.
    if kept.exists() and kept.stat().st_uid != 0:
        entry = pwd.getpwuid(kept.stat().st_uid)
        return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
    for name in (wanted,) if wanted else CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise CannotStart(
        "PostgreSQL refuses to run as root, and the user to run it as does not exist",
        remedy="create one (useradd --system liyuan) and set LIYUAN_POSTGRES_SERVICE_USER, or start the desk as a user",
        chinese=(
            "PostgreSQL 不能以 root 运行，又没有可代为运行的用户",
            "建一个用户（useradd --system liyuan）并设 LIYUAN_POSTGRES_SERVICE_USER，或以普通用户启动服务台",
        ),
    )
