"""What can happen in a case: typed events, past tense, one class each."""

from domain.events.base import Event
from domain.events.common import (
    CancellationIgnored,
    CaseEnded,
    ExtensionGranted,
    Noted,
    NoticeAcknowledged,
    RungReached,
    Urged,
    Withdrawn,
)
from domain.events.repair import RepairEvent

CommonEvent = (
    RungReached | CaseEnded | CancellationIgnored | Withdrawn | Noted | Urged | ExtensionGranted | NoticeAcknowledged
)
AnyEvent = CommonEvent | RepairEvent
"""Every event of every procedure: the one discriminated union, by ``type``."""

__all__ = [
    "AnyEvent",
    "CancellationIgnored",
    "CaseEnded",
    "CommonEvent",
    "Event",
    "ExtensionGranted",
    "Noted",
    "NoticeAcknowledged",
    "RepairEvent",
    "RungReached",
    "Urged",
    "Withdrawn",
]
