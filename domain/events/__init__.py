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
from domain.events.on_site import OnSiteEvent
from domain.events.public import FacilityFaultReported, PublicEvent
from domain.events.repair import RepairEvent, RequestReceived
from domain.events.review import ReviewEvent
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
AnyEvent = CommonEvent | WorkEvent | RepairEvent | ReviewEvent | OnSiteEvent | PublicEvent
"""Every event of every procedure: the one discriminated union, by ``type``."""

Opening = RequestReceived | FacilityFaultReported
"""What a case begins with, taken down of somebody's words over a channel, at a place."""

__all__ = [
    "AnyEvent",
    "CancellationIgnored",
    "CaseEnded",
    "CommonEvent",
    "Event",
    "ExtensionGranted",
    "Noted",
    "NoticeAcknowledged",
    "Opening",
    "PeriodOver",
    "PublicEvent",
    "RepairEvent",
    "RungReached",
    "Urged",
    "Withdrawn",
    "WorkEvent",
]
