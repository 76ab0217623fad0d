"""What codes stand for on our pages: people, items of the price list, duties; the code beside it where it is useful."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from api.desk import Desk
from api.looking import Look
from api.pages.markup import Child, tag
from api.paper import staff_named
from domain.people import EstateCode, StaffId
from domain.pricing import OFF_THE_LIST, PriceBook
from domain.rulebook import PROCEDURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """By code; what has no name here is shown as it is."""

    staff: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)
    duties: Mapping[str, str] = field(default_factory=dict)

    def person(self, staff: str | None) -> Child:
        return _named(staff or "", self.staff)

    def people(self, staff: Iterable[str]) -> Child:
        return [part for number, one in enumerate(staff) for part in ("、" if number else "", self.person(one))]

    def item(self, code: str) -> Child:
        """What stands in place of an item has no code that staff know."""
        return OFF_THE_LIST.get(code) or _named(code, self.items)

    def duty(self, key: str) -> Child:
        return _named(key, self.duties)


def _named(code: str, names: Mapping[str, str]) -> Child:
    name = names.get(code, "")
    if not name or name == code:
        return code
    return [name, " ", tag("small", code, class_="quiet")]


async def people(desk: Desk, staff: Iterable[str | None]) -> Mapping[str, str]:
    """By id, from the staff of the estates; a system that is no member of staff has none."""
    return await desk.reader.staff_names(sorted({StaffId(one) for one in staff if one}))


async def estates_of(desk: Desk, codes: Iterable[EstateCode]) -> Mapping[EstateCode, str]:
    """The names by code, in the order of the codes."""
    return {code: await desk.reader.estate_name(code) for code in sorted(codes)}


async def names_in(desk: Desk, look: Look, duties: Iterable[str | None], prices: PriceBook) -> Names:
    """Of everybody who acts or owes in the case; ``duties``: who owes what."""
    acting = {str(entry.by.id): entry.by.name for entry in look.file}
    named = {one for entry in look.file for one in staff_named(entry.event)}
    edition = PROCEDURES[look.head.procedure].edition(look.head.edition)
    return Names(
        staff={**acting, **await people(desk, {*acting, *named, *duties})},
        items=_items_of(prices),
        duties={row.key: row.label for row in edition.obligations},
    )


def _items_of(prices: PriceBook) -> Mapping[str, str]:
    """Of every version of the list, the newest name of each item."""
    by_age = sorted(prices.versions, key=lambda one: one.effective_from)
    return {item.code: item.name for version in by_age for item in version.items}
