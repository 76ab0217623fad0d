"""A desk whose Web UI reads through its codec endpoint: PostgreSQL, Temporal with its Web UI, a worker, the API."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

import asyncpg
import httpx2
import pytest
import uvicorn

from api.__main__ import Server
from api.app import create_app
from api.desk import Desk, open_desk
from api.house import House
from infra.embedded.child import free_port
from infra.embedded.temporal import start_temporal
from infra.postgres.pool import open_pool
from infra.reference.principals import CALL_CENTRE, grant_sample_keys
from infra.sealing import Sealer
from infra.settings import Settings
from infra.temporal import connect, prepare_namespace
from tests.browser.supervisor import Supervisor, browsing
from tests.workflows.desk import hurry_the_grace, load_sample
from workers.wiring import case_workers
from workflows.visibility import ATTRIBUTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The call centre's side, and the database behind."""

    http: httpx2.AsyncClient
    pool: asyncpg.Pool
    keys: dict[str, str]
    settings: Settings

    async def takes_a_call(self, situation: str = "一般") -> str:
        """A repair that waits for its repairer to arrive; its number."""
        call = {
            "estate": "LY", "room": "1-101", "channel": "电话", "content": "厨房水龙头漏水", "phone": "19900000001",
            "fault": "水", "situation": situation, "by": "fd-1", "form": {"household": "住户001"},
        }  # fmt: skip
        no = str((await self.posts("/v1/repairs", call))["no"])
        for by, event in (
            ("fd-1", {"type": "engineering_notified"}),
            ("en-1", {"type": "assessed", "urgency": "常规"}),
            ("en-1", {"type": "form_collected"}),
            ("en-1", {"type": "assigned", "repairer": "rp-1", "team": "水工班", "item": "W01"}),
            ("rp-1", {"type": "order_taken"}),
        ):
            await self.posts(f"/v1/cases/{no}/events", {"by": by, "event": event})
        return no

    async def posts(self, path: str, body: Mapping[str, object]) -> dict[str, object]:
        key = secrets.token_hex(8)
        async with asyncio.timeout(60):
            while True:
                answer = await self.http.post(path, json=dict(body), headers={"Idempotency-Key": key})
                if answer.status_code == httpx2.codes.CONFLICT and answer.json()["code"] == "already_open":
                    body = {**body, "beside": answer.json()["allowed"]}  # the same room, and another matter
                    continue
                if answer.status_code not in (202, 503):
                    assert answer.is_success, answer.text
                    read: dict[str, object] = answer.json()
                    return read
                await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
async def office(
    new_database: Callable[[], Awaitable[str]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    api_port, ui_port, temporal_port = free_port(), free_port(), free_port()
    folder = tmp_path_factory.mktemp("browser")
    settings = Settings.model_validate(
        {
            "mode": "embedded",
            "data_folder": folder,
            "postgres_dsn": await new_database(),
            "temporal_address": f"127.0.0.1:{temporal_port}",
            "temporal_ui_port": ui_port,
            "web_ui_url": f"http://127.0.0.1:{ui_port}",
            "api_port": api_port,
            "public_url": f"http://127.0.0.1:{api_port}",
        }
    )
    temporal = start_temporal(
        folder, port=temporal_port, ui_port=ui_port, codec_endpoint=f"{settings.public_url}/codec"
    )
    pool = await open_pool(settings)
    await load_sample(pool, Sealer(settings.master_ring()))
    await hurry_the_grace(pool)
    async with pool.acquire() as connection:
        keys = await grant_sample_keys(connection)
    client = await connect(settings, role="test")
    await prepare_namespace(client, ATTRIBUTES, retention_days=1)

    async def opened() -> Desk:
        return await open_desk(settings, client)

    house = House(settings, opened)
    server = Server(uvicorn.Config(create_app(house), port=api_port, log_config=None, timeout_graceful_shutdown=3))
    serving = asyncio.create_task(server.serve())
    everyday, emergencies = case_workers(client, pool, settings, [settings.queue_cases, settings.queue_emergencies])
    authorized = {"Authorization": f"Bearer {keys[CALL_CENTRE]}"}
    caller = httpx2.AsyncClient(base_url=settings.public_url, timeout=30, headers=authorized)
    async with everyday, emergencies, caller as http:
        await _until_ready(http)
        yield Office(http=http, pool=pool, keys=keys, settings=settings)
    house.stop()
    server.should_exit = True
    await serving
    await pool.close()
    temporal.stop()


async def _until_ready(http: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                if (await http.get("/readyz")).is_success:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
async def supervisor(office: Office) -> AsyncIterator[Supervisor]:
    """One tab for all tests of the module: the Web UI's own files are read once."""
    async with browsing() as page:
        yield Supervisor(page, office.settings.web_ui_url)
