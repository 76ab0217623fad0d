"""The clock of a case: every open duty has its own durable timer to its next alarm, re-armed as the file changes.

So has every period that runs.
"""

import asyncio
from datetime import UTC, datetime

from temporalio import workflow

from domain import alarms
from domain.alarms import Alarm
from domain.deadlines import Duty
from domain.events import PeriodOver
from domain.limits import due_text
from workflows import desk
from workflows.journal import Journal

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


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
        while alarm := alarms.next_due(self._journal.docket, self._journal.periods, min(until, now)):
            event, at = alarms.rung(alarm, self._journal.docket, now)
            self._journal.add_own(event, at=at)
            self._raised = True

    def _unsure(self) -> list[datetime]:
        """What has to have arrived before we may go on; asked once each."""
        return alarms.unsure(self._journal.docket, self._journal.periods, caught_up=self._caught_up, now=workflow.now())

    def _wanted(self) -> dict[Alarm, str]:
        """Everything that a timer has to run for, with what the timeline calls it."""
        wanted = {alarm: _summary(alarm, duty) for alarm, duty in alarms.of_duties(self._journal.docket)}
        for alarm, one in alarms.of_periods(self._journal.periods):
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

    def _disarm(self, gone: set[Alarm]) -> None:
        for alarm in sorted(gone, key=lambda alarm: alarm.place):
            self._timers.pop(alarm).cancel()


async def _ring(alarm: Alarm, summary: str) -> None:
    await workflow.sleep(alarm.moment - workflow.now(), summary=summary)


def _summary(alarm: Alarm, duty: Duty) -> str:
    """``REP-26 接单后到场 截止 11-22 09:15 · 临期提醒`` as the timeline shows it."""
    what = "超时检查" if duty.would_breach(alarm.rung) else duty.rung(alarm.rung).name
    return f"{duty.row.rule} {duty.row.label} 截止 {due_text(duty.due.at)} · {what}"
