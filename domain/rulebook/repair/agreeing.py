"""FEE-106, REP-34, REP-35, REP-118: what the resident was told that it costs, and agreed to."""

from datetime import datetime
from decimal import Decimal

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation
from domain.events.on_site import CostAgreed, FurtherWorkAgreed
from domain.events.outside import HandedToOthers
from domain.events.repair import Assigned, ConsentRefused, FeedbackGiven, PriceShown, WorkFinished
from domain.ladder import Breach, Warn
from domain.limits import Promised
from domain.people import Role
from domain.pricing import FURTHER_ITEM, REVIEWED_ITEM, total
from domain.rulebook.repair import reading, reviewing
from domain.rulebook.repair.reading import WORK_ACCEPTED
from domain.rulebook.rows import Gate, Position, Question, Right, Tell
from domain.rulebook.work import FOLLOWS, ON_THE_JOB, lies_ahead

RIGHTS = (Right(rule="REP-35", events=(CostAgreed, FurtherWorkAgreed), posts=ON_THE_JOB, own_only=True),)


def agreed_amount(file: CaseFile) -> Decimal | None:
    """REP-35, REP-118: what the resident agreed to pay in this round, all together; None: nothing agreed yet.

    The last word on the cost is for all of it; only further work agreed to after that comes on top.
    """
    agreed: Decimal | None = None
    for entry in _since_it_came_back(file):
        match entry.event:
            case CostAgreed(amount=amount):
                agreed = amount
            case FurtherWorkAgreed(fee=fee) if agreed is not None:
                agreed += fee
    return agreed


def further_work(file: CaseFile) -> tuple[FurtherWorkAgreed, ...]:
    """REP-118: of this round; what was agreed before others had it is agreed anew."""
    return tuple(entry.event for entry in _since_it_came_back(file) if isinstance(entry.event, FurtherWorkAgreed))


def _since_it_came_back(file: CaseFile) -> tuple[Entry, ...]:
    handed = file.last_entry(HandedToOthers)
    return tuple(entry for entry in reading.this_round(file) if handed is None or entry.number > handed.number)


def off_the_list(file: CaseFile) -> dict[str, Decimal]:
    """FEE-02, FEE-106: what may be charged that the list does not name, by what stands for it in place of an item.

    A review counts as long as nothing else was found on the site (REP-33).
    """
    reviewed = reviewing.reviewed_amount(file) if reading.item(file) == REVIEWED_ITEM else None
    fees = [one.fee for one in further_work(file) if not one.item]
    named = {REVIEWED_ITEM: reviewed, FURTHER_ITEM: sum(fees, start=Decimal(0)) if fees else None}
    return {item: amount for item, amount in named.items() if amount is not None}


def further_work_by(file: CaseFile) -> datetime | None:
    """Of several the last, for all is signed for together."""
    return max((one.finish_by for one in further_work(file)), default=None)


OBLIGATIONS = (
    Obligation(
        rule="REP-118",
        label="追加维修按约定时间完成",
        owed_by=Role.REPAIRER,
        counts_from=(FurtherWorkAgreed,),
        met_by=WORK_ACCEPTED,
        lapses_on=(FeedbackGiven, ConsentRefused, HandedToOthers),
        lapses_if=reading.ends_what_was_sent,
        limit=Promised(further_work_by),
        ladder=(
            Warn(tell=(Role.REPAIRER,), press=FOLLOWS),
            Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
        ),
    ),
)


def _price_shown(position: Position) -> bool:
    """To the resident by whoever was sent last, in this round."""
    shown = {entry.number for entry in position.file.since(Assigned) if isinstance(entry.event, PriceShown)}
    return any(entry.number in shown for entry in reading.this_round(position.file))


def _still_to_agree(position: Position) -> bool:
    """Neither refused in this round nor signed for."""
    refused = any(isinstance(entry.event, ConsentRefused) for entry in position.file.since(Assigned))
    return not refused and not reading.accepted(position.file)


def _within_what_was_agreed(asked: Question) -> bool:
    event, agreed = asked.event, agreed_amount(asked.file)
    return not isinstance(event, WorkFinished) or agreed is None or total(event.charges) <= agreed


def _done_ahead(asked: Question) -> bool:
    return not isinstance(asked.event, FurtherWorkAgreed) or lies_ahead(asked.event.finish_by, asked.at)


def _somebody_is_there(position: Position) -> bool:
    return reading.is_there(position.file) and _still_to_agree(position)


def _listed_or_by_the_supervisor(asked: Question) -> bool:
    event = asked.event
    return not isinstance(event, FurtherWorkAgreed) or bool(event.item) or asked.by.holds(Role.ENGINEERING_SUPERVISOR)


GATES = (
    Gate(
        rule="REP-34",
        on=(CostAgreed,),
        stands_open=_price_shown,
        field="event.type",
        remedy="请先出示收费标准，再登记住户同意",
        english="Show the price list first, then record what the resident agreed to.",
    ),
    Gate(
        rule="REP-35",
        on=(CostAgreed,),
        stands_open=_still_to_agree,
        field="event.type",
        remedy="住户已不同意维修，或已签字，不能再登记同意",
        english="The resident refused, or has signed; nothing is left to agree to.",
    ),
    Gate(
        rule="REP-118",
        on=(FurtherWorkAgreed,),
        stands_open=_somebody_is_there,
        field="event.type",
        remedy="到场之后、住户签字或不同意之前才能登记追加维修",
        english="Further work is agreed on the site, before the work is signed for or refused.",
    ),
    Gate(
        rule="FEE-02",
        on=(FurtherWorkAgreed,),
        holds=_listed_or_by_the_supervisor,
        field="event.item",
        remedy="请选收费标准内的项目；清单外的追加维修，费用由工程部主管评定并登记",
        english="Choose an item of the list; for what it does not name the engineering supervisor sets the fee.",
    ),
    Gate(
        rule="REP-118",
        on=(FurtherWorkAgreed,),
        holds=_done_ahead,
        field="event.finish_by",
        remedy="约定完成时间须在此刻之后、一年之内",
        english="The completion agreed lies ahead, within a year.",
    ),
    Gate(
        rule="REP-35",
        on=(WorkFinished,),
        holds=_within_what_was_agreed,
        opened_by=(CostAgreed,),
        field="event.charges",
        remedy="费用超出住户同意的金额，请先登记新的「同意收费并维修」",
        english="The charges are more than the resident agreed to; record cost_agreed anew first.",
    ),
)

TELLS = (
    Tell(
        rule="REP-118",
        on=(FurtherWorkAgreed,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="住户同意追加维修，内容见维修单",
    ),
)
