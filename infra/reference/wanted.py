"""The rows that a folder asks for, by table, in the shape in which the database gives its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from domain.calendar import CalendarYear
from infra.reference.duty import roster_of
from infra.reference.folder import Folder
from infra.reference.official import official_years
from infra.reference.routine_schemas import RoutinesFile
from infra.reference.schemas import RosterFile

Key = tuple[object, ...]
Rows = Mapping[Key, tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A table whose statements are ``<name>_now``, ``put_<name>`` and ``drop_<name>``; ``label`` is for people."""

    name: str
    label: str
    keys: int
    lasting: bool = False
    """Rows are never dropped."""


LAYOUTS = (
    Layout(name="estates", label="小区", keys=1, lasting=True),
    Layout(name="buildings", label="楼栋", keys=1),
    Layout(name="operating_procedures", label="维修操作规程", keys=1),
    Layout(name="rooms", label="房号", keys=1),
    Layout(name="equipment", label="设施设备台账", keys=1),
    Layout(name="routines", label="例行计划", keys=1),
    Layout(name="households", label="住户", keys=1),
    Layout(name="staff", label="员工", keys=1),
    Layout(name="staff_posts", label="岗位", keys=2),
    Layout(name="skills", label="专长", keys=2),
    Layout(name="teams", label="班组", keys=1),
    Layout(name="fault_teams", label="故障派工", keys=1),
    Layout(name="shifts", label="班次", keys=1),
    Layout(name="assignments", label="排班", keys=4),
    Layout(name="leaves", label="请假", keys=2),
    Layout(name="stand_ins", label="替岗", keys=3),
    Layout(name="required_posts", label="必须有人的岗位", keys=2),
    Layout(name="price_versions", label="收费标准版本", keys=1),
    Layout(name="price_items", label="收费项目", keys=2),
    Layout(name="calendars", label="工作日历", keys=1, lasting=True),
    Layout(name="calendar_years", label="日历年度", keys=1),
    Layout(name="open_values", label="未定数值", keys=2),
)
"""Parents before children: written in this order, dropped in the other."""


def wanted(folder: Folder) -> dict[str, Rows]:
    """Personal columns are in clear here; the loader seals them."""
    return {
        **_estate(folder),
        **_people(folder),
        **_duty(folder.roster),
        **_prices(folder),
        **_calendar(folder),
        **_routines(folder.routines),
        "open_values": {(row.id, row.effective_from): (row.value,) for row in folder.open_values.value},
    }


def _estate(folder: Folder) -> dict[str, Rows]:
    return {
        "estates": {(folder.estate.code,): (folder.estate.name,)},
        "buildings": {(row.code,): (row.name,) for row in folder.estate.building},
        "operating_procedures": {
            (kind,): (row.title, row.reference) for row in folder.estate.operating_procedure for kind in row.kinds
        },
        "rooms": {(row.code,): (row.building, row.kind) for row in folder.rooms},
        "households": {(row.id,): (row.room, row.name, row.phone or None) for row in folder.households},
    }


def _people(folder: Folder) -> dict[str, Rows]:
    staff, teams = folder.staff.staff, folder.staff.team
    return {
        "staff": {
            (row.id,): (True, row.name, row.phone, row.email, row.wecom, row.dingtalk, row.feishu) for row in staff
        },
        "staff_posts": {(row.id, post.value): () for row in staff for post in row.posts},
        "skills": {(row.id, trade): () for row in staff for trade in row.skills},
        "teams": {(row.name,): (tuple(row.members),) for row in teams},
        "fault_teams": {(kind.value,): (row.name,) for row in teams for kind in row.fault_kinds},
    }


def _duty(file: RosterFile) -> dict[str, Rows]:
    roster = roster_of(file)
    return {
        "shifts": {(row.name,): (row.starts, row.ends) for row in file.shift},
        "assignments": {
            (row.post.value, row.shift.name, row.staff, row.valid_from): (
                tuple(sorted(row.weekdays)),
                row.valid_until,
            )
            for row in roster.assignments
        },
        "leaves": {(row.staff, row.span.start): (row.span.end,) for row in roster.leaves},
        "stand_ins": {
            (row.post.value, rank, deputy.value): ()
            for row in roster.stand_ins
            for rank, deputy in enumerate(row.deputies, start=1)
        },
        "required_posts": {
            **{(post.value, "round_the_clock"): () for post in file.round_the_clock},
            **{(post.value, "every_day"): () for post in file.every_day},
        },
    }


def _routines(file: RoutinesFile) -> dict[str, Rows]:
    """Where something is maintained is where it stands in the register."""
    register = {row.code: row for row in file.equipment}
    places = {row.code: register[row.equipment] if row.equipment else row for row in file.routine}
    return {
        "equipment": {(row.code,): (row.name, row.kind.value, row.place, row.building) for row in file.equipment},
        "routines": {
            (row.code,): (
                row.rule,
                row.title,
                places[row.code].place,
                places[row.code].building,
                row.equipment,
                row.day,
                row.weekday,
                row.at,
                row.post.value,
                row.allowed,
            )
            for row in file.routine
        },
    }


def _prices(folder: Folder) -> dict[str, Rows]:
    versions = folder.prices.version
    return {
        "price_versions": {(row.version,): (row.effective_from,) for row in versions},
        "price_items": {
            (row.version, item.code): (
                item.name,
                item.category.value,
                item.unit,
                item.labour,
                item.material,
                item.other,
            )
            for row in versions
            for item in row.items
        },
    }


def _calendar(folder: Folder) -> dict[str, Rows]:
    file = folder.calendar
    return {
        "calendars": {
            (folder.estate.code,): (
                file.version,
                tuple(sorted(set(file.weekdays))),
                tuple(sorted(file.windows)),
                file.closes_with_windows,
            )
        },
        "calendar_years": {(year.year,): (_dates(year.holidays), _dates(year.workdays)) for year in _years(folder)},
    }


def _years(folder: Folder) -> Iterator[CalendarYear]:
    """The folder's own years take the place of the official ones."""
    years = {year.year: year for year in official_years()} if folder.calendar.official else {}
    years |= {table.year: table.to_year() for table in folder.calendar.year}
    yield from years.values()


def _dates(texts: tuple[str, ...]) -> tuple[date, ...]:
    return tuple(date.fromisoformat(text) for text in texts)
