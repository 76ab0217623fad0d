"""A call becomes a 维修单: at once, without Temporal, repeated, and not at all when something is missing."""

import asyncio

from tests.api.office import CALL, Office, fresh_key


async def test_a_call_is_answered_with_its_number_and_what_comes_next(office: Office) -> None:
    answer = await office.post("/v1/repairs", CALL, who="fd-1")

    assert 201 == answer.status_code, answer.text
    opened = answer.json()
    assert "applied" == opened["state"]
    assert "待领单" == opened["stage"]
    assert "通知工程部" in opened["next"]


async def test_a_repeated_call_gets_the_same_number(office: Office) -> None:
    key = fresh_key()

    answers = await asyncio.gather(*(office.post("/v1/repairs", CALL, who="fd-1", key=key) for _ in range(20)))

    assert {201} == {answer.status_code for answer in answers}
    assert 1 == len({answer.json()["no"] for answer in answers})


async def test_without_temporal_a_call_still_gets_a_number(lonely: Office) -> None:
    answer = await lonely.post("/v1/repairs", CALL, who="fd-1")

    assert 202 == answer.status_code, answer.text
    assert "accepted" == answer.json()["state"]
    kept = await lonely.pool.fetchval("select state from commands where case_no = $1", answer.json()["no"])
    assert "accepted" == kept
