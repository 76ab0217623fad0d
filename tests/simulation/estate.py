"""The estate of a simulated month: its people, each with a character, their shifts and leaves, and the calendar."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from domain.assigning import Crew, Repairer
from domain.calendar import LOCAL, CalendarYear, WorkingCalendar
from domain.people import POSTS, Actor, Role, StaffId
from domain.roster import Assignment, Leave, Roster, Shift, Span, StandIns, on_duty
from infra.reference.official import official_years
from tests.domain.makers import FOREMAN
from tests.domain.story import CENTRE_MANAGER, FRONT_DESK, OTHER_REPAIRER, REPAIRER, SUPERVISOR, person

FIRST_DAY = date(2026, 12, 14)
"""A Monday; in the thirty days from it lies the one holiday that every year's calendar has, 元旦."""

NEW_YEAR = CalendarYear(year=2027, holidays=("2027-01-01",))
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

DAYS = Shift(name="白班", starts=time(8), ends=time(17))
EVENINGS = Shift(name="中班", starts=time(17), ends=time(0))
NIGHTS = Shift(name="夜班", starts=time(0), ends=time(8))
OFFICE = Shift(name="行政班", starts=time(9), ends=time(18))
ALL_WEEK = (1, 2, 3, 4, 5, 6, 7)
WORKING_DAYS = (1, 2, 3, 4, 5)

DESK_DIRECTOR = tuple(person(f"dd-{number}", Role.DUTY_DIRECTOR) for number in (1, 2, 3))
CLERKS = (FRONT_DESK, *(person(f"fd-{number}", Role.FRONT_DESK) for number in (2, 3, 4)))

ROTA: tuple[tuple[Actor, Shift, tuple[int, ...]], ...] = (
    (CLERKS[0], DAYS, ALL_WEEK),
    (CLERKS[1], DAYS, WORKING_DAYS),
    (CLERKS[2], EVENINGS, ALL_WEEK),
    (CLERKS[3], NIGHTS, ALL_WEEK),
    (REPAIRER, DAYS, ALL_WEEK),
    (OTHER_REPAIRER, EVENINGS, ALL_WEEK),
    (FOREMAN, NIGHTS, (1, 2, 3)),
    (FOREMAN, DAYS, (6, 7)),
    (SUPERVISOR, DAYS, WORKING_DAYS),
    (CENTRE_MANAGER, OFFICE, WORKING_DAYS),
    *((actor, shift, ALL_WEEK) for actor, shift in zip(DESK_DIRECTOR, (DAYS, EVENINGS, NIGHTS), strict=True)),
    *(
        (person(f"x-{number}", post), OFFICE, WORKING_DAYS)
        for number, post in enumerate(sorted(POSTS - {Role.DUTY_DIRECTOR, Role.FRONT_DESK, Role.REPAIRER}))
    ),
)
"""Who works when; of every post somebody, and those whom the makers send."""


class Character(StrEnum):
    """What decides how soon, how truthfully and how completely somebody acts."""

    CAREFUL = "careful"
    HASTY = "hasty"
    FORGETFUL = "forgetful"
    OFFLINE = "offline"
    CHEATING = "cheating"
    ABSENT = "absent"


MOST_ARE = (Character.CAREFUL,) * 4 + tuple(Character)


@dataclass(kw_only=True)
class Person:
    """``hours``: when he is there, in order; ``cut_off_until``: he acts where the desk does not hear him."""

    actor: Actor
    character: Character
    hours: Sequence[Span]
    cut_off_until: datetime | None = None

    @property
    def id(self) -> StaffId:
        return self.actor.id

    def there(self, at: datetime) -> bool:
        if self.cut_off_until and at < self.cut_off_until:
            return False
        place = bisect_right(self.hours, at, key=lambda span: span.start)
        return place > 0 and self.hours[place - 1].holds(at)

    def back(self, at: datetime) -> datetime:
        """When he is there next, never before ``at``; a month on, where he does not come any more."""
        at = max(filter(None, (at, self.cut_off_until)))
        if self.there(at):
            return at
        return next((span.start for span in self.hours if span.start >= at), at + 30 * DAY)


@dataclass(kw_only=True)
class Estate:
    """``knows_next_year``: its calendar holds 2027; else a limit in working days that reaches there is provisional."""

    roster: Roster
    people: dict[StaffId, Person]
    calendar: WorkingCalendar
    _duty: dict[tuple[Role, datetime], tuple[StaffId, ...]] = field(default_factory=dict)

    def on_duty(self, post: Role, at: datetime) -> tuple[StaffId, ...]:
        """As the roster says; shifts and leaves change on the hour."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        if (post, hour) not in self._duty:
            self._duty[post, hour] = on_duty(self.roster, post, hour)
        return self._duty[post, hour]

    def on_leave(self, staff: StaffId, at: datetime) -> bool:
        return any(leave.staff == staff and leave.span.holds(at) for leave in self.roster.leaves)

    def crew(self, at: datetime) -> Crew:
        """Every repairer, as he stands then; all are trained for everything."""
        return [
            Repairer(
                id=one.id,
                name=one.id,
                on_duty_until=at + HOUR if one.there(at) else None,
                on_leave=self.on_leave(one.id, at),
                trained=True,
                in_hand=0,
            )
            for one in self.people.values()
            if one.actor.holds(Role.REPAIRER)
        ]


def found_estate(chance: Random, first: date, days: int) -> Estate:
    """People of all characters, drawn; somebody is always on duty, in every post or for it."""
    actors = {actor.id: actor for actor, _, _ in ROTA}
    characters = {staff: chance.choice(MOST_ARE) for staff in actors}
    absent = [staff for staff, how in characters.items() if how is Character.ABSENT]
    leaves = [_leave(chance, staff, first, days) for staff in absent if not actors[staff].holds(Role.DUTY_DIRECTOR)]
    roster = Roster(
        assignments=tuple(
            Assignment(
                post=post,
                shift=shift,
                weekdays=frozenset(weekdays),
                staff=actor.id,
                valid_from=first - DAY,
            )
            for actor, shift, weekdays in ROTA
            for post in sorted(actor.posts)
        ),
        leaves=tuple(leaves),
        stand_ins=tuple(
            StandIns(post=post, deputies=(Role.DUTY_DIRECTOR,)) for post in sorted(POSTS - {Role.DUTY_DIRECTOR})
        ),
    )
    people = {
        staff: Person(actor=actors[staff], character=how, hours=_hours(roster, staff, first, days))
        for staff, how in characters.items()
    }
    years = (*official_years(), *((NEW_YEAR,) if chance.random() < 0.5 else ()))
    calendar = WorkingCalendar(version="LY-1", years=tuple(year for year in years if year.year >= first.year))
    return Estate(roster=roster, people=people, calendar=calendar)


def _leave(chance: Random, staff: StaffId, first: date, days: int) -> Leave:
    begins = first + DAY * chance.randrange(max(days - 8, 1))
    start = datetime.combine(begins, time(), LOCAL)
    return Leave(staff=staff, span=Span(start=start, end=start + DAY * chance.randint(2, 8)))


def _hours(roster: Roster, staff: StaffId, first: date, days: int) -> list[Span]:
    """His shifts, less his leaves; a shift that a leave touches is not worked."""
    spans = [
        span for row in roster.assignments if row.staff == staff for span in row.spans(first - DAY, first + DAY * days)
    ]
    away = [leave.span for leave in roster.leaves if leave.staff == staff]
    worked = {span.start: span for span in spans if not any(_touch(span, leave) for leave in away)}
    return [worked[start] for start in sorted(worked)]


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
