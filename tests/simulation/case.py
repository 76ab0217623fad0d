"""A case as its workflow keeps it, without a server: file, docket, script, notices and clock of the product itself."""

from collections import OrderedDict
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Self

from domain import alarms
from domain.admission import Act, Standing, admit, closed_by, could_record, may, opening_entry, owed_in
from domain.case_file import CaseFile, Entry, Source
from domain.docket import Docket
from domain.errors import DeskError
from domain.events import AnyEvent, CancellationIgnored, CaseEnded, Event, Referred
from domain.events.joining import CameAfter, MergeTaken, MergeUndone
from domain.notices import Notice, Setting, notices_of
from domain.people import CLOCKWORK, Actor, CaseNo
from domain.periods import Running, running
from domain.rulebook import PROCEDURES
from domain.rulebook.rows import Gate, Owed, Position
from tests.domain.makers import Scene
from workflows import CASES
from workflows.messages import OpenCase
from workflows.retrace import Place, Retracing
from workflows.script import Script

NOT_RECORDED = frozenset({MergeTaken, MergeUndone, CameAfter})
"""What the desk itself adds, in the name of whoever made it do so: no page offers them and no request may be one."""

MOST_SCRIPTS = 100
"""Each holds a few of the machine's handles; those looked at longest ago are read again when they are wanted."""


class Scripts:
    """The scripts of the cases that were looked at lately; a context manager."""

    def __init__(self) -> None:
        self._open: OrderedDict[int, Retracing] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._open:
            self._open.popitem()[1].__exit__(None, None, None)

    def of(self, case: "SimulatedCase") -> Retracing:
        retracing = self._open.pop(id(case), None) or Retracing(CASES[case.procedure.prefix], case.edition)
        self._open[id(case)] = retracing
        if len(self._open) > MOST_SCRIPTS:
            self._open.popitem(last=False)[1].__exit__(None, None, None)
        return retracing

    def drop(self, case: "SimulatedCase") -> None:
        if retracing := self._open.pop(id(case), None):
            retracing.__exit__(None, None, None)


class SimulatedCase:
    """One case; what ``workflows.case``, ``journal`` and ``watch`` do with it, at moments that are given."""

    def __init__(self, opening: OpenCase, scripts: Scripts) -> None:
        self.opening = opening
        self.procedure = PROCEDURES[opening.no.split("-", maxsplit=1)[0]]
        self.edition = self.procedure.edition(opening.edition)
        self.terms = opening.terms.terms()
        self._any_time = tuple(
            kind for kind in self.procedure.any_time if self.edition.knows(kind) and kind not in NOT_RECORDED
        )
        self.file = CaseFile()
        self.docket = Docket(self.edition.obligations, self.terms, self.procedure.who)
        self.notices: list[Notice] = []
        self.caught_up = datetime.min.replace(tzinfo=UTC)
        self._scripts = scripts
        self._periods: tuple[int, tuple[Running, ...]] = (-1, ())
        self._owed: tuple[int, tuple[Owed, ...]] = (-1, ())
        self.place = self._read()

    def begin(self, now: datetime) -> None:
        for act in self.opening.acts:
            self.add(opening_entry(act, self.file.last_number + 1, now))

    def fork(self) -> "SimulatedCase":
        """The same case as somebody takes it with him who is cut off from the desk."""
        other = SimulatedCase(self.opening, self._scripts)
        other.file = CaseFile(self.file)
        other.docket = copy(self.docket)
        vars(other.docket).update({name: dict(kept) for name, kept in vars(self.docket).items() if type(kept) is dict})
        other.place = other._read()
        return other

    def __str__(self) -> str:
        return "\n".join(f"{e.number} {e.at:%m-%d %H:%M:%S} {e.by.id} {e.event}" for e in self.file)

    @property
    def no(self) -> str:
        return self.opening.no

    @property
    def lies(self) -> bool:
        """One of those that nobody gets on with."""
        return hash_of(self.no) % 10 == 0

    @property
    def is_silent(self) -> bool:
        """Its resident does not answer while the desk waits for him by itself."""
        return hash_of(self.no) % 6 == 1 and bool(self.periods)

    @property
    def trace(self) -> object:
        """Everything that an act could leave behind, as it stands; what is compared is the content."""
        duties = tuple((duty, tuple(duty.reached.items())) for duty in self.docket)
        return tuple(self.file), duties, tuple(self.notices), self.place

    @property
    def takes(self) -> tuple[type[Event], ...]:
        """What somebody may record now, if it is his to."""
        return () if self.file.ended else (*self.place.admitted, *self._any_time)

    @property
    def waits(self) -> tuple[tuple[type[Event], ...], ...]:
        """The waits of the script, each with the kinds that would end it, the plain one first."""
        if self.file.ended:
            return ()
        waits = [wait for wait in self._script._expectations if not wait.satisfied]
        return tuple(filter(None, (tuple(filter(self.edition.knows, wait.kinds)) for wait in waits)))

    @property
    def _script(self) -> Script:
        retracing = self._scripts.of(self)
        retracing.after(tuple(self.file))
        return retracing._script

    @property
    def periods(self) -> tuple[Running, ...]:
        if self._periods[0] != self.file.last_number:
            self._periods = (self.file.last_number, tuple(running(self.edition.periods, self.file, self.terms)))
        return self._periods[1]

    @property
    def owed(self) -> tuple[Owed, ...]:
        if self._owed[0] != self.file.last_number:
            self._owed = (self.file.last_number, owed_in(self.docket))
        return self._owed[1]

    def could(self, kind: type[Event], by: Actor, at: datetime) -> bool:
        """Whether the case page would offer it to him."""
        position = Position(by=by, at=at, file=self.file, owed=self.owed)
        return could_record(kind, position, self.procedure, self.edition, self.place.admitted)

    def shut_for(self, kind: type[Event], by: Actor, at: datetime) -> tuple[Gate, ...]:
        """The gates that keep him from such an event as things stand, who has the right to it."""
        if not may(by, kind, self.file, self.procedure, self.edition):
            return ()
        return closed_by(kind, Position(by=by, at=at, file=self.file, owed=self.owed), self.edition)

    def scene(self, at: datetime) -> Scene:
        return Scene(file=self.file, docket=self.docket, at=at)

    def turn_of(self, kind: type[Event]) -> datetime | None:
        began = [moment for moment in (self._script.turn_began(kind), self.file.first_at) if moment]
        return max(began, default=None)

    def admit(self, act: Act, now: datetime) -> Entry:
        """The entry it would become; raises what the case refuses with."""
        standing = Standing(
            procedure=self.procedure,
            edition=self.edition,
            terms=self.terms,
            file=self.file,
            docket=self.docket,
            awaited=self.place.awaited,
            admitted=self.place.admitted,
            turn_began=self._script.turn_began(type(act.event)),
            now=now,
        )
        return admit(act, standing)

    def take_in(self, act: Act, now: datetime) -> Iterator[Entry]:
        """Every entry that comes of the act, each once it stands: what fell due before it, itself, the end.

        Raises a DeskError; what is refused by the first look leaves nothing behind.
        """
        if self.file.by_command(act.command_id) is not None:
            return
        self.admit(act, now)
        yield from self.ring(act.at, now)
        entry = self.add(self.admit(act, now))
        yield entry
        for event in act.beside:
            yield self._add_own(event, entry.at, now)
        yield from self.end(now)

    def hears_alone(self, event: AnyEvent, by: Actor, at: datetime) -> bool:
        """Whether it takes the act of somebody who is cut off with it."""
        act = Act(command_id=f"alone-{at}", event=event, by=by, at=at, accepted_at=at, source=Source.API)
        try:
            return bool(list(self.take_in(act, at)))
        except DeskError:
            return False

    def refer(self, number: int, no: CaseNo, now: datetime) -> Iterator[Entry]:
        """What it handed on has become that case."""
        yield self._add_own(Referred(defect=number, case_no=no), now, now)
        yield from self.end(now)

    def leave(self) -> None:
        """Nobody looks at it any more."""
        self._scripts.drop(self)

    def ring(self, until: datetime, now: datetime) -> Iterator[Entry]:
        """Every alarm whose moment has come by then, each once it stands in the file; and what comes of it."""
        while alarm := alarms.next_due(self.docket, self.periods, min(until, now)):
            event, at = alarms.rung(alarm, self.docket, now)
            yield self._add_own(event, at, now)
            yield from self.end(now)

    def end(self, now: datetime) -> Iterator[Entry]:
        """The end of the procedure, where the script has come to it."""
        if self.place.result is not None and not self.file.ended:
            yield self._add_own(CaseEnded(result=self.place.result), self.file.last_at or now, now)
            self._scripts.drop(self)

    def next_alarm(self) -> datetime | None:
        """The moment of the alarm that the clock has to be set to."""
        if self.file.ended:
            return None
        moments = [alarm.moment for alarm, _ in alarms.of_duties(self.docket)]
        return min([*moments, *(one.over_at for one in self.periods)], default=None)

    def unsure(self, now: datetime) -> list[datetime]:
        return alarms.unsure(self.docket, self.periods, caught_up=self.caught_up, now=now)

    def add(self, entry: Entry) -> Entry:
        entry = replace(entry, number=self.file.last_number + 1)
        self.file.append(entry)
        self.docket.apply(entry, self.file)
        self.notices += notices_of(entry, self.setting)
        self.place = self._read()
        return entry

    @property
    def setting(self) -> Setting:
        return Setting(
            no=self.opening.no,
            drill=self.opening.drill,
            procedure=self.procedure,
            edition=self.edition,
            file=self.file,
            docket=self.docket,
        )

    def ignore_cancellation(self, now: datetime) -> Entry:
        """Somebody asked Temporal to cancel the workflow (REP-13)."""
        return self._add_own(CancellationIgnored(), now, now)

    def _add_own(self, event: AnyEvent, at: datetime, now: datetime) -> Entry:
        number = self.file.last_number + 1
        own = Entry(number=number, event=event, at=at, recorded_at=now, by=CLOCKWORK, source=Source.SYSTEM)
        return self.add(own)

    def _read(self) -> Place:
        return self._scripts.of(self).after(tuple(self.file))


def hash_of(*parts: object) -> int:
    """The same in every process."""
    return sum(ord(sign) * place for place, sign in enumerate("/".join(map(str, parts)), start=1))
