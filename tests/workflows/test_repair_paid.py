"""What is paid for waits for the customer's yes to its price, and its minutes count from there; on skipped time."""

from decimal import Decimal

from domain.events.on_site import Payment, PaymentStated, QuoteAccepted, Quoted
from domain.people import Role
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, SUPERVISOR, Open, OpenedCase
from tests.workflows.limits import EITHER_SIDE, PRESSED, Holds, Limit, told


async def paid_and_accepted(case: OpenedCase) -> None:
    """The order is in hand at five past, and the customer says yes at half past."""
    await stages.until_in_hand(case)
    await case.hears(PaymentStated(payment=Payment.PAID), FRONT_DESK)
    assert ("FEE-13", "event.type") == (await case.refuses(stages.ASSIGNED, SUPERVISOR)).broke
    await case.hears(Quoted(item="W01", amount=Decimal(80), price_version="LY-2024"), FRONT_DESK)
    await case.at("9:30")
    await case.hears(QuoteAccepted(agreed_by="住户"), FRONT_DESK)


ASSIGNED_ONCE_ACCEPTED = Limit(
    key="REP-25",
    arrange=paid_and_accepted,
    event=stages.ASSIGNED,
    by=SUPERVISOR,
    last="9:35:00",
    after="9:35:01",
    before=(PRESSED, told("提醒", Role.ENGINEERING_SUPERVISOR)),
    breach=told("超时", Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    cycle=2,
)
"""Laid aside while the price is open."""


@EITHER_SIDE
async def test_fee_13_a_paid_order_is_assigned_within_five_minutes_of_the_customers_yes(
    opened: Open, holds: Holds
) -> None:
    await holds(opened, ASSIGNED_ONCE_ACCEPTED)
