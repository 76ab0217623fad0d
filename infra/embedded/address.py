"""Where the embedded PostgreSQL listens, worked out from the data folder alone."""

import hashlib
from pathlib import Path

ROLE = "liyuan"
DATABASE = "liyuan"
PORT = 5432  # only a part of the socket's name


def socket_folder(data_folder: Path) -> Path:
    """A short path (a Unix socket's may have 108 bytes), the same for every process of one data folder."""
    digest = hashlib.sha256(str(data_folder.resolve()).encode()).hexdigest()[:12]
    return Path("/tmp") / f"liyuan-{digest}"  # noqa: S108 - its owner and mode are checked before use


def dsn(data_folder: Path, database: str = DATABASE) -> str:
    return f"postgresql://{ROLE}@/{database}?host={socket_folder(data_folder)}&port={PORT}"
