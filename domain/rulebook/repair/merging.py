"""REP: what a repair refuses of joining beside what every procedure does."""

from domain.case_file import CaseFile
from domain.events.joining import CalledAgain, MergedInto, MergeTaken
from domain.events.on_site import (
    CompletionAgreed,
    MaterialSupplied,
    PaymentStated,
    QuoteAccepted,
    Quoted,
    SurveyCalledFor,
    WorkClassified,
)
from domain.events.repair import AnsweredWithPlan, AppointmentMoved, ArrivalTold, Assessed, ConsentRefused
from domain.rulebook import joining
from domain.rulebook.repair import reading
from domain.rulebook.rows import Gate


def takes_callers(file: CaseFile) -> bool:
    """Whether who calls now would be heard: it is a repair, neither signed for in this round nor refused."""
    return joining.is_repair(file) and not reading.accepted(file) and not file.has(ConsentRefused)


GATES = (
    *joining.GATES,
    Gate(
        rule="REP-43",
        on=(MergedInto,),
        stands_open=reading.not_accepted,
        field="event.type",
        remedy="住户已签字，维修单须返单，不能并入他单",
        english="The work is signed for and its copies must come back; it can no longer be merged.",
    ),
    Gate(
        rule="REP-47",
        on=(CalledAgain, MergeTaken),
        stands_open=reading.not_accepted,
        field="event.type",
        remedy="住户已签字。同一故障仍未解决的，请登记「客户反馈」（未解决），本单即重开；另一件事，请另立新单",
        english="The work is signed for. For the same fault record feedback_given with solved false, which reopens it; "
        "for another matter open a case of its own.",
    ),
    Gate(
        rule="REP-39",
        on=(CalledAgain, MergeTaken),
        stands_open=reading.not_refused,
        field="event.type",
        remedy="住户不同意维修，本单待备案；又要维修的，请另立新单",
        english="The resident refused the repair, which is about to be filed; open a new case.",
    ),
    joining.no_repair_any_more(
        Assessed,
        ArrivalTold,
        AppointmentMoved,
        AnsweredWithPlan,
        SurveyCalledFor,
        WorkClassified,
        CompletionAgreed,
        PaymentStated,
        Quoted,
        QuoteAccepted,
        MaterialSupplied,
    ),
)
