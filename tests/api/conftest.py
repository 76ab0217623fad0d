"""A whole desk behind real HTTP: PostgreSQL, Temporal, a worker, and the API on a port of its own."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import httpx2
import pytest
import uvicorn
from temporalio.client import Client
from temporalio.service import RPCError

from api.__main__ import Server
from api.app import create_app
from api.desk import Desk, open_desk
from api.house import House
from domain.people import Role
from infra.embedded.child import free_port
from infra.postgres.pool import open_pool
from infra.reference.principals import Grant, grant, grant_sample_keys
from infra.sealing import Sealer
from infra.settings import Settings
from infra.temporal import connect, prepare_namespace
from tests.api.office import FREE_ROOMS, Office
from tests.api.pages import OPENED, at_desk
from tests.api.pages import Desk as Browser
from tests.infra.programs import ended, start
from tests.workflows.desk import hurry_the_grace, load_sample, number_apart
from workflows.visibility import ATTRIBUTES

NewDatabase = Callable[[], Awaitable[str]]


@pytest.fixture(scope="session")
async def office(
    new_database: NewDatabase, temporal_dev: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """Everything is there: what is posted takes effect at once."""
    settings = await _prepared(new_database, tmp_path_factory.mktemp("office"), temporal_dev)
    client = await connect(settings, role="test")
    await prepare_namespace(client, ATTRIBUTES, retention_days=1)
    worker = start(
        "import runpy; runpy.run_module('workers', run_name='__main__')",
        LIYUAN_POSTGRES_DSN=settings.dsn,
        LIYUAN_DATA_FOLDER=str(settings.data_folder),
        LIYUAN_TEMPORAL_ADDRESS=temporal_dev,
        LIYUAN_QUEUE_CASES=settings.queue_cases,
        LIYUAN_QUEUE_EMERGENCIES=settings.queue_emergencies,
        LIYUAN_LOG_LEVEL="ERROR",
    )
    async with _serving(settings) as opened:
        await opened.until_beating("worker")
        yield opened
        await _end_all(client, opened.pool)
    worker.terminate()
    await ended(worker)


@pytest.fixture(scope="module")
async def lonely(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """Temporal is away: nothing listens at its address."""
    nowhere = f"127.0.0.1:{free_port()}"
    settings = await _prepared(new_database, tmp_path_factory.mktemp("lonely"), nowhere)
    async with _serving(settings) as opened:
        yield opened


@pytest.fixture
def room() -> str:
    """One that no other test calls from."""
    return next(FREE_ROOMS)


@pytest.fixture
async def front(office: Office) -> Browser:
    """Somebody of the front desk at the pages."""
    return await at_desk(office, "fd-1")


@pytest.fixture(autouse=True)
async def closed_browsers() -> AsyncIterator[None]:
    yield
    while OPENED:
        await OPENED.pop().closes()


async def _prepared(new_database: NewDatabase, folder: Path, temporal: str) -> Settings:
    """The sample estate, and keys for all; the numbers begin anywhere, for the servers are shared with other tests."""
    settings = Settings.model_validate(
        {
            "mode": "embedded",
            "data_folder": folder,
            "postgres_dsn": await new_database(),
            "temporal_address": temporal,
            "queue_cases": f"cases-{secrets.token_hex(4)}",
            "queue_emergencies": f"emergencies-{secrets.token_hex(4)}",
            "api_port": free_port(),
            "access": {
                "answer_patience": "PT3S" if folder.name.startswith("office") else "PT0.3S",
                "rate_person": "1000/second",  # tests ask faster than people
            },
        }
    )
    pool = await open_pool(settings)
    await load_sample(pool, Sealer(settings.master_ring()))
    await hurry_the_grace(pool)
    await number_apart(pool)
    await pool.close()
    return settings


async def _end_all(client: Client, pool: asyncpg.Pool) -> None:
    """So that no case goes on in the shared server."""
    for row in await pool.fetch("select no from cases"):
        with contextlib.suppress(RPCError):
            await client.get_workflow_handle(row["no"]).terminate("the test is over")


class _serving:  # noqa: N801  # reads as the verb it is
    """The API on its port, and a client for each key."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __aenter__(self) -> Office:
        settings = self._settings
        temporal = await connect(settings, role="客服台", lazy=True)

        async def opened() -> Desk:
            return await open_desk(settings, temporal)

        self._house = House(settings, opened)
        self._server = Server(
            uvicorn.Config(
                create_app(self._house), port=settings.api_port, log_config=None, timeout_graceful_shutdown=3
            )
        )
        self._task = asyncio.create_task(self._server.serve())
        base = f"http://127.0.0.1:{settings.api_port}"
        self._pool = await open_pool(settings)
        async with self._pool.acquire() as connection:
            keys = await grant_sample_keys(connection)
            await connection.execute("insert into estates (code, name) values ('XY', '另一小区')")
            other = Grant(name="other-estate", posts=frozenset({Role.FRONT_DESK}), estates=frozenset({"XY"}))
            keys["other-estate"] = await grant(connection, other)
        self._http = httpx2.AsyncClient(base_url=base, timeout=20)
        office = Office(http=self._http, keys=keys, pool=self._pool, settings=settings, house=self._house)
        await office.until_ready()
        return office

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()
        self._house.stop()
        self._server.should_exit = True
        await self._task
        await self._pool.close()
