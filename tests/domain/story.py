"""A case file written line by line with its docket beside it, as the pure tests of the rules tell it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from domain.admission import Act, Standing, admit
from domain.calendar import LOCAL
from domain.case_file import CaseFile, Entry, Source
from domain.deadlines import Duty, Obligation
from domain.docket import Docket
from domain.events import AnyEvent, Event, PeriodOver, RungReached
from domain.events.repair import Channel, FaultKind, FormFilled, RequestReceived, Situation, Wanted
from domain.limits import Terms
from domain.people import CLOCKWORK, Actor, EstateCode, Role, StaffId
from domain.periods import running
from domain.rulebook import REPAIR, Procedure

MONDAY = date(2026, 11, 23)
LY = EstateCode("LY")


def person(staff: str, *posts: Role) -> Actor:
    return Actor(id=StaffId(staff), name=staff, posts=frozenset(posts), estates=frozenset({LY}))


FRONT_DESK = person("fd-1", Role.FRONT_DESK)
SUPERVISOR = person("en-1", Role.ENGINEERING_SUPERVISOR)
REPAIRER = person("rp-1", Role.REPAIRER, Role.ENGINEERING)
OTHER_REPAIRER = person("rp-2", Role.REPAIRER, Role.ENGINEERING)
CENTRE_MANAGER = person("cm-1", Role.CENTRE_MANAGER)


def on(clock: str, *, days: int = 0) -> datetime:
    """``9:05`` or ``9:05:01`` of a Monday, or of so many days later, Asia/Shanghai."""
    hour, minute, second = (*(int(part) for part in clock.split(":")), 0)[:3]
    return datetime.combine(MONDAY + timedelta(days=days), time(hour, minute, second), LOCAL)


def received(situation: Situation = Situation.ORDINARY, fault: FaultKind = FaultKind.WATER) -> RequestReceived:
    return RequestReceived(
        channel=Channel.TELEPHONE, room="1-0101", content="漏水", phone="1", fault=fault, situation=situation
    )


def filled(wanted: Wanted = "尽快") -> FormFilled:
    return FormFilled(household="住户", address="1栋0101", phone="1", content="漏水", wanted=wanted)


class Story:
    """Adds entries, keeps the docket, and rings as the watch of a case would."""

    def __init__(
        self,
        rows: Sequence[Obligation] | None = None,
        terms: Terms | None = None,
        entries: Iterable[tuple[AnyEvent, datetime]] = (),
        *,
        procedure: Procedure = REPAIR,
    ) -> None:
        self.procedure = procedure
        self.terms = terms or Terms()
        self.file = CaseFile()
        self._has_periods = rows is None  # rows of a test's own have none
        self.docket = Docket(procedure.editions[-1].obligations if rows is None else rows, self.terms, procedure.who)
        for event, at in entries:
            self.then(event, at)

    def then(self, event: AnyEvent, at: datetime, by: Actor = SUPERVISOR) -> Entry:
        entry = Entry(number=self.file.last_number + 1, event=event, at=at, recorded_at=at, by=by, source=Source.API)
        self.add(entry)
        return entry

    def add(self, entry: Entry) -> None:
        self.file.append(entry)
        self.docket.apply(entry, self.file)

    def rings(self, until: datetime, *, late: bool = False) -> list[tuple[str, int, datetime]]:
        """Raise every rung and period that comes due by then, each at its moment (or, ``late``, all at the end)."""
        rung: list[tuple[str, int, datetime]] = []
        while due := [alarm for alarm in self.alarms() if alarm[0] <= until]:
            moment, key, cycle, number = min(due)
            if self.docket.find(key, cycle) is None:
                self._ticks(PeriodOver(key=key), moment, recorded_at=until if late else moment)
            else:
                at = until if late else moment
                self._ticks(RungReached(key=key, cycle=cycle, rung=number, late=late), at, recorded_at=at)
            rung.append((key, number, moment))
        return rung

    def alarms(self) -> list[tuple[datetime, str, int, int]]:
        """What a watch would have timers for: the moment, the key, the cycle (of a period the start), the rung."""
        rungs = [(alarm[1], duty.key, duty.cycle, alarm[0]) for duty in self.docket if (alarm := duty.next_alarm())]
        periods = running(self.procedure.editions[-1].periods, self.file, self.terms) if self._has_periods else ()
        return rungs + [(one.over_at, one.row.key, one.start_number, 0) for one in periods]

    def _ticks(self, event: AnyEvent, at: datetime, *, recorded_at: datetime) -> None:
        self.add(
            Entry(
                number=self.file.last_number + 1,
                event=event,
                at=at,
                recorded_at=recorded_at,
                by=CLOCKWORK,
                source=Source.SYSTEM,
            )
        )

    def duty(self, key: str, cycle: int | None = None) -> Duty:
        duty = self.docket.find(key, cycle)
        assert duty is not None, f"no duty {key}"
        return duty

    def admits(
        self,
        event: AnyEvent,
        at: datetime,
        by: Actor,
        *,
        now: datetime | None = None,
        accepted_at: datetime | None = None,
        awaited: Sequence[type[Event]] | None = None,
        turn_began: datetime | None = None,
    ) -> Entry:
        """What ``domain.admission`` makes of the act; it is not added. ``awaited``: by default, that very event."""
        act = Act(command_id="c-1", event=event, by=by, at=at, accepted_at=accepted_at or at, source=Source.API)
        expected = (type(event),) if awaited is None else awaited
        return admit(
            act,
            Standing(
                procedure=self.procedure,
                edition=self.procedure.editions[-1],
                terms=self.terms,
                file=self.file,
                docket=self.docket,
                awaited=expected,
                admitted=expected,
                turn_began=turn_began,
                now=now or at,
            ),
        )
