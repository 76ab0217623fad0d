"""REP-119 to REP-123: the owner accepts the work and signs, or it is done again; 工程部 files the order."""

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation
from domain.events import AnyEvent, PeriodOver
from domain.events.on_site import AcceptanceStated, SiteChecked, SiteItem, WorkOrderFiled
from domain.events.repair import (
    CustomerCopyGiven,
    FeedbackGiven,
    ResidentSigned,
    ReturnRegistered,
    TrialDone,
    WorkFinished,
)
from domain.ladder import Breach, Warn
from domain.limits import Within
from domain.people import Role
from domain.rulebook.open_values import OV_136
from domain.rulebook.repair import reading
from domain.rulebook.repair.on_site import ticked
from domain.rulebook.repair.reading import WORK_ACCEPTED
from domain.rulebook.rows import Before, Gate, Position, Question, Right, Stage, Tell
from domain.rulebook.work import ENGINEERING, ON_THE_JOB

MANY_REJECTIONS = 2
"""REP-123: from so many on, 工程部主管 hears of each; proposed."""

RIGHTS = (
    Right(rule="REP-120", events=(AcceptanceStated,), posts=ON_THE_JOB, own_only=True),
    Right(rule="REP-122", events=(WorkOrderFiled,), posts=ENGINEERING),
)


def rejections(file: CaseFile) -> int:
    """REP-123: how often in this round the owner was not satisfied."""
    said = (entry.event for entry in reading.this_round(file) if isinstance(entry.event, AcceptanceStated))
    return sum(not one.satisfied for one in said)


OBLIGATIONS = (
    Obligation(
        rule="REP-122",
        label="维修单工程部存档",
        owed_by=Role.ENGINEERING,
        counts_from=WORK_ACCEPTED,
        met_by=(WorkOrderFiled,),
        lapses_on=(FeedbackGiven,),
        lapses_if=reading.unsolved,
        limit=Within(OV_136),
        ladder=(
            Warn(tell=(Role.ENGINEERING,)),
            Breach(tell=(Role.ENGINEERING_SUPERVISOR,)),
        ),
    ),
)


def _demonstrated(position: Position) -> bool:
    return SiteItem.DEMONSTRATED in ticked(position.file)


def _accepted_by_owner(position: Position) -> bool:
    said = [entry.event for entry in position.file.since(WorkFinished) if isinstance(entry.event, AcceptanceStated)]
    return bool(said) and said[-1].satisfied


def _is_signed(position: Position) -> bool:
    return reading.accepted(position.file)


def is_filed(file: CaseFile) -> bool:
    """By 工程部, since it was signed for."""
    return any(isinstance(entry.event, WorkOrderFiled) for entry in file.since(*WORK_ACCEPTED))


def _not_filed(position: Position) -> bool:
    return not is_filed(position.file)


def has_checklist(file: CaseFile) -> bool:
    """REP-112: work under the edition with acceptance and filing does not begin without it; the one before has none."""
    return file.has(SiteChecked)


def what_is_wrong(event: AnyEvent) -> str | None:
    """What is to be put right, in the words of who said that it is not; None where nothing is wrong."""
    match event:
        case TrialDone(passed=False, remark=remark) | AcceptanceStated(satisfied=False, remark=remark):
            return remark
    return None


def to_put_right(file: CaseFile) -> str | None:
    """What was found wrong with the work since it was finished last; None once it is right, or finished anew."""
    said = [entry.event for entry in file.since(WorkFinished) if isinstance(entry.event, TrialDone | AcceptanceStated)]
    return what_is_wrong(said[-1]) if said else None


def _says_what_is_wrong(asked: Question) -> bool:
    wrong = what_is_wrong(asked.event)
    return wrong is None or bool(wrong.strip())


GATES = (
    Gate(
        rule="REP-40",
        on=(TrialDone,),
        holds=_says_what_is_wrong,
        field="event.remark",
        remedy="试用不合格的，请在备注中写明哪里不合格，以便整改",
        english="A trial that was not passed says in remark what is to be put right.",
    ),
    Gate(
        rule="REP-123",
        on=(AcceptanceStated,),
        holds=_says_what_is_wrong,
        field="event.remark",
        remedy="住户不满意的，请在备注中写明不满意之处，以便整改",
        english="An acceptance refused says in remark what is to be put right.",
    ),
    Gate(
        rule="REP-119",
        on=(AcceptanceStated,),
        stands_open=_demonstrated,
        opened_by=(SiteChecked,),
        field="event.type",
        remedy="请先演示并讲明使用方法，再请业主验收，请在「现场检查单」勾选",
        english="Demonstrate it first, tick that with site_checked, then ask for acceptance.",
    ),
    Gate(
        rule="REP-120",
        on=(ResidentSigned,),
        stands_open=_accepted_by_owner,
        opened_by=(AcceptanceStated,),
        field="event.type",
        remedy="住户验收满意后才能签字，请先登记「住户验收」",
        english="The owner signs once satisfied; record acceptance_stated first.",
    ),
    Gate(
        rule="REP-122",
        on=(WorkOrderFiled,),
        stands_open=_is_signed,
        field="event.type",
        remedy="住户签字后才能存档",
        english="The order is filed once it is signed.",
    ),
    Gate(
        rule="REP-122",
        on=(WorkOrderFiled,),
        stands_open=_not_filed,
        field="event.type",
        remedy="本单已存档，不必重复登记",
        english="The order is filed already.",
    ),
)


def _rejected(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return isinstance(entry.event, AcceptanceStated) and not entry.event.satisfied


def _rejected_again(entry: Entry, file: CaseFile) -> bool:
    return _rejected(entry, file) and rejections(file) >= MANY_REJECTIONS


TELLS = (
    Tell(
        rule="REP-123",
        on=(AcceptanceStated,),
        to=(Role.REPAIRER,),
        text="住户验收不满意，须整改之处见本单，请及时整改",
        when=_rejected,
    ),
    Tell(
        rule="REP-123",
        on=(AcceptanceStated,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="住户多次验收不满意，须整改之处见本单，请督促整改",
        when=_rejected_again,
    ),
)


def _is_to_be_accepted(entry: Entry, file: CaseFile) -> bool:
    return isinstance(entry.event, TrialDone) and entry.event.passed and has_checklist(file)


def _lacks_filing_alone(file: CaseFile) -> bool:
    """The copies are where they belong: 工程部 keeps the signed order beside them, and may come last."""
    since = [entry.event for entry in file.since(*WORK_ACCEPTED)]
    return reading.accepted(file) and not is_filed(file) and any(isinstance(one, ReturnRegistered) for one in since)


def _is_to_be_filed(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return has_checklist(file) and _lacks_filing_alone(file)


BEFORE = (Before(rule="REP-122", event=PeriodOver, first=WorkOrderFiled, when=_lacks_filing_alone),)
"""REP-47: what is done is watched once the order is filed, too."""

STAGES = (
    Stage(name="待验收", after=(TrialDone,), when=_is_to_be_accepted),
    Stage(name="待归档", after=(ReturnRegistered, FeedbackGiven, CustomerCopyGiven), when=_is_to_be_filed),
    Stage(name="整改中", after=(AcceptanceStated,), when=_rejected),
    Stage(name="待住户签字", after=(AcceptanceStated,)),
)
