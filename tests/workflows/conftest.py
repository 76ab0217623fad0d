"""A desk on a clock turned by hand: real workflows, activities and PostgreSQL on skipped time, one a worker process."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from domain.events.public import Hazard
from domain.rulebook import PUBLIC_REPAIR
from infra.embedded.child import free_port
from infra.embedded.temporal import start_skipping_server
from infra.postgres.pool import open_pool
from infra.sealing import Sealer
from infra.settings import Settings
from infra.temporal import connect, prepare_namespace
from tests.domain.rulebook.public_beginnings import called
from tests.domain.rulebook.public_beginnings import reported as facility_fault
from tests.workflows.desk import HANGING, Desk, Doubts, OpenedCase, load_sample
from workers.wiring import case_workers
from workflows.visibility import ATTRIBUTES


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test whose server hung proves nothing: it runs again, on another server."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.flaky(reruns=2, only_rerun=[HANGING]))


@dataclass(kw_only=True)
class Clockwork:
    """Gives the desk out, and another where its server hangs: the test that found it out is run once more."""

    new_database: Callable[[], Awaitable[str]]
    folders: pytest.TempPathFactory
    given: Desk | None = None
    running: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def desk(self) -> Desk:
        if self.given and self.given.hangs:
            await self.stop()
        if self.given is None:
            self.given = await self.start()
        return self.given

    async def start(self) -> Desk:
        folder = self.folders.mktemp("skipping")
        server = start_skipping_server(folder, port=free_port())
        self.running.callback(server.stop)
        settings = Settings.model_validate(
            {
                "mode": "embedded",
                "data_folder": folder,
                "postgres_dsn": await self.new_database(),
                "temporal_address": server.address,
            }
        )
        pool = await open_pool(settings)
        self.running.push_async_callback(pool.close)
        sealer = Sealer(settings.master_ring())
        await load_sample(pool, sealer)
        client = await connect(settings, role="test")
        await prepare_namespace(client, ATTRIBUTES, retention_days=1)
        for worker in case_workers(client, pool, settings, [settings.queue_cases, settings.queue_emergencies]):
            await self.running.enter_async_context(worker)
        desk = Desk(pool=pool, sealer=sealer, client=client, settings=settings, server=server)
        doubts = Doubts(desk)
        logging.getLogger().addHandler(doubts)
        self.running.callback(logging.getLogger().removeHandler, doubts)
        return desk

    async def stop(self) -> None:
        """Where the server hangs it goes first: its worker would wait for it."""
        if self.given and self.given.hangs:
            self.given.server.stop()
        self.given = None
        await self.running.aclose()


@pytest.fixture(scope="session")
async def clockwork(
    new_database: Callable[[], Awaitable[str]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Clockwork]:
    """The sample estate with a worker; its clock is this process's own, so tests do not push each other's."""
    clockwork = Clockwork(new_database=new_database, folders=tmp_path_factory)
    yield clockwork
    await clockwork.stop()


@pytest.fixture
async def desk(clockwork: Clockwork) -> Desk:
    return await clockwork.desk()


@pytest.fixture
async def fresh_desk(clockwork: Clockwork) -> Desk:
    """One whose clock no other test has turned; those after it go on with it."""
    await clockwork.stop()
    return await clockwork.desk()


@pytest.fixture
async def reported(desk: Desk) -> AsyncIterator[Callable[..., Awaitable[object]]]:
    """Opens public-facility repairs, and ends what is left of them."""

    async def report(
        hazard: Hazard = Hazard.NONE,
        *,
        at: str = "9:00",
        starts: dict[str, str] | None = None,
        by_resident: bool = False,
    ) -> OpenedCase:
        fault = called(hazard) if by_resident else facility_fault(hazard)
        return await desk.begin(PUBLIC_REPAIR, fault, at=at, starts=starts)

    yield report
    await desk.end_all()


@pytest.fixture
async def opened(desk: Desk) -> AsyncIterator[Callable[..., Awaitable[object]]]:
    """Opens cases and ends what is left of them, so that the clock of the next test finds nothing to do."""
    yield desk.open
    await desk.end_all()
