"""REP-23, REP-46, REP-121: the four copies, each move with its moment, and the signature that completes an order."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from domain.events import AnyEvent
from domain.events.on_site import ProgressReported
from domain.events.repair import CustomerCopyGiven, FeedbackGiven, FormCollected, ReturnRegistered, SignatureExcused
from domain.people import Actor
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, REPAIRER, SUPERVISOR, OpenedCase, Refused, local

Open = Callable[..., Awaitable[OpenedCase]]


async def copy_of(case: OpenedCase, copy: int) -> asyncpg.Record:
    await case.settles()
    row = await case.desk.pool.fetchrow("select * from form_copies where case_no = $1 and copy = $2", case.no, copy)
    assert row is not None
    return row


async def moved_by(case: OpenedCase, row: asyncpg.Record) -> str:
    entry = next(entry for entry in await case.entries() if entry.number == row["entry_number"])
    return str(entry.event.label)


async def test_rep_23_a_copy_moved_says_to_whom_when_and_by_which_act(opened: Open) -> None:
    case = await opened()
    await stages.until_graded(case)
    before = await copy_of(case, 2)
    await case.at("9:02")

    await case.hears(FormCollected(), SUPERVISOR)

    after = await copy_of(case, 2)
    assert ("前台客服员", local(case.day, "9:00")) == (before["holder"], before["since"])
    assert ("工程部", local(case.day, "9:02")) == (after["holder"], after["since"])
    assert ["填单完成", "领单"] == [await moved_by(case, row) for row in (before, after)]
    assert ("客服前台存根", local(case.day, "9:00")) == ((await copy_of(case, 4))["holder"], before["since"])


async def test_rep_46_registered_the_second_copy_lies_with_the_department_under_its_reference(opened: Open) -> None:
    case = await opened(at="15:00")
    await stages.until_confirmed(case)
    await stages.hands_on(case)
    before = await copy_of(case, 2)
    assert ("前台客服员", "") == (before["holder"], before["reference"])
    await case.at("15:20")

    await case.hears(ReturnRegistered(reference="A-7"), FRONT_DESK)

    row = await copy_of(case, 2)
    assert ("客服部", "A-7", local(case.day, "15:20")) == (row["holder"], row["reference"], row["since"])
    assert [""] * 3 == [(await copy_of(case, copy))["reference"] for copy in (1, 3, 4)]


@pytest.mark.parametrize(
    ("event", "by"),
    [(CustomerCopyGiven(), REPAIRER), (FeedbackGiven(solved=True), FRONT_DESK), (stages.FILED, SUPERVISOR)],
    ids=lambda value: getattr(value, "type", ""),
)
async def test_rep_121_accepted_without_a_signature_nothing_completes_the_order(
    opened: Open, event: AnyEvent, by: Actor
) -> None:
    case = await opened()
    await stages.until_tried(case)
    await case.hears(stages.ACCEPTED, REPAIRER)

    with pytest.raises(Refused):
        await case.hears(event, by)

    assert ("待住户签字", True) == ((await case.view())["stage"], await case.is_open())
    await case.hears(stages.SIGNED, REPAIRER)
    assert await case.hears(event, by)


async def test_rep_121_somebody_absent_may_be_excused_by_the_supervisor_alone(opened: Open) -> None:
    case = await opened()
    await stages.until_tried(case)
    await case.hears(stages.ACCEPTED, REPAIRER)

    with pytest.raises(Refused) as refused:
        await case.hears(SignatureExcused(reason="住户外出"), REPAIRER)
    await case.hears(SignatureExcused(reason="住户外出"), SUPERVISOR)

    assert "not_permitted" == refused.value.code
    assert "待返单" == (await case.view())["stage"]


async def test_rep_131_progress_reported_stands_at_its_own_time_and_holds_nothing_up(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    awaited = (await case.view())["waiting_for"]
    await case.at("9:20")

    await case.hears(ProgressReported(text="途中"), REPAIRER, at="9:15")

    entry = (await case.entries())[-1]
    assert ("progress_reported", local(case.day, "9:15")) == (entry.event.type, entry.at)
    assert entry.recorded_at >= local(case.day, "9:20")
    view = await case.view()
    assert ("待到场", awaited) == (view["stage"], view["waiting_for"])
