"""The plan of an estate: its equipment, and what is done of it regularly, when, by which post."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.calendar import LOCAL
from domain.events import RoutineDue
from domain.events.public import Facility
from domain.people import EstateCode, Role
from domain.rulebook.routine.plans import BY_RULE

WEEK, LONGEST_MONTH = timedelta(days=7), timedelta(days=31)
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """A line of the 设施设备台账. ``building`` is a code, empty outside all of them."""

    code: str
    name: str
    kind: Facility
    place: str
    building: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """PUB-104, PUB-105, PUB-107: on a ``day`` of each month or a ``weekday`` (ISO) of each week, local time.

    ``allowed``: how long from then on it may take. ``equipment`` is a code of the register, empty for what is none.
    """

    estate: EstateCode
    code: str
    rule: str
    title: str
    place: str
    building: str
    at: time
    post: Role
    allowed: timedelta
    day: int | None = None
    weekday: int | None = None
    equipment: str = ""

    @property
    def interval(self) -> timedelta:
        """From one moment of it to the next, at most."""
        return LONGEST_MONTH if self.weekday is None else WEEK

    @property
    def cadence(self) -> str:
        """For staff: ``每月15日 09:00``."""
        when = f"每月{self.day}日" if self.weekday is None else f"每周{WEEKDAYS[self.weekday - 1]}"
        return f"{when} {self.at:%H:%M}"

    def due(self, moment: datetime) -> RoutineDue:
        """What opens the case of that moment of it."""
        return RoutineDue(
            code=self.code,
            routine=BY_RULE[self.rule].routine,
            title=self.title,
            where=self.place,
            building=self.building,
            post=self.post,
            planned_for=moment,
            due=moment + self.allowed,
            equipment=self.equipment,
        )


def month_before(moment: datetime) -> date:
    """The first day of the local month before that moment's."""
    first = moment.astimezone(LOCAL).date().replace(day=1)
    return (first - timedelta(days=1)).replace(day=1)
