"""RTN: every limit of what runs by the calendar, one row each; of a check one for each post that may owe it."""

from datetime import timedelta
from functools import partial

from domain.deadlines import Obligation
from domain.events import RoutineDue
from domain.events.routine import CleaningAsked, CleaningDone, CleaningPassed, CleaningSentBack, RoutineChecked
from domain.ladder import Breach, Warn
from domain.limits import Promised, Within
from domain.people import Role
from domain.rulebook.routine import reading
from domain.rulebook.routine.plans import PLANNABLE, Plannable
from domain.rulebook.work import FOLLOWS


def _checked(plannable: Plannable, post: Role) -> Obligation:
    return Obligation(
        rule=plannable.rule,
        part=post,
        label=plannable.routine,
        owed_by=post,
        counts_from=(RoutineDue,),
        starts_if=partial(reading.is_planned, plannable.routine, post),
        met_by=(RoutineChecked,),
        limit=Promised(reading.due),
        ladder=(Warn(tell=(post,)), Breach(tell=plannable.told)),
    )


CLEANED = Obligation(
    rule="PUB-107",
    part=Role.CLEANING,
    label="清理",
    owed_by=Role.CLEANING,
    counts_from=(CleaningAsked, CleaningSentBack),
    met_by=(CleaningDone,),
    limit=Within(timedelta(hours=24)),
    ladder=(
        Warn(tell=(Role.CLEANING,), press=FOLLOWS),
        Breach(tell=(Role.CUSTOMER_SERVICE_SUPERVISOR, *FOLLOWS)),
    ),
)
"""Proposed; the documents say only that it is cleaned up."""

LOOKED_AT = Obligation(
    rule="PUB-107",
    part="验收",
    label="保洁验收",
    owed_by=Role.FRONT_DESK,
    counts_from=(CleaningDone,),
    met_by=(CleaningPassed, CleaningSentBack),
    limit=Within(timedelta(hours=24)),
    ladder=(Warn(tell=(Role.FRONT_DESK,)), Breach(tell=(Role.CUSTOMER_SERVICE_SUPERVISOR,))),
)
"""Proposed likewise."""

OBLIGATIONS = (*(_checked(row, post) for row in PLANNABLE for post in row.posts), CLEANED, LOOKED_AT)
