"""Events that any case may hold, whatever its procedure."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from domain.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RungReached(Event):
    """A rung of a duty's ladder came due and those it names were told. ``late``: after an outage (补发)."""

    type: Literal["rung_reached"] = "rung_reached"
    label: ClassVar[str] = "到时提醒"
    key: str
    cycle: int
    rung: int
    late: bool = False

    @property
    def rule(self) -> str:
        return self.key.split("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodOver(Event):
    """A period of the procedure has run out, and the case goes on by itself. ``key``: of the row."""

    type: Literal["period_over"] = "period_over"
    label: ClassVar[str] = "期满"
    key: str

    @property
    def rule(self) -> str:
        return self.key.split("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationIgnored(Event):
    """REP-13: somebody asked Temporal to cancel the case; only its procedure ends it, so it goes on."""

    type: Literal["cancellation_ignored"] = "cancellation_ignored"
    label: ClassVar[str] = "取消请求未予执行"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEnded(Event):
    """The procedure has run to its end; nothing of it is owed any more."""

    type: Literal["case_ended"] = "case_ended"
    label: ClassVar[str] = "结案"
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Event):
    """The one who asked takes the request back."""

    type: Literal["withdrawn"] = "withdrawn"
    label: ClassVar[str] = "撤单"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    type: Literal["noted"] = "noted"
    label: ClassVar[str] = "备注"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Urged(Event):
    """REP-19: somebody presses for the work; everybody who owes something now is told."""

    type: Literal["urged"] = "urged"
    label: ClassVar[str] = "催办"
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionGranted(Event):
    """REP-129: the due moment of the open duty ``key`` moves to ``until``; the first one stays on record."""

    type: Literal["extension_granted"] = "extension_granted"
    label: ClassVar[str] = "批准延期"
    key: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAcknowledged(Event):
    """Somebody told of the rung has read it; the ladder climbs no further for that silence."""

    type: Literal["notice_acknowledged"] = "notice_acknowledged"
    label: ClassVar[str] = "已阅"
    key: str
    cycle: int
    rung: int
