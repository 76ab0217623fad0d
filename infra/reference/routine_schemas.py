"""The schema of routines.toml: the register of equipment, and what is done regularly."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from domain.events.public import Facility
from domain.limits import SHORTEST_MONTH
from domain.rulebook.routine.plans import BY_RULE
from infra.reference.schemas import BuildingId, Clock, ItemCode, Post, Table, Text, Weekday
from infra.reference.values import parse_duration


def _rule(value: str) -> str:
    if value not in BY_RULE:
        known = " ".join(BY_RULE)
        raise ValueError(f"须为其中之一：{known}|one of: {known}")
    return value


def _length(value: object) -> timedelta:
    try:
        return parse_duration(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("时长须写作 PT8H、P3D|write a length of time as PT8H or P3D") from None


Kind = Annotated[Facility, Field(strict=False)]
RoutineRule = Annotated[str, AfterValidator(_rule)]
Length = Annotated[timedelta, BeforeValidator(_length)]
DayOfMonth = Annotated[int, Field(ge=1, le=SHORTEST_MONTH)]


class EquipmentTable(Table):
    """A line of the 设施设备台账."""

    code: ItemCode
    name: Text
    kind: Kind
    place: Text
    building: BuildingId | None = None


class RoutineTable(Table):
    """PUB-104, PUB-105, PUB-107. ``place`` and ``building`` are those of its equipment where it names one."""

    code: ItemCode
    rule: RoutineRule
    title: Text
    equipment: ItemCode | None = None
    place: Text | None = None
    building: BuildingId | None = None
    day: DayOfMonth | None = None
    weekday: Weekday | None = None
    at: Clock
    post: Post
    allowed: Length

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.day is None) == (self.weekday is None):
            raise ValueError("day（每月几日）与 weekday（每周几）须填且只填一项|give either day or weekday")
        if self.equipment is not None and (self.place is not None or self.building is not None):
            raise ValueError("有 equipment 的不填 place 与 building，以台账为准|the place is that of the equipment")
        if self.equipment is None and self.place is None:
            raise ValueError("须填 equipment 或 place|give the equipment or the place")
        return self


class RoutinesFile(Table):
    equipment: tuple[EquipmentTable, ...] = Field(default=(), strict=False)
    routine: tuple[RoutineTable, ...] = Field(default=(), strict=False)
