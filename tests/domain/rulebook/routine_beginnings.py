"""For every row of what runs by the calendar: a file in which its duty is open, what meets it, and when it is due."""

from collections.abc import Mapping

from domain.events import RoutineDue
from domain.events.public import Facility, FacilityFault
from domain.events.routine import (
    CleaningAsked,
    CleaningDone,
    CleaningPassed,
    CleaningSentBack,
    Defect,
    Routine,
    RoutineChecked,
)
from domain.people import CaseNo, Role
from domain.rulebook import ROUTINE
from domain.rulebook.routine.plans import BY_ROUTINE
from tests.domain.rulebook.beginnings import Beginning
from tests.domain.story import on


def planned(routine: Routine = Routine.FACILITIES, post: Role | None = None) -> RoutineDue:
    """Due within eight hours of nine o'clock; owed by the post that the rule names first."""
    return RoutineDue(
        code="PLAN-1",
        routine=routine,
        title="公共设施月度检查",
        where="全小区公共区域",
        building="1",
        post=post or BY_ROUTINE[routine].posts[0],
        planned_for=on("9:00"),
        due=on("17:00"),
    )


DEFECTS = (
    Defect(place="1栋大堂", content="顶灯不亮", facility=Facility.POWER, fault=FacilityFault.DAMAGED),
    Defect(place="东门", content="门禁不灵", facility=Facility.ACCESS),
)
CHECKED = RoutineChecked(findings="已逐项检查")
CHECKED_WITH_DEFECTS = RoutineChecked(findings="发现两处缺陷", defects=DEFECTS)
ASKED = CleaningAsked(check=CaseNo("RTN-20261123-00001"), where="3栋楼道", task="有垃圾")

_CHECKS = {
    f"{plannable.rule}/{post}": Beginning(
        procedure=ROUTINE,
        opens=((planned(routine, post), on("9:00")),),
        met_by=CHECKED,
        due=on("17:00"),
    )
    for routine, plannable in BY_ROUTINE.items()
    for post in plannable.posts
}

ROUTINE_BEGINNINGS: Mapping[str, Beginning] = {
    **_CHECKS,
    "PUB-107/保洁": Beginning(
        procedure=ROUTINE, opens=((ASKED, on("9:00")),), met_by=CleaningDone(), due=on("9:00", days=1)
    ),
    "PUB-107/验收": Beginning(
        procedure=ROUTINE,
        opens=((ASKED, on("9:00")), (CleaningDone(), on("11:00"))),
        met_by=CleaningPassed(),
        due=on("11:00", days=1),
    ),
}
"""By the key of the row; a Monday, Asia/Shanghai."""

SENT_BACK = CleaningSentBack(reason="仍有污渍")
