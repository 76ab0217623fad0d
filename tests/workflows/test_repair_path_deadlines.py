"""Every limit of the paths of the second edition at its last good moment and just after."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.events.on_site import (
    CompletionAgreed,
    FurtherWorkAgreed,
    QuoteAccepted,
    Quoted,
    Surveyed,
    WorkClassified,
    WorkKind,
)
from domain.events.repair import (
    ConsentRefused,
    FormCollected,
    OrderTaken,
    PriceShown,
    RefusalExplained,
    RefusalSigned,
    Situation,
    TrialDone,
    Urgency,
)
from domain.events.work import ArrivedOnSite, CustomerContacted
from domain.people import Role
from tests.workflows import stages
from tests.workflows.desk import CENTRE_MANAGER, FOREMAN, FRONT_DESK, LY, REPAIRER, SUPERVISOR, Open, OpenedCase, local
from tests.workflows.limits import EITHER_SIDE, PRESSED, Holds, Limit, told


async def called(case: OpenedCase) -> None:
    await stages.until_graded(case)
    await case.hears(FormCollected(), SUPERVISOR)


async def quoted(case: OpenedCase) -> None:
    await called(case)
    await case.hears(Quoted(item="W01", amount=Decimal(85), price_version="LY-2024"), FRONT_DESK)


async def assigned_at_ten_past(case: OpenedCase) -> None:
    await stages.until_graded(case)
    await case.at("9:10")
    await case.hears(FormCollected(), SUPERVISOR)
    await case.hears(stages.ASSIGNED, SUPERVISOR)


async def appointed(case: OpenedCase) -> None:
    await stages.until_taken(case, wanted=local(case.day, "15:00"))


async def wants_the_signature(case: OpenedCase) -> None:
    await stages.until_tried(case)
    await case.hears(stages.ACCEPTED, REPAIRER)


async def simple(case: OpenedCase) -> None:
    await case.hears(WorkClassified(work_kind=WorkKind.SIMPLE), SUPERVISOR)
    await wants_the_signature(case)


async def agreed_for_five(case: OpenedCase) -> None:
    await case.hears(CompletionAgreed(finish_by=local(case.day, "17:00")), FRONT_DESK)
    await wants_the_signature(case)


async def further_work_for_four(case: OpenedCase) -> None:
    await stages.until_at_work(case)
    await case.hears(
        FurtherWorkAgreed(work="换阀门", fee=Decimal(60), finish_by=local(case.day, "16:00"), agreed_by="住户"),
        SUPERVISOR,
    )
    await case.hears(stages.FINISHED, REPAIRER)
    await case.hears(TrialDone(passed=True), REPAIRER)
    await case.hears(stages.ACCEPTED, REPAIRER)


async def arrived_at_the_flood(case: OpenedCase) -> None:
    await stages.until_taken(case, Urgency.REGULAR)
    await case.at("9:08")
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(stages.MATCHES, REPAIRER)
    await case.hears(PriceShown(price_version="LY-2024"), REPAIRER)
    await stages.agrees(case)
    await case.hears(stages.started(case), REPAIRER)
    await case.hears(stages.FREE, REPAIRER)
    await case.hears(TrialDone(passed=True), REPAIRER)
    await case.hears(stages.ACCEPTED, REPAIRER)


async def signed_at_ten(case: OpenedCase) -> None:
    await case.at("10:00")
    await stages.until_signed(case)


async def refusal_explained(case: OpenedCase) -> None:
    await case.at("10:00")
    await stages.until_refusal_explained(case)


async def refusal_explained_by_the_foreman(case: OpenedCase) -> None:
    """The supervisor has the order himself."""
    await case.at("10:00")
    await stages.until_graded(case)
    await case.hears(FormCollected(), FOREMAN)
    await case.hears(replace(stages.ASSIGNED, repairer=FOREMAN.id), FOREMAN)
    for event in (
        OrderTaken(),
        ArrivedOnSite(),
        stages.MATCHES,
        PriceShown(price_version="LY-2024"),
        ConsentRefused(reminded=True),
        RefusalExplained(),
    ):
        await case.hears(event, FOREMAN)


SIGNED_UNDER_REFUSAL = RefusalSigned(reason="嫌贵")


BREACH_OF_THE_WORK = told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK)
REMINDED = told("提醒", Role.REPAIRER)

LIMITS = (
    Limit(
        key="REP-04",
        arrange=stages.until_called_complex,
        event=Surveyed(finding="接头渗水"),
        by=REPAIRER,
        last="9:00:00",
        after="9:00:01",
        days=1,
        before=(told("告知", Role.ENGINEERING), PRESSED, told("提醒", Role.ENGINEERING)),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-28",
        arrange=stages.until_sent_to_review,
        event=stages.REVIEWED,
        by=SUPERVISOR,
        last="9:20:00",
        after="9:20:01",
        before=(PRESSED, told("提醒", Role.ENGINEERING_SUPERVISOR)),
        breach=told("超时", Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-29",
        arrange=stages.until_reviewed,
        event=stages.ANSWERED,
        by=SUPERVISOR,
        last="9:20:00",
        after="9:20:01",
        before=(told("提醒", Role.ENGINEERING_SUPERVISOR),),
        breach=told("超时", Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-130",
        arrange=called,
        event=stages.ASSIGNED,
        by=SUPERVISOR,
        last="9:30:00",
        after="9:30:01",
        before=(told("提醒", Role.FRONT_DESK, Role.ENGINEERING_SUPERVISOR),),
        breach=told("超时", Role.CUSTOMER_SERVICE_SUPERVISOR, Role.ENGINEERING_SUPERVISOR),
    ),
    Limit(
        key="FEE-13/住户答复",
        arrange=quoted,
        event=QuoteAccepted(agreed_by="住户001"),
        by=FRONT_DESK,
        last="9:00:00",
        after="9:00:01",
        days=7,
        before=(),
        breach=told("超时", Role.CUSTOMER_SERVICE_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-108",
        arrange=assigned_at_ten_past,
        event=CustomerContacted(text="十点到"),
        by=REPAIRER,
        last="9:25:00",
        after="9:25:01",
        before=(REMINDED,),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-109",
        arrange=appointed,
        event=ArrivedOnSite(),
        by=REPAIRER,
        last="15:00:00",
        after="15:00:01",
        before=(REMINDED,),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-125",
        arrange=arrived_at_the_flood,
        situation=Situation.FLOODING,
        event=stages.SIGNED,
        by=REPAIRER,
        last="13:08:00",
        after="13:08:01",
        before=(PRESSED, REMINDED),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-126",
        arrange=simple,
        event=stages.SIGNED,
        by=REPAIRER,
        last="13:00:00",
        after="13:00:01",
        before=(PRESSED, REMINDED),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-127",
        arrange=agreed_for_five,
        event=stages.SIGNED,
        by=REPAIRER,
        last="17:00:00",
        after="17:00:01",
        before=(PRESSED, REMINDED),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-118",
        arrange=further_work_for_four,
        event=stages.SIGNED,
        by=REPAIRER,
        last="16:00:00",
        after="16:00:01",
        before=(told("告知", Role.ENGINEERING_SUPERVISOR), PRESSED, REMINDED),
        breach=BREACH_OF_THE_WORK,
    ),
    Limit(
        key="REP-122",
        arrange=signed_at_ten,
        event=stages.FILED,
        by=SUPERVISOR,
        last="10:00:00",
        after="10:00:01",
        days=1,
        before=(told("提醒", Role.ENGINEERING),),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR),
    ),
    Limit(
        key="REP-38/维修人员",
        arrange=refusal_explained,
        event=SIGNED_UNDER_REFUSAL,
        by=REPAIRER,
        last="16:59:59",
        after="17:00:00",
        before=(REMINDED,),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR),
    ),
    Limit(
        key="REP-38/工程部主管",
        arrange=refusal_explained,
        event=SIGNED_UNDER_REFUSAL,
        by=SUPERVISOR,
        last="16:59:59",
        after="17:00:00",
        before=(told("提醒", Role.ENGINEERING_SUPERVISOR),),
        breach=told("超时", Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR),
    ),
    Limit(
        key="REP-38/代主管",
        arrange=refusal_explained_by_the_foreman,
        event=SIGNED_UNDER_REFUSAL,
        by=CENTRE_MANAGER,
        last="16:59:59",
        after="17:00:00",
        before=(told("提醒", Role.COMPANY_MANAGER, Role.CENTRE_MANAGER),),
        breach=told("超时", Role.COMPANY_MANAGER, Role.CENTRE_MANAGER),
    ),
)
EACH = pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.key)


@EACH
@EITHER_SIDE
async def test_a_limit_is_met_at_its_last_good_moment_and_one_second_later_a_breach_told_to_its_posts(
    opened: Open, limit: Limit, holds: Holds
) -> None:
    await holds(opened, limit)


async def test_rep_128_signed_in_the_last_moment_of_the_seventh_working_day_it_is_in_time(opened: Open) -> None:
    case = await opened()
    await wants_the_signature(case)
    due, terms = (await case.duty("REP-128"))["due_at"], await case.desk.reference.terms(LY, case.moment)
    assert terms.calendar.add_working_days(local(case.day, "9:00"), 7).due == due

    await case.desk.until(due - timedelta(seconds=1))
    heard = await case.heard("REP-128")
    await case.hears(stages.SIGNED, REPAIRER)

    duty = await case.duty("REP-128")
    assert ("met", None) == (duty["state"], duty["breached_at"])
    assert [PRESSED, REMINDED] == heard


async def test_rep_128_the_seventh_working_day_is_in_time_and_the_morning_after_it_late(opened: Open) -> None:
    case = await opened()
    await wants_the_signature(case)
    due = (await case.duty("REP-128"))["due_at"]

    await case.desk.until(due + timedelta(seconds=1))

    duty = await case.duty("REP-128")
    assert ("breached", due) == (duty["state"], duty["breached_at"])
    assert (PRESSED, REMINDED) == tuple((await case.heard("REP-128"))[:2])
