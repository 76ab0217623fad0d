"""What happens around who is sent to a repair: somebody gives the order back, others help him, a rule was waived."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Literal

from domain.events.base import Event
from domain.people import StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDeclined(Event):
    """REP-18: who has been sent and is not there yet gives the order back; it is to be assigned anew."""

    type: Literal["order_declined"] = "order_declined"
    label: ClassVar[str] = "退单"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpersSent(Event):
    """REP-18, PUB-04: others go with the repairer. ``reason``: why somebody with a lack (``Lack``)."""

    type: Literal["helpers_sent"] = "helpers_sent"
    label: ClassVar[str] = "增派人员"
    helpers: tuple[StaffId, ...]
    reason: str = ""


class Lack(StrEnum):
    """REP-05, REP-18, REP-107: what speaks against giving somebody the work."""

    OFF_SHIFT = "不当班"
    UNTRAINED = "无此专长"
    DECLINED = "退过本单"


class Waiver(StrEnum):
    """Why he was given it nevertheless."""

    EMERGENCY = "紧急，不因此等候"
    NOBODY = "无人当班"
    REASON = "主管已说明原因"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAnyway(Event):
    """REP-05, REP-107: noted by the desk itself, beside the event that gave somebody the work."""

    type: Literal["sent_anyway"] = "sent_anyway"
    label: ClassVar[str] = "破例派工"
    repairer: StaffId
    lack: Lack
    waiver: Waiver


SendingEvent = OrderDeclined | HelpersSent | SentAnyway
