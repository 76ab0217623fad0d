"""A server or the worker is away for a while: what is acknowledged waits, what is not is answered plainly."""

import asyncio

import asyncpg
import pytest

from tests.survival.callers import CALL, CONSENTED, TO_THE_SITE, Callers
from tests.survival.house import House, until


async def test_without_postgresql_nothing_is_acknowledged_and_the_same_key_works_later(
    house: House, callers: Callers, outage: float
) -> None:
    no = await callers.carry(TO_THE_SITE[:3])
    house.stop("postgres")
    callers.patience = outage + 60

    waiting = asyncio.gather(
        callers.send("/v1/repairs", CALL, until_settled=True),
        callers.act(no, "en-1", TO_THE_SITE[3][1]),
    )
    reading = await _reads(callers, no)
    await asyncio.sleep(outage)
    house.start("postgres")
    opened, acted = await waiting

    assert 503 == reading
    assert (201, 200) == (opened.status, acted.status)
    assert {0, 201, 503} >= set(opened.answers) > {201}


async def test_without_temporal_calls_get_their_numbers_and_are_carried_later_in_order(
    house: House, callers: Callers, pool: asyncpg.Pool, outage: float
) -> None:
    old = await callers.carry(TO_THE_SITE[:3])
    house.kill("temporal")
    house.kill("relay")
    house.start("relay")

    opened = await callers.send("/v1/repairs", CALL)
    no = opened.body["no"]
    told = [await callers.act(case, by, event, until_settled=False) for case, by, event in (
        (no, *TO_THE_SITE[0]), (no, *TO_THE_SITE[1]), (old, *TO_THE_SITE[3]), (no, *TO_THE_SITE[2]),
    )]  # fmt: skip
    await asyncio.sleep(outage)
    begun_without_temporal = house.child("relay")
    house.start("temporal")
    await house.until_ready()
    await house.until_quiet()

    assert {202} == {opened.status, *(one.status for one in told)}
    assert begun_without_temporal.running
    rows = await pool.fetch("select type from entries where case_no = $1 order by number", no)
    assert ["request_received", "form_filled", "engineering_notified", "assessed", "form_collected"] == [
        row["type"] for row in rows if row["type"] != "rung_reached"
    ]
    await callers.are_right(pool)


@pytest.mark.parametrize("name", ["worker", "relay", "notifier"])
async def test_without_one_of_our_own_processes_the_desk_goes_on_taking_work(
    house: House, callers: Callers, pool: asyncpg.Pool, outage: float, name: str
) -> None:
    no = await callers.carry(TO_THE_SITE[:3])
    house.kill(name)

    told = await callers.act(no, *TO_THE_SITE[3], until_settled=False)
    opened = await callers.send("/v1/repairs", CALL)
    await asyncio.sleep(outage)
    house.start(name)
    await house.until_quiet()

    assert told.acknowledged
    assert opened.acknowledged
    if name == "worker":
        assert (202, 202) == (told.status, opened.status)
    assert "待接单" == await pool.fetchval("select stage from case_views where case_no = $1", no)
    await callers.are_right(pool)


async def test_an_api_that_is_killed_leaves_the_relay_to_finish(
    house: House, callers: Callers, pool: asyncpg.Pool
) -> None:
    no = await callers.carry(TO_THE_SITE[:3])
    house.kill("worker")
    told = await callers.act(no, *TO_THE_SITE[3], until_settled=False)

    house.kill("api")
    house.start("worker")

    async def applied() -> bool:
        stage: str = await pool.fetchval("select stage from case_views where case_no = $1", no)
        return stage == "待接单"

    await until(applied, 60, "the relay has delivered")
    assert 202 == told.status


async def test_cases_go_on_from_where_they_were_after_everything_was_killed_at_once(
    house: House, callers: Callers
) -> None:
    no = await callers.carry(CONSENTED[:10])

    for name in ("worker", "relay", "notifier", "api", "temporal", "postgres"):
        house.kill(name)
    await house.until_ready()

    for by, event in CONSENTED[10:]:
        assert 200 == (await callers.act(no, by, event)).status


async def _reads(callers: Callers, no: str) -> int:
    headers = {"Authorization": f"Bearer {callers.house.keys[callers.who]}"}
    return (await callers.http.get(f"/v1/cases/{no}", headers=headers)).status_code
