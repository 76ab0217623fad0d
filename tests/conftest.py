"""Fixtures that all tests share: real servers, fresh databases, settings."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import pytest

from infra.postgres.pool import open_pool
from infra.settings import Settings
from tests.servers import TEMPLATE, Servers, ask
from tests.spread import Spread

PROFILE = hypothesis.settings.get_current_profile_name()
hypothesis.settings.register_profile("untimed", parent=hypothesis.settings.get_profile(PROFILE), deadline=None)
hypothesis.settings.load_profile("untimed")
"""How long an example takes says how busy the machine is, and nothing of the code."""

SERVERS = pytest.StashKey[Servers]()
SOCKET = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    given: dict[str, Any] | None = getattr(config, "workerinput", None)
    if given is None:
        config.stash[SERVERS] = Servers()
        config.stash[SOCKET] = config.stash[SERVERS].socket
    else:
        config.stash[SOCKET] = Path(given["servers"])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["servers"] = str(node.config.stash[SOCKET])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spread | None:
    return Spread(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_unconfigure(config: pytest.Config) -> None:
    servers = config.stash.get(SERVERS, None)
    if servers is not None:
        servers.close()


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> str:
    """DSN of the real PostgreSQL (database ``liyuan``, empty); take ``database`` for a migrated one."""
    return ask(pytestconfig.stash[SOCKET], "postgres")


@pytest.fixture(scope="session")
def temporal_dev(pytestconfig: pytest.Config) -> str:
    """Address of a Temporal dev server that runs in real time and can list, schedule and search."""
    return ask(pytestconfig.stash[SOCKET], "temporal_dev")


@pytest.fixture(scope="session")
def temporal_skipping(pytestconfig: pytest.Config) -> str:
    """Address of the Java server that skips time; one clock for all cases of all xdist workers."""
    return ask(pytestconfig.stash[SOCKET], "temporal_skipping")


@pytest.fixture(scope="session")
async def new_database(postgres: str) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Makes a fresh migrated database and returns its DSN; all go with their server at the end of the run."""
    admin = await asyncpg.create_pool(postgres, min_size=1, max_size=2)

    async def make() -> str:
        name = f"test_{secrets.token_hex(6)}"
        await admin.execute(f"create database {name} template {TEMPLATE} strategy file_copy")
        return postgres.replace("/liyuan?", f"/{name}?")

    yield make
    await admin.close()


@pytest.fixture(scope="module")
async def database(new_database: Callable[[], Awaitable[str]]) -> str:
    """DSN of a migrated database that this module has for itself."""
    return await new_database()


@pytest.fixture(scope="module")
def settings(database: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Embedded settings on ``database``; its keys stand in a folder of the module's own."""
    return settings_for(database, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
async def pool(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    """A pool on ``database``, opened as the programs open it."""
    pool = await open_pool(settings)
    yield pool
    await pool.close()


@pytest.fixture
async def fresh_settings(new_database: Callable[[], Awaitable[str]], tmp_path: Path) -> Settings:
    """Settings on a migrated database that this one test has for itself."""
    return settings_for(await new_database(), tmp_path)


@pytest.fixture
async def fresh_pool(fresh_settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a migrated database that this one test has for itself."""
    pool = await open_pool(fresh_settings)
    yield pool
    await pool.close()


def settings_for(dsn: str, data_folder: Path) -> Settings:
    return Settings.model_validate({"mode": "embedded", "data_folder": data_folder, "postgres_dsn": dsn})
