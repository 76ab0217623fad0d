"""REP: who may record what, and what a clause refuses."""

from domain.events import ExtensionGranted, Withdrawn
from domain.events.repair import (
    AnsweredWithPlan,
    AppointmentMoved,
    ArrivalTold,
    Assessed,
    Assigned,
    ConsentGiven,
    ConsentRefused,
    CopiesConfirmed,
    CopiesHandedOn,
    CopiesSentBack,
    CopyReturned,
    CustomerCopyGiven,
    FaultCompared,
    FormCollected,
    FormFilled,
    OrderTaken,
    PriceShown,
    RefusalExplained,
    RefusalFiled,
    RefusalSigned,
    RequestReceived,
    ResidentSigned,
    ReturnRegistered,
    SetOut,
    SignatureExcused,
    TrialDone,
    WorkFinished,
)
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from domain.people import Role
from domain.rulebook import feedback
from domain.rulebook.repair import pausing, reading
from domain.rulebook.repair.obligations import COMPLETIONS
from domain.rulebook.rows import Gate, Position, Question, Right
from domain.rulebook.work import (
    DESK,
    DONE_AHEAD,
    ENGINEERING,
    EXTENDABLE,
    EXTENDED_AHEAD,
    EXTENDING,
    ON_THE_JOB,
    REMARKS,
    URGING,
    lies_ahead,
    words_given,
)

RIGHTS = (
    Right(rule="REP-20", events=(RequestReceived, FormFilled, ArrivalTold), posts=DESK),
    Right(rule="REP-24", events=(EngineeringNotified,), posts=DESK),
    Right(rule="REP-15", events=(AnsweredWithPlan,), posts=(*ENGINEERING, Role.REPAIRER), own_only=True),
    Right(rule="REP-27", events=(AppointmentMoved,), posts=(*DESK, *ON_THE_JOB)),
    Right(rule="REP-25", events=(FormCollected,), posts=(*ENGINEERING, Role.REPAIRER)),
    Right(rule="REP-03", events=(Assessed,), posts=ENGINEERING),
    Right(rule="REP-18", events=(Assigned, Reassigned), posts=(Role.ENGINEERING_SUPERVISOR,)),
    Right(
        rule="REP-07",
        events=(
            OrderTaken,
            SetOut,
            ArrivedOnSite,
            FaultCompared,
            PriceShown,
            ConsentGiven,
            ConsentRefused,
            WorkStarted,
            WorkFinished,
            TrialDone,
            ResidentSigned,
            CustomerCopyGiven,
        ),
        posts=ON_THE_JOB,
        own_only=True,
    ),
    Right(rule="REP-41", events=(SignatureExcused,), posts=(Role.ENGINEERING_SUPERVISOR,)),
    Right(rule="REP-37", events=(RefusalExplained,), posts=(Role.ENGINEERING_SUPERVISOR,)),
    Right(rule="REP-38", events=(RefusalSigned,), posts=ON_THE_JOB, own_only=True),
    Right(rule="REP-39", events=(RefusalFiled,), posts=DESK),
    Right(rule="REP-43", events=(CopyReturned,), posts=(Role.ENGINEERING_SUPERVISOR,)),
    Right(rule="REP-44", events=(CopiesConfirmed, CopiesSentBack), posts=(Role.ENGINEERING_SUPERVISOR,)),
    Right(rule="REP-48", events=(CopiesHandedOn,), posts=(Role.ENGINEERING_SUPERVISOR,)),
    Right(rule="REP-45", events=(ReturnRegistered,), posts=DESK),
    feedback.RIGHT,
    *pausing.PAUSING,
    URGING,
    Right(rule="REP-01", events=(Withdrawn,), posts=(*DESK, Role.COMPANY_MANAGER)),
    REMARKS,
    EXTENDING,
)


def _item_given_when_it_differs(asked: Question) -> bool:
    event = asked.event
    return not isinstance(event, FaultCompared) or event.matches == (not event.actual_item)


def _reminded(asked: Question) -> bool:
    return not isinstance(asked.event, ConsentRefused) or asked.event.reminded


def _team_or_reason(asked: Question) -> bool:
    if not isinstance(asked.event, Assigned):
        return True
    request = asked.file.last(RequestReceived)
    proposed = asked.teams.get(request.fault, "") if request else ""
    return not proposed or asked.event.team == proposed or bool(asked.event.override_reason.strip())


def _has_a_completion_limit(position: Position) -> bool:
    limits = {row.key for row in COMPLETIONS}
    return any(duty.row.key in limits for duty in position.owed)


def _two_people_sign(position: Position) -> bool:
    return all(entry.by.id != position.by.id for entry in reading.refusal_signatures(position.file))


def _both_sides_sign(position: Position) -> bool:
    signed = reading.refusal_signatures(position.file)
    own = reading.repairer(position.file) == position.by.id
    return all((entry.by.id == reading.repairer(position.file)) != own for entry in signed)


def _a_copy_is_out(position: Position) -> bool:
    return not reading.both_copies_back(position.file)


def _not_back_yet(asked: Question) -> bool:
    return not isinstance(asked.event, CopyReturned) or asked.event.copy not in reading.copies_back(asked.file)


def _not_on_site_yet(position: Position) -> bool:
    return not reading.arrived(position.file)


def _no_paper_out(position: Position) -> bool:
    return not reading.accepted(position.file)


def _agreed_ahead(asked: Question) -> bool:
    event = asked.event
    return not isinstance(event, FormFilled | AppointmentMoved) or lies_ahead(event.wanted, asked.at)


def _expected_ahead(asked: Question) -> bool:
    return not isinstance(asked.event, ArrivalTold) or lies_ahead(asked.event.expected, asked.at)


def _cost_stated(asked: Question) -> bool:
    return not isinstance(asked.event, WorkFinished) or asked.event.no_charge != bool(asked.event.charges)


LIMITED = Gate(
    rule="REP-06",
    on=(Assigned, Reassigned),
    stands_open=_has_a_completion_limit,
    field="event.type",
    remedy="本单没有完成时限，不能派工，请先作故障定级",
    english="The order has no completion limit, so nobody can be assigned; grade the fault first.",
)

STILL_TO_COME = Gate(
    rule="REP-27",
    on=(AppointmentMoved, ArrivalTold),
    stands_open=_not_on_site_yet,
    field="event.type",
    remedy="维修人员已到场，不能再改约或告知到达时间",
    english="The repairer has been on the site; no arrival can be appointed any more.",
)

GATES = (
    Gate(
        rule="REP-22",
        on=(FormFilled, AppointmentMoved),
        holds=_agreed_ahead,
        field="event.wanted",
        remedy="约定时间须在此刻之后、一年之内；不约时间请填「尽快」",
        english="The time agreed lies ahead, within a year; without one say 尽快.",
    ),
    Gate(
        rule="REP-103",
        on=(ArrivalTold,),
        holds=_expected_ahead,
        field="event.expected",
        remedy="预计到达时间须在此刻之后、一年之内",
        english="The arrival expected lies ahead, within a year.",
    ),
    DONE_AHEAD,
    Gate(
        rule="REP-12",
        on=(WorkFinished,),
        holds=_cost_stated,
        field="event.charges",
        remedy="请填写费用；确无费用的，须注明「没有费用」",
        english="State the charges; where there are none, say so with no_charge: true and leave them out.",
    ),
    Gate(
        rule="REP-05",
        on=(Assigned,),
        holds=_team_or_reason,
        field="event.override_reason",
        remedy="班组与故障类型不符，请填写改派原因或选用对应班组",
        english="The team is not the one for this kind of fault; name that team or give override_reason.",
    ),
    LIMITED,
    STILL_TO_COME,
    Gate(
        rule="REP-03",
        on=(Assessed,),
        stands_open=_no_paper_out,
        field="event.type",
        remedy="住户已签字，不能再改定级；反馈未解决时可重新定级",
        english="The work is signed for and is graded no more, unless feedback reopens it.",
    ),
    Gate(
        rule="REP-33",
        on=(FaultCompared,),
        holds=_item_given_when_it_differs,
        field="event.actual_item",
        remedy="不相符时须填写实际维修项目，相符时不填",
        english="Give actual_item when the fault differs, and leave it empty when it matches.",
    ),
    Gate(
        rule="REP-36",
        on=(ConsentRefused,),
        holds=_reminded,
        field="event.reminded",
        remedy="请先提醒住户考虑好后再行报修",
        english="Remind the resident to report again once they agree, then say reminded: true.",
    ),
    Gate(
        rule="REP-38",
        on=(RefusalSigned,),
        stands_open=_two_people_sign,
        field="by",
        remedy="同一人不能签两次，须维修人员与工程部主管各签一次",
        english="The same person cannot sign twice; the repairer and the engineering supervisor each sign once.",
    ),
    Gate(
        rule="REP-38",
        on=(RefusalSigned,),
        stands_open=_both_sides_sign,
        field="by",
        remedy="维修人员与工程部主管须各签一次",
        english="One signature is the repairer's, the other the engineering supervisor's.",
    ),
    Gate(
        rule="REP-43",
        on=(Withdrawn,),
        stands_open=_no_paper_out,
        field="event.type",
        remedy="住户已签字，维修单须返单，不能撤单",
        english="The work is signed for and its copies must come back; it can no longer be withdrawn.",
    ),
    Gate(
        rule="REP-43",
        on=(CopyReturned,),
        stands_open=_a_copy_is_out,
        holds=_not_back_yet,
        field="event.copy",
        remedy="该联已交回",
        english="That copy is back already; return the other one.",
    ),
    Gate(
        rule="REP-13",
        on=(Withdrawn, Reassigned, RefusalSigned, SignatureExcused, CopiesSentBack, ExtensionGranted, AppointmentMoved),
        holds=words_given,
        field="event.reason",
        remedy="请填写原因",
        english="Give the reason.",
    ),
    Gate(
        rule="REP-46",
        on=(ReturnRegistered, RefusalFiled),
        holds=words_given,
        field="event.reference",
        remedy="请填写归档编号",
        english="Give the file reference.",
    ),
    Gate(
        rule="REP-15",
        on=(AnsweredWithPlan,),
        holds=words_given,
        field="event.plan",
        remedy="请填写答复住户的处理安排",
        english="Say what the resident was told will be done.",
    ),
    Gate(
        rule="REP-41",
        on=(ResidentSigned,),
        holds=words_given,
        field="event.signer",
        remedy="请填写签字人",
        english="Name the signer.",
    ),
    *pausing.GATES,
    EXTENDABLE,
    EXTENDED_AHEAD,
)
