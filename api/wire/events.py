"""The events of the rulebook as they come over the wire: one strict model each, made from the event's own class."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from dataclasses import Field as DataField
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from api.wire import text
from domain.events import Event, NoticeAcknowledged, joining, on_site, repair, work
from domain.events.public import Facility, FacilityFault, Hazard
from domain.events.routine import Defect
from domain.people import CaseNo, StaffId
from domain.pricing import ChargeKind, ChargeLine
from domain.rulebook import PROCEDURES

LONG = frozenset(
    {
        "content",
        "text",
        "reason",
        "remark",
        "override_reason",
        "plan",
        "notes",
        "parts",
        "findings",
        "work",
        "finding",
        "material",
        "problem",
        "proposal",
    }
)
CODES = frozenset({"item", "actual_item"})
FORMS: Mapping[str, Any] = {"phone": text.Phone, "team": text.Team, "reference": text.Reference}
SET_BY_THE_DESK: Mapping[type[Event], frozenset[str]] = {
    repair.Assigned: frozenset({"complete_by"}),
    work.Reassigned: frozenset({"complete_by"}),
    repair.PriceShown: frozenset({"price_version"}),
    on_site.Quoted: frozenset({"amount", "price_version"}),
}
"""REP-06, REP-34: what a caller may not say."""
SAID_BESIDE: Mapping[type[Event], Mapping[str, str]] = {work.Reassigned: {"override_reason": "reason"}}
"""REP-05, REP-107: what a caller says beside the event's own fields, and the field that it is kept with."""
OPENINGS: Mapping[str, type[Event]] = {
    kind.kind(): kind for procedure in PROCEDURES.values() for kind in procedure.opens_with
}
NOT_POSTED = frozenset(
    {*OPENINGS.values(), NoticeAcknowledged, joining.MergeTaken, joining.MergeUndone, joining.CameAfter}
)
"""Openings have routes of their own, and so has an acknowledgement, which looks at whom the notice went to; what binds
a case to another is recorded on one side by the desk."""
MOST_CHARGES = 50
MOST_HELPERS = 20
MOST_DEFECTS = 50


class WireEvent(BaseModel):
    """An event as a caller reports it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, validate_by_name=False, validate_by_alias=True
    )
    type: str

    def values(self) -> dict[str, Any]:
        """Its fields by the names of the event's class."""
        named = type(self).model_fields
        return {field.alias or name: getattr(self, name) for name, field in named.items() if name != "type"}


class WireCharge(BaseModel):
    """FEE-03: one thing to be charged. Without ``kind``: labour and material of the item; ``amount`` is checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    item: text.ItemCode
    kind: ChargeKind | None = None
    quantity: Annotated[Decimal, Field(gt=0, lt=10_000_000, max_digits=10, decimal_places=3)] = Decimal(1)
    amount: Annotated[Decimal, Field(ge=0, lt=10**10, max_digits=12, decimal_places=2)] | None = None


class WireDefect(BaseModel):
    """PUB-104, PUB-107: one thing that a check found; each becomes a case of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    place: text.ShortWords
    content: text.Words
    facility: Facility = Facility.OTHER
    fault: FacilityFault = FacilityFault.ABNORMAL
    hazard: Hazard = Hazard.NONE


def wire_model(event: type[Event]) -> type[WireEvent]:
    """The strict model of one event class."""
    hints = get_type_hints(event)
    named: dict[str, Any] = {"type": (Literal[event.kind()], ...)}
    for field in fields(event):
        if field.name != "type" and field.name not in SET_BY_THE_DESK.get(event, ()):
            name = f"{field.name}_" if hasattr(BaseModel, field.name) else field.name
            named[name] = _field(field, hints[field.name])
    for name in SAID_BESIDE.get(event, ()):
        named[name] = (_text(name, required=False), "")
    return create_model(event.__name__, __base__=WireEvent, __doc__=event.__doc__, **named)


def _field(field: DataField[Any], hint: Any) -> tuple[Any, Any]:
    required = field.default is MISSING
    alias = field.name if hasattr(BaseModel, field.name) else None
    return _kind(field.name, hint, required=required), Field(... if required else field.default, alias=alias)


def _kind(name: str, hint: Any, *, required: bool) -> Any:
    if hint is str:
        return _text(name, required=required)
    simple = {
        StaffId: text.Staff,
        CaseNo: text.CaseNumber,
        datetime: text.Moment,
        bool: text.Yes,
        int: text.Count,
        Decimal: text.Money,
        datetime | None: text.Moment | None,
        Decimal | None: text.Money | None,
        on_site.MaterialChoice | None: on_site.MaterialChoice | None,
        repair.Wanted: text.Wanted,
    }
    if hint in simple:
        return simple[hint]
    if hint in SEVERAL:
        return SEVERAL[hint]
    if get_origin(hint) is Literal or (isinstance(hint, type) and issubclass(hint, Enum)):
        return hint
    raise TypeError(f"{name}: no strict form for {hint}; give it one in api/wire/events.py")


SEVERAL: Mapping[Any, Any] = {
    tuple[on_site.SiteItem, ...]: Annotated[
        tuple[on_site.SiteItem, ...], Field(min_length=1, max_length=len(on_site.SiteItem))
    ],
    tuple[StaffId, ...]: Annotated[tuple[text.Staff, ...], Field(max_length=MOST_HELPERS)],
    tuple[ChargeLine, ...]: Annotated[tuple[WireCharge, ...], Field(max_length=MOST_CHARGES)],
    tuple[Defect, ...]: Annotated[tuple[WireDefect, ...], Field(max_length=MOST_DEFECTS)],
}
"""What an event may hold more than one of."""


def _text(name: str, *, required: bool) -> Any:
    if name in CODES:
        return text.ItemCode if required else text.OptionalItem
    if name in FORMS:
        return FORMS[name]
    if name in LONG:
        return text.Words if required else text.Text
    return text.ShortWords if required else text.ShortText


def _reported() -> dict[str, type[Event]]:
    """Every event that somebody may record in a case, by type."""
    events = (event for procedure in PROCEDURES.values() for event in procedure.vocabulary)
    return {event.kind(): event for event in events if event not in NOT_POSTED}


EVENTS = _reported()
MODELS = tuple(wire_model(event) for event in EVENTS.values())

if TYPE_CHECKING:
    AnyWireEvent = WireEvent
else:
    AnyWireEvent = Annotated[Union[MODELS], Field(discriminator="type")]  # noqa: UP007  # made of a tuple
