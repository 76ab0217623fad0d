"""The bodies of the writes: a new repair, an event of a case; unknown fields are refused."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.wire.events import AnyWireEvent
from api.wire.text import (
    BuildingCode,
    CaseNumber,
    Estate,
    Moment,
    Phone,
    RoomCode,
    ShortWords,
    Staff,
    Wanted,
    Words,
    Yes,
)
from domain.events.base import AS_SOON_AS_POSSIBLE
from domain.events.public import Facility, FacilityChannel, FacilityFault, Hazard
from domain.events.repair import Channel, FaultKind, Situation

MOST_BESIDE = 50


class Request(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True, use_enum_values=False
    )


class Opens(Request):
    """What every request says that opens a case of what others may be of already."""

    beside: Annotated[tuple[CaseNumber, ...], Field(max_length=MOST_BESIDE)] = ()
    """Numbers of open cases there that somebody has looked at: this is another matter (REP-36)."""
    after: CaseNumber | None = None
    """The case, which has ended, that this is a later one of; one that was merged by mistake is taken apart so."""
    reason: Words | None = None
    """Why it comes after that case; required with it."""
    though_elsewhere: Yes = False
    """That case is of another room or place, and it is meant all the same."""


class FormOnCall(Request):
    """REP-22: the 《维修单》 filled in while the caller is on the line."""

    household: ShortWords | None = None
    """Without it: the household that the estate's own list has in that room."""
    address: ShortWords | None = None
    """Without it: the building and room of the estate's own list."""
    phone: Phone | None = None
    content: Words | None = None
    wanted: Wanted = AS_SOON_AS_POSSIBLE
    """预约维修时间: a moment with its zone, or 尽快."""


class NewRepair(Opens):
    """REP-02, REP-102: a call as it came. ``call_started_at`` starts the clocks; without it, now."""

    estate: Estate
    room: RoomCode
    channel: Channel
    content: Words
    phone: Phone
    """Kept half-width and without blanks; an extension will do."""
    fault: FaultKind
    situation: Situation = Situation.ORDINARY
    fault_since: Moment | None = None
    call_started_at: Moment | None = None
    by: Staff | None = None
    """Who took the call, when a system's key sends it."""
    form: FormOnCall | None = None
    drill: Yes = False


class NewPublicRepair(Opens):
    """PUB-01, PUB-106, PUB-108: a public facility's fault as it was told. ``call_started_at`` starts the clocks."""

    estate: Estate
    building: BuildingCode | None = None
    """A code of the estate's list; without it, outside all buildings."""
    place: ShortWords
    channel: FacilityChannel
    facility: Facility
    fault: FacilityFault
    hazard: Hazard = Hazard.NONE
    """PUB-101: somebody has to be there within ten minutes."""
    content: Words
    reporter: ShortWords
    """A resident, a member of staff, or the device."""
    phone: Phone | None = None
    found_at: Moment | None = None
    call_started_at: Moment | None = None
    by: Staff | None = None
    """Who took it down, when a system's key sends it."""
    drill: Yes = False


class NewEvent(Request):
    """Who did what when. ``at``: when it happened, without it now. ``by``: whose act it is, for a system's key."""

    at: Moment | None = None
    by: Staff | None = None
    event: Annotated[AnyWireEvent, Field()]
