"""REP-13: who had been told of a repair and stands down when it is withdrawn with nobody sent, or urgent."""

from domain.case_file import CaseFile, Entry
from domain.events import Withdrawn
from domain.events.repair import FormCollected, FormFilled
from domain.events.work import EngineeringNotified
from domain.people import Role
from domain.rulebook.repair import reading
from domain.rulebook.rows import Tell


def _was_to_set_out(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return reading.is_urgent_situation(file) or reading.is_immediate_situation(file)


def _was_to_collect(entry: Entry, file: CaseFile) -> bool:
    told = file.has(FormFilled, EngineeringNotified)
    return told and reading.repairer(file) is None and not _was_to_set_out(entry, file)


def _was_to_assign(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return file.has(FormCollected) and reading.repairer(file) is None


TELLS = (
    Tell(
        rule="REP-13",
        on=(Withdrawn,),
        to=(Role.ENGINEERING,),
        text="紧急报修已撤单，不必再准备出发",
        when=_was_to_set_out,
        urgent=True,
    ),
    Tell(
        rule="REP-13",
        on=(Withdrawn,),
        to=(Role.ENGINEERING,),
        text="住户已撤单，不必再领单或到场",
        when=_was_to_collect,
    ),
    Tell(
        rule="REP-13",
        on=(Withdrawn,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="住户已撤单，不必再派工",
        when=_was_to_assign,
    ),
)
