"""REP: every limit of a listed repair, one row each."""

from datetime import time, timedelta

from domain.deadlines import Obligation
from domain.events import NoticeAcknowledged
from domain.events.repair import (
    AnsweredWithPlan,
    AppointmentMoved,
    ArrivalTold,
    Assigned,
    ConsentRefused,
    CopiesConfirmed,
    CopiesHandedOn,
    CopiesSentBack,
    CopyReturned,
    CustomerCopyGiven,
    FeedbackGiven,
    FormCollected,
    FormFilled,
    OrderTaken,
    RefusalExplained,
    RefusalFiled,
    RefusalSigned,
    RequestReceived,
    ReturnRegistered,
    SetOut,
)
from domain.events.work import ArrivedOnSite, EngineeringNotified, Paused, Reassigned, Resumed
from domain.ladder import Again, Breach, Climb, Remind, Warn
from domain.limits import BeforeTimeOfDay, ByTimeOfDay, Promised, Within, WithinOrFromAppointment
from domain.people import Role
from domain.rulebook import feedback
from domain.rulebook.open_values import (
    MOST_PAUSED,
    OV_01,
    OV_02,
    OV_03,
    OV_08,
    OV_15,
    OV_41,
    OV_42,
    OV_104,
    OV_125,
    SILENCE,
)
from domain.rulebook.repair import reading
from domain.rulebook.repair.reading import WORK_ACCEPTED
from domain.rulebook.work import FOLLOWS

RETURN_REMINDER = time(16, 30)

RESPONDED = (OrderTaken, ArrivedOnSite, AnsweredWithPlan)
"""OV-37: what counts as the response, whichever comes first."""

FORM_FILLED = Obligation(
    rule="REP-21",
    label="填写维修单",
    owed_by=Role.FRONT_DESK,
    counts_from=(RequestReceived,),
    met_by=(FormFilled,),
    limit=Within(timedelta(minutes=2)),
    ladder=(Warn(tell=(Role.FRONT_DESK,)), Breach(tell=(Role.CUSTOMER_SERVICE_SUPERVISOR,))),
)

ENGINEERING_TOLD = Obligation(
    rule="REP-24",
    label="通知工程部领单",
    owed_by=Role.FRONT_DESK,
    counts_from=(RequestReceived,),
    met_by=(EngineeringNotified,),
    limit=Within(timedelta(minutes=3)),
    ladder=(Warn(tell=(Role.FRONT_DESK,)), Breach(tell=(Role.CUSTOMER_SERVICE_SUPERVISOR,))),
)

ENGINEERING_TOLD_AT_ONCE = Obligation(
    rule=reading.AT_ONCE,
    label="紧急报修立即通知工程部",
    owed_by=Role.FRONT_DESK,
    counts_from=(RequestReceived,),
    met_by=(EngineeringNotified, NoticeAcknowledged),
    met_if=reading.engineering_told,
    limit=Within(OV_125),
    only_if=reading.is_urgent_situation,
    urgent=True,
    ladder=(Breach(tell=(Role.CUSTOMER_SERVICE_SUPERVISOR,)),),
)

SET_OUT = Obligation(
    rule="REP-105",
    label="紧急报修出发",
    owed_by=Role.REPAIRER,
    counts_from=(EngineeringNotified,),
    met_by=(SetOut, ArrivedOnSite),
    limit=Within(OV_104),
    only_if=reading.is_urgent_situation,
    urgent=True,
    ladder=(
        Warn(tell=(Role.ENGINEERING_SUPERVISOR, Role.REPAIRER), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)

EXPECTED_ARRIVAL = Obligation(
    rule="REP-103",
    label="按告知时间到场",
    owed_by=Role.REPAIRER,
    counts_from=(ArrivalTold,),
    met_by=(ArrivedOnSite,),
    lapses_on=(FormFilled, AppointmentMoved, FeedbackGiven),
    lapses_if=reading.replaces_expected_arrival,
    limit=Promised(reading.expected_arrival),
    ladder=(
        Warn(tell=(Role.REPAIRER,), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)

AT_ONCE = timedelta(minutes=10)
"""REP-124: how soon somebody is there."""

AT_ONCE_ON_SITE = Obligation(
    rule="REP-124",
    label="水浸停电停水堵塞到场",
    owed_by=Role.REPAIRER,
    counts_from=(RequestReceived,),
    met_by=(ArrivedOnSite,),
    limit=Within(AT_ONCE),
    only_if=reading.is_immediate_situation,
    extendable_by=Role.CENTRE_MANAGER,
    urgent=True,
    ladder=(
        Remind(after=timedelta(minutes=7), tell=(Role.REPAIRER,), press=FOLLOWS),
        Breach(tell=(Role.ESTATE_DIRECTOR, Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
        Climb(after=SILENCE, tell=(Role.COMPANY_MANAGER,)),
    ),
)

ASSIGNED = Obligation(
    rule="REP-25",
    label="安排维修人员",
    owed_by=Role.ENGINEERING_SUPERVISOR,
    counts_from=(FormCollected, FeedbackGiven),
    starts_if=reading.calls_for_assignment,
    met_by=(Assigned,),
    limit=Within(OV_01),
    ladder=(
        Warn(tell=(Role.ENGINEERING_SUPERVISOR,), press=FOLLOWS),
        Breach(tell=(Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)

URGENT_RESPONSE = Obligation(
    rule="REP-14",
    label="紧急报修响应",
    owed_by=Role.ENGINEERING,
    counts_from=(RequestReceived, FeedbackGiven),
    starts_if=reading.begins_round,
    met_by=RESPONDED,
    limit=Within(timedelta(minutes=30)),
    only_if=reading.is_urgent,
    urgent=True,
    ladder=(
        Warn(tell=(Role.REPAIRER, Role.ENGINEERING_SUPERVISOR), press=FOLLOWS),
        Breach(tell=(Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)

REGULAR_RESPONSE = Obligation(
    rule="REP-15",
    label="常规报修响应",
    owed_by=Role.ENGINEERING,
    counts_from=(RequestReceived, FeedbackGiven),
    starts_if=reading.begins_round,
    met_by=RESPONDED,
    limit=Within(timedelta(hours=1)),
    only_if=reading.is_regular,
    ladder=(
        Warn(tell=(Role.REPAIRER,), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, Role.CUSTOMER_SERVICE_SUPERVISOR, *FOLLOWS)),
        Climb(after=SILENCE, tell=(Role.COMPANY_MANAGER,)),
    ),
)

LOW_RESPONSE = Obligation(
    rule="REP-03",
    part="响应",
    label="低优先级报修响应",
    owed_by=Role.ENGINEERING,
    counts_from=(RequestReceived, FeedbackGiven),
    starts_if=reading.begins_round,
    met_by=RESPONDED,
    limit=Within(OV_02),
    only_if=reading.is_low,
    ladder=(
        Warn(tell=(Role.REPAIRER,), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)


URGENT_COMPLETION = Obligation(
    rule="REP-16",
    label="紧急故障完成",
    owed_by=Role.REPAIRER,
    counts_from=(RequestReceived, FeedbackGiven),
    starts_if=reading.begins_round,
    met_by=WORK_ACCEPTED,
    lapses_on=(ConsentRefused,),
    limit=WithinOrFromAppointment(timedelta(hours=2), reading.appointment),
    only_if=reading.is_urgent,
    urgent=True,
    ladder=(
        Warn(tell=(Role.ENGINEERING_SUPERVISOR, Role.REPAIRER), press=FOLLOWS),
        Breach(tell=(Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)

REGULAR_COMPLETION = Obligation(
    rule="REP-17",
    label="常规故障完成",
    owed_by=Role.REPAIRER,
    counts_from=(RequestReceived, FeedbackGiven),
    starts_if=reading.begins_round,
    met_by=WORK_ACCEPTED,
    lapses_on=(ConsentRefused,),
    limit=WithinOrFromAppointment(timedelta(hours=48), reading.appointment),
    only_if=reading.is_regular,
    pausable=MOST_PAUSED,
    ladder=(
        Warn(tell=(Role.REPAIRER,), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, Role.CUSTOMER_SERVICE_SUPERVISOR, *FOLLOWS)),
        Climb(after=SILENCE, tell=(Role.COMPANY_MANAGER,)),
    ),
)

LOW_COMPLETION = Obligation(
    rule="REP-03",
    part="完成",
    label="低优先级故障完成",
    owed_by=Role.REPAIRER,
    counts_from=(RequestReceived, FeedbackGiven),
    starts_if=reading.begins_round,
    met_by=WORK_ACCEPTED,
    lapses_on=(ConsentRefused,),
    limit=WithinOrFromAppointment(OV_03, reading.appointment),
    only_if=reading.is_low,
    pausable=MOST_PAUSED,
    ladder=(
        Warn(tell=(Role.REPAIRER,), before=timedelta(days=1), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)

COMPLETIONS = (URGENT_COMPLETION, REGULAR_COMPLETION, LOW_COMPLETION)
"""REP-06: the row that gives an assignment its 完成时限."""

ON_SITE = Obligation(
    rule="REP-26",
    label="接单后到场",
    owed_by=Role.REPAIRER,
    counts_from=(OrderTaken, AppointmentMoved),
    starts_if=reading.asks_to_come_now,
    met_by=(ArrivedOnSite,),
    lapses_on=(Reassigned,),
    limit=Within(timedelta(minutes=10)),
    only_if=reading.taken_to_come_now,
    ladder=(
        Warn(tell=(Role.REPAIRER,), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
        Climb(after=SILENCE, tell=(Role.COMPANY_MANAGER,)),
    ),
)

ON_SITE_BY_APPOINTMENT = Obligation(
    rule="REP-27",
    label="按预约提前5分钟到场",
    owed_by=Role.REPAIRER,
    counts_from=(FormFilled, AppointmentMoved),
    met_by=(ArrivedOnSite,),
    limit=Promised(reading.appointment, shift=timedelta(minutes=-5), agreed=reading.appointed_at),
    only_if=reading.has_appointment,
    ladder=(
        Warn(tell=(Role.REPAIRER,), before=timedelta(minutes=25), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
        Climb(after=SILENCE, tell=(Role.COMPANY_MANAGER,)),
    ),
)

RESUMED = Obligation(
    rule="REP-09",
    label="暂停到期恢复",
    owed_by=Role.REPAIRER,
    counts_from=(Paused,),
    met_by=(Resumed,),
    lapses_on=(ConsentRefused,),
    limit=Promised(reading.expected_to_go_on),
    ladder=(
        Warn(tell=(Role.REPAIRER,), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
        Again(every=timedelta(days=1), tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)

REFUSAL_EXPLAINED = Obligation(
    rule="REP-37",
    label="返回工程部说明情况",
    owed_by=Role.REPAIRER,
    counts_from=(ConsentRefused,),
    met_by=(RefusalExplained,),
    limit=Within(OV_08),
    ladder=(Warn(tell=(Role.REPAIRER,)), Breach(tell=(Role.ENGINEERING_SUPERVISOR,))),
)

REFUSAL_FILED = Obligation(
    rule="REP-39",
    label="未维修的维修单交客服部备案",
    owed_by=Role.REPAIRER,
    counts_from=(RefusalSigned,),
    met_by=(RefusalFiled,),
    limit=BeforeTimeOfDay(OV_41),
    only_if=reading.refusal_signed_by_both,
    ladder=(
        Warn(tell=(Role.REPAIRER,), clock=RETURN_REMINDER),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR,)),
        Again(every=timedelta(days=1), tell=(Role.ENGINEERING_SUPERVISOR,)),
    ),
)

CUSTOMER_COPY = Obligation(
    rule="REP-42",
    label="第一联交客户",
    owed_by=Role.REPAIRER,
    counts_from=WORK_ACCEPTED,
    met_by=(CustomerCopyGiven,),
    lapses_on=(FeedbackGiven,),
    lapses_if=reading.unsolved,
    limit=BeforeTimeOfDay(OV_15),
    ladder=(Breach(tell=(Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK)),),
)

SECOND_COPY_BACK = Obligation(
    rule="REP-43",
    part="第二联",
    label="交回第二联",
    owed_by=Role.REPAIRER,
    counts_from=(*WORK_ACCEPTED, CopiesSentBack),
    met_by=(CopyReturned,),
    met_if=reading.second_copy,
    lapses_on=(FeedbackGiven,),
    lapses_if=reading.unsolved,
    limit=BeforeTimeOfDay(OV_15),
    ladder=(
        Warn(tell=(Role.REPAIRER,), clock=RETURN_REMINDER),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK)),
        Again(every=timedelta(days=1), tell=(Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK)),
    ),
)

THIRD_COPY_BACK = Obligation(
    rule="REP-43",
    part="第三联",
    label="交回第三联",
    owed_by=Role.REPAIRER,
    counts_from=(*WORK_ACCEPTED, CopiesSentBack),
    met_by=(CopyReturned,),
    met_if=reading.third_copy,
    lapses_on=(FeedbackGiven,),
    lapses_if=reading.unsolved,
    limit=BeforeTimeOfDay(OV_15),
    ladder=SECOND_COPY_BACK.ladder,
)

COPIES_CONFIRMED = Obligation(
    rule="REP-44",
    label="主管确认联单",
    owed_by=Role.ENGINEERING_SUPERVISOR,
    counts_from=(CopyReturned,),
    met_by=(CopiesConfirmed, CopiesSentBack),
    lapses_on=(FeedbackGiven,),
    lapses_if=reading.unsolved,
    limit=ByTimeOfDay(OV_42),
    only_if=reading.both_copies_back,
    ladder=(Warn(tell=(Role.ENGINEERING_SUPERVISOR,)), Breach(tell=(Role.COMPANY_MANAGER, Role.FRONT_DESK))),
)

COPIES_HANDED_ON = Obligation(
    rule="REP-48",
    label="联单移交前台",
    owed_by=Role.ENGINEERING_SUPERVISOR,
    counts_from=(CopiesConfirmed,),
    met_by=(CopiesHandedOn,),
    lapses_on=(FeedbackGiven,),
    lapses_if=reading.unsolved,
    limit=ByTimeOfDay(OV_42),
    ladder=(Warn(tell=(Role.ENGINEERING_SUPERVISOR,)), Breach(tell=(Role.CUSTOMER_SERVICE_SUPERVISOR,))),
)

RETURN_REGISTERED = Obligation(
    rule="REP-45",
    label="返单登记",
    owed_by=Role.FRONT_DESK,
    counts_from=(CopiesHandedOn,),
    met_by=(ReturnRegistered,),
    lapses_on=(FeedbackGiven,),
    lapses_if=reading.unsolved,
    limit=ByTimeOfDay(OV_42),
    ladder=(Warn(tell=(Role.FRONT_DESK,)), Breach(tell=(Role.CUSTOMER_SERVICE_SUPERVISOR,))),
)

FEEDBACK = feedback.asked_after(WORK_ACCEPTED)

OBLIGATIONS = (
    FORM_FILLED,
    ENGINEERING_TOLD,
    ENGINEERING_TOLD_AT_ONCE,
    SET_OUT,
    EXPECTED_ARRIVAL,
    AT_ONCE_ON_SITE,
    ASSIGNED,
    URGENT_RESPONSE,
    REGULAR_RESPONSE,
    LOW_RESPONSE,
    URGENT_COMPLETION,
    REGULAR_COMPLETION,
    LOW_COMPLETION,
    ON_SITE,
    ON_SITE_BY_APPOINTMENT,
    RESUMED,
    REFUSAL_EXPLAINED,
    REFUSAL_FILED,
    CUSTOMER_COPY,
    SECOND_COPY_BACK,
    THIRD_COPY_BACK,
    COPIES_CONFIRMED,
    COPIES_HANDED_ON,
    RETURN_REGISTERED,
    FEEDBACK,
)
