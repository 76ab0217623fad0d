"""REP: a resident's repair by the price list, from the call to the filed 《维修单》."""

from dataclasses import replace
from datetime import date

from domain.case_file import CaseFile
from domain.docket import Docket
from domain.events import AnyEvent, ExtensionGranted, Noted, NoticeAcknowledged, Urged, Withdrawn
from domain.events.on_site import (
    CompletionAgreed,
    CostAgreed,
    ExpectedDoneChanged,
    FurtherWorkAgreed,
    MaterialChecked,
    MaterialSupplied,
    PaymentStated,
    ProblemFound,
    ProgressReported,
    QuoteAccepted,
    Quoted,
    ResourceUsed,
    SiteChecked,
    SurveyCalledFor,
    Surveyed,
    WorkClassified,
    WorkOrderFiled,
)
from domain.events.repair import (
    AnsweredWithPlan,
    AppointmentMoved,
    ArrivalTold,
    Assessed,
    Assigned,
    ConsentGiven,
    RefusalSigned,
    RequestReceived,
)
from domain.events.sending import HelpersSent
from domain.events.work import CustomerContacted, Paused, Reassigned, Resumed
from domain.forms import REPAIR_ORDER
from domain.rulebook import joining, sending
from domain.rulebook.repair import (
    accepting,
    agreeing,
    coming,
    completing,
    costing,
    expecting,
    merging,
    observing,
    on_site,
    outside,
    pausing,
    quoting,
    reading,
    refusing,
    reviewing,
    surveying,
    withdrawing,
)
from domain.rulebook.repair.copies import copy_places
from domain.rulebook.repair.knowing import needs_to_know
from domain.rulebook.repair.obligations import OBLIGATIONS
from domain.rulebook.repair.reading import IMMEDIATE_SITUATIONS, URGENT_SITUATIONS
from domain.rulebook.repair.rights import GATES, RIGHTS
from domain.rulebook.repair.tells import STAGES, TELLS
from domain.rulebook.rows import Edition, Procedure, vocabulary_of, with_replaced, without
from domain.rulebook.web_ui import NOTE, URGE, extend
from domain.rulebook.work import REASSIGN, SUPERVISORS, saying_why


def _with_completion_limit(event: AnyEvent, docket: Docket) -> AnyEvent:
    """REP-06: every assignment states its 完成时限, taken from the rows that are at work."""
    if not isinstance(event, Assigned | Reassigned):
        return event
    return replace(event, complete_by=completing.completion_limit(docket))


def _cannot_wait(event: AnyEvent) -> bool:
    """REP-104, REP-124: what the documents send somebody to at once."""
    return isinstance(event, RequestReceived) and event.situation in URGENT_SITUATIONS | IMMEDIATE_SITUATIONS


def _is_urgent(file: CaseFile) -> bool:
    """By the call, or graded so (REP-14)."""
    return joining.opened_urgent(_cannot_wait, file) or reading.is_urgent(file)


EDITIONS = (
    Edition(since=date(2026, 1, 1), obligations=OBLIGATIONS, rights=RIGHTS, gates=GATES, tells=TELLS),
    Edition(
        since=date(2026, 11, 1),
        obligations=joining.limits(
            (
                *with_replaced(OBLIGATIONS, (*coming.REPLACED, *completing.REPLACED)),
                *coming.ADDED,
                *completing.ADDED,
                surveying.SURVEYED,
                *reviewing.OBLIGATIONS,
                quoting.ANSWERED,
                *agreeing.OBLIGATIONS,
                *accepting.OBLIGATIONS,
                *outside.OBLIGATIONS,
                *refusing.OBLIGATIONS,
                sending.REASSIGNED,
            )
        ),
        rights=(
            *surveying.RIGHTS,
            *completing.RIGHTS,
            *coming.RIGHTS,
            *expecting.RIGHTS,
            *reviewing.RIGHTS,
            *quoting.RIGHTS,
            *agreeing.RIGHTS,
            *on_site.RIGHTS,
            *accepting.RIGHTS,
            *outside.RIGHTS,
            *sending.RIGHTS,
            *joining.RIGHTS,
            refusing.SIGNING,
            *without(RIGHTS, ConsentGiven, AppointmentMoved, RefusalSigned),
        ),
        gates=(
            *saying_why(coming.gates_from(completing.gates_from(pausing.telling_what_opens(GATES)))),
            *outside.GATES,
            pausing.HELD,
            *surveying.GATES,
            *observing.GATES,
            *coming.GATES,
            *completing.GATES,
            *expecting.GATES,
            *reviewing.GATES,
            *quoting.GATES,
            *agreeing.GATES,
            *costing.GATES,
            *on_site.GATES,
            *accepting.GATES,
            *refusing.GATES,
            *sending.GATES,
            *merging.GATES,
            *withdrawing.GATES,
            *joining.told_apart_by(_is_urgent),
        ),
        tells=(
            *completing.tells_from(TELLS),
            *surveying.TELLS,
            *coming.TELLS,
            *completing.TELLS,
            *expecting.TELLS,
            *reviewing.TELLS,
            *quoting.TELLS,
            *agreeing.TELLS,
            *on_site.TELLS,
            *accepting.TELLS,
            *outside.TELLS,
            *sending.TELLS,
            *joining.TELLS,
            *withdrawing.TELLS,
        ),
        periods=(*reviewing.PERIODS, *quoting.PERIODS, observing.GRACE),
        guides=on_site.GUIDES,
        before=(*surveying.BEFORE, *accepting.BEFORE),
        bounded=True,
    ),
)
"""The second has every path there is; cases that began under the first go on by the listed one."""

REPAIR = Procedure(
    prefix="REP",
    name="住户报修",
    vocabulary=vocabulary_of(EDITIONS),
    opens_with=(RequestReceived,),
    any_time=(
        Noted,
        Urged,
        NoticeAcknowledged,
        ExtensionGranted,
        Withdrawn,
        Assessed,
        ArrivalTold,
        AppointmentMoved,
        AnsweredWithPlan,
        SurveyCalledFor,
        Surveyed,
        WorkClassified,
        CompletionAgreed,
        ExpectedDoneChanged,
        PaymentStated,
        Quoted,
        QuoteAccepted,
        CostAgreed,
        SiteChecked,
        MaterialSupplied,
        MaterialChecked,
        ResourceUsed,
        ProblemFound,
        FurtherWorkAgreed,
        WorkOrderFiled,
        ProgressReported,
        CustomerContacted,
        Paused,
        Resumed,
        HelpersSent,
        *joining.ANY_TIME,
    ),
    stages=(
        observing.STAGE,
        surveying.STAGE,
        *reviewing.STAGES,
        *accepting.STAGES,
        *outside.STAGES,
        *STAGES,
        *joining.STAGES,
    ),
    who=sending.who,
    crew=sending.crew,
    needs_to_know=needs_to_know,
    cannot_wait=_cannot_wait,
    is_urgent=_is_urgent,
    form=REPAIR_ORDER,
    backdated_by=SUPERVISORS,
    web_ui=(URGE, REASSIGN, extend("REP-124"), NOTE),
    copies=copy_places,
    passes_on=joining.passes_on,
    takes_callers=merging.takes_callers,
    done=reading.accepted,
    complete=_with_completion_limit,
    editions=EDITIONS,
)
