"""A call becomes a 维修单: at once, without Temporal, repeated, and not at all when something is missing."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.api.office import CALL, Office, fresh_key


async def test_a_call_is_answered_with_its_number_and_what_comes_next(office: Office) -> None:
    answer = await office.post("/v1/repairs", CALL, who="fd-1")

    assert 201 == answer.status_code, answer.text
    opened = answer.json()
    assert "applied" == opened["state"]
    assert "待领单" == opened["stage"]
    assert "通知工程部" in opened["next"]


async def test_a_repeated_call_gets_the_same_number(office: Office) -> None:
    key, call = fresh_key(), CALL | {"room": "5-504"}

    answers = await asyncio.gather(*(office.asks("/v1/repairs", call, who="fd-1", key=key) for _ in range(20)))

    assert {201} == {answer.status_code for answer in answers}
    assert 1 == len({answer.json()["no"] for answer in answers})


async def test_without_temporal_a_call_still_gets_a_number(lonely: Office) -> None:
    answer = await lonely.post("/v1/repairs", CALL, who="fd-1")

    assert 202 == answer.status_code, answer.text
    assert "accepted" == answer.json()["state"]
    kept = await lonely.pool.fetchval("select state from commands where case_no = $1", answer.json()["no"])
    assert "accepted" == kept


@pytest.mark.parametrize("wanted", ["2090-01-01T09:00:00+08:00", "2020-01-01T09:00:00+08:00"], ids=["far", "past"])
async def test_rep_22_a_time_that_cannot_be_agreed_is_refused_at_either_door(lonely: Office, wanted: str) -> None:
    before = await lonely.pool.fetchval("select count(*) from cases")

    answer = await lonely.post("/v1/repairs", CALL | {"form": {"household": "住户001", "wanted": wanted}})

    told = answer.json()
    assert (409, "rule_broken", "form.wanted") == (answer.status_code, told["code"], told["field"])
    assert "REP-22" in told["remedy"]
    assert before == await lonely.pool.fetchval("select count(*) from cases")


@pytest.mark.parametrize(
    ("type_", "field"), [("form_filled", "wanted"), ("appointment_moved", "wanted"), ("arrival_told", "expected")]
)
async def test_rep_22_rep_103_nothing_is_agreed_for_a_moment_past(office: Office, type_: str, field: str) -> None:
    call = {key: value for key, value in CALL.items() if key != "form"}
    no = (await office.post("/v1/repairs", call)).json()["no"]
    more = {
        "form_filled": {"household": "住户", "address": "1栋", "phone": "19900000001", "content": "漏水"},
        "appointment_moved": {"reason": "住户有事"},
        "arrival_told": {},
    }[type_]
    past, soon = (datetime.now(UTC) + timedelta(minutes=minutes) for minutes in (-1, 1))

    refused = await office.does(no, {"type": type_, field: past.isoformat(), **more})
    taken = await office.does(no, {"type": type_, field: soon.isoformat(), **more})

    assert (409, f"event.{field}") == (refused.status_code, refused.json()["field"])
    assert 200 == taken.status_code
