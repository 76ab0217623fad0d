"""REP: what a repair refuses of joining beside what every procedure does."""

from domain.events.joining import MergedInto
from domain.events.on_site import CompletionAgreed, MaterialSupplied, Quoted, SurveyCalledFor, WorkClassified
from domain.events.repair import AnsweredWithPlan, AppointmentMoved, ArrivalTold, Assessed
from domain.rulebook import joining
from domain.rulebook.repair import reading
from domain.rulebook.rows import Gate, Position


def _not_signed_for(position: Position) -> bool:
    return not reading.accepted(position.file)


GATES = (
    *joining.GATES,
    Gate(
        rule="REP-43",
        on=(MergedInto,),
        stands_open=_not_signed_for,
        field="event.type",
        remedy="住户已签字，维修单须返单，不能并入他单",
        english="The work is signed for and its copies must come back; it can no longer be merged.",
    ),
    joining.no_repair_any_more(
        Assessed,
        ArrivalTold,
        AppointmentMoved,
        AnsweredWithPlan,
        SurveyCalledFor,
        WorkClassified,
        CompletionAgreed,
        Quoted,
        MaterialSupplied,
    ),
)
