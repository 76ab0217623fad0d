"""What can be chosen in the forms of a case, and what stands in them beforehand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from api.completion import list_for
from api.desk import Desk
from api.door import Caller
from api.looking import Look, Purpose
from api.pages.controls import Choices, Options, soon
from api.pages.offered import Kinds
from api.pages.posted import Form
from api.routes.cases import edition_of
from api.routes.repairers import candidates, crew_for
from api.routes.repairs import address_of
from api.wire.answers import Candidate
from domain.assigning import SENDING, Work
from domain.calendar import LOCAL
from domain.errors import RuleBroken
from domain.events import Event
from domain.events.base import AS_SOON_AS_POSSIBLE
from domain.events.on_site import CostAgreed
from domain.events.repair import Assigned, FormFilled, RequestReceived, WorkFinished
from domain.limits import due_text
from domain.people import Role
from domain.pricing import OFF_THE_LIST, REVIEWED_ITEM, PriceBook, PriceList
from domain.rulebook import PROCEDURES
from domain.rulebook.repair import agreeing, costing, reading, reviewing
from infra.postgres.records import FiledDuty


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """``in_force`` now, and the list that the resident ``shown`` it pays by; None where no version has begun."""

    in_force: PriceList | None
    shown: PriceList | None


def prices_for(look: Look, book: PriceBook) -> Prices:
    now = datetime.now(UTC)
    try:
        return Prices(in_force=book.in_force(now), shown=list_for(book, look.file, now))
    except RuleBroken:
        return Prices(in_force=None, shown=None)


async def choices_for(desk: Desk, look: Look, duties: Sequence[FiledDuty], prices: Prices, offered: Kinds) -> Choices:
    """Of the crew only where work can be given: who is on duty costs more to know than all the rest."""
    estate = look.head.estate
    extendable = {row.key for row in edition_of(look.head).obligations if row.extendable_by in look.recorder.posts}
    crew = await _candidates(desk, look) if any(map(_sends, (*offered.in_turn, *offered.any_time))) else []
    return Choices(
        repairers=tuple((one.id, _words(one)) for one in crew if one.choosable),
        engineers=tuple((await desk.reference.holders(estate, Role.ENGINEERING)).items()),
        teams=await _teams(desk, look),
        items=(*_items(prices.in_force), *_reviewed(look)),
        shown=_items(prices.shown),
        charged=(*_items(prices.shown), *_off_the_list(look)),
        limits=tuple(
            (duty.key, f"{duty.label}（{duty.rule}，{due_text(duty.due_at)}）")
            for duty in duties
            if duty.owed and duty.key in extendable
        ),
        hints=dict.fromkeys(("repairer", "helpers"), _left_out(crew)),
    )


def _sends(event: type[Event]) -> bool:
    return issubclass(event, SENDING)


async def lives_there(asking: Caller, look: Look, purpose: Purpose) -> Form:
    """REP-22: what a form is filled in with of the room's household and the call, once that is read for a purpose.

    The household's own data are read on record too; nothing where the room can no longer be read.
    """
    request, desk = look.file.last(RequestReceived), asking.house.desk
    room = await desk.reference.room(look.head.estate, request.room) if request else None
    if request is None or room is None:
        return {}
    found = await desk.reference.household(look.head.estate, room.code)
    if found:
        await desk.reader.log_household(asking.principal.id, found.id, purpose=purpose, no=look.head.no)
    return {
        "household": [(found.name if found else None) or ""],
        "phone": [request.phone],
        "address": [address_of(room)],
        "content": [request.content],
    }


def presets(look: Look, choices: Choices, prices: Prices, resident: Form) -> Mapping[type[Event], Form]:
    """What is most often so, for the person to change: REP-05's team, and the item that was found on the site with
    what it costs.

    ``resident``: what may be shown of who lives there.
    """
    proposed = [name for name, _ in choices.teams[:1]]
    item = reading.item(look.file)
    cost = costing.known_cost(look.file, prices.shown) if prices.shown else None
    reviewed = [REVIEWED_ITEM] if reviewing.is_to_be_sent(look.file) else []
    return {
        FormFilled: {**resident, soon("wanted"): [AS_SOON_AS_POSSIBLE]},
        Assigned: {"team": proposed, "item": reviewed},
        CostAgreed: {"amount": [] if cost is None else [f"{cost:.2f}"]},
        WorkFinished: {"charges_item": [item], "charges_quantity": ["1"] if item else [""]},
    }


async def _candidates(desk: Desk, look: Look) -> list[Candidate]:
    work = Work.of(look.file, PROCEDURES[look.head.procedure])
    return candidates(await crew_for(desk, look, work), work)


def _words(one: Candidate) -> str:
    """``维修甲（当班至 17:00，在手 2 单）``."""
    until = one.on_duty_until and one.on_duty_until.astimezone(LOCAL)
    told = [f"当班至 {until:%H:%M}" if until else "", f"在手 {one.in_hand} 单", one.remark]
    told += ["已退本单"] if one.declined else []
    return f"{one.name}（{'，'.join(filter(None, told))}）"


def _left_out(crew: Sequence[Candidate]) -> str:
    """Who is not offered, and why."""
    out = "、".join(f"{one.name}（{one.remark}）" for one in crew if not one.choosable)
    return f"未列：{out}" if out else ""


async def _teams(desk: Desk, look: Look) -> Options:
    """REP-05: the team proposed for this kind of fault, and then the others."""
    request, proposed = look.file.last(RequestReceived), await desk.reference.teams(look.head.estate)
    first = proposed.get(request.fault) if request else None
    names = sorted(await desk.reference.team_names(look.head.estate), key=lambda name: name != first)
    return tuple((name, f"{name}（建议）" if name == first else name) for name in names)


def _items(prices: PriceList | None) -> Options:
    return tuple(_priced(prices)) if prices else ()


def _reviewed(look: Look) -> Options:
    """REP-30: what may be assigned once the resident has agreed to it."""
    return ((REVIEWED_ITEM, OFF_THE_LIST[REVIEWED_ITEM]),) if reviewing.is_agreed(look.file) else ()


def _off_the_list(look: Look) -> Options:
    """FEE-02, FEE-106."""
    agreed = agreeing.off_the_list(look.file)
    return tuple((item, f"{OFF_THE_LIST[item]} {amount:.2f} 元") for item, amount in agreed.items())


def _priced(prices: PriceList) -> Iterator[tuple[str, str]]:
    for item in prices.by_code:
        yield item.code, f"{item.code} {item.name} {item.whole} 元/{item.unit}"
