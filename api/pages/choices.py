"""What can be chosen in the forms of a case, and what stands in them beforehand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from api.completion import list_for
from api.desk import Desk
from api.door import Caller
from api.looking import Look, Purpose
from api.pages.controls import Choices, Options, soon
from api.pages.offered import Kinds
from api.pages.posted import Form
from api.routes.cases import edition_of
from api.routes.repairs import address_of
from domain.errors import RuleBroken
from domain.events import Event
from domain.events.base import AS_SOON_AS_POSSIBLE
from domain.events.repair import Assigned, FormFilled, RequestReceived, WorkFinished
from domain.limits import due_text
from domain.people import EstateCode, Role, StaffId
from domain.pricing import OFF_THE_LIST, REVIEWED_ITEM, PriceBook, PriceList
from domain.rulebook.repair import agreeing, reading, reviewing
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
    extendable = {row.key for row in edition_of(look.head).obligations if row.extendable_by in look.actor.posts}
    crew = await _crew(desk, estate) if any(map(_names_a_repairer, (*offered.in_turn, *offered.any_time))) else []
    return Choices(
        repairers=tuple((one.id, one.words) for one in crew if not one.away),
        engineers=tuple((await desk.reference.holders(estate, Role.ENGINEERING)).items()),
        teams=await _teams(desk, look),
        items=(*_items(prices.in_force), *_reviewed(look)),
        charged=(*_items(prices.shown), *_off_the_list(look)),
        limits=tuple(
            (duty.key, f"{duty.label}（{duty.rule}，{due_text(duty.due_at)}）")
            for duty in duties
            if duty.owed and duty.key in extendable
        ),
        hints={"repairer": "请假：" + ("、".join(one.name for one in crew if one.away) or "无")},
    )


def _names_a_repairer(event: type[Event]) -> bool:
    return any(field.name == "repairer" for field in fields(event))


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


def presets(look: Look, choices: Choices, resident: Form) -> Mapping[type[Event], Form]:
    """What is most often so, for the person to change: REP-05's team, and the item that was found on the site.

    ``resident``: what may be shown of who lives there.
    """
    proposed = [name for name, _ in choices.teams[:1]]
    item = reading.item(look.file)
    return {
        FormFilled: {**resident, soon("wanted"): [AS_SOON_AS_POSSIBLE]},
        Assigned: {"team": proposed},
        WorkFinished: {"charges_item": [item], "charges_quantity": ["1"] if item else [""]},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repairer:
    """``orders``: in how many open cases something is his to do."""

    id: StaffId
    name: str
    on_duty: bool
    away: bool
    orders: int

    @property
    def words(self) -> str:
        return f"{self.name}（{'当班' if self.on_duty else '不当班'}，在手 {self.orders} 单）"


async def _crew(desk: Desk, estate: EstateCode) -> list[_Repairer]:
    """Those on duty first, and of them who has least in hand."""
    now = datetime.now(UTC)
    holders = await desk.reference.holders(estate, Role.REPAIRER)
    on_duty = await desk.reference.on_duty(estate, Role.REPAIRER, now)
    away = await desk.reference.on_leave(estate, now)
    in_hand = await desk.reader.orders_in_hand(holders)
    crew = [
        _Repairer(id=one, name=name, on_duty=one in on_duty, away=one in away, orders=in_hand.get(one, 0))
        for one, name in holders.items()
    ]
    return sorted(crew, key=lambda one: (not one.on_duty, one.orders, one.id))


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
    return tuple((item, f"{OFF_THE_LIST[item]} {amount} 元") for item, amount in agreed.items())


def _priced(prices: PriceList) -> Iterator[tuple[str, str]]:
    for item in prices.by_code:
        yield item.code, f"{item.code} {item.name} {item.whole} 元/{item.unit}"
