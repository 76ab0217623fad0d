"""What follows upon something cannot have happened before it; what does not, may have."""

from collections.abc import Awaitable, Callable

import pytest

from domain.events import AnyEvent, Noted
from domain.events.repair import (
    ArrivalTold,
    Assessed,
    ConsentRefused,
    FaultCompared,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    PriceShown,
    RefusalExplained,
    RefusalSigned,
    Urgency,
)
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned
from domain.people import Actor
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, OTHER_REPAIRER, REPAIRER, SUPERVISOR, Open, OpenedCase, local

GRADED = Assessed(urgency=Urgency.REGULAR)


async def consented_late(case: OpenedCase) -> None:
    await stages.until_price_shown(case)
    await case.at("9:25")
    await stages.agrees(case)


async def called_late(case: OpenedCase) -> None:
    await case.at("9:20")


async def taken_late(case: OpenedCase) -> None:
    await stages.until_assigned(case)
    await case.at("9:25")
    await case.hears(OrderTaken(), REPAIRER)


async def form_filled_late(case: OpenedCase) -> None:
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.at("9:10")
    await case.hears(stages.filled(), FRONT_DESK)
    await case.hears(Noted(text="."), FRONT_DESK)


async def reassigned_late(case: OpenedCase) -> None:
    await stages.until_taken(case)
    await case.at("9:20")
    await case.hears(Reassigned(repairer=OTHER_REPAIRER.id, reason="请假"), SUPERVISOR)


async def unsolved_late(case: OpenedCase) -> None:
    await stages.until_signed(case)
    await case.at("9:20")
    await case.hears(FeedbackGiven(solved=False), FRONT_DESK)


def just(event: AnyEvent) -> Callable[[OpenedCase], AnyEvent]:
    return lambda _: event


TOO_EARLY = [
    ("REP-35 started before the resident agreed", consented_late, stages.started, REPAIRER, "9:24:54"),
    ("the same by a supervisor, who may backdate", consented_late, stages.started, SUPERVISOR, "8:50"),
    ("REP-26 arrived before the order was taken", taken_late, just(ArrivedOnSite()), REPAIRER, "9:00"),
    (
        "REP-25 collected before the form was full",
        form_filled_late,
        just(FormCollected()),
        SUPERVISOR,
        "9:01",
    ),
    ("REP-18 taken by the other before it was his", reassigned_late, just(OrderTaken()), OTHER_REPAIRER, "9:10"),
    ("REP-47 assigned anew before it was unsolved", unsolved_late, just(stages.ASSIGNED), SUPERVISOR, "9:10"),
    ("a grade, which needs no turn, before the call", called_late, just(GRADED), SUPERVISOR, "8:59"),
]


@pytest.mark.parametrize(
    ("before", "event_of", "by", "at"), [row[1:] for row in TOO_EARLY], ids=[row[0] for row in TOO_EARLY]
)
async def test_before_what_it_follows_upon_it_is_refused(
    opened: Open,
    before: Callable[[OpenedCase], Awaitable[None]],
    event_of: Callable[[OpenedCase], AnyEvent],
    by: Actor,
    at: str,
) -> None:
    case = await opened()
    await before(case)
    event = event_of(case)

    refusal = await case.refuses(event, by, at=at)

    assert ("bad_time", "at") == (refusal.code, refusal.field)
    assert "不能早于上一步" in refusal.remedy
    assert await case.hears(event, by)


async def test_two_branches_do_not_wait_for_each_other_and_two_of_a_kind_come_either_way_round(opened: Open) -> None:
    case = await opened()
    await case.at("9:10")
    await case.hears(stages.filled(), FRONT_DESK)

    await case.hears(EngineeringNotified(), FRONT_DESK, at="9:02")
    await case.hears(FormCollected(), SUPERVISOR)
    await case.hears(Assessed(urgency=Urgency.REGULAR), SUPERVISOR, at="9:01")
    for event in (stages.ASSIGNED, OrderTaken(), ArrivedOnSite(), FaultCompared(matches=True), PriceShown()):
        await case.hears(event, SUPERVISOR)
    await case.hears(ConsentRefused(reminded=True), SUPERVISOR)
    await case.hears(RefusalExplained(), SUPERVISOR)
    await case.at("9:30")
    await case.hears(RefusalSigned(reason="嫌贵"), SUPERVISOR, at="9:28")
    await case.hears(RefusalSigned(reason="嫌贵"), REPAIRER, at="9:20")

    assert "未维修签字" == (await case.labels())[-1]


async def test_a_clock_a_few_seconds_behind_is_set_to_the_moment_of_the_turn(opened: Open) -> None:
    case = await opened()
    await consented_late(case)
    await case.at("9:26")

    await case.hears(stages.started(case), REPAIRER, at="9:24:55")

    assert local(case.day, "9:25") == (await case.entries())[-1].at


async def test_on_site_before_he_was_told_of_again_the_duty_ends_where_it_began(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    await case.at("9:20")
    await case.hears(ArrivalTold(expected=local(case.day, "9:40")), FRONT_DESK)

    await case.hears(ArrivedOnSite(), REPAIRER, at="9:10")

    duty = await case.duty("REP-103")
    assert ("met", local(case.day, "9:20")) == (duty["state"], duty["ended_at"])
