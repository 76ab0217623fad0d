"""RTN: who hears of what when it happens, and what staff call each stage."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from domain.events import CaseEnded, RoutineDue, Withdrawn
from domain.events.routine import (
    CleaningAsked,
    CleaningDone,
    CleaningPassed,
    CleaningSentBack,
    CostsReckoned,
    RoutineChecked,
)
from domain.people import Role
from domain.rulebook.routine.plans import PLANNABLE, Plannable
from domain.rulebook.routine.reading import is_cleaning, is_flagged, is_plain, owed
from domain.rulebook.rows import Stage, Tell
from domain.rulebook.work import NOT_CANCELLED, URGED

READS_COSTS = (Role.ENGINEERING_SUPERVISOR, Role.COMPANY_MANAGER)
"""FEE-01; proposed."""


def _of_the_plan(row: Plannable, post: Role) -> Iterator[Tell]:
    when = partial(owed, row.routine, post)
    due = f"{row.routine}已到计划时间，请按时完成并登记检查记录"
    yield Tell(rule=row.rule, on=(RoutineDue,), to=(post,), text=due, when=when)
    yield Tell(rule=row.rule, on=(Withdrawn,), to=(post,), text=f"本次{row.routine}已撤销，不必再做", when=when)


TELLS = (
    *(tell for row in PLANNABLE for post in row.posts for tell in _of_the_plan(row, post)),
    Tell(rule="PUB-107", on=(CleaningAsked,), to=(Role.CLEANING,), text="卫生检查发现问题，请清理"),
    Tell(rule="PUB-107", on=(Withdrawn,), to=(Role.CLEANING,), text="本次清理已撤销，不必再做", when=is_cleaning),
    Tell(rule="PUB-107", on=(CleaningSentBack,), to=(Role.CLEANING,), text="验收未通过，请重新清理"),
    Tell(rule="PUB-107", on=(CleaningDone,), to=(Role.FRONT_DESK,), text="保洁已完成，请到现场验收"),
    Tell(
        rule="FEE-01", on=(CostsReckoned,), to=READS_COSTS, text="本月维修成本有异常单，请查看成本分析", when=is_flagged
    ),
    Tell(rule="FEE-01", on=(CostsReckoned,), to=READS_COSTS, text="本月维修成本分析已出，无异常单", when=is_plain),
    URGED,
    replace(NOT_CANCELLED, text="有人在看单网页上请求取消本单，未予执行，本单照常办理；不需再做的，请由主管登记撤单"),
)

STAGES = (
    Stage(name="待检查", after=(RoutineDue,)),
    Stage(name="已检查", after=(RoutineChecked,)),
    Stage(name="待保洁", after=(CleaningAsked, CleaningSentBack)),
    Stage(name="待验收", after=(CleaningDone,)),
    Stage(name="已验收", after=(CleaningPassed,), ends=True),
    Stage(name="已报送", after=(CostsReckoned,), ends=True),
    Stage(name="已撤单", after=(Withdrawn,), ends=True),
    Stage(name="已结案", after=(CaseEnded,), ends=True),
)
