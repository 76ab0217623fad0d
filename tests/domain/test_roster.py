"""Who is on duty, and which hours nobody covers (STA-101 to STA-103)."""

from datetime import date, datetime, time, timedelta

from domain.calendar import LOCAL
from domain.people import Role, StaffId
from domain.roster import (
    Assignment,
    Leave,
    Roster,
    Shift,
    Span,
    StandIns,
    days_without,
    doubled,
    on_duty,
    settles_at,
    uncovered,
)

DAY = Shift(name="白班", starts=time(9), ends=time(17))
LONG_DAY = Shift(name="白班", starts=time(8), ends=time(17))
EVENING = Shift(name="中班", starts=time(17), ends=time(0))
NIGHT = Shift(name="夜班", starts=time(0), ends=time(8))
OVER_MIDNIGHT = Shift(name="大夜班", starts=time(22), ends=time(8))
ALL_DAY = Shift(name="值班", starts=time(8), ends=time(8))

EVERY_DAY = frozenset(range(1, 8))
DESK, REPAIRER, SUPERVISOR, DIRECTOR = (
    Role.FRONT_DESK,
    Role.REPAIRER,
    Role.ENGINEERING_SUPERVISOR,
    Role.DUTY_DIRECTOR,
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL)


def works(
    staff: str, shift: Shift, *, post: Role = DESK, weekdays: frozenset[int] = EVERY_DAY, until: date | None = None
) -> Assignment:
    return Assignment(
        post=post,
        shift=shift,
        weekdays=weekdays,
        staff=StaffId(staff),
        valid_from=date(2026, 1, 1),
        valid_until=until,
    )


def gaps(roster: Roster, *posts: Role, first: datetime, last: datetime) -> list[tuple[datetime, datetime]]:
    return [(gap.span.start, gap.span.end) for gap in uncovered(roster, posts, first, last)]


def test_sta_102_the_table_as_printed_leaves_eight_to_nine_uncovered() -> None:
    printed = Roster(assignments=(works("a", DAY), works("b", EVENING), works("c", NIGHT)))

    assert gaps(printed, DESK, first=at(2, 0), last=at(4, 0)) == [
        (at(2, 8), at(2, 9)),
        (at(3, 8), at(3, 9)),
    ]


def test_sta_101_three_shifts_that_meet_leave_no_minute_uncovered() -> None:
    mended = Roster(assignments=(works("a", LONG_DAY), works("b", EVENING), works("c", NIGHT)))

    assert gaps(mended, DESK, first=at(2, 0), last=at(30, 0)) == []


def test_a_shift_over_midnight_covers_the_next_morning_and_no_longer() -> None:
    roster = Roster(assignments=(works("a", OVER_MIDNIGHT, weekdays=frozenset({7})),))

    assert on_duty(roster, DESK, at(2, 7, 59)) == ("a",)
    assert on_duty(roster, DESK, at(2, 8)) == ()
    assert on_duty(roster, DESK, at(2, 23)) == ()


def test_a_shift_that_ends_when_it_starts_lasts_a_whole_day() -> None:
    roster = Roster(assignments=(works("a", ALL_DAY, weekdays=frozenset({1})),))

    assert gaps(roster, DESK, first=at(2, 0), last=at(4, 0)) == [(at(2, 0), at(2, 8)), (at(3, 8), at(4, 0))]


def test_a_leave_opens_a_gap_of_exactly_its_hours() -> None:
    away = Leave(staff=StaffId("b"), span=Span(start=at(2, 18), end=at(2, 20)))
    roster = Roster(
        assignments=(works("a", LONG_DAY), works("b", EVENING), works("c", NIGHT)),
        leaves=(away,),
    )

    assert gaps(roster, DESK, first=at(2, 0), last=at(4, 0)) == [(at(2, 18), at(2, 20))]
    assert on_duty(roster, DESK, at(2, 18)) == ()
    assert on_duty(roster, DESK, at(2, 20)) == ("b",)


def test_a_deputy_covers_the_post_and_is_found_only_when_the_post_itself_is_empty() -> None:
    roster = Roster(
        assignments=(works("boss", LONG_DAY, post=SUPERVISOR), works("duty", ALL_DAY, post=DIRECTOR)),
        stand_ins=(StandIns(post=SUPERVISOR, deputies=(REPAIRER, DIRECTOR)),),
    )

    assert gaps(roster, SUPERVISOR, first=at(2, 0), last=at(9, 0)) == []
    assert on_duty(roster, SUPERVISOR, at(2, 10)) == ("boss",)
    assert on_duty(roster, SUPERVISOR, at(2, 20)) == ("duty",)
    assert on_duty(roster, REPAIRER, at(2, 20)) == ()


def test_everybody_of_the_post_is_on_duty_at_once_in_order_of_id() -> None:
    roster = Roster(assignments=(works("b", LONG_DAY), works("a", LONG_DAY)))

    assert on_duty(roster, DESK, at(2, 8)) == ("a", "b")


def test_an_assignment_ends_with_its_last_day() -> None:
    roster = Roster(assignments=(works("a", EVENING, until=date(2026, 11, 2)),))

    assert on_duty(roster, DESK, at(2, 23, 59)) == ("a",)
    assert on_duty(roster, DESK, at(3, 17)) == ()


def test_sta_103_days_without_a_duty_director_are_named() -> None:
    roster = Roster(assignments=(works("d", ALL_DAY, post=DIRECTOR, weekdays=frozenset({1, 2, 3, 4, 5, 6})),))

    assert days_without(roster, DIRECTOR, date(2026, 11, 2), date(2026, 11, 15)) == [
        date(2026, 11, 8),
        date(2026, 11, 15),
    ]


def test_one_person_twice_in_one_post_at_once_is_found_and_two_posts_are_not() -> None:
    one, other = works("a", LONG_DAY), works("a", DAY)
    elsewhere = works("a", DAY, post=REPAIRER)

    assert doubled(Roster(assignments=(one, other, elsewhere))) == [(one, other)]
    assert doubled(Roster(assignments=(one, works("a", EVENING), works("b", DAY)))) == []


def test_a_shift_over_midnight_collides_with_the_next_mornings() -> None:
    sunday_night = works("a", OVER_MIDNIGHT, weekdays=frozenset({7}))
    monday_morning = works("a", NIGHT, weekdays=frozenset({1}))

    assert doubled(Roster(assignments=(sunday_night, monday_morning))) == [(sunday_night, monday_morning)]


def test_a_check_until_the_roster_settles_sees_the_last_change_of_it() -> None:
    ends = date(2027, 6, 30)
    roster = Roster(assignments=(works("a", ALL_DAY, until=ends),))

    last = datetime.combine(settles_at(roster), time(0), tzinfo=LOCAL)

    assert gaps(roster, DESK, first=at(2, 8), last=last) == [
        (datetime.combine(ends + timedelta(days=1), time(8), tzinfo=LOCAL), last)
    ]
