"""Ways to bring a repair to a stage, each act at a time of its own on the day of the call."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from domain.events.on_site import (
    AcceptanceStated,
    CostAgreed,
    Means,
    SiteChecked,
    SiteItem,
    SurveyCalledFor,
    WorkOrderFiled,
)
from domain.events.repair import (
    Assessed,
    Assigned,
    ConsentRefused,
    CopiesConfirmed,
    CopiesHandedOn,
    CopyReturned,
    CustomerCopyGiven,
    FaultCompared,
    FaultKind,
    FeedbackGiven,
    FormCollected,
    FormFilled,
    OrderTaken,
    PriceShown,
    RefusalExplained,
    RefusalSigned,
    ResidentSigned,
    ReturnRegistered,
    TrialDone,
    Urgency,
    Wanted,
    WorkFinished,
)
from domain.events.review import ReviewAnswered, Reviewed, SentToReview
from domain.events.work import ArrivedOnSite, EngineeringNotified, WorkStarted
from domain.pricing import ChargeKind, ChargeLine
from tests.workflows.desk import FRONT_DESK, REPAIRER, SUPERVISOR, OpenedCase

ASSIGNED = Assigned(repairer=REPAIRER.id, team="水工班", item="W01")
REVIEWED = Reviewed(feasible=True, amount=Decimal(90))
ANSWERED = ReviewAnswered(text="可以维修，90 元")
SIGNED = ResidentSigned(signer="住户001", signature="s-1")
LABOUR = ChargeLine(
    item="W01",
    kind=ChargeKind.LABOUR,
    price_version="LY-2024",
    unit_price=Decimal("30.00"),
    quantity=Decimal(1),
    amount=Decimal("30.00"),
)


AGREED = CostAgreed(amount=Decimal(100), agreed_by="住户001", means=Means.IN_PERSON)
MATCHES = FaultCompared(matches=True)
CHECKED = SiteChecked(items=tuple(SiteItem))
ACCEPTED = AcceptanceStated(satisfied=True)
FILED = WorkOrderFiled(reference="G-1")
FINISHED = WorkFinished(fault=FaultKind.WATER, charges=(LABOUR,))
FREE = WorkFinished(fault=FaultKind.WATER, no_charge=True)


def started(case: OpenedCase, *, done_in: timedelta = timedelta(hours=1)) -> WorkStarted:
    """REP-10: begun at the moment the clock shows, with what the resident is told."""
    return WorkStarted(expected_done=case.moment + done_in)


def filled(wanted: Wanted = "尽快") -> FormFilled:
    return FormFilled(household="住户001", address="1栋0101", phone="19900000001", content="厨房漏水", wanted=wanted)


async def agrees(case: OpenedCase, amount: Decimal = AGREED.amount) -> None:
    """REP-35, REP-110 to REP-119: the resident agrees to the price, and everything on the checklist is ticked."""
    await case.hears(replace(AGREED, amount=amount), REPAIRER)
    await case.hears(CHECKED, REPAIRER)


async def signs(case: OpenedCase) -> None:
    """REP-120, REP-41."""
    await case.hears(ACCEPTED, REPAIRER)
    await case.hears(SIGNED, REPAIRER)


async def hands_on(case: OpenedCase) -> None:
    """REP-122, REP-48."""
    await case.hears(FILED, SUPERVISOR)
    await case.hears(CopiesHandedOn(), SUPERVISOR)


async def until_settled(case: OpenedCase) -> None:
    """Nothing is left to do but to see whether it stays repaired (REP-47)."""
    await until_confirmed(case)
    await hands_on(case)
    await case.hears(ReturnRegistered(reference="A-1"), FRONT_DESK)
    await case.hears(CustomerCopyGiven(), REPAIRER)
    await case.hears(FeedbackGiven(solved=True), FRONT_DESK)


async def until_graded(case: OpenedCase, urgency: Urgency = Urgency.REGULAR, wanted: Wanted = "尽快") -> None:
    """REP-21, REP-24 and REP-03 done, at the moment the clock shows."""
    await case.hears(filled(wanted), FRONT_DESK)
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.hears(Assessed(urgency=urgency), SUPERVISOR)


async def until_called_complex(case: OpenedCase) -> None:
    """REP-04: somebody has to look first."""
    await case.hears(SurveyCalledFor(reason="墙内暗管"), SUPERVISOR)


async def until_in_hand(case: OpenedCase) -> None:
    """The order is with 工程部 at 9:05."""
    await until_graded(case)
    await case.at("9:05")
    await case.hears(FormCollected(), SUPERVISOR)


async def until_sent_to_review(case: OpenedCase) -> None:
    await until_in_hand(case)
    await case.hears(SentToReview(work="拆改暗管"), SUPERVISOR)


async def until_reviewed(case: OpenedCase) -> None:
    await until_sent_to_review(case)
    await case.hears(REVIEWED, SUPERVISOR)


async def until_assigned(case: OpenedCase, urgency: Urgency = Urgency.REGULAR, wanted: Wanted = "尽快") -> None:
    await until_graded(case, urgency, wanted)
    await case.hears(FormCollected(), SUPERVISOR)
    await case.hears(ASSIGNED, SUPERVISOR)


async def until_taken(case: OpenedCase, urgency: Urgency = Urgency.REGULAR, wanted: Wanted = "尽快") -> None:
    await until_assigned(case, urgency, wanted)
    await case.hears(OrderTaken(), REPAIRER)


async def until_price_shown(case: OpenedCase, urgency: Urgency = Urgency.REGULAR) -> None:
    await until_taken(case, urgency)
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(MATCHES, REPAIRER)
    await case.hears(PriceShown(price_version="LY-2024"), REPAIRER)


async def until_refused(case: OpenedCase) -> None:
    await until_price_shown(case)
    await case.hears(ConsentRefused(reminded=True), REPAIRER)


async def until_refusal_explained(case: OpenedCase) -> None:
    await until_refused(case)
    await case.hears(RefusalExplained(), SUPERVISOR)


async def until_refusal_signed(case: OpenedCase) -> None:
    await until_refusal_explained(case)
    await case.hears(RefusalSigned(reason="嫌贵"), REPAIRER)
    await case.hears(RefusalSigned(reason="嫌贵"), SUPERVISOR)


async def until_at_work(case: OpenedCase, urgency: Urgency = Urgency.REGULAR) -> None:
    await until_price_shown(case, urgency)
    await agrees(case)
    await case.hears(started(case), REPAIRER)


async def until_tried(case: OpenedCase, urgency: Urgency = Urgency.REGULAR) -> None:
    await until_at_work(case, urgency)
    await case.hears(FINISHED, REPAIRER)
    await case.hears(TrialDone(passed=True), REPAIRER)


async def until_signed(case: OpenedCase) -> None:
    await until_tried(case)
    await signs(case)


async def until_copies_back(case: OpenedCase) -> None:
    await until_signed(case)
    await case.hears(CopyReturned(copy=2), SUPERVISOR)
    await case.hears(CopyReturned(copy=3), SUPERVISOR)


async def until_confirmed(case: OpenedCase) -> None:
    await until_copies_back(case)
    await case.hears(CopiesConfirmed(), SUPERVISOR)
