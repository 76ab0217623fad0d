"""What must agree between the tables and files of a folder."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import timedelta

from domain.people import Role
from domain.pricing import OFF_THE_LIST
from domain.rulebook.open_values import DURATIONS, FACTORS, OV_104, STARTS, TIMES
from domain.rulebook.repair.obligations import AT_ONCE
from infra.reference.duty import roster_problems
from infra.reference.folder import (
    CALENDAR,
    ESTATE,
    HOUSEHOLDS,
    OPEN_VALUES,
    PRICES,
    ROOMS,
    ROSTER,
    ROUTINES,
    STAFF,
    Folder,
)
from infra.reference.problems import Place, Problem, WrongReference
from infra.reference.routine_checks import routine_problems
from infra.reference.values import parse_clock, parse_duration, parse_factor

BELOW = {OV_104.id: AT_ONCE}
"""REP-105, REP-124: nobody sets out only when he has to be there."""

SHAPES = "格式不符：时长如 PT5M、P7D，时刻如 17:00，倍数如 2、1.5"


def check(folder: Folder) -> None:
    """Raises WrongReference with everything that does not agree; the roster is weighed once its names are known."""
    problems = [*_twice(folder), *_rooms(folder), *_staff(folder), *_roster_names(folder), *_assignments(folder)]
    problems += [*_prices(folder), *_open_values(folder), *routine_problems(folder)]
    problems += _operating_procedures(folder)
    if not problems:
        problems += roster_problems(folder)
    if problems:
        raise WrongReference(problems)


def _twice(folder: Folder) -> Iterator[Problem]:
    code, roster, prices = folder.estate.code, folder.roster, folder.prices
    yield from _repeated(folder, ESTATE, ("building",), [row.code for row in folder.estate.building], "code")
    yield from _repeated(folder, ROOMS, (), [row.code for row in folder.rooms], "code")
    yield from _repeated(folder, HOUSEHOLDS, (), [row.id for row in folder.households], "id")
    yield from _repeated(folder, STAFF, ("staff",), [row.id for row in folder.staff.staff], "id")
    yield from _repeated(folder, STAFF, ("team",), [row.name for row in folder.staff.team], "name")
    yield from _repeated(folder, ROSTER, ("shift",), [row.name for row in roster.shift], "name")
    yield from _repeated(folder, ROSTER, ("stand_in",), [row.post for row in roster.stand_in], "post")
    yield from _repeated(folder, ROSTER, ("leave",), [(row.staff, row.starts_at) for row in roster.leave], "starts_at")
    yield from _repeated(folder, PRICES, ("version",), [row.version for row in prices.version], "version")
    yield from _repeated(folder, PRICES, ("version",), [row.effective_from for row in prices.version], "effective_from")
    yield from _repeated(folder, CALENDAR, ("year",), [row.year for row in folder.calendar.year], "year")
    yield from _repeated(folder, ROUTINES, ("equipment",), [row.code for row in folder.routines.equipment], "code")
    yield from _repeated(folder, ROUTINES, ("routine",), [row.code for row in folder.routines.routine], "code")
    dated = [(row.id, row.effective_from) for row in folder.open_values.value]
    yield from _repeated(folder, OPEN_VALUES, ("value",), dated, "effective_from")
    for index, version in enumerate(prices.version):
        codes = [item.code for item in version.items]
        yield from _repeated(folder, PRICES, ("version", index, "items"), codes, "code")
        if not version.version.startswith(f"{code}-"):
            yield _prefix(folder, PRICES, ("version", index, "version"))
    for index, household in enumerate(folder.households):
        if not household.id.startswith(f"{code}-"):
            yield _prefix(folder, HOUSEHOLDS, (index, "id"))


def _operating_procedures(folder: Folder) -> Iterator[Problem]:
    taken: set[str] = set()
    for index, row in enumerate(folder.estate.operating_procedure):
        for kind in row.kinds:
            if kind in taken:
                yield folder.problem(
                    ESTATE,
                    ("operating_procedure", index, "kinds"),
                    f"「{kind}」已有维修操作规程（REP-115）",
                    f"{kind} already has its operating procedure",
                )
            taken.add(kind)


def _rooms(folder: Folder) -> Iterator[Problem]:
    buildings = {row.code for row in folder.estate.building}
    rooms = {row.code for row in folder.rooms}
    for index, room in enumerate(folder.rooms):
        if room.building not in buildings:
            yield _unknown(folder, ROOMS, (index, "building"), ESTATE)
    for index, household in enumerate(folder.households):
        if household.room not in rooms:
            yield _unknown(folder, HOUSEHOLDS, (index, "room"), ROOMS)


def _staff(folder: Folder) -> Iterator[Problem]:
    staff = {row.id for row in folder.staff.staff}
    kinds: set[str] = set()
    for index, member in enumerate(folder.staff.staff):
        yield from _repeats_within(folder, STAFF, ("staff", index, "posts"), member.posts)
        yield from _skills(folder, index)
    for index, team in enumerate(folder.staff.team):
        for person in team.members:
            if person not in staff:
                yield _unknown(folder, STAFF, ("team", index, "members"), STAFF)
        for kind in team.fault_kinds:
            if kind in kinds:
                yield folder.problem(
                    STAFF,
                    ("team", index, "fault_kinds"),
                    f"故障类型「{kind}」已归另一班组（REP-05）",
                    f"fault kind {kind} already belongs to another team",
                )
            kinds.add(kind)


def _skills(folder: Folder, index: int) -> Iterator[Problem]:
    member, place = folder.staff.staff[index], ("staff", index, "skills")
    yield from _repeats_within(folder, STAFF, place, member.skills)
    if member.skills and Role.REPAIRER not in member.posts:
        yield folder.problem(
            STAFF,
            place,
            f"只有岗位「{Role.REPAIRER}」填写专长（REP-05）",
            f"only a {Role.REPAIRER} has skills",
        )


def _roster_names(folder: Folder) -> Iterator[Problem]:
    staff = {row.id for row in folder.staff.staff}
    for index, leave in enumerate(folder.roster.leave):
        if leave.staff not in staff:
            yield _unknown(folder, ROSTER, ("leave", index, "staff"), STAFF)
    for index, stand_in in enumerate(folder.roster.stand_in):
        yield from _repeats_within(folder, ROSTER, ("stand_in", index, "deputies"), [stand_in.post, *stand_in.deputies])


def _assignments(folder: Folder) -> Iterator[Problem]:
    shifts = {row.name for row in folder.roster.shift}
    rows: set[tuple[object, ...]] = set()
    for index, row in enumerate(folder.roster.assignment):
        place: Place = ("assignment", index)
        yield from _repeats_within(folder, ROSTER, (*place, "weekdays"), row.weekdays)
        if row.shift not in shifts:
            yield _unknown(folder, ROSTER, (*place, "shift"), ROSTER)
        first, last = row.valid_from or folder.roster.valid_from, row.valid_until or folder.roster.valid_until
        if last is not None and last < first:
            yield folder.problem(ROSTER, place, "结束日期早于开始日期", "the last day lies before the first")
        yield from _holders(folder, index)
        keys = {(row.post, row.shift, person, first) for person in row.staff}
        if keys & rows or len(keys) < len(row.staff):
            yield folder.problem(ROSTER, place, "同一人重复排班", "somebody is assigned twice")
        rows |= keys


def _holders(folder: Folder, index: int) -> Iterator[Problem]:
    posts = {row.id: frozenset(row.posts) for row in folder.staff.staff}
    row = folder.roster.assignment[index]
    for person in row.staff:
        if person not in posts:
            yield _unknown(folder, ROSTER, ("assignment", index, "staff"), STAFF)
        elif row.post not in posts[person]:
            yield folder.problem(
                ROSTER,
                ("assignment", index, "staff"),
                f"{person} 没有岗位「{row.post}」，请先在 {STAFF} 填写",
                f"{person} does not hold {row.post}; give the post in {STAFF} first",
            )


def _prices(folder: Folder) -> Iterator[Problem]:
    for index, version in enumerate(folder.prices.version):
        for position, item in enumerate(version.items):
            if item.code in OFF_THE_LIST:
                yield folder.problem(
                    PRICES,
                    ("version", index, "items", position, "code"),
                    f"此编号系统留作「{OFF_THE_LIST[item.code]}」，请另取",
                    "this code stands for what the list does not name; choose another",
                )
            if not any((item.labour, item.material, item.other)):
                yield folder.problem(
                    PRICES,
                    ("version", index, "items", position),
                    "各项价格均为零",
                    "every price of the item is zero",
                )


def _open_values(folder: Folder) -> Iterator[Problem]:
    readers: dict[str, Callable[[str], object]] = {row.id: parse_duration for row in DURATIONS}
    readers |= {row.id: parse_clock for row in TIMES}
    readers |= {row.id: parse_factor for row in FACTORS}
    readers |= {row.id: row.named for row in STARTS}
    starts = {row.id: f"起算须为：{'、'.join(choice.label for choice in row.choices)}" for row in STARTS}
    for index, row in enumerate(folder.open_values.value):
        place: Place = ("value", index, "value")
        if row.id not in readers:
            known = "、".join(sorted(readers))
            yield folder.problem(
                OPEN_VALUES,
                ("value", index, "id"),
                f"可设置的有：{known}",
                f"the desk reads: {', '.join(sorted(readers))}",
            )
            continue
        try:
            value = readers[row.id](row.value)
        except ValueError as fault:
            yield folder.problem(OPEN_VALUES, place, starts.get(row.id, SHAPES), str(fault))
            continue
        if row.id in BELOW and isinstance(value, timedelta) and value >= BELOW[row.id]:
            minutes = BELOW[row.id] // timedelta(minutes=1)
            yield folder.problem(OPEN_VALUES, place, f"须短于{minutes}分钟", f"must be shorter than {minutes} minutes")


def _repeated(folder: Folder, file: str, table: Place, keys: Sequence[Hashable], column: str) -> Iterator[Problem]:
    seen: set[Hashable] = set()
    for index, key in enumerate(keys):
        if key in seen:
            yield folder.problem(file, (*table, index, column), "与前面重复", "repeats an earlier one")
        seen.add(key)


def _repeats_within(folder: Folder, file: str, place: Place, values: Iterable[Hashable]) -> Iterator[Problem]:
    values = list(values)
    if len(set(values)) != len(values):
        yield folder.problem(file, place, "列表内有重复", "the list repeats itself")


def _prefix(folder: Folder, file: str, place: Place) -> Problem:
    code = folder.estate.code
    return folder.problem(file, place, f"须以「{code}-」开头", f"must begin with {code}-")


def _unknown(folder: Folder, file: str, place: Place, other: str) -> Problem:
    return folder.problem(file, place, f"{other} 中没有这个代码或名称", f"{other} has no such code or name")
