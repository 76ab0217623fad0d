"""The roster of a folder as the domain sees it, and why it may be refused (STA-101 to STA-103)."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from domain.calendar import LOCAL
from domain.people import Role, StaffId
from domain.roster import (
    Assignment,
    Gap,
    Leave,
    Roster,
    Shift,
    Span,
    StandIns,
    days_without,
    doubled,
    settles_at,
    uncovered,
)
from infra.reference.folder import ROSTER, Folder
from infra.reference.problems import Place, Problem
from infra.reference.schemas import RosterFile

MOST_SHOWN = 5


def roster_of(file: RosterFile) -> Roster:
    """Every shift and person named in the file must be known; see ``checks``."""
    shifts = {row.name: Shift(name=row.name, starts=row.starts, ends=row.ends) for row in file.shift}
    return Roster(
        assignments=tuple(
            Assignment(
                post=row.post,
                shift=shifts[row.shift],
                weekdays=frozenset(row.weekdays),
                staff=StaffId(person),
                valid_from=row.valid_from or file.valid_from,
                valid_until=row.valid_until or file.valid_until,
            )
            for row in file.assignment
            for person in row.staff
        ),
        leaves=tuple(
            Leave(staff=StaffId(row.staff), span=Span(start=row.starts_at, end=row.ends_at)) for row in file.leave
        ),
        stand_ins=tuple(StandIns(post=row.post, deputies=tuple(row.deputies)) for row in file.stand_in),
    )


def roster_problems(folder: Folder) -> Iterator[Problem]:
    """Hours of a required post that nobody covers, days without a duty holder, people in one post twice."""
    file = folder.roster
    roster = roster_of(file)
    last = file.valid_until or max(settles_at(roster), file.valid_from + timedelta(days=15))
    until = datetime.combine(last + timedelta(days=1), time(0), tzinfo=LOCAL)
    for post in file.round_the_clock:
        yield from _gaps(folder, uncovered(roster, [post], _first_beginning(roster, post, file.valid_from), until))
    for index, post in enumerate(file.every_day):
        days = days_without(roster, post, file.valid_from, last)
        if days:
            yield _empty_day(folder, index, days)
    for one, other in doubled(roster):
        place = _assignment_place(file, other)
        yield folder.problem(
            ROSTER,
            place,
            f"{other.staff} 在{other.post}的「{one.shift.name}」与「{other.shift.name}」重叠",
            f"{other.staff} would be {other.post} twice at once ({one.shift.name}, {other.shift.name}).",
        )


def _first_beginning(roster: Roster, post: Role, day: date) -> datetime:
    """The night into the first day belongs to the roster before: the post's first shift of that day opens the check."""
    chain = roster.chain(post)
    begun = [span.start for row in roster.assignments if row.post in chain for span in row.spans(day, day)]
    return min(begun, default=datetime.combine(day, time(0), tzinfo=LOCAL))


def _gaps(folder: Folder, gaps: list[Gap]) -> Iterator[Problem]:
    """One problem for gaps at the same hours, with the first of them."""
    alike: dict[tuple[time, time], list[Gap]] = {}
    for gap in gaps:
        hours = (gap.span.start.astimezone(LOCAL).time(), gap.span.end.astimezone(LOCAL).time())
        alike.setdefault(hours, []).append(gap)
    for same in list(alike.values())[:MOST_SHOWN]:
        yield _gap(folder, same[0], len(same))


def _gap(folder: Folder, gap: Gap, count: int) -> Problem:
    local = gap.span.start.astimezone(LOCAL)
    end = gap.span.end.astimezone(LOCAL)
    more = f"，同样空档共 {count} 处" if count > 1 else ""
    return folder.problem(
        ROSTER,
        _gap_place(folder.roster, gap),
        f"{gap.post}（含替岗）自 {local:%Y-%m-%d %H:%M} 至 {end:%Y-%m-%d %H:%M} 无人值班{more}（STA-101、STA-102）",
        f"nobody covers {gap.post} from {local:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}; such gaps: {count}.",
    )


def _gap_place(file: RosterFile, gap: Gap) -> Place:
    """The end of the shift after which the gap opens, when every day has it; else the demand it violates."""
    opens, closes = (moment.astimezone(LOCAL).time() for moment in (gap.span.start, gap.span.end))
    for index, shift in enumerate(file.shift):
        if shift.ends == opens and all(other.starts != opens for other in file.shift) and closes != opens:
            return ("shift", index, "ends")
    return ("round_the_clock",)


def _empty_day(folder: Folder, index: int, days: list[date]) -> Problem:
    post = folder.roster.every_day[index]
    return folder.problem(
        ROSTER,
        ("every_day",),
        f"{days[0].isoformat()} 没有排{post}，共 {len(days)} 天（STA-103）",
        f"nobody is {post} on {days[0].isoformat()}; days in all: {len(days)}.",
    )


def _assignment_place(file: RosterFile, row: Assignment) -> Place:
    for index, table in enumerate(file.assignment):
        if table.post is row.post and table.shift == row.shift.name and row.staff in table.staff:
            return ("assignment", index, "staff")
    return ("assignment",)
