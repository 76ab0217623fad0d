"""Who hears of a duty and when: the rungs of its ladder, each reached once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol

from domain.calendar import LOCAL
from domain.limits import breach_alarm
from domain.people import Role

OV_05_SHARE = 0.8
"""OV-05: a reminder comes at 80 % of the interval unless the rule names another moment."""


class Level(StrEnum):
    """How grave a notice is; the value is what staff read."""

    TOLD = "告知"
    WARNING = "提醒"
    BREACH = "超时"
    ESCALATION = "升级"
    URGING = "催办"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What a rung's moment is counted from."""

    started_at: datetime
    due_at: datetime
    reached: Mapping[int, datetime]
    eve: datetime | None = None


class Rung(Protocol):
    """One step of the ladder. ``name``: what staff call it; ``press``: who is asked to press those who owe (REP-19)."""

    @property
    def name(self) -> str: ...
    @property
    def tell(self) -> tuple[Role, ...]: ...
    @property
    def press(self) -> tuple[Role, ...]: ...
    @property
    def level(self) -> Level: ...
    def moment(self, timing: Timing) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    """Before the due moment: at a ``share`` of the interval, ``before`` it, or at a local ``clock`` time of its day."""

    name: ClassVar[str] = "临期提醒"
    tell: tuple[Role, ...]
    before: timedelta | None = None
    clock: time | None = None
    share: float = OV_05_SHARE
    press: tuple[Role, ...] = ()
    level: Level = Level.WARNING

    def moment(self, timing: Timing) -> datetime:
        if self.before is not None:
            return timing.due_at - self.before
        if self.clock is not None:
            return datetime.combine(timing.due_at.astimezone(LOCAL).date(), self.clock, LOCAL)
        return timing.started_at + (timing.due_at - timing.started_at) * self.share


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind:
    """So long after the duty began, however far the due moment is (OV-40)."""

    name: ClassVar[str] = "临期提醒"
    tell: tuple[Role, ...]
    after: timedelta
    press: tuple[Role, ...] = ()
    level: Level = Level.WARNING

    def moment(self, timing: Timing) -> datetime:
        return timing.started_at + self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnOnTheEve:
    """At a local ``clock`` time of the working day before the last; of the day before where no calendar counts it."""

    name: ClassVar[str] = "临期提醒"
    tell: tuple[Role, ...]
    clock: time
    press: tuple[Role, ...] = ()
    level: Level = Level.WARNING

    def moment(self, timing: Timing) -> datetime:
        eve = timing.eve or timing.due_at - timedelta(days=1)
        return datetime.combine(eve.astimezone(LOCAL).date(), self.clock, LOCAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One second after the last moment on time."""

    name: ClassVar[str] = "超时"
    press: ClassVar[tuple[Role, ...]] = ()
    tell: tuple[Role, ...]
    level: Level = Level.BREACH

    def moment(self, timing: Timing) -> datetime:
        return breach_alarm(timing.due_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """So long after the breach was announced, if nobody has acknowledged it and it is still owed."""

    name: ClassVar[str] = "超时升级"
    press: ClassVar[tuple[Role, ...]] = ()
    tell: tuple[Role, ...]
    after: timedelta
    level: Level = Level.ESCALATION

    def moment(self, timing: Timing) -> datetime:
        return breach_alarm(timing.due_at) + self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Last on a ladder: every so often after the breach, as long as it is owed; each time a rung of its own.

    Raised late, the next still comes at its own time of day.
    """

    name: ClassVar[str] = "超时再提醒"
    press: ClassVar[tuple[Role, ...]] = ()
    tell: tuple[Role, ...]
    every: timedelta
    level: Level = Level.BREACH

    def moment(self, timing: Timing) -> datetime:
        first = breach_alarm(timing.due_at)
        last = max((at for at in timing.reached.values() if at > timing.due_at), default=first)
        return first + ((last - first) // self.every + 1) * self.every
