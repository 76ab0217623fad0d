"""What happens in every repair alike, of a home or of what is common to all."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from domain.events.base import Event
from domain.people import StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineeringNotified(Event):
    """REP-24, REP-104, PUB-01."""

    type: Literal["engineering_notified"] = "engineering_notified"
    label: ClassVar[str] = "通知工程部"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassigned(Event):
    """REP-18: the work goes to somebody else, who comes to it anew. ``complete_by`` is set by the desk (REP-06)."""

    type: Literal["reassigned"] = "reassigned"
    label: ClassVar[str] = "改派"
    repairer: StaffId
    reason: str
    complete_by: datetime | None = None


def reason_for(reason: str, override: str) -> str:
    """Why it goes to somebody else and, where a rule speaks against him, why to him: an event gets no new field."""
    return f"{reason}；仍派其前往：{override}" if override.strip() else reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedOnSite(Event):
    """REP-26, REP-27, REP-124, PUB-05, PUB-101."""

    type: Literal["arrived_on_site"] = "arrived_on_site"
    label: ClassVar[str] = "到场"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStarted(Event):
    """REP-10: the work begins, and the resident is told when it should be done."""

    type: Literal["work_started"] = "work_started"
    label: ClassVar[str] = "开始维修"
    expected_done: datetime


class PauseReason(StrEnum):
    """What work may have to wait for; nothing else stops a clock."""

    RESIDENT = "等业主"
    PARTS = "等配件"
    THIRD_PARTY = "等第三方"
    FORCE_MAJEURE = "不可抗力"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerContacted(Event):
    """REP-09: the repairer, or whoever follows the work, spoke with the customer of how it goes."""

    type: Literal["customer_contacted"] = "customer_contacted"
    label: ClassVar[str] = "联系客户"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Event):
    """REP-09: the work waits, presumably until ``resumes_at``; what may be paused stands still, as far as it may."""

    type: Literal["paused"] = "paused"
    label: ClassVar[str] = "暂停"
    waits_for: PauseReason
    resumes_at: datetime
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """REP-09: what was waited for is there, and the clocks go on."""

    type: Literal["resumed"] = "resumed"
    label: ClassVar[str] = "恢复"


WorkEvent = EngineeringNotified | Reassigned | ArrivedOnSite | WorkStarted | CustomerContacted | Paused | Resumed
