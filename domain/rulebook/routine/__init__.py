"""RTN: what runs by the calendar (PUB-104, PUB-105, PUB-107, FEE-01), opened by the desk itself."""

from datetime import date

from domain.case_file import CaseFile
from domain.events import AnyEvent, Noted, NoticeAcknowledged, RoutineDue, Urged
from domain.events.routine import CleaningAsked, CostsReckoned
from domain.people import Role
from domain.rulebook.routine.obligations import OBLIGATIONS
from domain.rulebook.routine.reading import nobody, refers
from domain.rulebook.routine.rights import GATES, RIGHTS
from domain.rulebook.routine.tells import STAGES, TELLS
from domain.rulebook.rows import Edition, Procedure, vocabulary_of
from domain.rulebook.web_ui import NOTE, URGE
from domain.rulebook.work import SUPERVISORS


def _cannot_wait(event: AnyEvent) -> bool:  # noqa: ARG001  # the shape of such a row
    return False


def _is_urgent(file: CaseFile) -> bool:  # noqa: ARG001  # the shape of such a row
    return False


EDITIONS = (Edition(since=date(2026, 11, 1), obligations=OBLIGATIONS, rights=RIGHTS, gates=GATES, tells=TELLS),)

ROUTINE = Procedure(
    prefix="RTN",
    name="例行检查",
    vocabulary=vocabulary_of(EDITIONS),
    opens_with=(RoutineDue, CleaningAsked, CostsReckoned),
    any_time=(Noted, Urged, NoticeAcknowledged),
    stages=STAGES,
    who=nobody,
    cannot_wait=_cannot_wait,
    is_urgent=_is_urgent,
    backdated_by=SUPERVISORS,
    web_ui=(URGE, NOTE),
    editions=EDITIONS,
    refers=refers,
    shared_with=(Role.CLEANING,),
)
