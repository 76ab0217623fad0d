"""The work is done and its answer is lost, at the ledger and at Temporal: repeated, it has one effect."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
import uvicorn
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.service import RPCError, RPCStatusCode

from api.__main__ import Server
from api.app import create_app
from api.desk import Desk, open_desk
from api.house import House as ApiHouse
from domain.filing import Step
from infra.postgres.ledger import PostgresLedger
from tests.survival.callers import CONSENTED, REFUSED, Callers
from tests.survival.house import House
from workers import wiring

OFTEN = 0.25
"""How often an answer is lost here; in every other place of this folder it is lost by killing."""


class LostAnswers(Interceptor):
    """Every call does its work; then, now and then, the caller hears that the connection is gone."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lost = 0

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002  # the SDK's name
        return LosingOutbound(next, self)

    def lose(self) -> None:
        if self.chance.random() < OFTEN:
            self.lost += 1
            raise RPCError("lost", RPCStatusCode.UNAVAILABLE, b"")


class LosingOutbound(OutboundInterceptor):
    def __init__(self, following: OutboundInterceptor, losses: LostAnswers) -> None:
        super().__init__(following)
        self.losses = losses

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002  # the SDK's name
        handle = await super().start_workflow(input)
        self.losses.lose()
        return handle

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:  # noqa: A002  # the SDK's name
        handle = await super().start_workflow_update(input)
        self.losses.lose()
        return handle


class LosingLedger(PostgresLedger):
    """Writes the step; then the connection breaks before the COMMIT is confirmed."""

    chance: random.Random
    lost = 0

    async def file(self, step: Step) -> None:
        await super().file(step)
        if self.chance.random() < OFTEN:
            type(self).lost += 1
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")


async def test_answers_lost_after_the_work_was_done_double_nothing(
    house: House, callers: Callers, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  # the seed is to be repeatable
    losses = LostAnswers(chance)
    monkeypatch.setattr(LosingLedger, "chance", chance, raising=False)
    monkeypatch.setattr(wiring, "PostgresLedger", LosingLedger)
    for name in ("worker", "api"):
        house.stop(name)
    client = await house.client()
    losing = Client(
        client.service_client,
        namespace=client.namespace,
        data_converter=client.data_converter,
        interceptors=[losses],
    )

    worker = wiring.case_worker(client, pool, house.settings, house.settings.queue_cases)
    async with worker, _serving(house, losing):
        await asyncio.gather(callers.carry(CONSENTED), callers.carry(REFUSED))
        await house.until_quiet()

    assert losses.lost > 0
    assert LosingLedger.lost > 0
    await callers.are_right(pool)


@asynccontextmanager
async def _serving(house: House, client: Client) -> AsyncIterator[None]:
    """The API in this process, with that client."""

    async def opened() -> Desk:
        return await open_desk(house.settings, client)

    rooms = ApiHouse(house.settings, opened)
    port = house.settings.api_port
    server = Server(uvicorn.Config(create_app(rooms), port=port, log_config=None, timeout_graceful_shutdown=3))
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        rooms.stop()
        server.should_exit = True
        await serving
