"""The clock of a case: every open duty has its own durable timer to its next alarm, re-armed as the file changes.

So has every period that runs.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio import workflow

from domain.deadlines import Duty
from domain.events import PeriodOver, RungReached
from domain.ladder import Level
from domain.limits import due_text
from workflows import desk
from workflows.journal import Journal

HELD_UP = timedelta(seconds=3)
"""What follows a breach and is come to this late is announced only when what people recorded meanwhile has arrived."""

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)

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


class Watch:
    """Minds the docket beside the script; they meet only in the file."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._timers: dict[Alarm, asyncio.Task[None]] = {}
        self._raised = False
        self._caught_up = workflow.info().start_time if journal.opening.carried is None else BEFORE_ALL
        self._stirred = asyncio.Event()
        journal.on_change(self._stirred.set)

    async def keep(self) -> None:
        """Until the case has ended: raise what is due, arm what is next."""
        try:
            while not self._journal.file.ended:
                self._stirred.clear()
                if unsure := self._unsure():
                    await desk.catch_up(self._journal.opening.no, max(unsure))
                    self._caught_up = max(unsure)
                    continue
                self.raise_due(workflow.now())
                if self._raised:
                    self._raised = False
                    await self._journal.commit()
                    continue
                self._arm()
                await self._stirred.wait()
                self._drop_what_rang()
        finally:
            self._disarm(set(self._timers))

    def raise_due(self, until: datetime) -> None:
        """Every rung whose moment has come by then, in the order of the moments, each once; never ahead of now."""
        now = workflow.now()
        while due := [alarm for alarm in self._wanted() if alarm.moment <= min(until, now)]:
            alarm = min(due, key=lambda alarm: (alarm.moment, alarm.place))
            duty = self._journal.docket.find(alarm.key, alarm.cycle)
            if duty is None:
                self._journal.add_own(PeriodOver(key=alarm.key), at=alarm.moment)
            else:
                missed = now - max(alarm.moment, duty.opened_at) > OUTAGE
                self._journal.add_own(RungReached(key=alarm.key, cycle=alarm.cycle, rung=alarm.rung, late=missed))
            self._raised = True

    def _unsure(self) -> list[datetime]:
        """Moments past which an act in time may still be on its way to us: of every breach, since it is for good, and
        of what follows one where we come to it late. Asked once each; a reminder too many harms nobody.
        """
        now = workflow.now()
        late = [
            alarm.moment
            for alarm, duty in self._alarms()
            if self._caught_up < alarm.moment
            and duty.opened_at < alarm.moment
            and alarm.moment <= (now if duty.would_breach(alarm.rung) else now - HELD_UP)
            and duty.rung(alarm.rung).level is not Level.WARNING
        ]
        over = [one.over_at for one in self._journal.periods if self._caught_up < one.over_at <= now]
        return late + over

    def _alarms(self) -> list[tuple[Alarm, Duty]]:
        return [
            (Alarm(key=duty.key, cycle=duty.cycle, rung=alarm[0], moment=alarm[1]), duty)
            for duty in self._journal.docket
            if (alarm := duty.next_alarm()) is not None
        ]

    def _wanted(self) -> dict[Alarm, str]:
        """Everything that a timer has to run for, with what the timeline calls it."""
        wanted = {alarm: _summary(alarm, duty) for alarm, duty in self._alarms()}
        for one in self._journal.periods:
            alarm = Alarm(key=one.row.key, cycle=one.start_number, rung=0, moment=one.over_at)
            wanted[alarm] = f"{one.row.rule} {one.row.label} {due_text(one.over_at)} {PeriodOver.label}"
        return wanted

    def _arm(self) -> None:
        wanted = self._wanted()
        self._disarm(self._timers.keys() - wanted.keys())
        for alarm, summary in wanted.items():
            if alarm not in self._timers:
                self._timers[alarm] = asyncio.create_task(_ring(alarm, summary))
                self._timers[alarm].add_done_callback(lambda _: self._stirred.set())

    def _drop_what_rang(self) -> None:
        """A timer that failed instead of ringing is an error of the case, never silence."""
        for alarm, timer in list(self._timers.items()):
            if timer.done():
                timer.result()
                del self._timers[alarm]

    def _disarm(self, alarms: set[Alarm]) -> None:
        for alarm in sorted(alarms, key=lambda alarm: alarm.place):
            self._timers.pop(alarm).cancel()


async def _ring(alarm: Alarm, summary: str) -> None:
    await workflow.sleep(alarm.moment - workflow.now(), summary=summary)


def _summary(alarm: Alarm, duty: Duty) -> str:
    """``REP-26 接单后到场 截止 11-22 09:15 · 临期提醒`` as the timeline shows it."""
    what = "超时检查" if duty.would_breach(alarm.rung) else duty.rung(alarm.rung).name
    return f"{duty.row.rule} {duty.row.label} 截止 {due_text(duty.due.at)} · {what}"
