"""Many at once: the same request, two who want the same, things told out of their order, a close amid other acts."""

import asyncio
import secrets
from typing import Any

import asyncpg

from tests.survival.callers import CALL, TO_THE_SITE, Callers
from tests.survival.house import House, until


async def test_the_same_call_fifty_times_at_once_is_one_case(
    house: House, callers: Callers, pool: asyncpg.Pool
) -> None:
    headers, call = _headers(callers), {**CALL, "room": "6-504"}

    answers = await asyncio.gather(*(callers.http.post("/v1/repairs", headers=headers, json=call) for _ in range(50)))

    assert {answer.status_code for answer in answers} <= {201, 202}
    (no,) = {answer.json()["no"] for answer in answers}
    key = headers["Idempotency-Key"]
    assert [no] == [row[0] for row in await pool.fetch("select case_no from commands where idempotency_key = $1", key)]


async def test_the_same_act_fifty_times_at_once_is_one_entry(
    house: House, callers: Callers, pool: asyncpg.Pool
) -> None:
    no = await callers.open()
    headers, body = _headers(callers), {"by": "fd-1", "event": {"type": "urged", "text": "请快"}}
    path = f"/v1/cases/{no}/events"

    answers = await asyncio.gather(*(callers.http.post(path, headers=headers, json=body) for _ in range(50)))

    assert {answer.status_code for answer in answers} <= {200, 202}
    await house.until_quiet()
    assert 1 == await _count(pool, no, "urged")


async def test_of_two_who_take_an_order_at_once_one_gets_it(callers: Callers, pool: asyncpg.Pool) -> None:
    no = await callers.carry(TO_THE_SITE[:4])

    takers = await asyncio.gather(*(callers.act(no, who, {"type": "order_taken"}) for who in ("rp-1", "en-1") * 3))

    assert [200] + [409] * 5 == sorted(taker.status for taker in takers)
    assert 1 == await _count(pool, no, "order_taken")
    await callers.are_right(pool)


async def test_of_consent_and_refusal_at_once_one_stands(callers: Callers, pool: asyncpg.Pool) -> None:
    no = await callers.carry(TO_THE_SITE)
    answers: list[dict[str, Any]] = [
        {"type": "cost_agreed", "amount": "85", "agreed_by": "住户001", "means": "当面"},
        {"type": "consent_refused", "reminded": True},
    ]

    done = await asyncio.gather(*(callers.act(no, "rp-1", answer) for answer in answers))

    assert [200, 409] == sorted(one.status for one in done)
    await callers.are_right(pool)


async def test_what_is_told_before_its_turn_is_refused_with_what_is_awaited_and_taken_later(callers: Callers) -> None:
    no = await callers.carry(TO_THE_SITE[:4])

    early = await callers.act(no, "rp-1", {"type": "arrived_on_site"})
    taken = await callers.act(no, "rp-1", {"type": "order_taken"})
    again = await callers.act(no, "rp-1", {"type": "arrived_on_site"})

    assert (409, "not_expected", ["order_taken"]) == (early.status, early.body["code"], early.body["allowed"])
    assert (200, 200) == (taken.status, again.status)


async def test_a_whole_path_told_at_once_and_out_of_order_is_filed_in_its_order(
    callers: Callers, pool: asyncpg.Pool
) -> None:
    no = await callers.open()

    async def insists(by: str, event: dict[str, Any]) -> None:
        async def taken() -> bool:
            return (await callers.act(no, by, event)).status == 200

        await until(taken, 60, event["type"])

    await asyncio.gather(*(insists(by, event) for by, event in reversed(TO_THE_SITE)))

    rows = await pool.fetch(
        "select type from entries where case_no = $1 and type = any($2) order by number", no, list(ORDERED)
    )
    assert list(ORDERED) == [row["type"] for row in rows]
    await callers.are_right(pool)


async def test_a_case_that_closes_amid_other_acts_takes_each_or_refuses_it(
    callers: Callers, pool: asyncpg.Pool
) -> None:
    no = await callers.open()
    note, end = {"type": "noted", "text": "备注"}, {"type": "withdrawn", "reason": "自行修好"}

    done = await asyncio.gather(*(callers.act(no, "fd-1", end if n == 5 else note) for n in range(12)))

    assert {one.status for one in done} <= {200, 409}
    assert {one.body["code"] for one in done if one.status == 409} <= {"case_closed"}
    assert 200 == done[5].status
    assert sum(one.status == 200 for one in done) - 1 == await _count(pool, no, "noted")
    await callers.are_right(pool)


ORDERED = (
    "form_collected", "assigned", "order_taken", "arrived_on_site", "fault_compared", "price_shown"
)  # fmt: skip


def _headers(callers: Callers) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {callers.house.keys[callers.who]}",
        "Idempotency-Key": f"k-{secrets.token_hex(12)}",
    }


async def _count(pool: asyncpg.Pool, no: str, kind: str) -> int:
    return int(await pool.fetchval("select count(*) from entries where case_no = $1 and type = $2", no, kind))
