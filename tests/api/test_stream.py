"""The stream of what is new when more is new than one page of the database holds."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from api.routes.stream import PAGE
from domain.people import Role
from tests.api.office import CALL, CALL_CENTRE, Office

BURST = 2 * PAGE + 7


async def test_a_burst_of_more_than_two_pages_reaches_a_connection_whole_and_once(office: Office) -> None:
    no = await office.call()
    async with office.http.stream("GET", "/v1/stream", headers=office.headers(CALL_CENTRE), timeout=20) as stream:
        lines = stream.aiter_lines()
        async with asyncio.timeout(10):
            await anext(lines)

        await burst(office, no, "burst")
        await burst(office, no, "second")
        heard = await heard_of(lines, no, 2 * BURST)

    assert {1} == set(heard.values())
    assert 2 * BURST == len(heard)


async def test_who_reconnects_in_the_middle_of_a_burst_gets_all_that_was_left(office: Office) -> None:
    no = await office.call()
    written = await burst(office, no, "missed")
    headers = office.headers(CALL_CENTRE) | {"Last-Event-ID": written.isoformat()}

    async with office.http.stream("GET", "/v1/stream", headers=headers, timeout=20) as stream:
        heard = await heard_of(stream.aiter_lines(), no, BURST)

    assert {1} == set(heard.values())


async def test_a_line_of_a_rung_says_how_grave_it_was_and_of_what_in_the_stream_and_in_the_case(office: Office) -> None:
    unfilled = {name: value for name, value in CALL.items() if name != "form"}
    started = datetime.now(UTC) - timedelta(minutes=2, seconds=30)
    async with office.http.stream("GET", "/v1/stream", headers=office.headers(CALL_CENTRE), timeout=20) as stream:
        lines = stream.aiter_lines()
        async with asyncio.timeout(10):
            await anext(lines)
        opened = await office.post("/v1/repairs", unfilled | {"call_started_at": started.isoformat()})
        no = opened.json()["no"]
        heard = [await entry_in(lines, no, "rung_reached") for _ in ("reminder", "breach")]

    case = (await office.get(f"/v1/cases/{no}")).json()
    filed = {event["number"]: event for event in case["events"]}
    said = [("临期提醒：填写维修单", "REP-21"), ("超时：填写维修单", "REP-21")]
    assert said == [(one["label"], one["rule"]) for one in heard]
    assert said == [(filed[one["number"]]["label"], filed[one["number"]]["rule"]) for one in heard]
    assert {"no", "estate", "number", "type", "label", "rule", "at", "written_at"} == set(heard[0])


async def test_prv_106_a_cleaner_hears_of_no_case_that_she_may_not_see(office: Office) -> None:
    no = await office.call()
    await office.pool.execute(
        "insert into notices (case_no, run_id, entry_number, key, rule, level, rung, post, text, raised_at, state)"
        " values ($1, 'run', 1, 'PUB-107', 'PUB-107', '告知', 0, $2, '请清理', now(), 'sent')",
        no,
        Role.CLEANING,
    )
    before = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    told = {who: await lines_until(office, who, before, no) for who in ("cl-1", "fd-1")}

    assert ("notice", "entry") == (told["cl-1"][-1], told["fd-1"][-1])
    assert "entry" not in told["cl-1"]


async def lines_until(office: Office, who: str, since: str, no: str) -> list[str]:
    """What he hears of the case since then, by its kind, to the notice for a cleaner or the first entry."""
    kinds = list[str]()
    headers = office.headers(who) | {"Last-Event-ID": since}
    async with asyncio.timeout(20), office.http.stream("GET", "/v1/stream", headers=headers, timeout=20) as stream:
        kind = ""
        async for line in stream.aiter_lines():
            kind = line.removeprefix("event: ") if line.startswith("event:") else kind
            told = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
            if told.get("no") == no:
                kinds.append(kind)
                if told.get("text") == "请清理" or (who == "fd-1" and kind == "entry"):
                    break
    return kinds


async def entry_in(lines: AsyncIterator[str], no: str, kind: str) -> dict[str, Any]:
    """The first entry of that type in a case."""
    async with asyncio.timeout(20):
        async for line in lines:
            told: dict[str, Any] = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
            if (told.get("no"), told.get("type")) == (no, kind):
                return told
    raise AssertionError(kind)


async def burst(office: Office, no: str, run: str) -> datetime:
    """Notices to a post, all written at the same moment; the moment."""
    rows = await office.pool.fetch(
        "insert into notices (case_no, run_id, entry_number, key, rule, level, rung, post, text, raised_at, state)"
        " select $1, $2, n, 'REP-24', 'REP-24', '告知', 0, '工程部', '连发', now(), 'sent'"
        " from generate_series(1, $3) as n returning created_at",
        no,
        run,
        BURST,
    )
    created: datetime = rows[0]["created_at"]
    return created


async def heard_of(lines: AsyncIterator[str], no: str, many: int) -> Counter[str]:
    """How often each notice of the burst was heard, until so many are."""
    heard: Counter[str] = Counter()
    async with asyncio.timeout(20):
        async for line in lines:
            told = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
            if told.get("no") == no and told.get("text") == "连发":
                heard[told["id"]] += 1
            if len(heard) == many:
                break
    return heard
