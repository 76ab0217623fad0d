"""REP-13: who had been told of a repair and stands down when it is withdrawn with nobody sent, or urgent."""

from domain.case_file import CaseFile, Entry
from domain.events import Withdrawn
from domain.events.joining import MergedInto
from domain.events.repair import FormCollected, FormFilled
from domain.events.work import EngineeringNotified
from domain.people import Role
from domain.rulebook.repair import reading
from domain.rulebook.rows import Gate, Tell


def _was_to_set_out(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return reading.is_danger(file)


def _was_to_collect(entry: Entry, file: CaseFile) -> bool:
    told = file.has(FormFilled, EngineeringNotified)
    return told and reading.repairer(file) is None and not _was_to_set_out(entry, file)


def _was_to_assign(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return file.has(FormCollected) and reading.repairer(file) is None


GATES = (
    Gate(
        rule="REP-39",
        on=(Withdrawn, MergedInto),
        stands_open=reading.not_refused,
        field="event.type",
        remedy="住户已不同意维修：须说明原因、双方签字并备案结案，不再撤单或并入",
        english="The resident refused: that is explained, signed by both and filed, neither withdrawn nor merged.",
    ),
)
"""REP-37 to REP-39: a refusal is not made to go away by one clerk."""

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
