"""What the pages share on which somebody takes down what opens a case, each by the very route of the API."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.desk import Desk
from api.door import SEE_OTHER, Caller, PageRoute
from api.looking import NUMBER
from api.pages.controls import LABELS, Control, Kind, Options
from api.pages.joining import joined
from api.pages.one_case import came_of
from api.pages.posted import Filled, Form, carried_out, first, form_in
from api.rights import Verb, may
from domain.events import Event
from domain.events.joining import CalledAgain
from domain.people import EstateCode

GONE = "刚才所填的已不再保留，请重新填写；登记过的在「查单」里可查"
Page = Callable[[Caller, Filled], Awaitable[str]]


class CannotWaitPageRoute(PageRoute):
    """What sends somebody out at once is never turned away for how much its caller has asked."""

    opens: ClassVar[str]
    field: ClassVar[str]
    emergencies: ClassVar[frozenset[str]]

    async def never_waits(self, request: Request) -> bool:
        taking = request.method == "POST" and request.url.path == self.opens
        return taking and first(await form_in(request), self.field) in self.emergencies


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What the address of an empty form says: ``after``, the case that it is to be a later one of; or a ``draft``."""

    after: str = ""
    draft: str = ""


async def blank(asking: Caller, verb: Verb, page: Page, beforehand: Mapping[str, str], asked: Beginning) -> Response:
    """When it began is left to the clerk: a page kept open for the next call knows nothing of it."""
    if asked.draft:
        return HTMLResponse(await page(asking, _draft(asking, asked.draft, beforehand)))
    estates = estates_open_to(asking, verb)
    only = {"estate": str(estates[0])} if len(estates) == 1 else {}
    named = {"after": asked.after} if NUMBER.fullmatch(asked.after) else {}
    typed = {name: [value] for name, value in {**beforehand, **only, **named}.items()}
    return HTMLResponse(await page(asking, Filled(typed=typed)))


def _draft(asking: Caller, name: str, beforehand: Mapping[str, str]) -> Filled:
    kept = asking.house.drafts.of(asking.principal.id, name)
    if isinstance(kept, Filled):
        return kept
    return Filled(typed={name: [value] for name, value in beforehand.items()}, remedies={"": GONE})


async def taken_down(
    asking: Caller, page: Page, given: Form, write: Callable[[], Awaitable[Response]], event: type[Event]
) -> Response:
    """To the case; what is refused stands in the form again, with what was typed.

    Where something is open there the form has an address of its own: from the case that the call went onto, the
    browser's way back leads there, and sends nothing a second time.
    """
    told = await carried_out(given, write)
    if isinstance(told, Filled):
        if told.open_there:
            name = asking.house.drafts.keep(asking.principal.id, told)
            return RedirectResponse(f"?draft={name}", SEE_OTHER)
        return HTMLResponse(await page(asking, told), told.status)
    return came_of(told, CalledAgain if joined(given) else event)


def estates_open_to(asking: Caller, verb: Verb) -> list[EstateCode]:
    """Where the person may open such a case."""
    return sorted({estate for actor in asking.principal.actors if may(actor, verb) for estate in actor.estates})


async def buildings_of(desk: Desk, estates: Mapping[EstateCode, str]) -> Mapping[str, str]:
    """Of all these estates, by code."""
    buildings: dict[str, str] = {}
    for estate in estates:
        buildings |= await desk.reference.buildings(estate)
    return buildings


def line(name: str, label: str = "", **more: Any) -> Control:
    return Control(name=name, label=label or LABELS[name], **more)


def later() -> tuple[Control, ...]:
    """For a case that comes after another."""
    return (
        line("after", hint="接续已结案的单时填写该单单号；并入有误而另立的，填被并入的单"),
        line("reason", "接续原因", kind=Kind.TEXT, hint="填了前单时必填"),
        line(
            "though_elsewhere",
            "前单在别处，仍接续",
            kind=Kind.YES_OR_NO,
            options=(("true", "是"),),
            hint="前单是另一房号或地点的，确属接续时才选",
        ),
    )


def named(names: Mapping[EstateCode, str] | Mapping[str, str]) -> Options:
    return tuple((code, f"{name}（{code}）" if name else code) for code, name in names.items())
