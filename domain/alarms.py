"""What the clock of a case has to ring for: rungs of duties and ends of periods, and what each becomes in the file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.deadlines import Duty
from domain.docket import Docket
from domain.events import AnyEvent, PeriodOver, RungReached
from domain.ladder import Level
from domain.periods import Running

HELD_UP = timedelta(seconds=3)
"""What follows a breach and is come to this late is announced only when what people recorded meanwhile has arrived."""

OUTAGE = timedelta(minutes=1)
"""An alarm raised this long after its moment was missed, and is marked 补发."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """The next rung of a duty; or the end of a period, whose ``cycle`` is the number of the entry it counts from."""

    key: str
    cycle: int
    rung: int
    moment: datetime

    @property
    def place(self) -> tuple[str, int, int]:
        return self.key, self.cycle, self.rung


def of_duties(duties: Iterable[Duty]) -> Iterator[tuple[Alarm, Duty]]:
    """The next alarm of each duty that has one."""
    for duty in duties:
        if (alarm := duty.next_alarm()) is not None:
            yield Alarm(key=duty.key, cycle=duty.cycle, rung=alarm[0], moment=alarm[1]), duty


def of_periods(periods: Iterable[Running]) -> Iterator[tuple[Alarm, Running]]:
    for one in periods:
        yield Alarm(key=one.row.key, cycle=one.start_number, rung=0, moment=one.over_at), one


def next_due(docket: Docket, periods: Sequence[Running], until: datetime) -> Alarm | None:
    """Of those whose moment has come by then the first, in the order of the moments."""
    alarms = [alarm for alarm, _ in of_duties(docket)] + [alarm for alarm, _ in of_periods(periods)]
    due = [alarm for alarm in alarms if alarm.moment <= until]
    return min(due, key=lambda alarm: (alarm.moment, alarm.place), default=None)


def rung(alarm: Alarm, docket: Docket, now: datetime) -> tuple[AnyEvent, datetime]:
    """What the alarm becomes in the file when it is raised now, and when that happened."""
    duty = docket.find(alarm.key, alarm.cycle)
    if duty is None:
        return PeriodOver(key=alarm.key), alarm.moment
    missed = now - max(alarm.moment, duty.opened_at) > OUTAGE
    return RungReached(key=alarm.key, cycle=alarm.cycle, rung=alarm.rung, late=missed), now


def unsure(docket: Docket, periods: Sequence[Running], *, caught_up: datetime, now: datetime) -> list[datetime]:
    """Moments past which an act in time may still be on its way to the case: of every breach, since it is for good, and
    of what follows one where we come to it late. Asked once each; a reminder too many harms nobody.
    """
    late = [
        alarm.moment
        for alarm, duty in of_duties(docket)
        if caught_up < alarm.moment
        and duty.opened_at < alarm.moment
        and alarm.moment <= (now if duty.would_breach(alarm.rung) else now - HELD_UP)
        and duty.rung(alarm.rung).level is not Level.WARNING
    ]
    return late + [one.over_at for one in periods if caught_up < one.over_at <= now]
