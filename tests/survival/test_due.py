"""Due moments that pass while the worker is away are judged by their own instant, and told late as 补发."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
from temporalio.client import Client

from tests.survival.callers import CALL, Callers
from tests.survival.house import House, until

UNFILLED = {name: value for name, value in CALL.items() if name != "form"}
FORM = {
    "type": "form_filled",
    "household": "住户001",
    "address": "1栋101",
    "phone": "19900000001",
    "content": "漏水",
    "wanted": "尽快",
}
LIMIT = timedelta(minutes=2)
"""REP-21."""


async def test_a_due_moment_that_passes_while_the_worker_is_killed_is_breached_at_that_moment(
    house: House, callers: Callers, pool: asyncpg.Pool
) -> None:
    began = datetime.now(UTC) - LIMIT + timedelta(seconds=4)
    no = await _open(callers, began, until_settled=True)
    house.kill("worker")

    await _passes(began + LIMIT + timedelta(seconds=2))
    house.start("worker")
    await _judged(pool, no)

    duty = await _duty(pool, no)
    assert ("breached", began + LIMIT) == (duty["state"], duty["breached_at"])
    told = await pool.fetch("select post from notices where case_no = $1 and rule = 'REP-21' and level = '超时'", no)
    assert ["客服部主管"] == [row["post"] for row in told]


async def test_a_breach_told_long_after_its_moment_is_marked_as_sent_late(
    house: House, callers: Callers, pool: asyncpg.Pool
) -> None:
    house.kill("worker")
    began = datetime.now(UTC) - timedelta(minutes=5)
    no = await _open(callers, began, until_settled=False)

    house.start("worker")
    await _judged(pool, no)

    assert began + LIMIT == (await _duty(pool, no))["breached_at"]
    told = await pool.fetchrow(
        "select late, text from notices where case_no = $1 and rule = 'REP-21' and level = '超时'", no
    )
    assert told is not None
    assert told["late"]
    assert told["text"].startswith("【补发】【超时】")


async def test_an_act_in_time_that_a_dead_worker_held_up_is_in_time(
    house: House, callers: Callers, pool: asyncpg.Pool
) -> None:
    began = datetime.now(UTC) - LIMIT + timedelta(seconds=5)
    no = await _open(callers, began, until_settled=True)
    house.kill("worker")

    told = await callers.act(no, "fd-1", FORM, until_settled=False)
    await _passes(began + LIMIT + timedelta(seconds=2))
    house.start("worker")
    await house.until_quiet()

    assert 202 == told.status
    duty = await _duty(pool, no)
    assert began + LIMIT > duty["ended_at"]
    assert "met" == duty["state"]


async def test_an_act_in_time_that_comes_after_its_alarm_would_have_gone_off_is_in_time(
    house: House, callers: Callers, pool: asyncpg.Pool
) -> None:
    began = datetime.now(UTC) - LIMIT + timedelta(seconds=6)
    no = await _open(callers, began, until_settled=True)
    house.kill("worker")
    told = await callers.act(no, "fd-1", FORM, until_settled=False)
    for name in ("relay", "api", "temporal"):
        house.kill(name)

    await _passes(began + LIMIT + timedelta(seconds=6))
    house.start("temporal")
    house.start("worker")
    client = await house.client()
    await until(lambda: _asks(client, no), 60, "the case asks what is under way")
    house.start("relay")
    await _judged(pool, no)
    await house.until_ready()

    assert 202 == told.status
    assert "met" == (await _duty(pool, no))["state"]


async def _asks(client: Client, no: str) -> bool:
    described = await client.get_workflow_handle(no).describe()
    return any(one.activity_type.name == "核对在途登记" for one in described.raw_description.pending_activities)


async def _open(callers: Callers, began: datetime, *, until_settled: bool) -> str:
    body = UNFILLED | {"call_started_at": began.isoformat()}
    opened = await callers.send("/v1/repairs", body, until_settled=until_settled)
    assert opened.acknowledged, opened
    return str(opened.body["no"])


async def _passes(moment: datetime) -> None:
    await asyncio.sleep((moment - datetime.now(UTC)).total_seconds())


async def _duty(pool: asyncpg.Pool, no: str) -> asyncpg.Record:
    row = await pool.fetchrow("select * from duties where case_no = $1 and key = 'REP-21'", no)
    assert row is not None
    return row


async def _judged(pool: asyncpg.Pool, no: str) -> None:
    async def judged() -> object:
        return await pool.fetchval("select state <> 'open' from duties where case_no = $1 and key = 'REP-21'", no)

    await until(judged, 60, "REP-21 has its verdict")
