"""The schema of each file that describes an estate; docs/reference-data.md shows one example of each."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from domain.calendar import LOCAL, CalendarYear
from domain.events.public import Facility
from domain.events.repair import FaultKind
from domain.people import POSTS, Role
from infra.reference.values import parse_clock
from infra.telephone import BETWEEN, telephone

TRADES = tuple(dict.fromkeys(str(kind) for kind in (*FaultKind, *Facility)))
"""What somebody can be trained for: a kind of fault in a home, or of public facility."""


def _post(role: Role) -> Role:
    if role not in POSTS:
        raise ValueError("不是可排班的岗位|not a post of the company")
    return role


def _trade(value: str) -> str:
    if value not in TRADES:
        known = "、".join(TRADES)
        raise ValueError(f"可填：{known}|one of: {known}")
    return value


def _reference(value: str) -> str:
    if re.fullmatch(r"https?://[\x21-\x7e]+|[^\s:\\]+( [^\s:\\]+)*", value) is None:
        raise ValueError(
            "须为文件编号（不含冒号、反斜杠，首尾无空格）或 http(s):// 网址|"
            "a document's number, without colon or backslash, or an http(s) address"
        )
    return value


def _phone(value: str) -> str:
    number = telephone(value)
    if number is None or BETWEEN in number:
        raise ValueError("须为一个电话号码，如 13800000000、0755-26001234|one telephone number, such as 13800000000")
    return number


def _clock(value: object) -> time:
    if not isinstance(value, str):
        raise ValueError('时刻须写作 "08:00"|write a time of day as "08:00"')  # noqa: TRY004 - pydantic reads ValueError
    try:
        return parse_clock(value)
    except ValueError:
        raise ValueError('时刻须写作 "08:00"|write a time of day as "08:00"') from None


def _window(value: str) -> str:
    start, _, end = value.partition("-")
    if not _clock(start) < _clock(end):
        raise ValueError('时段须写作 "09:00-12:00"，止晚于起|write hours as "09:00-12:00", the end after the start')
    return value


def _decimal(value: object) -> object:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _local(value: datetime) -> datetime:
    return value.replace(tzinfo=LOCAL) if value.tzinfo is None else value


Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=100)]
Contact = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]+$", max_length=200)]
Phone = Annotated[str, StringConstraints(max_length=60), AfterValidator(_phone)]
Reference = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=300), AfterValidator(_reference)
]
EstateId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,8}$")]
BuildingId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{1,10}$")]
RoomId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{1,20}$")]
HouseholdId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{2,20}$")]
StaffKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,20}$")]
ItemCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{2,20}$")]
VersionName = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9.-]{2,30}$")]
OpenValueId = Annotated[str, StringConstraints(pattern=r"^OV-[0-9]{2,3}(-[0-9])?$")]
Post = Annotated[Role, Field(strict=False), AfterValidator(_post)]
Trade = Annotated[str, AfterValidator(_trade)]
Fault = Annotated[FaultKind, Field(strict=False)]
Clock = Annotated[time, BeforeValidator(_clock)]
Window = Annotated[str, AfterValidator(_window)]
Weekday = Annotated[int, Field(ge=1, le=7)]
Price = Annotated[Decimal, BeforeValidator(_decimal), Field(ge=0, max_digits=12, decimal_places=2)]
Moment = Annotated[datetime, AfterValidator(_local)]
Year = Annotated[int, Field(ge=1990, le=2200)]


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Building(Table):
    code: BuildingId
    name: Text


class OperatingProcedureTable(Table):
    """REP-115: the 维修操作规程 of these kinds of fault and of facility. ``reference``: where it is found."""

    title: Text
    reference: Reference
    kinds: Annotated[list[Trade], Field(min_length=1)]


class EstateFile(Table):
    code: EstateId
    name: Text
    building: Annotated[list[Building], Field(min_length=1)]
    operating_procedure: list[OperatingProcedureTable] = []


class RoomRow(Table):
    code: RoomId
    building: BuildingId
    kind: Text


class HouseholdRow(Table):
    id: HouseholdId
    room: RoomId
    name: Text
    phone: Phone | Annotated[str, StringConstraints(max_length=0)]


class StaffMember(Table):
    """``skills``: the kinds of fault and of facility that a repairer is trained for (REP-05, PUB-04)."""

    id: StaffKey
    name: Text
    posts: Annotated[list[Post], Field(min_length=1)]
    skills: list[Trade] = []
    phone: Phone | None = None
    email: Contact | None = None
    wecom: Contact | None = None
    dingtalk: Contact | None = None
    feishu: Contact | None = None


class Team(Table):
    name: Text
    fault_kinds: Annotated[list[Fault], Field(min_length=1)]
    members: Annotated[list[StaffKey], Field(min_length=1)]


class StaffFile(Table):
    staff: Annotated[list[StaffMember], Field(min_length=1)]
    team: list[Team] = []


class ShiftTable(Table):
    name: Text
    starts: Clock
    ends: Clock


class AssignmentTable(Table):
    post: Post
    shift: Text
    weekdays: Annotated[list[Weekday], Field(min_length=1)]
    staff: Annotated[list[StaffKey], Field(min_length=1)]
    valid_from: date | None = None
    valid_until: date | None = None


class LeaveTable(Table):
    staff: StaffKey
    starts_at: Moment
    ends_at: Moment

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("结束须晚于开始|the end must be after the start")
        return self


class StandInTable(Table):
    post: Post
    deputies: Annotated[list[Post], Field(min_length=1)]


class RosterFile(Table):
    valid_from: date
    valid_until: date | None = None
    round_the_clock: Annotated[list[Post], Field(min_length=1)]
    every_day: list[Post] = []
    shift: Annotated[list[ShiftTable], Field(min_length=1)]
    assignment: Annotated[list[AssignmentTable], Field(min_length=1)]
    leave: list[LeaveTable] = []
    stand_in: list[StandInTable] = []


class PriceRow(Table):
    code: ItemCode
    name: Text
    category: Fault
    unit: Text
    labour: Price
    material: Price
    other: Price = Decimal(0)


class PriceVersion(Table):
    version: VersionName
    effective_from: date
    items: Annotated[list[PriceRow], Field(min_length=1)]


class PricesFile(Table):
    version: Annotated[list[PriceVersion], Field(min_length=1)]


class OpenValueTable(Table):
    id: OpenValueId
    value: Text
    effective_from: date


class OpenValuesFile(Table):
    value: list[OpenValueTable] = []


class YearTable(Table):
    """Dates off and make-up working days of one year."""

    year: Year
    holidays: list[date]
    workdays: list[date]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        days = [*self.holidays, *self.workdays]
        if any(day.year != self.year for day in days):
            raise ValueError("日期须在本年内|every date must lie in the year")
        if len(set(days)) != len(days):
            raise ValueError("日期重复|a date stands twice")
        return self

    def to_year(self) -> CalendarYear:
        return CalendarYear(
            year=self.year,
            holidays=tuple(day.isoformat() for day in sorted(self.holidays)),
            workdays=tuple(day.isoformat() for day in sorted(self.workdays)),
        )


class CalendarFile(Table):
    version: Text
    official: bool
    weekdays: Annotated[list[Weekday], Field(min_length=1)]
    windows: list[Window] = []
    closes_with_windows: bool = False
    year: list[YearTable] = []
