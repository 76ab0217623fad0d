"""What can happen in a case: typed events, past tense, one class each."""

from domain.events.base import Event
from domain.events.common import (
    CancellationIgnored,
    CaseEnded,
    ExtensionGranted,
    Noted,
    NoticeAcknowledged,
    PeriodOver,
    RungReached,
    Urged,
    Withdrawn,
)
from domain.events.joining import JoiningEvent
from domain.events.on_site import OnSiteEvent
from domain.events.public import FacilityFaultReported, PublicEvent
from domain.events.repair import RepairEvent, RequestReceived
from domain.events.review import ReviewEvent
from domain.events.routine import CleaningAsked, CostsReckoned, Referred, RoutineDue, RoutineEvent
from domain.events.sending import SendingEvent
from domain.events.work import WorkEvent

CommonEvent = (
    RungReached
    | PeriodOver
    | CaseEnded
    | CancellationIgnored
    | Withdrawn
    | Noted
    | Urged
    | ExtensionGranted
    | NoticeAcknowledged
)
AnyEvent = (
    CommonEvent
    | JoiningEvent
    | WorkEvent
    | SendingEvent
    | RepairEvent
    | ReviewEvent
    | OnSiteEvent
    | PublicEvent
    | RoutineEvent
)
"""Every event of every procedure: the one discriminated union, by ``type``."""

Opening = RequestReceived | FacilityFaultReported
"""What a case begins with, taken down of somebody's words over a channel, at a place."""

ByTheDesk = RoutineDue | CleaningAsked | CostsReckoned
"""What the desk itself begins a case with, by the calendar or out of another case; nobody called."""

__all__ = [
    "AnyEvent",
    "ByTheDesk",
    "CancellationIgnored",
    "CaseEnded",
    "CommonEvent",
    "Event",
    "ExtensionGranted",
    "JoiningEvent",
    "Noted",
    "NoticeAcknowledged",
    "Opening",
    "PeriodOver",
    "PublicEvent",
    "Referred",
    "RepairEvent",
    "RoutineDue",
    "RoutineEvent",
    "RungReached",
    "SendingEvent",
    "Urged",
    "Withdrawn",
    "WorkEvent",
]
