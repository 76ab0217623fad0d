"""The embedded PostgreSQL keeps its data through every end, and says plainly why it will not start."""

import asyncio
import os
import select
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from infra.embedded import address
from infra.embedded.postgres import start_postgres
from infra.errors import CannotStart
from tests.infra.programs import start

KEEPS = """
import sys, threading
from pathlib import Path
from infra.embedded.postgres import start_postgres
server = start_postgres(Path(sys.argv[1]))
print(server.child.process.pid, flush=True)
threading.Event().wait()
"""


@pytest.fixture(scope="module")
def once() -> Iterator[Path]:
    """A data folder that has been started once, to copy from."""
    folder = Path(tempfile.mkdtemp(prefix="liyuan-pg-"))
    folder.chmod(0o711)
    start_postgres(folder).stop()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data(once: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="liyuan-pg-"))
    folder.chmod(0o711)
    _copy(once, folder)
    for programs in once.glob("postgres/postgres-*"):
        (folder / "postgres" / programs.name).symlink_to(programs)
    yield folder
    shutil.rmtree(folder)


def _copy(source: Path, target: Path) -> None:
    for path in _to_copy(source):
        there = target / path.relative_to(source)
        about = path.lstat()
        if path.is_symlink():
            there.symlink_to(path.readlink())
        elif path.is_dir():
            there.mkdir()
        else:
            shutil.copyfile(path, there)
        os.chown(there, about.st_uid, about.st_gid, follow_symlinks=False)
        if not there.is_symlink():
            there.chmod(about.st_mode & 0o777)


def _to_copy(source: Path) -> Iterator[Path]:
    for path in sorted(source.rglob("*")):
        programs = [part for part in path.relative_to(source).parts if part.startswith("postgres-")]
        if not programs:
            yield path


async def _execute(dsn: str, statement: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_what_was_committed_is_there_after_the_server_was_killed(data: Path) -> None:
    first = start_postgres(data)
    await _execute(first.dsn(), "create table kept (id int)")
    first.child.process.send_signal(signal.SIGQUIT)  # no shutdown checkpoint: the next start recovers from the log
    first.child.process.wait()

    second = start_postgres(data)

    assert await _execute(second.dsn(), "select to_regclass('kept')::text") == "kept"
    second.stop()


async def test_a_killed_parent_takes_the_server_along(data: Path) -> None:
    parent = start(KEEPS, str(data))
    assert parent.stdout is not None
    server = os.pidfd_open(int(await asyncio.to_thread(parent.stdout.readline)))

    parent.kill()
    await asyncio.to_thread(parent.communicate)

    ended, _, _ = await asyncio.to_thread(select.select, [server], [], [], 30)
    assert ended == [server]
    os.close(server)
    start_postgres(data).stop()


async def test_a_second_server_on_the_same_data_is_refused_and_the_first_goes_on(data: Path) -> None:
    first = start_postgres(data)

    with pytest.raises(CannotStart, match="already runs"):
        start_postgres(data)

    assert await _execute(first.dsn(), "select 1") == 1
    first.stop()


async def test_it_listens_in_a_folder_nobody_else_enters_and_on_no_port(data: Path) -> None:
    server = start_postgres(data)

    folder = address.socket_folder(data)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert await _execute(server.dsn(), "select current_setting('listen_addresses')") == ""
    server.stop()
    assert not folder.exists()


async def test_chinese_is_text_to_it_whatever_the_language_of_the_machine(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "xx_XX.UTF-8")
    server = start_postgres(data)

    assert await _execute(server.dsn(), "select '电梯' ~ '^[[:alpha:]]{2}$'")
    server.stop()


def _cluster(data: Path) -> Path:
    return next(path.parent for path in data.rglob("PG_VERSION") if (path.parent / "global").exists())


@pytest.mark.parametrize("damage", ["PG_VERSION", "global/pg_control"])
def test_half_written_data_are_refused_and_left_as_they_are(data: Path, damage: str) -> None:
    cluster = _cluster(data)
    (cluster / damage).unlink()
    before = sorted(cluster.rglob("*"))

    with pytest.raises(CannotStart, match="half-written"):
        start_postgres(data)

    assert sorted(cluster.rglob("*")) == before


def test_data_of_another_version_are_refused_in_one_sentence(data: Path) -> None:
    (_cluster(data) / "PG_VERSION").write_text("16\n")

    with pytest.raises(CannotStart, match="is of version 16, the server is of version 18"):
        start_postgres(data)


def test_a_creation_that_was_cut_off_is_begun_anew(data: Path) -> None:
    cluster = _cluster(data)
    cluster.rename(cluster.with_name("cluster.unfinished"))
    (cluster.with_name("cluster.unfinished") / "PG_VERSION").unlink()

    start_postgres(data).stop()

    assert cluster.is_dir()
    assert not cluster.with_name("cluster.unfinished").exists()


def test_a_full_disk_is_said_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(tempfile.mkdtemp(prefix="liyuan-pg-"))
    folder.chmod(0o711)
    full = shutil.disk_usage(folder)._replace(free=1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)

    with pytest.raises(CannotStart, match="less than 400 MB are free"):
        start_postgres(folder)

    assert not list(folder.rglob("PG_VERSION"))
    shutil.rmtree(folder)


def test_somebody_elses_folder_at_the_socket_is_not_used(data: Path) -> None:
    folder = address.socket_folder(data)
    folder.mkdir()
    folder.chmod(0o777)

    with pytest.raises(CannotStart, match="in the way"):
        start_postgres(data)

    folder.rmdir()


def test_binaries_that_do_not_run_are_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="does not run"):
        start_postgres(data, binaries=tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may not run PostgreSQL itself")
def test_as_root_no_folder_that_was_there_before_changes_its_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    private = Path(tempfile.mkdtemp(prefix="liyuan-private-"))
    elsewhere = Path(tempfile.mkdtemp(prefix="liyuan-elsewhere-"))
    elsewhere.chmod(0o755)
    monkeypatch.setattr("infra.embedded.ownership.ELSEWHERE", elsewhere)

    server = start_postgres(private / "data")

    assert private.stat().st_mode & 0o777 == 0o700
    assert elsewhere in server.cluster.parents
    assert (private / "data" / "postgres").is_symlink()
    server.stop()
    again = start_postgres(private / "data")
    assert again.cluster == server.cluster
    again.stop()
    shutil.rmtree(private)
    shutil.rmtree(elsewhere)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be told another user")
def test_as_root_an_unknown_service_user_is_named_with_the_remedy() -> None:
    folder = Path(tempfile.mkdtemp(prefix="liyuan-pg-"))
    folder.chmod(0o711)

    with pytest.raises(CannotStart, match="useradd"):
        start_postgres(folder, service_user="nobody-of-that-name")

    shutil.rmtree(folder)
