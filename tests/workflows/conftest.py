"""A desk on a clock turned by hand: real workflows, activities and PostgreSQL on skipped time, one a worker process."""

from collections.abc import AsyncIterator, Awaitable, Callable
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
from tests.domain.rulebook.public_beginnings import reported as facility_fault
from tests.workflows.desk import Desk, OpenedCase, load_sample
from workers.wiring import case_workers
from workflows.visibility import ATTRIBUTES


@pytest.fixture(scope="session")
async def desk(
    new_database: Callable[[], Awaitable[str]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    """The sample estate with a worker; its clock is this process's own, so tests do not push each other's."""
    folder: Path = tmp_path_factory.mktemp("skipping")
    server = start_skipping_server(folder, port=free_port())
    settings = Settings.model_validate(
        {
            "mode": "embedded",
            "data_folder": folder,
            "postgres_dsn": await new_database(),
            "temporal_address": server.address,
        }
    )
    pool = await open_pool(settings)
    sealer = Sealer(settings.master_ring())
    await load_sample(pool, sealer)
    client = await connect(settings, role="test")
    await prepare_namespace(client, ATTRIBUTES, retention_days=1)
    everyday, emergencies = case_workers(client, pool, settings, [settings.queue_cases, settings.queue_emergencies])
    async with everyday, emergencies:
        yield Desk(pool=pool, sealer=sealer, client=client, settings=settings)
    await pool.close()
    server.stop()


@pytest.fixture
async def reported(desk: Desk) -> AsyncIterator[Callable[..., Awaitable[object]]]:
    """Opens public-facility repairs, and ends what is left of them."""

    async def report(
        hazard: Hazard = Hazard.NONE, *, at: str = "9:00", starts: dict[str, str] | None = None
    ) -> OpenedCase:
        return await desk.begin(PUBLIC_REPAIR, facility_fault(hazard), at=at, starts=starts)

    yield report
    await desk.end_all()


@pytest.fixture
async def opened(desk: Desk) -> AsyncIterator[Callable[..., Awaitable[object]]]:
    """Opens cases and ends what is left of them, so that the clock of the next test finds nothing to do."""
    yield desk.open
    await desk.end_all()
