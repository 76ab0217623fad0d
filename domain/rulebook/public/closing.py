"""PUB-02, PUB-03, REP-11: the sheet is fetched, and who reported the fault says whether it is gone."""

from dataclasses import replace
from datetime import time, timedelta

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation
from domain.events import Withdrawn
from domain.events.joining import CalledAgain, Matter, MergedInto, MergeTaken, ToldApart
from domain.events.public import FacilityRepaired, SheetSignedFor
from domain.events.repair import FeedbackGiven
from domain.events.work import EngineeringNotified, Reassigned
from domain.ladder import Again, Breach, Warn
from domain.limits import BeforeTimeOfDay, Within
from domain.people import Role
from domain.rulebook import feedback, joining
from domain.rulebook.open_values import OV_902, OV_903
from domain.rulebook.public import reading
from domain.rulebook.public.obligations import ARRANGED, DANGER_ENDED, DANGER_ON_SITE, ON_SITE, REPAIRED
from domain.rulebook.public.tells import ASK_FOR_FEEDBACK, NOT_TO_FETCH
from domain.rulebook.rows import Gate, Position, Stage, Tell

FETCH_REMINDER = time(16, 30)
"""As before every other cut-off of papers; proposed."""


def _sheet_left_to_fetch(file: CaseFile) -> bool:
    """What is dangerous waits for no paper; repaired, its sheet is still with the front desk, which has called."""
    repaired_first = reading.is_dangerous(file) and file.has(FacilityRepaired)
    return repaired_first and file.has(EngineeringNotified) and not file.has(SheetSignedFor)


SHEET_FETCHED = Obligation(
    rule="PUB-03",
    label="先修后领，补领巡视表并签收",
    owed_by=Role.ENGINEERING,
    counts_from=(EngineeringNotified, FacilityRepaired),
    met_by=(SheetSignedFor,),
    limit=BeforeTimeOfDay(OV_902),
    only_if=_sheet_left_to_fetch,
    goes_on=True,
    ladder=(
        Warn(tell=(Role.ENGINEERING, Role.FRONT_DESK), clock=FETCH_REMINDER),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK)),
        Again(every=timedelta(days=1), tell=(Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK)),
    ),
)
"""The front desk hands it over when 工程部 comes; no document says by when 工程部 comes for it afterwards."""

SIGNED_FOR = Obligation(
    rule="PUB-03",
    part="领单",
    label="领取巡视表并签收",
    owed_by=Role.ENGINEERING,
    counts_from=(EngineeringNotified,),
    met_by=(SheetSignedFor,),
    limit=Within(OV_903),
    only_if=reading.is_other,
    ladder=(
        Warn(tell=(Role.ENGINEERING, Role.FRONT_DESK)),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK)),
        Again(every=timedelta(days=1), tell=(Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK)),
    ),
)
"""The limits of what is not dangerous count from the signature, so that somebody has to come for it."""

FEEDBACK = feedback.asked_after((FacilityRepaired,), part="公共报修", only_if=reading.somebody_wants_to_know)

ARRANGED_ANEW = replace(
    ARRANGED,
    counts_from=(*ARRANGED.counts_from, FeedbackGiven),
    starts_if=reading.begins_round,
    only_if=reading.awaits_arranging_anew,
    goes_on=True,
)
"""A sheet signed for meanwhile gives nobody more time."""

DANGER_ON_SITE_ANEW = replace(
    DANGER_ON_SITE,
    counts_from=(*DANGER_ON_SITE.counts_from, FeedbackGiven),
    starts_if=reading.begins_round,
    minded_anew=True,
)
ON_SITE_ANEW = replace(
    ON_SITE,
    part="返修",
    label="公共报修返修到场",
    counts_from=(FeedbackGiven,),
    starts_if=feedback.unsolved,
    only_if=reading.awaits_arrival_anew,
)
"""No sheet is signed for a second time: the fifteen minutes count from the word that it is not solved."""

DANGER_ENDED_BY_ANYBODY = replace(DANGER_ENDED, goes_on=True)
"""PUB-102: who takes the work over has no more time for it than was left."""

REPAIRED_ANEW = replace(
    REPAIRED,
    counts_from=(*REPAIRED.counts_from, FeedbackGiven),
    starts_if=reading.begins_round,
    minded_anew=True,
)

ANEW = {
    ARRANGED.key: ARRANGED_ANEW,
    DANGER_ON_SITE.key: DANGER_ON_SITE_ANEW,
    DANGER_ENDED.key: DANGER_ENDED_BY_ANYBODY,
    REPAIRED.key: REPAIRED_ANEW,
}
"""The rows that begin anew where it is not solved, in the place of those that do not."""

OBLIGATIONS = (SIGNED_FOR, SHEET_FETCHED, ON_SITE_ANEW, FEEDBACK)
RIGHTS = (feedback.RIGHT,)


def takes_callers(file: CaseFile) -> bool:
    """Whether who calls now would be heard."""
    return joining.is_repair(file) and not reading.is_repaired(file)


def _not_repaired(position: Position) -> bool:
    return not reading.is_repaired(position.file)


GATES = (
    Gate(
        rule="REP-13",
        on=(Withdrawn, MergedInto, Reassigned),
        stands_open=_not_repaired,
        field="event.type",
        remedy="公共设施已修好，本单不再撤单、并入或改派；仍未解决的，待反馈的登记「客户反馈」（未解决），不待反馈的另立新单",
        english="The facility is repaired; where it is not solved, record feedback_given with solved false while "
        "feedback is awaited, else open a case of its own.",
    ),
    Gate(
        rule="REP-47",
        on=(CalledAgain, MergeTaken),
        stands_open=_not_repaired,
        field="event.type",
        remedy="公共设施已修好。同一故障仍未解决而待反馈的，请登记「客户反馈」（未解决），本单即重开；不待反馈的或另一件事，请另立新单",
        english="The facility is repaired. For the same fault record feedback_given with solved false while feedback "
        "is awaited, which reopens the case; else, or for another matter, open a case of its own.",
    ),
)


def _to_arrange(entry: Entry, file: CaseFile) -> bool:
    """工程部主管 was asked to send somebody, and has not."""
    asked = reading.is_dangerous(file) or file.has(SheetSignedFor)
    return asked and reading.nobody_sent(entry, file)


def _to_fetch(entry: Entry, file: CaseFile) -> bool:
    return reading.is_other(file) and reading.nobody_sent(entry, file) and not file.has(SheetSignedFor)


def _guarded_for_nothing(entry: Entry, file: CaseFile) -> bool:
    """The word of an emergency has a notice of its own, to act at once."""
    matter = entry.event.matter if isinstance(entry.event, ToldApart) else None
    return reading.is_dangerous(file) and matter is not Matter.EMERGENCY


STANDING_DOWN = (
    replace(NOT_TO_FETCH, when=_to_fetch),
    Tell(
        rule="REP-13",
        on=(Withdrawn,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="公共报修已撤单，不必再安排维修人员",
        when=_to_arrange,
    ),
    Tell(
        rule="REP-13",
        on=(MergedInto,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="公共报修已并入另一单，不必再为本单安排维修人员",
        when=_to_arrange,
    ),
    Tell(
        rule="PUB-101",
        on=(MergedInto,),
        to=(Role.SECURITY,),
        text="危急公共故障的本单已并入另一单，请按另一单看护现场",
        when=reading.dangerous_then,
        urgent=True,
    ),
    Tell(
        rule="PUB-101",
        on=(ToldApart,),
        to=(Role.ENGINEERING_SUPERVISOR, Role.SECURITY),
        text="来电不属公共故障，已转类，不必再到场看护",
        when=_guarded_for_nothing,
        urgent=True,
    ),
)
"""Whoever was called to a fault hears that nobody is needed any more."""


def _several_wait_anew(entry: Entry, file: CaseFile) -> bool:
    return feedback.unsolved(entry) and joining.several_called(file)


def _danger_is_back(entry: Entry, file: CaseFile) -> bool:
    return feedback.unsolved(entry) and reading.is_dangerous(file)


TELLS = (
    *STANDING_DOWN,
    Tell(
        rule="REP-47",
        on=(FeedbackGiven,),
        to=(Role.RESIDENT,),
        text="公共设施仍未修好，将重新安排维修",
        when=_several_wait_anew,
    ),
    replace(ASK_FOR_FEEDBACK, when=reading.not_asked_then),
    replace(ASK_FOR_FEEDBACK, text="公共设施已修好，请征询报修人反馈并登记", when=reading.asked_then),
    Tell(
        rule="REP-47",
        on=(FeedbackGiven,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="报修人反馈未解决，请立即重新安排维修人员",
        when=reading.unsolved_then,
    ),
    Tell(
        rule="PUB-101",
        on=(FeedbackGiven,),
        to=(Role.ENGINEERING, Role.SECURITY),
        text="危急公共故障未解决，请立即派人到场并看护现场，10分钟内须到",
        when=_danger_is_back,
        urgent=True,
    ),
)

STAGE = Stage(name="重新派工", after=(FeedbackGiven,), when=reading.unsolved_then)
