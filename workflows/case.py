"""What every case is: a file that people's acts are added to, a script that reads it, a watch that minds its clock."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from temporalio import workflow

from domain.admission import Act
from domain.assigning import Work
from domain.case_file import Entry
from domain.events import CancellationIgnored, CaseEnded
from domain.people import EstateCode
from domain.referrals import refers_nothing
from domain.rulebook.rows import Procedure
from workflows.journal import Journal
from workflows.messages import OpenCase, Recorded
from workflows.referring import Referring
from workflows.script import Script, has_failed
from workflows.watch import Watch

LONGEST_HISTORY = 1_500
"""Events after which a case goes on in a new run, well under the limits of the server."""

MOST_ACTS = 800
"""Acts after which it does; the server takes 2,000 updates a run."""


class Case:
    """The part of a case that no procedure differs in. A subclass gives ``rows`` and writes ``procedure``."""

    rows: ClassVar[Procedure]

    def __init__(self, opening: OpenCase) -> None:
        self._journal = Journal(opening, self.rows)
        self._watch = Watch(self._journal)
        self._acts = 0
        self._begun = False
        self._asked_to_cancel = False
        self.follow(self._journal.script)

    def follow(self, script: Script) -> None:
        """Let the procedure's words mean this script."""
        self.until = script.until
        self.together = script.together
        self.unless = script.unless
        self.again_after = script.again_after
        self.aside_after = script.aside_after
        self.knows = script.knows
        self.so_far = script.so_far

    async def run(self, opening: OpenCase) -> str:
        """What Temporal runs; a subclass says so of its own, and carries."""
        raise NotImplementedError

    async def procedure(self) -> str:
        """The clauses in order; the result in Chinese, as 结案 shows it."""
        raise NotImplementedError

    @property
    def estate(self) -> EstateCode:
        return self._journal.opening.estate

    @property
    def work(self) -> Work:
        """What whoever is sent to it would be given."""
        return Work.of(self._journal.file, self.rows)

    async def carry(self, opening: OpenCase) -> str:
        """Run script and watch to the end of the procedure, or into the next run of the same case."""
        await self._run_both(opening)
        if not self._is_over:
            workflow.continue_as_new(opening.model_copy(update={"carried": self._journal.carried(), "acts": ()}))
        await self._until(workflow.all_handlers_finished)
        ended = self._journal.file.last(CaseEnded)
        return ended.result if ended else ""

    async def _run_both(self, opening: OpenCase) -> None:
        """Script and watch side by side; an error of either is the case's.

        The opening is committed beside them: who is told that a case is open may act in it at once.
        """
        parts = [self._play(opening), self._journal.show_first(), self._watch.keep()]
        if self.rows.refers is not refers_nothing:
            parts.append(Referring(self._journal).keep())
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            await self._until(lambda: any(map(has_failed, tasks)) or self._is_over or self._may_turn_over)
        finally:
            for task in tasks:
                task.cancel()
        for task in filter(has_failed, tasks):
            task.result()

    async def _until(self, true: Callable[[], bool]) -> None:
        """Wait for it, through a request to cancel the case, which is noted (REP-13)."""
        while not true():
            try:
                await workflow.wait_condition(true)
            except asyncio.CancelledError:
                if not self._ignores_cancellation():
                    raise
                await self._journal.commit()

    def _ignores_cancellation(self) -> bool:
        """Whether this was a cancel request, of which Temporal delivers one a run: noted, told, and nothing else.

        False when the case only leaves the worker's cache.
        """
        if self._asked_to_cancel or workflow.cancellation_reason() is None:
            return False
        self._asked_to_cancel = True
        if not self._journal.file.ended:  # nothing follows the end, which may be waiting for its record
            self._journal.add_own(CancellationIgnored())
        return True

    @property
    def _is_over(self) -> bool:
        return self._journal.file.ended and self._journal.is_idle

    @property
    def _may_turn_over(self) -> bool:
        info = workflow.info()
        is_long = (
            info.is_continue_as_new_suggested()
            or info.get_current_history_length() > LONGEST_HISTORY
            or self._acts > MOST_ACTS
        )
        return is_long and self._journal.is_idle and workflow.all_handlers_finished()

    async def _play(self, opening: OpenCase) -> None:
        if opening.carried is None:
            self._journal.begin(opening.acts)
        self._begun = True
        result = await self.procedure()
        await self._end(result, at=self._journal.file.last_at)

    async def _end(self, result: str, at: datetime | None = None) -> None:
        if not self._journal.file.ended:
            self._journal.add_own(CaseEnded(result=result), at=at)
        await self._journal.commit()

    def check(self, act: Act) -> None:
        """Raise the DeskError for what the case cannot take in; nothing is left behind of what is refused.

        Before the script waits for anything nothing can be said: ``ready`` and ``take_in`` decide then.
        """
        if self._begun and self._journal.file.by_command(act.command_id) is None:
            self._journal.admit(act)

    async def ready(self) -> None:
        """Return once the script has come to its first waits; an update may arrive before the run's first line."""
        await workflow.wait_condition(lambda: self._begun)

    def take_in(self, act: Act) -> Entry:
        """Add the act to the file; a command taken in before has its entry already. Raises a DeskError.

        What fell due before it happened is raised before it: an act held up with the clock silences no breach.
        """
        entry = self._journal.file.by_command(act.command_id)
        if entry is None:
            self._watch.raise_due(act.at)
            entry = self._journal.admit(act)
            self._acts += 1
            self._journal.add(entry)
            for event in act.beside:
                self._journal.add_own(event, at=entry.at)
        return entry

    async def recorded(self, entry: Entry) -> Recorded:
        """The answer to whoever acted, once the entry is in the ledger."""
        await self._journal.commit()
        return Recorded(number=entry.number, stage=self.rows.stage(self._journal.file))
