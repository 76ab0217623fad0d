"""REP-38: who signs for which side under a refusal, and owes it, also where 工程部主管 has the order himself."""

from dataclasses import replace
from datetime import timedelta

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation
from domain.events.on_site import CompletionAgreed, MaterialSupplied, Quoted, SurveyCalledFor, WorkClassified
from domain.events.repair import Assessed, RefusalExplained, RefusalSigned
from domain.events.work import Paused
from domain.ladder import Again, Breach, Warn
from domain.limits import BeforeTimeOfDay
from domain.people import Role
from domain.rulebook.open_values import OV_41
from domain.rulebook.repair import reading
from domain.rulebook.repair.obligations import RETURN_REMINDER
from domain.rulebook.rows import Gate, Position, Right
from domain.rulebook.work import ON_THE_JOB

IN_HIS_STEAD = (Role.COMPANY_MANAGER, Role.CENTRE_MANAGER)
"""Who signs for 工程部主管 where he signs as the repairer."""

SIGNING = Right(rule="REP-38", events=(RefusalSigned,), posts=ON_THE_JOB, own_only=True, besides=IN_HIS_STEAD)


def supervisor_has_the_order(file: CaseFile) -> bool:
    """Whether the repairer has acted here as 工程部主管, who so can give one of the two signatures only."""
    mine = (entry for entry in file if entry.by.id == reading.repairer(file))
    return any(entry.by.holds(Role.ENGINEERING_SUPERVISOR) for entry in mine)


def _by_the_repairer(entry: Entry, file: CaseFile) -> bool:
    return entry.by.id == reading.repairer(file)


def _by_the_other_side(entry: Entry, file: CaseFile) -> bool:
    return not _by_the_repairer(entry, file)


def _awaits_the_repairer(file: CaseFile) -> bool:
    return not any(_by_the_repairer(entry, file) for entry in reading.refusal_signatures(file))


def _awaits_the_other_side(file: CaseFile) -> bool:
    return not any(_by_the_other_side(entry, file) for entry in reading.refusal_signatures(file))


def _awaits_the_supervisor(file: CaseFile) -> bool:
    return _awaits_the_other_side(file) and not supervisor_has_the_order(file)


def _awaits_somebody_in_his_stead(file: CaseFile) -> bool:
    return _awaits_the_other_side(file) and supervisor_has_the_order(file)


DAILY = timedelta(days=1)

SIGNED_BY_THE_REPAIRER = Obligation(
    rule="REP-38",
    part="维修人员",
    label="未维修原因维修人员签字",
    owed_by=Role.REPAIRER,
    counts_from=(RefusalExplained,),
    met_by=(RefusalSigned,),
    met_when=_by_the_repairer,
    limit=BeforeTimeOfDay(OV_41),
    only_if=_awaits_the_repairer,
    ladder=(
        Warn(tell=(Role.REPAIRER,), clock=RETURN_REMINDER),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR,)),
        Again(every=DAILY, tell=(Role.ENGINEERING_SUPERVISOR,)),
    ),
)
"""No document says by when both sign: by when the form has to be filed with 客服部 (REP-39), which waits for them."""

SIGNED_BY_THE_SUPERVISOR = replace(
    SIGNED_BY_THE_REPAIRER,
    part="工程部主管",
    label="未维修原因主管签字",
    owed_by=Role.ENGINEERING_SUPERVISOR,
    met_when=_by_the_other_side,
    only_if=_awaits_the_supervisor,
    ladder=(
        Warn(tell=(Role.ENGINEERING_SUPERVISOR,), clock=RETURN_REMINDER),
        Breach(tell=(Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR)),
        Again(every=DAILY, tell=(Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR)),
    ),
)

SIGNED_IN_HIS_STEAD = replace(
    SIGNED_BY_THE_SUPERVISOR,
    part="代主管",
    label="未维修原因代主管签字",
    owed_by=Role.COMPANY_MANAGER,
    only_if=_awaits_somebody_in_his_stead,
    ladder=(
        Warn(tell=IN_HIS_STEAD, clock=RETURN_REMINDER),
        Breach(tell=IN_HIS_STEAD),
        Again(every=DAILY, tell=IN_HIS_STEAD),
    ),
)
"""Any other 工程部主管 may sign too; he who has the order cannot."""

OBLIGATIONS = (SIGNED_BY_THE_REPAIRER, SIGNED_BY_THE_SUPERVISOR, SIGNED_IN_HIS_STEAD)


def _signs_for_a_side(position: Position) -> bool:
    if position.by.id == reading.repairer(position.file) or position.by.holds(Role.ENGINEERING_SUPERVISOR):
        return True
    return position.by.holds(*IN_HIS_STEAD) and supervisor_has_the_order(position.file)


GATES = (
    Gate(
        rule="REP-39",
        on=(
            Assessed,
            CompletionAgreed,
            Paused,
            SurveyCalledFor,
            MaterialSupplied,
            Quoted,
            WorkClassified,
        ),
        stands_open=reading.not_refused,
        field="event.type",
        remedy="住户已不同意维修：须说明原因、双方签字并备案结案，不再定级、勘查、报价、约定、暂停或收料",
        english="The resident refused: that is explained, signed by both and filed; nothing of the work is arranged.",
    ),
    Gate(
        rule="REP-38",
        on=(RefusalSigned,),
        stands_open=_signs_for_a_side,
        field="by",
        remedy="须由本单维修人员与工程部主管签字；主管本人维修的，由公司经理或管理中心经理代主管一方签字",
        english="The repairer and the engineering supervisor sign; where they are one person, a manager signs for him.",
    ),
)
