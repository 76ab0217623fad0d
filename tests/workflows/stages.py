"""Ways to bring a repair to a stage, each act at a time of its own on the day of the call."""

from datetime import timedelta
from decimal import Decimal

from domain.events.repair import (
    Assessed,
    Assigned,
    ConsentGiven,
    ConsentRefused,
    CopiesConfirmed,
    CopyReturned,
    FaultCompared,
    FaultKind,
    FormCollected,
    FormFilled,
    OrderTaken,
    PriceShown,
    RefusalExplained,
    RefusalSigned,
    ResidentSigned,
    TrialDone,
    Urgency,
    Wanted,
    WorkFinished,
)
from domain.events.work import ArrivedOnSite, EngineeringNotified, WorkStarted
from domain.pricing import ChargeKind, ChargeLine
from tests.workflows.desk import FRONT_DESK, REPAIRER, SUPERVISOR, OpenedCase

ASSIGNED = Assigned(repairer=REPAIRER.id, team="水工班", item="W01")
SIGNED = ResidentSigned(signer="住户001", signature="s-1")
LABOUR = ChargeLine(
    item="W01",
    kind=ChargeKind.LABOUR,
    price_version="LY-2024",
    unit_price=Decimal("30.00"),
    quantity=Decimal(1),
    amount=Decimal("30.00"),
)


FINISHED = WorkFinished(fault=FaultKind.WATER, charges=(LABOUR,))
FREE = WorkFinished(fault=FaultKind.WATER, no_charge=True)


def started(case: OpenedCase, *, done_in: timedelta = timedelta(hours=1)) -> WorkStarted:
    """REP-10: begun at the moment the clock shows, with what the resident is told."""
    return WorkStarted(expected_done=case.moment + done_in)


def filled(wanted: Wanted = "尽快") -> FormFilled:
    return FormFilled(household="住户001", address="1栋0101", phone="19900000001", content="厨房漏水", wanted=wanted)


async def until_graded(case: OpenedCase, urgency: Urgency = Urgency.REGULAR, wanted: Wanted = "尽快") -> None:
    """REP-21, REP-24 and REP-03 done, at the moment the clock shows."""
    await case.hears(filled(wanted), FRONT_DESK)
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.hears(Assessed(urgency=urgency), SUPERVISOR)


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
    await case.hears(FaultCompared(matches=True), REPAIRER)
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
    await case.hears(ConsentGiven(), REPAIRER)
    await case.hears(started(case), REPAIRER)


async def until_tried(case: OpenedCase, urgency: Urgency = Urgency.REGULAR) -> None:
    await until_at_work(case, urgency)
    await case.hears(FINISHED, REPAIRER)
    await case.hears(TrialDone(passed=True), REPAIRER)


async def until_signed(case: OpenedCase) -> None:
    await until_tried(case)
    await case.hears(SIGNED, REPAIRER)


async def until_copies_back(case: OpenedCase) -> None:
    await until_signed(case)
    await case.hears(CopyReturned(copy=2), SUPERVISOR)
    await case.hears(CopyReturned(copy=3), SUPERVISOR)


async def until_confirmed(case: OpenedCase) -> None:
    await until_copies_back(case)
    await case.hears(CopiesConfirmed(), SUPERVISOR)
