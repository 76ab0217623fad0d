"""What the desk adds to an event before the case sees it: prices by the list, and whether person and item exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from api.desk import Desk
from api.so_far import file_so_far
from api.wire.events import EVENTS, WireCharge, WireDefect, WireEvent
from domain.assigning import Work, check_sent, check_signatory, check_team, sent_by
from domain.case_file import CaseFile
from domain.errors import Malformed, RuleBroken
from domain.events import AnyEvent
from domain.events.on_site import CostAgreed, FurtherWorkAgreed, Quoted
from domain.events.public import SheetSignedFor
from domain.events.repair import Assigned, FaultCompared, PriceShown, WorkFinished
from domain.events.routine import Defect, RoutineChecked
from domain.events.sending import SentAnyway
from domain.events.work import Reassigned, reason_for
from domain.people import EstateCode, StaffId
from domain.pricing import (
    OFF_THE_LIST,
    REVIEWED_ITEM,
    ChargeKind,
    ChargeLine,
    PriceBook,
    PriceList,
    RequestedCharge,
    charge,
    charge_off_the_list,
    total,
)
from domain.rulebook import PROCEDURES
from domain.rulebook.repair.agreeing import off_the_list
from domain.rulebook.repair.costing import check_cost
from infra.postgres.records import CaseHead, case_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """In which case, and when it happened."""

    head: CaseHead
    at: datetime


async def completed(desk: Desk, wire: WireEvent, there: Circumstances) -> AnyEvent:
    """The event itself; raises RuleBroken or Malformed for what cannot be."""
    kind = EVENTS[wire.type]
    values = wire.values()
    estate = there.head.estate
    if kind is SheetSignedFor:
        check_signatory(await desk.register.actor(StaffId(values["collector"]), estate), field="event.collector")
    if kind is Assigned:
        await _refuse_other_team(desk, estate, values["team"], StaffId(values["repairer"]))
    if kind in (Assigned, FaultCompared, PriceShown, Quoted, FurtherWorkAgreed, WorkFinished):
        values |= await _priced(desk, kind, values, there)
    if kind is Reassigned:
        values["reason"] = reason_for(values["reason"], values.pop("override_reason"))
    if kind is CostAgreed:
        await _refuse_other_cost(desk, values["amount"], there)
    if kind is RoutineChecked:
        values["defects"] = tuple(map(_defect, values["defects"]))
    return _made(kind, values)


async def waived(desk: Desk, event: AnyEvent, there: Circumstances, *, override: str) -> tuple[SentAnyway, ...]:
    """REP-05, REP-107: what is noted beside an event that gives somebody work; raises RuleBroken where he cannot go.

    ``override``: why he is sent all the same, where it was said beside the event.
    """
    if not sent_by(event):
        return ()
    work = await work_of(desk, there.head)
    crew = await desk.register.repairers(there.head.estate, work.trade, there.at)
    return check_sent(event, crew, work, under="event.", override=override)


async def work_of(desk: Desk, head: CaseHead) -> Work:
    """What whoever is sent to the case would be given, also where nothing of it is filed yet but that it was opened."""
    return Work.of(await file_so_far(desk, head.no), PROCEDURES[head.procedure])


def _defect(wire: WireDefect) -> Defect:
    return Defect(place=wire.place, content=wire.content, facility=wire.facility, fault=wire.fault, hazard=wire.hazard)


def _made(kind: Any, values: dict[str, Any]) -> AnyEvent:
    made: AnyEvent = kind(**values)
    return made


async def _priced(desk: Desk, kind: type, values: dict[str, Any], there: Circumstances) -> dict[str, Any]:
    if kind is WorkFinished and not values["charges"]:
        return {"charges": ()}
    book = await desk.reference.price_book(there.head.estate)
    if kind is WorkFinished:
        return {"charges": await charged(desk, values["charges"], there, book)}
    prices = await _shown(desk, there, book) if kind is FurtherWorkAgreed else book.in_force(there.at)
    if kind is PriceShown:
        return {"price_version": prices.version}
    field = "actual_item" if kind is FaultCompared else "item"
    item = values[field]
    if kind is Assigned and item == REVIEWED_ITEM:
        return {}
    if item and not prices.lists(item):
        raise RuleBroken(
            "FEE-03",
            field=f"event.{field}",
            remedy=f"项目不在收费标准 {prices.version} 内，请选标准内项目，或转收费评审",
            english=f"The item is not in price list {prices.version}; choose a listed one, or have it reviewed.",
        )
    if kind is Quoted:
        return {"price_version": prices.version, "amount": prices.item(item).whole}
    if kind is FurtherWorkAgreed and item:
        _check_fee(values["fee"], prices.item(item).whole, prices)
    return {}


async def _refuse_other_cost(desk: Desk, amount: Decimal, there: Circumstances) -> None:
    """REP-35: what the resident agreed to is what the list, or the review, makes it."""
    file, book = case_file(await desk.reader.entries(there.head.no)), await desk.reference.price_book(there.head.estate)
    check_cost(amount, file, list_for(book, file, there.at))


async def _shown(desk: Desk, there: Circumstances, book: PriceBook) -> PriceList:
    """FEE-106: what is agreed to beside the rest costs what the same list makes it when it is charged."""
    return list_for(book, case_file(await desk.reader.entries(there.head.no)), there.at)


def _check_fee(fee: Decimal, listed: Decimal, prices: PriceList) -> None:
    if fee != listed:
        raise RuleBroken(
            "FEE-106",
            field="event.fee",
            remedy=f"该项目按收费标准 {prices.version} 应为 {listed} 元；另定费用的，不选项目，由工程部主管登记",
            english=f"Price list {prices.version} makes this {listed} CNY; without item the supervisor sets a fee.",
        )


async def charged(
    desk: Desk, wanted: Sequence[WireCharge], there: Circumstances, book: PriceBook
) -> tuple[ChargeLine, ...]:
    """Each with its price; raises RuleBroken or Malformed for what cannot be charged."""
    if not wanted:
        return ()
    file = case_file(await desk.reader.entries(there.head.no))
    return _lines(wanted, list_for(book, file, there.at), off_the_list(file))


def list_for(book: PriceBook, file: CaseFile, at: datetime) -> PriceList:
    """REP-34, FEE-03: the version that the resident was shown; without one, that in force."""
    shown = file.last(PriceShown)
    return (book.version(shown.price_version) if shown else None) or book.in_force(at)


def _lines(wanted: Sequence[WireCharge], prices: PriceList, agreed: Mapping[str, Decimal]) -> tuple[ChargeLine, ...]:
    lines: list[ChargeLine] = []
    for position, one in enumerate(wanted):
        if one.item in OFF_THE_LIST:
            _refuse_again(position, one, lines)
            lines.append(_agreed_line(position, one, agreed))
            continue
        kinds = [one.kind] if one.kind else _kinds(prices, one.item)
        whole = one.amount if len(kinds) == 1 else None
        priced = charge(
            [RequestedCharge(item=one.item, kind=kind, quantity=one.quantity, amount=whole) for kind in kinds], prices
        )
        if one.amount is not None and total(priced) != one.amount:
            raise _other_amount(position, total(priced), prices)
        lines += priced
    return tuple(lines)


def _refuse_again(position: int, one: WireCharge, lines: Sequence[ChargeLine]) -> None:
    """FEE-02, FEE-106: an amount reviewed or agreed to is for all of it, so that it is charged once."""
    if any(line.item == one.item for line in lines):
        raise RuleBroken(
            "FEE-02",
            field=f"event.charges.{position}.item",
            remedy=f"「{OFF_THE_LIST[one.item]}」只能收取一次，请删去重复的一行",
            english=f"{one.item} is charged once; leave the second line out.",
        )


def _agreed_line(position: int, one: WireCharge, agreed: Mapping[str, Decimal]) -> ChargeLine:
    line = charge_off_the_list(one.item, agreed, field=f"event.charges.{position}.item")
    if one.quantity != 1 or one.amount not in (None, line.amount):
        raise RuleBroken(
            "FEE-02",
            field=f"event.charges.{position}.amount",
            remedy=f"「{OFF_THE_LIST[one.item]}」经评审或住户同意的金额为 {line.amount} 元，数量为1，不得改动",
            english=f"What was reviewed or agreed to for {one.item} is {line.amount} CNY, once.",
        )
    return line


def _kinds(prices: PriceList, item: str) -> list[ChargeKind]:
    listed = prices.item(item)
    return [kind for kind in ChargeKind if listed.price(kind) > 0] or [ChargeKind.LABOUR]


def _other_amount(position: int, amount: Decimal, prices: PriceList) -> RuleBroken:
    return RuleBroken(
        "FEE-03",
        field=f"event.charges.{position}.amount",
        remedy=f"按收费标准 {prices.version} 应为 {amount} 元，未经评审不得改价",
        english=f"Price list {prices.version} makes this {amount} CNY; another amount needs a reviewed price.",
    )


async def _refuse_other_team(desk: Desk, estate: EstateCode, team: str, repairer: StaffId) -> None:
    """REP-05: a name of the estate's own list, which no free text can be, and a team that he is in."""
    members = await desk.reference.members(estate)
    if team not in members:
        raise Malformed(
            field="event.team",
            remedy="请从本小区的班组中选择",
            english="Choose one of the estate's teams.",
            allowed=sorted(members),
        )
    check_team(team, repairer, members, field="event.team")
