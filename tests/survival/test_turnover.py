"""A case goes on in a new run (continue-as-new) while people act in it: no act is lost there, none has two effects."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from temporalio.client import Client

from domain.events import Noted
from infra.embedded import temporal
from infra.postgres.commands import Commands
from infra.sealing import Sealer
from tests.survival.callers import CONSENTED, Callers
from tests.survival.house import House
from workflows.doors import update_name
from workflows.messages import RecordAct, Recorded

EARLY = 200
"""Events after which the server of these tests asks a case to go on in a new run."""

PEOPLE, NOTES = 6, 20


@pytest.fixture(scope="module")
async def standing() -> AsyncIterator[House]:
    """A house of its own, whose cases turn over early."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(temporal.DYNAMIC, "limit.historyCount.suggestContinueAsNew", EARLY)
        house = House.laid_out()
        try:
            await house.open()
            yield house
        finally:
            house.close()


async def test_a_command_of_an_earlier_run_sent_again_has_no_second_effect(
    house: House, callers: Callers, pool: asyncpg.Pool
) -> None:
    client = await house.client()
    no = await callers.open()
    told = await callers.act(no, "fd-1", _note("此条只记一次"))
    command = await pool.fetchval("select id from commands where idempotency_key = $1", told.key)
    first_run = await _run(client, no)
    while await _run(client, no) == first_run:
        await callers.act(no, "fd-1", _note("备注"))
    before = await _written(pool, no)

    again = await client.get_workflow_handle(no).execute_update(
        update_name(Noted), await _message(house, pool, command), id=str(command), result_type=Recorded
    )

    assert await pool.fetchval("select number from entries where command_id = $1", command) == again.number
    assert before == await _written(pool, no)
    assert 200 == (await callers.act(no, "fd-1", _note("之后的一条"))).status


async def test_acts_that_come_while_a_case_turns_over_are_each_taken_in_once(
    house: House, callers: Callers, pool: asyncpg.Pool, seed: int
) -> None:
    client, chance = await house.client(), random.Random(seed)  # noqa: S311  # the seed is to be repeatable
    no = await callers.open()
    runs = {await _run(client, no)}

    async def notes() -> None:
        for _ in range(NOTES):
            await asyncio.sleep(chance.uniform(0, 0.2))
            done = await callers.act(no, "fd-1", _note("备注"), until_settled=False)
            assert done.status in (200, 202), done
            runs.add(await _run(client, no))

    await asyncio.gather(*(notes() for _ in range(PEOPLE)))
    await house.until_quiet()

    assert len(runs) > 2, "it did not turn over while people acted"
    assert PEOPLE * NOTES == await pool.fetchval(
        "select count(*) from entries where case_no = $1 and type = 'noted'", no
    )
    await callers.are_right(pool)
    for by, event in CONSENTED:
        assert 200 == (await callers.act(no, by, event)).status
    await callers.until_closed(no)
    assert not await pool.fetchval("select open from case_views where case_no = $1", no)


def _note(text: str) -> dict[str, Any]:
    return {"type": "noted", "text": text}


async def _run(client: Client, no: str) -> str:
    described = await client.get_workflow_handle(no).describe()
    return described.run_id


async def _written(pool: asyncpg.Pool, no: str) -> list[tuple[int, str]]:
    rows = await pool.fetch("select number, type from entries where case_no = $1 order by number", no)
    return [(row["number"], row["type"]) for row in rows]


async def _message(house: House, pool: asyncpg.Pool, command: UUID) -> RecordAct:
    """What was delivered then."""
    commands = Commands(pool, Sealer(house.settings.master_ring()), house.settings)
    message = await commands.message(await commands.find(command))
    assert isinstance(message, RecordAct)
    return message
