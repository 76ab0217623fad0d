"""REP: who hears of what when it happens, and what staff call each stage."""

from domain.case_file import CaseFile, Entry
from domain.events import CaseEnded, Withdrawn
from domain.events.on_site import CostAgreed
from domain.events.repair import (
    AppointmentMoved,
    Assessed,
    Assigned,
    ConsentGiven,
    ConsentRefused,
    CopiesConfirmed,
    CopiesHandedOn,
    CopiesSentBack,
    CopyReturned,
    FaultCompared,
    FeedbackGiven,
    FormCollected,
    FormFilled,
    OrderTaken,
    RefusalSigned,
    RequestReceived,
    ResidentSigned,
    ReturnRegistered,
    SignatureExcused,
    TrialDone,
    WorkFinished,
)
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from domain.people import Role
from domain.rulebook import sending
from domain.rulebook.repair import pausing, reading
from domain.rulebook.rows import Stage, Tell
from domain.rulebook.work import EXTENDED, NOT_CANCELLED, URGED


def _urgent_situation(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return reading.is_urgent_situation(file) or reading.is_immediate_situation(file)


def _urgent(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return reading.is_urgent(file)


def _regular(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return reading.is_regular(file)


def _both_signed(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return reading.refusal_signed_by_both(file)


def _both_back(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return reading.both_copies_back(file)


def _unsolved(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return reading.unsolved(entry)


def _failed(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return isinstance(entry.event, TrialDone) and not entry.event.passed


def _has_repairer(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return reading.repairer(file) is not None


TELLS = (
    Tell(
        rule=reading.AT_ONCE,
        on=(RequestReceived,),
        to=(Role.ENGINEERING,),
        text="紧急报修，请立即准备出发",
        when=_urgent_situation,
        urgent=True,
    ),
    Tell(rule="REP-24", on=(FormFilled,), to=(Role.ENGINEERING,), text="维修单已填好，请到前台领单"),
    Tell(
        rule="REP-14",
        on=(Assessed,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="定为紧急报修，30分钟内须响应",
        when=_urgent,
        urgent=True,
    ),
    Tell(
        rule="REP-15",
        on=(Assessed,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="定为常规报修，1小时内须响应",
        when=_regular,
    ),
    Tell(rule="REP-07", on=(Assigned, Reassigned), to=(Role.REPAIRER,), text="派工给您，请看维修单后接单"),
    Tell(
        rule="REP-27",
        on=(AppointmentMoved,),
        to=(Role.REPAIRER,),
        text="预约时间已改，请按新时间到场",
        when=_has_repairer,
    ),
    Tell(rule="REP-10", on=(WorkStarted,), to=(Role.RESIDENT,), text="已开始维修，预计完成时间见维修单"),
    Tell(
        rule="REP-10",
        on=(WorkStarted,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="预计完成时间超出完成时限，请督办",
        when=reading.expected_beyond_limit,
    ),
    Tell(
        rule="REP-37",
        on=(ConsentRefused,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="住户不同意维修，维修人员将返回说明",
    ),
    Tell(
        rule="REP-39", on=(RefusalSigned,), to=(Role.FRONT_DESK,), text="住户不同意维修，请收单备案", when=_both_signed
    ),
    Tell(
        rule="REP-44", on=(CopyReturned,), to=(Role.ENGINEERING_SUPERVISOR,), text="联单已交回，请确认", when=_both_back
    ),
    Tell(rule="REP-44", on=(CopiesSentBack,), to=(Role.REPAIRER,), text="联单被退回，请补正后交回"),
    Tell(rule="REP-48", on=(CopiesHandedOn,), to=(Role.FRONT_DESK,), text="联单已移交，请作返单登记"),
    Tell(
        rule="REP-47",
        on=(FeedbackGiven,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="客户反馈未解决，已重新派工，请安排",
        when=_unsolved,
    ),
    Tell(
        rule="REP-13",
        on=(Withdrawn,),
        to=(Role.ENGINEERING_SUPERVISOR, Role.REPAIRER),
        text="住户已撤单，请停止处理",
        when=_has_repairer,
    ),
    *pausing.TELLS,
    URGED,
    EXTENDED,
    NOT_CANCELLED,
)


def _not_begun(entry: Entry, file: CaseFile) -> bool:
    """What is agreed to while the work goes on (REP-35) leaves it where it stood."""
    return not any(isinstance(one.event, WorkStarted) for one in file.since(Assigned) if one.number < entry.number)


STAGES = (
    Stage(name="填单中", after=(RequestReceived,)),
    Stage(name="待领单", after=(FormFilled, EngineeringNotified)),
    Stage(name="待派工", after=(FormCollected,)),
    Stage(name="待接单", after=(Assigned, Reassigned), when=sending.leads_on),
    sending.STAGE,
    Stage(name="待到场", after=(OrderTaken,), when=sending.leads_on),
    Stage(name="现场确认", after=(ArrivedOnSite,), when=sending.leads_on),
    Stage(name="待住户同意", after=(FaultCompared,)),
    Stage(name="待备案", after=(RefusalSigned,), when=_both_signed),
    Stage(name="住户不同意", after=(ConsentRefused,)),
    Stage(name="待开工", after=(ConsentGiven, CostAgreed), when=_not_begun),
    pausing.STAGE,
    Stage(name="维修中", after=(WorkStarted,)),
    Stage(name="维修中", after=(TrialDone,), when=_failed),
    Stage(name="待试用检查", after=(WorkFinished,)),
    Stage(name="待住户签字", after=(TrialDone,)),
    Stage(name="待确认", after=(CopyReturned,), when=_both_back),
    Stage(name="待返单", after=(ResidentSigned, SignatureExcused, CopiesSentBack)),
    Stage(name="待移交", after=(CopiesConfirmed,)),
    Stage(name="待返单登记", after=(CopiesHandedOn,)),
    Stage(name="已返单", after=(ReturnRegistered,)),
    Stage(name="重新派工", after=(FeedbackGiven,), when=_unsolved),
    Stage(name="已撤单", after=(Withdrawn,), ends=True),
    Stage(name="已结案", after=(CaseEnded,), ends=True),
)
