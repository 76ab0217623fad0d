"""What happens in what runs by the calendar: checks, the cleaning that they ask for, the monthly costs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from domain.events.base import Event
from domain.events.public import Facility, FacilityFault, Hazard
from domain.people import CaseNo, Role


class Routine(StrEnum):
    """PUB-104, PUB-105, PUB-107: what is done regularly."""

    FACILITIES = "设施检查"
    EQUIPMENT = "设备保养"
    HYGIENE = "卫生检查"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One thing that a check found. Of what is dirty the place and the words are all there is to say."""

    place: str
    content: str
    facility: Facility = Facility.OTHER
    fault: FacilityFault = FacilityFault.ABNORMAL
    hazard: Hazard = Hazard.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutineDue(Event):
    """PUB-104, PUB-105, PUB-107: by the estate's plan it is time.

    ``code`` is that of the plan, ``equipment`` one of the register, empty for what is none.
    ``planned_for`` is the moment of the plan, also where the case was opened later; ``due`` the last one on time.
    """

    type: Literal["routine_due"] = "routine_due"
    label: ClassVar[str] = "例行到期"
    code: str
    routine: Routine
    title: str
    where: str
    building: str
    post: Role
    planned_for: datetime
    due: datetime
    equipment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutineChecked(Event):
    """PUB-104, PUB-105, PUB-107: done, what was found, and each defect; each becomes a case of its own."""

    type: Literal["routine_checked"] = "routine_checked"
    label: ClassVar[str] = "检查记录"
    findings: str
    defects: tuple[Defect, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred(Event):
    """The defect of that number, from 1, has its case: a public repair (PUB-104) or a cleaning task (PUB-107)."""

    type: Literal["referred"] = "referred"
    label: ClassVar[str] = "缺陷转单"
    defect: int
    case_no: CaseNo


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningAsked(Event):
    """PUB-107: a check of the hygiene found something to clean up. ``check`` is the number of that case."""

    type: Literal["cleaning_asked"] = "cleaning_asked"
    label: ClassVar[str] = "保洁派单"
    free_words: ClassVar[frozenset[str]] = frozenset({"where"})
    check: CaseNo
    where: str
    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningDone(Event):
    """PUB-107: cleaned up, says who did it."""

    type: Literal["cleaning_done"] = "cleaning_done"
    label: ClassVar[str] = "保洁完成"
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningPassed(Event):
    """PUB-107: 客服中心 has looked, and it is clean."""

    type: Literal["cleaning_passed"] = "cleaning_passed"
    label: ClassVar[str] = "保洁验收"


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningSentBack(Event):
    """PUB-107: 客服中心 has looked, and it is to be cleaned again."""

    type: Literal["cleaning_sent_back"] = "cleaning_sent_back"
    label: ClassVar[str] = "退回保洁"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostsReckoned(Event):
    """FEE-01: the costs of a month (``2026-11``) are reckoned; ``flagged`` orders lie above the factor of OV-38."""

    type: Literal["costs_reckoned"] = "costs_reckoned"
    label: ClassVar[str] = "成本分析"
    month: str
    flagged: int


RoutineEvent = (
    RoutineDue
    | RoutineChecked
    | Referred
    | CleaningAsked
    | CleaningDone
    | CleaningPassed
    | CleaningSentBack
    | CostsReckoned
)
