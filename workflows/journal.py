"""The case file at work: entries are added at once, and committed together, in order, by one activity a step."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from temporalio import workflow

from domain.admission import Act, Standing, admit, opening_entry, right_for
from domain.case_file import CaseFile, Entry, Source
from domain.docket import Docket
from domain.events import AnyEvent
from domain.filing import CaseView, DutyRow, Step, charges_of, digest, view_of
from domain.notices import Notice, Setting, notices_of
from domain.passing import PassedOn
from domain.people import CLOCKWORK
from domain.periods import Running, running
from domain.rulebook.rows import Procedure
from workflows import desk
from workflows.messages import Carried, OpenCase
from workflows.script import Script
from workflows.visibility import Display


class Journal:
    """One case's file, its docket, its script's place, and how much of them is in the ledger."""

    def __init__(self, opening: OpenCase, procedure: Procedure) -> None:
        self.opening = opening
        self.procedure = procedure
        self.edition = procedure.edition(opening.edition)
        self.terms = opening.terms.terms()
        self.file = CaseFile()
        self.docket = Docket(self.edition.obligations, self.terms, procedure.who)
        self.script = Script(self.file, self.edition.knows)
        self._listeners: list[Callable[[], None]] = []
        self._lock = asyncio.Lock()
        self._display = Display(opening.no, opening.page)
        carried = opening.carried or Carried(lineage=workflow.info().run_id, digest="", entries=())
        self._lineage, self._digest = carried.lineage, carried.digest
        for entry in carried.entries:
            self.file.append(entry)
            self.docket.apply(entry, self.file)
        self._committed = self.file.last_number
        self._notices: list[Notice] = []
        self._filed = self._duty_rows()
        self._copies = procedure.copies(self.file)

    @property
    def is_idle(self) -> bool:
        """Whether everything in the file is in the ledger."""
        return self._committed == self.file.last_number and not self._lock.locked()

    def carried(self) -> Carried:
        return Carried(lineage=self._lineage, digest=self._digest, entries=tuple(self.file))

    @property
    def periods(self) -> tuple[Running, ...]:
        """Those that run now."""
        return tuple(running(self.edition.periods, self.file, self.terms))

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def admit(self, act: Act) -> Entry:
        """The entry the act would become; raises what ``domain.admission`` raises."""
        standing = Standing(
            procedure=self.procedure,
            edition=self.edition,
            terms=self.terms,
            file=self.file,
            docket=self.docket,
            awaited=self.script.awaited,
            admitted=self.script.admitted,
            turn_began=self.script.turn_began(type(act.event)),
            now=workflow.now(),
        )
        return admit(act, standing)

    def begin(self, acts: Sequence[Act]) -> None:
        """The acts a case opens with; the desk has checked them before it gave the number."""
        for act in acts:
            self.add(opening_entry(act, self.file.last_number + 1, workflow.now()))

    def add(self, entry: Entry) -> None:
        """Into the file, at once and for good; whoever waits for it is woken."""
        self.file.append(entry)
        self.docket.apply(entry, self.file)
        setting = Setting(
            no=self.opening.no,
            drill=self.opening.drill,
            procedure=self.procedure,
            edition=self.edition,
            file=self.file,
            docket=self.docket,
        )
        self._notices += notices_of(entry, setting)
        self.script.hear(entry)
        for listener in self._listeners:
            listener()

    def add_own(self, event: AnyEvent, at: datetime | None = None) -> None:
        """What the desk itself does, now or at the moment of what made it."""
        now = workflow.now()
        self.add(
            Entry(
                number=self.file.last_number + 1,
                event=event,
                at=at or now,
                recorded_at=now,
                by=CLOCKWORK,
                source=Source.SYSTEM,
            )
        )

    async def show_first(self) -> None:
        """Commit what the case opens with; a run that goes on with a case shows where it stands."""
        await self.commit()
        if self.opening.carried is not None:
            self._display.show(self._view(), self.docket, self.periods)

    async def commit(self) -> None:
        """Return when everything now in the file is in the ledger; calls that come together share one activity."""
        number = self.file.last_number
        await workflow.wait_condition(lambda: True)  # lets script and watch move on, so that the view is of this step
        async with self._lock:
            if self._committed < number:
                await self._commit_all()

    async def _commit_all(self) -> None:
        entries = self.file.after(self._committed)
        notices = tuple(self._notices)
        digests = self._chain(entries)
        rows, copies = self._duty_rows(), self.procedure.copies(self.file)
        view = self._view()
        self._display.show(view, self.docket, self.periods)
        await desk.record(
            Step(
                no=self.opening.no,
                estate=self.opening.estate,
                lineage=self._lineage,
                entries=entries,
                digests=digests,
                duties=tuple(row for key, row in rows.items() if self._filed.get(key) != row),
                notices=notices,
                charges=charges_of(entries),
                copies=tuple(place for place in copies if place not in self._copies),
                view=view,
                passed_on=self._passed_on(entries),
            ),
            [self.edition.name_of(entry.event) for entry in entries],
        )
        # Only now: cut short by a cancellation, all of it is written again with the next step.
        del self._notices[: len(notices)]
        self._digest = digests[-1]
        self._filed, self._copies = rows, copies
        self._committed = entries[-1].number

    def _passed_on(self, entries: tuple[Entry, ...]) -> tuple[PassedOn, ...]:
        told = (self.procedure.passes_on(self.opening.no, entry, self.file) for entry in entries)
        return tuple(act for acts in told for act in acts)

    def _chain(self, entries: tuple[Entry, ...]) -> tuple[str, ...]:
        digests: list[str] = []
        for entry in entries:
            digests.append(digest(digests[-1] if digests else self._digest, entry))  # each on the last
        return tuple(digests)

    def _duty_rows(self) -> dict[tuple[str, int], DutyRow]:
        return {(duty.key, duty.cycle): DutyRow.of(duty) for duty in self.docket}

    def _view(self) -> CaseView:
        awaited = self.edition.awaited(self.script.awaited, self.file)
        rights = [(event.label, right_for(event, self.edition)) for event in awaited]
        waiting = [(label, right.posts if right else ()) for label, right in rights]
        return view_of(
            self.file,
            self.docket.owed,
            stage=self.procedure.stage(self.file),
            waiting=waiting,
            crew=self.procedure.crew(self.file),
        )
