"""Every limit of a listed repair at its last good moment and just after, through workflow, activity and PostgreSQL."""

from collections.abc import Awaitable, Callable

import pytest

from domain.events.repair import (
    AppointmentMoved,
    ArrivalTold,
    CopiesConfirmed,
    CopiesHandedOn,
    CopyReturned,
    CustomerCopyGiven,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    RefusalExplained,
    RefusalFiled,
    ReturnRegistered,
    SetOut,
    Situation,
    Urgency,
)
from domain.events.work import ArrivedOnSite, EngineeringNotified
from domain.people import Role
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, REPAIRER, SUPERVISOR, Open, OpenedCase, local
from tests.workflows.limits import EITHER_SIDE, PRESSED, Holds, Limit, told


async def nothing(case: OpenedCase) -> None:
    """The call alone opens the duty."""


async def notified_of_a_burst_pipe(case: OpenedCase) -> None:
    await case.at("9:01")
    await stages.until_taken(case, Urgency.URGENT)


async def told_when(case: OpenedCase) -> None:
    await case.at("9:01")
    await case.hears(ArrivalTold(expected=local(case.day, "15:00")), FRONT_DESK)
    await stages.until_taken(case)


async def flooded(case: OpenedCase) -> None:
    await case.at("9:01")
    await stages.until_taken(case, Urgency.URGENT)


async def collected(case: OpenedCase) -> None:
    await case.at("9:03")
    await stages.until_graded(case)
    await case.hears(FormCollected(), SUPERVISOR)


def assigned(urgency: Urgency) -> Callable[[OpenedCase], Awaitable[None]]:
    async def arrange(case: OpenedCase) -> None:
        await case.at("9:01")
        await stages.until_assigned(case, urgency)

    return arrange


def tried(urgency: Urgency) -> Callable[[OpenedCase], Awaitable[None]]:
    """And accepted: it wants the signature."""

    async def arrange(case: OpenedCase) -> None:
        await stages.until_tried(case, urgency)
        await case.hears(stages.ACCEPTED, REPAIRER)

    return arrange


async def taken(case: OpenedCase) -> None:
    await case.at("9:05")
    await stages.until_taken(case)


async def appointed(case: OpenedCase) -> None:
    await case.at("9:01")
    await stages.until_taken(case, wanted=local(case.day, "15:00"))


async def taken_ten_minutes_before(case: OpenedCase) -> None:
    await case.at("14:50")
    await stages.until_taken(case, wanted=local(case.day, "15:00"))


async def appointed_three_minutes_ahead(case: OpenedCase) -> None:
    await case.at("9:01")
    await stages.until_taken(case, wanted=local(case.day, "18:00"))
    await case.at("14:57")
    await case.hears(AppointmentMoved(wanted=local(case.day, "15:00"), reason="住户提前到家"), FRONT_DESK)


async def refused(case: OpenedCase) -> None:
    await case.at("9:20")
    await stages.until_refused(case)


async def refusal_signed(case: OpenedCase) -> None:
    await case.at("10:00")
    await stages.until_refusal_signed(case)


async def signed(case: OpenedCase) -> None:
    await case.at("15:00")
    await stages.until_signed(case)


async def signed_after_five(case: OpenedCase) -> None:
    await case.at("17:05")
    await stages.until_signed(case)


async def copies_back(case: OpenedCase) -> None:
    await case.at("16:50")
    await stages.until_copies_back(case)


async def confirmed(case: OpenedCase) -> None:
    await case.at("17:30")
    await stages.until_confirmed(case)
    await case.hears(stages.FILED, SUPERVISOR)


async def handed_on(case: OpenedCase) -> None:
    await case.at("17:40")
    await stages.until_confirmed(case)
    await stages.hands_on(case)


LIMITS = (
    Limit(
        key="REP-21",
        arrange=nothing,
        event=stages.filled(),
        by=FRONT_DESK,
        last="9:02:00",
        after="9:02:01",
        before=(told("提醒", Role.FRONT_DESK),),
        breach=told("超时", Role.CUSTOMER_SERVICE_SUPERVISOR),
    ),
    Limit(
        key="REP-24",
        arrange=nothing,
        event=EngineeringNotified(),
        by=FRONT_DESK,
        last="9:03:00",
        after="9:03:01",
        before=(told("提醒", Role.FRONT_DESK),),
        breach=told("超时", Role.CUSTOMER_SERVICE_SUPERVISOR),
    ),
    Limit(
        key="REP-104",
        arrange=nothing,
        situation=Situation.BURST_PIPE,
        event=EngineeringNotified(),
        by=FRONT_DESK,
        last="9:01:00",
        after="9:01:01",
        before=(told("告知", Role.ENGINEERING),),
        breach=told("超时", Role.CUSTOMER_SERVICE_SUPERVISOR),
    ),
    Limit(
        key="REP-105",
        arrange=notified_of_a_burst_pipe,
        situation=Situation.BURST_PIPE,
        event=SetOut(),
        by=REPAIRER,
        last="9:06:00",
        after="9:06:01",
        before=(
            PRESSED,
            told("提醒", Role.ENGINEERING_SUPERVISOR, Role.REPAIRER),
        ),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-103",
        arrange=told_when,
        event=ArrivedOnSite(),
        by=REPAIRER,
        last="15:00:00",
        after="15:00:01",
        before=(PRESSED, told("提醒", Role.REPAIRER)),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-124",
        arrange=flooded,
        situation=Situation.FLOODING,
        event=ArrivedOnSite(),
        by=REPAIRER,
        last="9:10:00",
        after="9:10:01",
        before=(
            PRESSED,
            told("提醒", Role.REPAIRER),
        ),
        breach=told("超时", Role.ESTATE_DIRECTOR, Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-25",
        arrange=collected,
        event=stages.ASSIGNED,
        by=SUPERVISOR,
        last="9:08:00",
        after="9:08:01",
        before=(
            PRESSED,
            told("提醒", Role.ENGINEERING_SUPERVISOR),
        ),
        breach=told("超时", Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-14",
        arrange=assigned(Urgency.URGENT),
        event=OrderTaken(),
        by=REPAIRER,
        last="9:30:00",
        after="9:30:01",
        before=(
            told("告知", Role.ENGINEERING_SUPERVISOR),
            PRESSED,
            told("提醒", Role.REPAIRER, Role.ENGINEERING_SUPERVISOR),
        ),
        breach=told("超时", Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-15",
        arrange=assigned(Urgency.REGULAR),
        event=OrderTaken(),
        by=REPAIRER,
        last="10:00:00",
        after="10:00:01",
        before=(told("告知", Role.ENGINEERING_SUPERVISOR), PRESSED, told("提醒", Role.REPAIRER)),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.CUSTOMER_SERVICE_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-03/响应",
        arrange=assigned(Urgency.LOW),
        event=OrderTaken(),
        by=REPAIRER,
        last="13:00:00",
        after="13:00:01",
        before=(
            PRESSED,
            told("提醒", Role.REPAIRER),
        ),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-16",
        arrange=tried(Urgency.URGENT),
        called="22:30",
        event=stages.SIGNED,
        by=REPAIRER,
        last="0:30:00",
        after="0:30:01",
        days=1,
        before=(
            PRESSED,
            told("提醒", Role.ENGINEERING_SUPERVISOR, Role.REPAIRER),
        ),
        breach=told("超时", Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-17",
        arrange=tried(Urgency.REGULAR),
        called="10:00",
        event=stages.SIGNED,
        by=REPAIRER,
        last="10:00:00",
        after="10:00:01",
        days=2,
        before=(
            PRESSED,
            told("提醒", Role.REPAIRER),
        ),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.CUSTOMER_SERVICE_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-03/完成",
        arrange=tried(Urgency.LOW),
        event=stages.SIGNED,
        by=REPAIRER,
        last="9:00:00",
        after="9:00:01",
        days=7,
        before=(
            PRESSED,
            told("提醒", Role.REPAIRER),
        ),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-26",
        arrange=taken,
        event=ArrivedOnSite(),
        by=REPAIRER,
        last="9:15:00",
        after="9:15:01",
        before=(
            PRESSED,
            told("提醒", Role.REPAIRER),
        ),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-27",
        arrange=appointed,
        event=ArrivedOnSite(),
        by=REPAIRER,
        last="14:55:00",
        after="14:55:01",
        before=(
            PRESSED,
            told("提醒", Role.REPAIRER),
        ),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-26",
        arrange=taken_ten_minutes_before,
        event=ArrivedOnSite(),
        by=REPAIRER,
        last="15:00:00",
        after="15:00:01",
        before=(PRESSED, told("提醒", Role.REPAIRER)),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-27",
        arrange=taken_ten_minutes_before,
        event=ArrivedOnSite(),
        by=REPAIRER,
        last="14:55:00",
        after="14:55:01",
        before=(),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-27",
        arrange=appointed_three_minutes_ahead,
        event=ArrivedOnSite(),
        by=REPAIRER,
        last="15:00:00",
        after="15:00:01",
        before=(told("告知", Role.REPAIRER),),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-37",
        arrange=refused,
        event=RefusalExplained(),
        by=SUPERVISOR,
        last="9:50:00",
        after="9:50:01",
        before=(told("告知", Role.ENGINEERING_SUPERVISOR), told("提醒", Role.REPAIRER)),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR),
    ),
    Limit(
        key="REP-39",
        arrange=refusal_signed,
        event=RefusalFiled(reference="B-1"),
        by=FRONT_DESK,
        last="16:59:59",
        after="17:00:00",
        before=(told("告知", Role.FRONT_DESK), told("提醒", Role.REPAIRER)),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR),
    ),
    Limit(
        key="REP-42",
        arrange=signed,
        event=CustomerCopyGiven(),
        by=REPAIRER,
        last="16:59:59",
        after="17:00:00",
        before=(),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-43/第二联",
        arrange=signed,
        event=CopyReturned(copy=2),
        by=SUPERVISOR,
        last="16:59:59",
        after="17:00:00",
        before=(told("提醒", Role.REPAIRER),),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-43/第三联",
        arrange=signed_after_five,
        event=CopyReturned(copy=3),
        by=SUPERVISOR,
        last="16:59:59",
        after="17:00:00",
        days=1,
        before=(told("提醒", Role.REPAIRER),),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-44",
        arrange=copies_back,
        event=CopiesConfirmed(),
        by=SUPERVISOR,
        last="18:00:00",
        after="18:00:01",
        before=(told("告知", Role.ENGINEERING_SUPERVISOR), told("提醒", Role.ENGINEERING_SUPERVISOR)),
        breach=told("超时", Role.COMPANY_MANAGER, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-48",
        arrange=confirmed,
        event=CopiesHandedOn(),
        by=SUPERVISOR,
        last="18:00:00",
        after="18:00:01",
        before=(told("提醒", Role.ENGINEERING_SUPERVISOR),),
        breach=told("超时", Role.CUSTOMER_SERVICE_SUPERVISOR),
    ),
    Limit(
        key="REP-45",
        arrange=handed_on,
        event=ReturnRegistered(reference="A-1"),
        by=FRONT_DESK,
        last="18:00:00",
        after="18:00:01",
        before=(told("提醒", Role.FRONT_DESK),),
        breach=told("超时", Role.CUSTOMER_SERVICE_SUPERVISOR),
    ),
    Limit(
        key="REP-11",
        arrange=signed,
        event=FeedbackGiven(solved=True),
        by=FRONT_DESK,
        last="15:00:00",
        after="15:00:01",
        days=1,
        before=(told("提醒", Role.FRONT_DESK),),
        breach=told("超时", Role.CUSTOMER_SERVICE_SUPERVISOR),
    ),
)
EACH = pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.key)


@EACH
@EITHER_SIDE
async def test_a_limit_is_met_at_its_last_good_moment_and_one_second_later_a_breach_told_to_its_posts(
    opened: Open, limit: Limit, holds: Holds
) -> None:
    await holds(opened, limit)
