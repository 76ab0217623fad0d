"""On the pages where a call is taken down: what is open there already, and how the call goes onto one of them."""

from collections.abc import Sequence
from typing import Any

from fastapi import Response

from api.door import Caller
from api.looking import NUMBER
from api.pages.controls import Control, Given, Kind
from api.pages.looking_at import to_look_at
from api.pages.markup import Child
from api.pages.posted import Filled, Form, first, under_its_key
from api.routes.events import record_event
from api.wire.requests import NewEvent
from domain.events.joining import CalledAgain
from domain.events.repair import Channel

JOIN, SEEN, DONE = "join", "seen", "done"
"""What the call is to the cases that are open, which of them stood on the page, and which of those are done."""

ANOTHER = "another"
CHANNELS = frozenset(Channel)


def relation(filled: Filled) -> tuple[Control, ...]:
    """The one field more that a form comes back with where something is open."""
    numbers, done = _numbers(filled), _done(filled)
    if not numbers:
        return ()
    joining = tuple((no, f"同一件事：记入 {no}（又来电）") for no in numbers if no not in done)
    options = (*joining, (ANOTHER, "另一件事：另立新单"))
    return (Control(name=JOIN, label="与未结单据的关系", kind=Kind.CHOICE, required=True, options=options),)


def seen_with(filled: Filled) -> dict[str, str]:
    """What goes with the form unseen."""
    numbers = _numbers(filled)
    return {SEEN: " ".join(numbers), DONE: " ".join(_done(filled))} if numbers else {}


def open_there(filled: Filled) -> Child:
    """REP-36: looked at before anything is opened beside them."""
    return to_look_at("同一房号或地点的未结单据", filled)


def _numbers(filled: Filled) -> Sequence[str]:
    return [one.no for one in filled.open_there] or _named(filled.typed, SEEN)


def _done(filled: Filled) -> Sequence[str]:
    """Those that no call goes onto: feedback reopens them."""
    return [one.no for one in filled.open_there if one.reopens] or _named(filled.typed, DONE)


def _named(given: Given, field: str) -> list[str]:
    return [no for no in next(iter(given.get(field, ())), "").split() if NUMBER.fullmatch(no)]


def beside(given: Form) -> dict[str, list[str]]:
    """As the API is told that it is another matter."""
    return {"beside": _named(given, SEEN)} if first(given, JOIN) == ANOTHER else {}


def joined(given: Form) -> str:
    """The case that the call goes onto; empty: none."""
    said = first(given, JOIN)
    return said if said in _named(given, SEEN) else ""


async def join(asking: Caller, no: str, call: dict[str, Any], given: Form) -> Response:
    """As POST /v1/cases/{no}/events, with what the form says of the call."""
    said = {name: call[name] for name in ("channel", "content", "phone") if name in call}
    if said.get("channel") not in CHANNELS:
        said["channel"] = Channel.OTHER.value
    at = {"at": call["call_started_at"]} if "call_started_at" in call else {}
    report = NewEvent.model_validate({"event": {"type": CalledAgain.kind(), **said}, **at})
    return await record_event(no, report, under_its_key(asking, given))
