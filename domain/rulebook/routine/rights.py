"""RTN: who may record what, and what a clause refuses."""

from domain.events import Noted, NoticeAcknowledged, RoutineDue, Withdrawn
from domain.events.routine import (
    CleaningAsked,
    CleaningDone,
    CleaningPassed,
    CleaningSentBack,
    CostsReckoned,
    Routine,
    RoutineChecked,
)
from domain.people import POSTS, Role
from domain.rulebook.routine.plans import BY_ROUTINE, PLANNABLE
from domain.rulebook.rows import Gate, Position, Question, Right
from domain.rulebook.work import DESK, SUPERVISORS, URGING, words_given

CHECKERS = tuple(dict.fromkeys(post for row in PLANNABLE for post in row.posts))

RIGHTS = (
    Right(rule="PUB-104", events=(RoutineDue, CleaningAsked, CostsReckoned), posts=(Role.SYSTEM,)),
    Right(rule="PUB-104", events=(RoutineChecked,), posts=CHECKERS, besides=(Role.ENGINEERING_SUPERVISOR,)),
    Right(rule="PUB-107", events=(CleaningDone,), posts=(Role.CLEANING,), besides=(Role.CUSTOMER_SERVICE_SUPERVISOR,)),
    Right(rule="PUB-107", events=(CleaningPassed, CleaningSentBack), posts=DESK),
    Right(rule="PUB-104", events=(Withdrawn,), posts=SUPERVISORS),
    URGING,
    Right(rule="REP-13", events=(Noted, NoticeAcknowledged), posts=tuple(sorted(POSTS))),
)


def _is_of_that_work(position: Position) -> bool:
    planned = position.file.last(RoutineDue)
    return planned is None or position.by.holds(*_who_may(planned.routine))


def _its_posts(position: Position) -> tuple[str, ...]:
    planned = position.file.last(RoutineDue)
    return tuple(_who_may(planned.routine)) if planned else ()


def _who_may(routine: Routine) -> tuple[Role, ...]:
    """Of 工程部's checks 工程部主管 too, who records late what was done in time."""
    posts = BY_ROUTINE[routine].posts
    return posts if Role.CUSTOMER_SERVICE_SUPERVISOR in posts else (*posts, Role.ENGINEERING_SUPERVISOR)


def _was_cleaned(position: Position) -> bool:
    """Since it was asked for or sent back last, and before it is looked at."""
    last = position.file.last_entry(CleaningAsked, CleaningSentBack, CleaningDone)
    return last is not None and isinstance(last.event, CleaningDone) and last.at <= position.at


def _found_something_out(asked: Question) -> bool:
    if not isinstance(asked.event, RoutineChecked):
        return True
    said = (word for defect in asked.event.defects for word in (defect.place, defect.content))
    return all(word.strip() for word in (asked.event.findings, *said))


GATES = (
    Gate(
        rule="PUB-107",
        on=(CleaningSentBack,),
        stands_open=_was_cleaned,
        opened_by=(CleaningDone,),
        field="event.type",
        remedy="尚未登记「保洁完成」，或早于保洁完成，不能退回",
        english="Nothing is sent back before it was cleaned; cleaning_done comes first.",
    ),
    Gate(
        rule="PUB-104",
        on=(RoutineChecked,),
        stands_open=_is_of_that_work,
        field="by",
        remedy="本项检查不由您的岗位办理，由以下岗位登记",
        english="This check is not for one of your posts to record, but for:",
        would_do=_its_posts,
    ),
    Gate(
        rule="PUB-104",
        on=(RoutineChecked,),
        holds=_found_something_out,
        field="event.findings",
        remedy="请填写检查情况；每个缺陷都要写明地点与内容",
        english="Say what was found, and of each defect where and what it is.",
    ),
    Gate(
        rule="PUB-107",
        on=(CleaningSentBack, Withdrawn),
        holds=words_given,
        field="event.reason",
        remedy="请填写原因",
        english="Give the reason.",
    ),
)
