"""What printed forms need of a case beside its file: names, and the log of its steps as a copy tells it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from api.desk import Desk
from api.looking import Look
from domain.case_file import Entry
from domain.events import AnyEvent, Noted, RungReached, Urged
from domain.forms import SEEN_BY_CUSTOMERS, FormCopy, SheetCharge, StepLine
from domain.people import StaffId
from domain.pricing import OFF_THE_LIST, ChargeLine, PriceBook, PriceItem
from domain.rulebook import PROCEDURES

STAFF_NAMED = ("repairer", "collector", "helpers")
"""Fields of events that name members of staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the file does not hold: names of staff, the estate and the items of its price list."""

    estate: str
    names: Mapping[str, str]
    prices: PriceBook

    def person(self, staff: StaffId | None) -> str:
        return self.names.get(staff, staff) if staff else ""

    def people(self, staff: Iterable[StaffId]) -> str:
        return "、".join(map(self.person, staff))

    def item(self, code: str, version: str) -> str:
        """The item's name in that version of the list, or in the newest; its code where neither has it."""
        listed = self._listed(code, version)
        return listed.name if listed else OFF_THE_LIST.get(code, code)

    def charge(self, line: ChargeLine) -> SheetCharge:
        listed = self._listed(line.item, line.price_version)
        name = self.item(line.item, line.price_version)
        return SheetCharge(name=name, unit=listed.unit if listed else "", line=line)

    def _listed(self, code: str, version: str) -> PriceItem | None:
        newest = max(self.prices.versions, key=lambda one: one.effective_from, default=None)
        prices = self.prices.version(version) or newest
        return next((item for item in prices.items if item.code == code), None) if prices else None


def staff_named(event: AnyEvent) -> Iterator[StaffId]:
    """Whom the event names."""
    for name in STAFF_NAMED:
        said = getattr(event, name, None) or ()
        yield from (StaffId(one) for one in ([said] if isinstance(said, str) else said))


async def words_for(desk: Desk, look: Look) -> Words:
    staff = {entry.by.id for entry in look.file} | {one for entry in look.file for one in staff_named(entry.event)}
    return Words(
        estate=await desk.reader.estate_name(look.head.estate),
        names=await desk.reader.staff_names(sorted(staff)),
        prices=await desk.reference.price_book(look.head.estate),
    )


def steps_told(look: Look, copy: FormCopy) -> Iterator[StepLine]:
    """The whole log on the company's own copies; on the customer's what concerns him, without anybody's remarks."""
    for entry in look.file:
        if copy.internal:
            yield StepLine(at=entry.at, what=_in_full(entry, look), who=entry.by.name)
        elif isinstance(entry.event, tuple(SEEN_BY_CUSTOMERS)):
            yield StepLine(at=entry.at, what=entry.event.label, who=entry.by.name)


def _in_full(entry: Entry, look: Look) -> str:
    event = entry.event
    name = PROCEDURES[look.head.procedure].edition(look.head.edition).name_of(event)
    if isinstance(event, RungReached):
        return f"{name}（{event.rule}）"
    words = event.text if isinstance(event, Noted | Urged) else ""
    return f"{name}：{words}" if words else name
