"""REP-09: what the answer to a pause says of the limits it moves, and of those it does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.rulebook.open_values import MOST_PAUSED
from tests.api.office import Office

SUPERVISOR, REPAIRER = "en-1", "rp-1"


async def at_work(office: Office, urgency: str) -> str:
    no = await office.call("fd-1")
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("fd-1", {"type": "engineering_notified"}),
        (SUPERVISOR, {"type": "form_collected"}),
        (SUPERVISOR, {"type": "assessed", "urgency": urgency}),
        (SUPERVISOR, {"type": "assigned", "repairer": REPAIRER, "team": "水工班", "item": "W01"}),
        (REPAIRER, {"type": "order_taken"}),
        (REPAIRER, {"type": "customer_contacted", "text": "等配件"}),
    )
    for who, event in steps:
        await office.did(no, event, who)
    return no


@pytest.mark.parametrize("days", [2, 40])
async def test_a_pause_is_told_when_what_it_moves_falls_due_all_the_same(office: Office, days: int) -> None:
    no = await at_work(office, "常规")
    before = due_of(await office.get(f"/v1/cases/{no}", SUPERVISOR), "REP-17")
    until = datetime.now(UTC) + timedelta(days=days)

    told = await office.did(no, {"type": "paused", "waits_for": "等配件", "resumes_at": until.isoformat()}, REPAIRER)

    due = due_of(await office.get(f"/v1/cases/{no}", SUPERVISOR), "REP-17")
    assert before + MOST_PAUSED == due
    assert f"至多顺延 {MOST_PAUSED.days} 日" in told["message"]
    assert due.isoformat() in told["english"]
    assert (until > due) == ("早于预计恢复时间" in told["message"])


async def test_where_no_limit_is_moved_the_pause_is_told_that_all_run_on(office: Office) -> None:
    no = await at_work(office, "紧急")
    until = datetime.now(UTC) + timedelta(days=2)

    told = await office.did(no, {"type": "paused", "waits_for": "等配件", "resumes_at": until.isoformat()}, REPAIRER)

    assert "没有可因暂停顺延的时限" in told["message"]


def due_of(answer: Any, rule: str) -> datetime:
    case = answer.json()
    moment = next(duty["due_at"] for duty in case["obligations"] if duty["rule"] == rule and duty["state"] == "open")
    return datetime.fromisoformat(moment)
