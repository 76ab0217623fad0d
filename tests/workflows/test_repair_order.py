"""What a repair demands in order: what is refused, what is asked for instead, and where the copies are."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.errors import UnknownCase
from domain.events import AnyEvent, ExtensionGranted, Withdrawn
from domain.events.repair import (
    AnsweredWithPlan,
    AppointmentMoved,
    ArrivalTold,
    Assessed,
    Assigned,
    Channel,
    ConsentRefused,
    CopiesConfirmed,
    CopiesHandedOn,
    CopiesSentBack,
    CopyReturned,
    CustomerCopyGiven,
    FaultCompared,
    FaultKind,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    PriceShown,
    RefusalExplained,
    RefusalFiled,
    RefusalSigned,
    ResidentSigned,
    ReturnRegistered,
    SetOut,
    SignatureExcused,
    Situation,
    TrialDone,
    Urgency,
    WorkFinished,
)
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from domain.people import Actor, CaseNo, Role, StaffId
from tests.workflows import stages
from tests.workflows.desk import (
    CENTRE_MANAGER,
    DESK_SUPERVISOR,
    FINANCE,
    FRONT_DESK,
    OTHER_REPAIRER,
    REPAIRER,
    SUPERVISOR,
    Desk,
    OpenedCase,
    Refused,
    local,
    person,
)
from workflows.doors import web_ui_name
from workflows.messages import FromWebUi

Open = Callable[..., Awaitable[OpenedCase]]
Arrange = Callable[[OpenedCase], Awaitable[None]]
STARTED = WorkStarted(expected_done=datetime(2027, 1, 1, tzinfo=UTC))


async def nothing(case: OpenedCase) -> None:
    """As it is after the call."""


async def refused(case: OpenedCase, event: AnyEvent, by: Actor) -> Refused:
    """The refusal, which leaves nothing behind in the ledger."""
    before = await case.labels()
    with pytest.raises(Refused) as refusal:
        await case.hears(event, by)
    assert await case.labels() == before
    return refusal.value


# REP-01, REP-02, REP-20, REP-101, REP-106.


@pytest.mark.parametrize("channel", Channel)
async def test_rep_01_rep_101_a_call_by_any_channel_opens_a_case_with_its_row(opened: Open, channel: Channel) -> None:
    case = await opened(channel=channel)

    row = await case.desk.pool.fetchrow("select * from cases where no = $1", case.no)
    call = await case.desk.pool.fetchrow("select * from calls where case_no = $1", case.no)
    assert row is not None and call is not None  # noqa: PT018
    assert (row["channel"], row["received_at"], call["received_at"]) == (channel, case.moment, case.moment)
    view = await case.view()
    assert (view["stage"], view["open"]) == ("填单中", True)


async def test_rep_106_nobody_is_sent_in_a_case_that_has_no_row_and_one_taken_on_has_it_first(opened: Open) -> None:
    case = await opened()
    nowhere = replace(case, no=CaseNo("REP-20260101-00001"))
    received = (await case.view())["number"]

    with pytest.raises(UnknownCase):
        await nowhere.hears(stages.ASSIGNED, SUPERVISOR)
    await stages.until_assigned(case)

    sent = [entry.number for entry in await case.entries() if isinstance(entry.event, Assigned)]
    assert await case.desk.pool.fetchval("select true from cases where no = $1", case.no)
    assert received < sent[0]


async def test_rep_23_there_are_four_copies_from_the_moment_the_form_is_filled(opened: Open) -> None:
    case = await opened()
    assert await case.copies() == {}

    await case.hears(stages.filled(), FRONT_DESK)

    assert await case.copies() == {1: "前台客服员", 2: "前台客服员", 3: "前台客服员", 4: "客服前台存根"}


# The order of the clauses.

OUT_OF_TURN = [
    ("REP-03 assigned before it is graded", nothing, stages.ASSIGNED, SUPERVISOR, "填单完成"),
    ("REP-32 started before the fault is compared", stages.until_taken, STARTED, REPAIRER, "到场"),
    ("REP-35 started before the resident agrees", stages.until_price_shown, STARTED, REPAIRER, "同意收费并维修"),
    ("REP-40 signed before it is tried", stages.until_at_work, stages.SIGNED, REPAIRER, "维修完毕"),
    ("REP-48 handed on before it is confirmed", stages.until_copies_back, CopiesHandedOn(), SUPERVISOR, "主管确认"),
    (
        "REP-38 filed with one signature",
        stages.until_refusal_explained,
        RefusalFiled(reference="B-1"),
        FRONT_DESK,
        "未维修签字",
    ),
]


@pytest.mark.parametrize(
    ("arrange", "event", "by", "awaited"), [pytest.param(*rest, id=name) for name, *rest in OUT_OF_TURN]
)
async def test_out_of_turn_it_is_refused_and_says_what_is_awaited(
    opened: Open, arrange: Arrange, event: AnyEvent, by: Actor, awaited: str
) -> None:
    case = await opened()
    await arrange(case)

    refusal = await refused(case, event, by)

    assert refusal.code == "not_expected"
    assert awaited in refusal.outcome["allowed"]
    assert event.label in refusal.outcome["remedy"]
    assert awaited in refusal.outcome["remedy"]


async def test_rep_34_consent_waits_for_the_price_to_be_shown(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(FaultCompared(matches=True), REPAIRER)

    assert "REP-34" in (await refused(case, stages.AGREED, REPAIRER)).outcome["remedy"]

    await case.hears(PriceShown(price_version="LY-2024"), REPAIRER)
    await stages.agrees(case)
    assert (await case.view())["stage"] == "待开工"


# What a clause forbids.


async def price_shown_refusal(case: OpenedCase) -> None:
    await stages.until_price_shown(case)


async def on_site(case: OpenedCase) -> None:
    await stages.until_taken(case)
    await case.hears(ArrivedOnSite(), REPAIRER)


async def graded_and_collected(case: OpenedCase) -> None:
    await stages.until_graded(case)
    await case.hears(FormCollected(), SUPERVISOR)


async def signed_once(case: OpenedCase) -> None:
    await stages.until_refusal_explained(case)
    await case.hears(RefusalSigned(reason="嫌贵"), SUPERVISOR)


async def second_copy_back(case: OpenedCase) -> None:
    await stages.until_signed(case)
    await case.hears(CopyReturned(copy=2), SUPERVISOR)


FORBIDDEN: list[tuple[str, Arrange, AnyEvent, Actor, str]] = [
    ("REP-05", graded_and_collected, Assigned(repairer=REPAIRER.id, team="电工班", item="W01"), SUPERVISOR, "改派原因"),
    ("REP-33", on_site, FaultCompared(matches=False), REPAIRER, "实际维修项目"),
    ("REP-33", on_site, FaultCompared(matches=True, actual_item="W02"), REPAIRER, "实际维修项目"),
    ("REP-36", price_shown_refusal, ConsentRefused(reminded=False), REPAIRER, "提醒住户"),
    ("REP-38", signed_once, RefusalSigned(reason="嫌贵"), SUPERVISOR, "同一人不能签两次"),
    ("REP-38", signed_once, RefusalSigned(reason="嫌贵"), person("en-2", Role.ENGINEERING_SUPERVISOR), "各签一次"),
    ("REP-13", stages.until_refusal_explained, RefusalSigned(reason=" "), REPAIRER, "原因"),
    ("REP-13", stages.until_tried, SignatureExcused(reason=""), SUPERVISOR, "原因"),
    ("REP-41", stages.until_tried, ResidentSigned(signer=" ", signature="s-1"), REPAIRER, "签字人"),
    ("REP-43", second_copy_back, CopyReturned(copy=2), SUPERVISOR, "已交回"),
    ("REP-43", stages.until_signed, Withdrawn(reason="不修了"), FRONT_DESK, "返单"),
    ("REP-13", stages.until_copies_back, CopiesSentBack(reason=""), SUPERVISOR, "原因"),
    ("REP-39", stages.until_refusal_signed, RefusalFiled(reference=""), FRONT_DESK, "归档编号"),
    ("REP-13", nothing, Withdrawn(reason=""), FRONT_DESK, "原因"),
    ("REP-27", on_site, AppointmentMoved(wanted="尽快", reason="住户有事"), FRONT_DESK, "已到场"),
]


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{row[0]} {row[2].type} {number}") for number, row in enumerate(FORBIDDEN)]
)
async def test_what_a_clause_forbids_is_refused_with_its_remedy_in_chinese(
    opened: Open, row: tuple[str, Arrange, AnyEvent, Actor, str]
) -> None:
    rule, arrange, event, by, remedy = row
    case = await opened()
    await arrange(case)

    refusal = await refused(case, event, by)

    assert refusal.code == "rule_broken"
    assert remedy in refusal.outcome["remedy"]
    if not isinstance(event, RefusalFiled):
        assert rule in refusal.outcome["remedy"]


async def test_rep_05_another_team_is_taken_with_a_reason(opened: Open) -> None:
    case = await opened()
    await graded_and_collected(case)

    await case.hears(
        Assigned(repairer=OTHER_REPAIRER.id, team="电工班", item="W01", override_reason="水工班满员"), SUPERVISOR
    )

    assert (await case.view())["stage"] == "待接单"


# REP-18, REP-07: who may.

NOT_ALLOWED = [
    ("REP-18 a repairer assigns", graded_and_collected, stages.ASSIGNED, REPAIRER, "工程部主管"),
    ("REP-07 another repairer takes the order", stages.until_assigned, OrderTaken(), OTHER_REPAIRER, "本单维修人员"),
    (
        "REP-41 the repairer excuses the signature",
        stages.until_tried,
        SignatureExcused(reason="住户不在"),
        REPAIRER,
        "工程部主管",
    ),
    (
        "REP-37 the repairer says he has explained",
        stages.until_refused,
        RefusalExplained(),
        REPAIRER,
        "工程部主管",
    ),
    ("REP-44 the repairer confirms", stages.until_copies_back, CopiesConfirmed(), REPAIRER, "工程部主管"),
    ("REP-43 the repairer says a copy is back", stages.until_signed, CopyReturned(copy=2), REPAIRER, "工程部主管"),
    (
        "REP-11 engineering gives the feedback",
        stages.until_signed,
        FeedbackGiven(solved=True),
        SUPERVISOR,
        "前台客服员",
    ),
    ("REP-24 finance notifies", nothing, EngineeringNotified(), FINANCE, "前台客服员"),
    ("REP-03 the desk grades", nothing, Assessed(urgency=Urgency.LOW), FRONT_DESK, "工程部"),
    ("REP-01 a repairer withdraws", nothing, Withdrawn(reason="不修了"), REPAIRER, "前台客服员"),
]


@pytest.mark.parametrize(
    ("arrange", "event", "by", "post"), [pytest.param(*rest, id=name) for name, *rest in NOT_ALLOWED]
)
async def test_who_may_not_is_refused_and_told_who_may(
    opened: Open, arrange: Arrange, event: AnyEvent, by: Actor, post: str
) -> None:
    case = await opened()
    await arrange(case)

    refusal = await refused(case, event, by)

    assert (refusal.code, refusal.outcome["field"]) == ("not_permitted", "by")
    assert post in refusal.outcome["allowed"]
    assert f"「{event.label}」须由" in refusal.outcome["remedy"]


async def test_rep_18_reassigned_on_the_way_the_order_is_taken_anew_by_the_other(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)

    await case.hears(Reassigned(repairer=OTHER_REPAIRER.id, reason="请假"), SUPERVISOR)

    assert (await refused(case, OrderTaken(), REPAIRER)).code == "not_permitted"
    assert (await refused(case, ArrivedOnSite(), OTHER_REPAIRER)).code == "not_expected"
    await case.hears(OrderTaken(), OTHER_REPAIRER)
    await case.hears(SetOut(), OTHER_REPAIRER)
    await case.hears(ArrivedOnSite(), OTHER_REPAIRER)
    assert (await case.view())["stage"] == "现场确认"


async def test_rep_03_what_is_signed_for_is_graded_no_more_until_feedback_reopens_it(opened: Open) -> None:
    case = await opened()
    await stages.until_signed(case)

    refusal = await refused(case, Assessed(urgency=Urgency.LOW), SUPERVISOR)
    await case.hears(FeedbackGiven(solved=False), FRONT_DESK)
    await case.hears(Assessed(urgency=Urgency.URGENT), SUPERVISOR)

    assert (refusal.code, refusal.outcome["field"]) == ("rule_broken", "event.type")
    assert "REP-03" in refusal.outcome["remedy"]


# REP-06, REP-27, REP-103, REP-129.


@pytest.mark.parametrize(
    ("repairer", "remedy"), [("nobody", "在职的维修人员"), ("fd-1", "在职的维修人员"), ("rp-2", "请假")]
)
async def test_rep_18_from_the_web_ui_work_goes_to_nobody_whom_the_api_would_refuse(
    opened: Open, desk: Desk, repairer: str, remedy: str
) -> None:
    case = await opened()
    await stages.until_taken(case)
    away = (case.moment - timedelta(hours=1), case.moment + timedelta(hours=1))
    await desk.pool.execute("insert into leaves values ('LY', 'rp-2', $1, $2)", *away)
    handle = desk.client.get_workflow_handle(case.no)

    def sent(to: str) -> Awaitable[object]:
        message = FromWebUi(by=SUPERVISOR.id, repairer=StaffId(to), text="原维修人员请假")
        return handle.execute_update(web_ui_name(Reassigned), message)

    with pytest.raises(WorkflowUpdateFailedError) as refusal:
        await sent(repairer)
    await sent("rp-3")

    await desk.pool.execute("delete from leaves where staff = 'rp-2'")
    assert isinstance(refusal.value.cause, ApplicationError)
    told = refusal.value.cause.details[0]
    assert ("repairer", True) == (told["field"], remedy in told["remedy"])
    assert ["rp-3"] == [e.event.repairer for e in await case.entries() if isinstance(e.event, Reassigned)]


async def test_rep_06_an_assignment_carries_the_completion_limit(opened: Open) -> None:
    case = await opened()
    await stages.until_graded(case)
    await case.hears(FormCollected(), SUPERVISOR)

    await case.hears(stages.ASSIGNED, SUPERVISOR)

    assigned = [entry for entry in await case.entries() if isinstance(entry.event, Assigned)]
    assert [entry.event.complete_by for entry in assigned if isinstance(entry.event, Assigned)] == [
        local(case.day + timedelta(days=2), "9:00")
    ]


async def test_rep_27_a_moved_appointment_moves_the_limit_and_reminds_anew(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case, wanted=local(case.day, "15:00"))

    await case.at("14:00")
    await case.hears(AppointmentMoved(wanted=local(case.day, "16:00"), reason="住户有事"), FRONT_DESK)

    duty = await case.duty("REP-27")
    assert (duty["due_at"], duty["first_due_at"]) == (local(case.day, "15:55"), local(case.day, "14:55"))
    await case.at("15:55")
    assert await case.heard("REP-27") == [
        ("告知", frozenset({Role.REPAIRER})),
        ("催办", frozenset({Role.FRONT_DESK})),
        ("提醒", frozenset({Role.REPAIRER})),
    ]
    await case.hears(ArrivedOnSite(), REPAIRER)
    assert (await case.duty("REP-27"))["state"] == "met"


async def test_rep_103_told_anew_the_alarm_waits_for_the_later_time(opened: Open) -> None:
    case = await opened()
    await case.hears(ArrivalTold(expected=local(case.day, "10:00")), FRONT_DESK)
    await case.hears(ArrivalTold(expected=local(case.day, "11:00")), FRONT_DESK)

    await case.at("10:30")

    assert await case.heard("REP-103") == []


async def test_rep_103_another_time_agreed_the_arrival_told_before_is_nobodys_breach(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    await case.hears(ArrivalTold(expected=local(case.day, "9:30")), FRONT_DESK)
    await case.at("9:10")
    tomorrow = local(case.day + timedelta(days=1), "10:00")
    await case.hears(AppointmentMoved(wanted=tomorrow, reason="住户要出门"), FRONT_DESK)

    await case.at("9:40")

    duty = await case.duty("REP-103")
    assert ("superseded", local(case.day, "9:10")) == (duty["state"], duty["ended_at"])
    assert [] == await case.heard("REP-103")
    assert tomorrow - timedelta(minutes=5) == (await case.duty("REP-27"))["due_at"]


async def test_rep_103_told_again_after_another_time_was_agreed_that_arrival_counts(opened: Open) -> None:
    case = await opened()
    await case.hears(ArrivalTold(expected=local(case.day, "9:30")), FRONT_DESK)
    await case.at("9:01")
    await case.hears(AppointmentMoved(wanted=local(case.day, "15:00"), reason="住户要出门"), FRONT_DESK)
    await case.at("14:00")
    await case.hears(ArrivalTold(expected=local(case.day, "15:10")), FRONT_DESK)

    await case.at("15:10")
    before = await case.duty("REP-103", cycle=2)
    await case.at("15:10:01")

    assert ("open", local(case.day, "15:10")) == (before["state"], before["due_at"])
    assert "breached" == (await case.duty("REP-103", cycle=2))["state"]


async def test_rep_103_moved_only_after_the_time_told_it_is_a_breach_that_is_over(opened: Open) -> None:
    case = await opened()
    await case.hears(ArrivalTold(expected=local(case.day, "9:30")), FRONT_DESK)
    await case.at("9:30:01")

    await case.hears(AppointmentMoved(wanted=local(case.day, "15:00"), reason="住户要出门"), FRONT_DESK)

    duty = await case.duty("REP-103")
    assert ("breached", local(case.day, "9:30:01")) == (duty["state"], duty["ended_at"])


async def test_rep_129_only_the_centre_manager_extends_and_only_before_the_due_moment(opened: Open) -> None:
    case = await opened(situation=Situation.FLOODING)
    until = local(case.day, "9:40")
    extension = ExtensionGranted(key="REP-124", until=until, reason="道路积水")

    assert (await refused(case, extension, SUPERVISOR)).code == "not_permitted"
    assert (await refused(case, ExtensionGranted(key="REP-21", until=until, reason="忙"), CENTRE_MANAGER)).code == (
        "rule_broken"
    )
    await case.at("9:10")
    await case.hears(extension, CENTRE_MANAGER)

    duty = await case.duty("REP-124")
    assert (duty["state"], duty["due_at"], duty["first_due_at"]) == ("open", until, local(case.day, "9:10"))
    assert ("告知", frozenset({Role.FRONT_DESK, Role.ENGINEERING_SUPERVISOR})) in await case.heard("REP-129")
    await case.at("9:40:01")
    await case.settles()
    again = ExtensionGranted(key="REP-124", until=local(case.day, "10:00"), reason="道路积水")
    refusal = await refused(case, again, CENTRE_MANAGER)
    assert (refusal.code, refusal.outcome["field"]) == ("rule_broken", "event.until")
    assert (await case.duty("REP-124"))["breached_at"] == until


# REP-33 to REP-41, FEE-03.


async def test_rep_33_the_item_reported_and_the_actual_one_stand_side_by_side(opened: Open) -> None:
    case = await opened()
    await on_site(case)

    await case.hears(FaultCompared(matches=False, actual_item="W15"), REPAIRER)

    events = [entry.event for entry in await case.entries()]
    assert [event.item for event in events if isinstance(event, Assigned)] == ["W01"]
    assert [event.actual_item for event in events if isinstance(event, FaultCompared)] == ["W15"]


async def test_rep_36_rep_38_a_refusal_is_signed_by_two_and_ends_the_case_filed(opened: Open) -> None:
    case = await opened()
    await stages.until_refusal_signed(case)
    assert (await case.view())["stage"] == "待备案"

    await case.hears(RefusalFiled(reference="B-1"), FRONT_DESK)

    view = await case.view()
    assert (view["open"], view["result"]) == (False, "住户不同意")
    rows = await case.desk.pool.fetch("select copy, holder, reference from form_copies where case_no = $1", case.no)
    assert {row["copy"]: (row["holder"], row["reference"]) for row in rows} == {
        1: ("客服部", "B-1"),
        2: ("客服部", "B-1"),
        3: ("客服部", "B-1"),
        4: ("客服前台存根", ""),
    }


async def test_rep_15_answered_with_a_plan_within_the_hour_the_resident_has_had_a_response(opened: Open) -> None:
    case = await opened()
    await stages.until_graded(case)
    await case.at("10:00:00")

    with pytest.raises(Refused) as refusal:
        await case.hears(AnsweredWithPlan(plan=" "), SUPERVISOR)
    await case.hears(AnsweredWithPlan(plan="今天下午派人上门"), SUPERVISOR)
    await case.at("10:00:01")

    assert "event.plan" == refusal.value.outcome["field"]
    duty = await case.duty("REP-15")
    assert ("met", local(case.day, "10:00")) == (duty["state"], duty["ended_at"])
    assert "open" == (await case.duty("REP-17"))["state"]


async def test_rep_10_begun_the_resident_is_told_when_it_is_done_and_beyond_the_limit_the_supervisor_too(
    opened: Open,
) -> None:
    case = await opened()
    await stages.until_price_shown(case)
    await stages.agrees(case)
    due = (await case.duty("REP-17"))["due_at"]

    with pytest.raises(Refused) as refusal:
        await case.hears(stages.started(case, done_in=timedelta(seconds=-6)), REPAIRER)
    await case.hears(WorkStarted(expected_done=due), REPAIRER)

    assert ("rule_broken", "event.expected_done") == (refusal.value.code, refusal.value.outcome["field"])
    assert [("告知", Role.FRONT_DESK)] == await case.told("REP-10")
    text = await case.desk.pool.fetchval("select text from notices where case_no = $1 and rule = 'REP-10'", case.no)
    assert "请转告住户" in text


async def test_rep_10_expected_later_than_the_limit_the_supervisor_hears_of_it(opened: Open) -> None:
    case = await opened()
    await stages.until_price_shown(case)
    await stages.agrees(case)
    due = (await case.duty("REP-17"))["due_at"]

    await case.hears(WorkStarted(expected_done=due + timedelta(seconds=1)), REPAIRER)

    assert {("告知", Role.FRONT_DESK), ("告知", Role.ENGINEERING_SUPERVISOR)} == set(await case.told("REP-10"))


@pytest.mark.parametrize(
    "event",
    [
        WorkFinished(fault=FaultKind.WATER),
        WorkFinished(fault=FaultKind.WATER, charges=(stages.LABOUR,), no_charge=True),
    ],
    ids=["nothing said", "both said"],
)
async def test_rep_12_done_without_saying_what_it_cost_is_refused_and_nothing_is_an_answer(
    opened: Open, event: WorkFinished
) -> None:
    case = await opened()
    await stages.until_at_work(case)

    with pytest.raises(Refused) as refusal:
        await case.hears(event, REPAIRER)
    await case.hears(stages.FREE, REPAIRER)

    assert ("rule_broken", "event.charges") == (refusal.value.code, refusal.value.outcome["field"])
    assert "REP-12" in refusal.value.outcome["remedy"]
    assert "维修完毕" == (await case.labels())[-1]


async def test_rep_40_until_it_passes_it_is_under_repair_again(opened: Open) -> None:
    case = await opened()
    await stages.until_at_work(case)
    for _ in range(2):
        await case.hears(stages.FINISHED, REPAIRER)
        await case.hears(TrialDone(passed=False, remark="仍渗水"), REPAIRER)
        assert (await case.view())["stage"] == "维修中"
        assert (await refused(case, stages.SIGNED, REPAIRER)).code == "not_expected"

    await case.hears(stages.FINISHED, REPAIRER)
    await case.hears(TrialDone(passed=True), REPAIRER)

    assert (await case.view())["stage"] == "待住户签字"


async def test_rep_41_absent_the_resident_is_excused_by_the_supervisor_and_the_repair_is_complete(opened: Open) -> None:
    case = await opened()
    await stages.until_tried(case)

    await case.hears(SignatureExcused(reason="住户不在，已电话确认"), SUPERVISOR)

    assert (await case.duty("REP-17"))["state"] == "met"
    assert (await case.view())["stage"] == "待返单"


async def test_fee_03_every_charge_stands_in_the_ledger_with_its_price(opened: Open) -> None:
    case = await opened()
    await stages.until_tried(case)

    rows = await case.desk.pool.fetch("select * from charges where case_no = $1", case.no)
    assert [(row["line"], row["item"], row["kind"], row["price_version"], row["amount"]) for row in rows] == [
        (1, "W01", "labour", "LY-2024", Decimal("30.00"))
    ]


# REP-42 to REP-48: the copies.


async def test_rep_42_to_rep_48_each_copy_is_where_the_last_act_put_it(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    assert await case.copies() == {1: "维修人员", 2: "维修人员", 3: "维修人员", 4: "客服前台存根"}
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(FaultCompared(matches=True), REPAIRER)
    await case.hears(PriceShown(price_version="LY-2024"), REPAIRER)
    await stages.agrees(case)
    await case.hears(stages.started(case), REPAIRER)
    await case.hears(stages.FREE, REPAIRER)
    await case.hears(TrialDone(passed=True), REPAIRER)
    await stages.signs(case)

    await case.hears(CustomerCopyGiven(), REPAIRER)
    await case.hears(CopyReturned(copy=3), SUPERVISOR)
    assert await case.copies() == {1: "客户", 2: "维修人员", 3: "工程部主管", 4: "客服前台存根"}
    await case.hears(CopyReturned(copy=2), SUPERVISOR)
    await case.hears(CopiesConfirmed(), SUPERVISOR)
    await stages.hands_on(case)
    assert await case.copies() == {1: "客户", 2: "前台客服员", 3: "前台客服员", 4: "客服前台存根"}
    await case.hears(ReturnRegistered(reference="A-1"), FRONT_DESK)

    assert await case.copies() == {1: "客户", 2: "客服部", 3: "前台客服员（待移交财务部）", 4: "客服前台存根"}


async def test_rep_44_sent_back_the_return_is_open_again_until_both_are_confirmed(opened: Open) -> None:
    case = await opened(at="15:00")
    await stages.until_copies_back(case)
    await case.at("16:00")

    await case.hears(CopiesSentBack(reason="金额未填"), SUPERVISOR)

    assert (await case.copies())[2] == "维修人员"
    assert (await case.duty("REP-43/第二联", 2))["due_at"] == (await case.duty("REP-43/第二联", 1))["due_at"]
    assert (await refused(case, CopiesConfirmed(), SUPERVISOR)).code == "not_expected"
    await case.at("17:00")
    assert (await case.duty("REP-43/第二联", 2))["state"] == "breached"
    assert (await case.duty("REP-43/第二联", 1))["state"] == "met"
    await case.hears(CopyReturned(copy=2), SUPERVISOR)
    await case.hears(CopyReturned(copy=3), SUPERVISOR)
    await case.hears(CopiesConfirmed(), SUPERVISOR)
    assert (await case.view())["stage"] == "待移交"


async def test_rep_43_a_copy_not_returned_is_told_of_every_day(opened: Open) -> None:
    case = await opened(at="15:00")
    await stages.until_signed(case)
    await case.hears(CopyReturned(copy=2), SUPERVISOR)

    await case.at("17:00", days=2)

    late = ("超时", frozenset({Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK}))
    assert await case.heard("REP-43/第三联") == [("提醒", frozenset({Role.REPAIRER})), late, late, late]
    assert await case.heard("REP-43/第二联") == []


# REP-47.


async def test_rep_47_unsolved_it_is_assigned_anew_with_the_first_call_kept(opened: Open) -> None:
    case = await opened()
    called = case.moment
    await stages.until_confirmed(case)
    await case.hears(CustomerCopyGiven(), REPAIRER)
    await stages.hands_on(case)
    await case.hears(ReturnRegistered(reference="A-1"), FRONT_DESK)

    await case.at("14:00")
    await case.hears(FeedbackGiven(solved=False, remark="又漏"), FRONT_DESK)

    assert (await case.view())["stage"] == "重新派工"
    assert await case.heard("REP-47") == [("告知", frozenset({Role.ENGINEERING_SUPERVISOR}))]
    for key, due in (("REP-25", "14:05"), ("REP-15", "15:00")):
        duty = await case.duty(key, 2)
        assert (duty["state"], duty["due_at"]) == ("open", local(case.day, due))
    assert (await case.duty("REP-17", 1))["started_at"] == called
    await case.hears(stages.ASSIGNED, SUPERVISOR)
    assert await case.copies(2) == {1: "工程部", 2: "工程部", 3: "工程部", 4: "客服前台存根"}
    assert (await case.copies(1))[2] == "客服部"
    await case.hears(OrderTaken(), REPAIRER)
    assert (await case.duty("REP-26", 2))["due_at"] == local(case.day, "14:10")
    received = await case.desk.pool.fetchval("select received_at from cases where no = $1", case.no)
    assert received == called


async def test_rep_47_unsolved_before_the_copies_are_back_they_go_on_with_the_reopened_repair(opened: Open) -> None:
    case = await opened()
    await stages.until_signed(case)

    await case.hears(FeedbackGiven(solved=False, remark="又漏"), FRONT_DESK)

    assert (await case.duty("REP-43/第二联"))["state"] == "superseded"
    await case.hears(stages.ASSIGNED, SUPERVISOR)
    await case.hears(OrderTaken(), REPAIRER)
    assert await case.copies(1) == {1: "维修人员", 2: "维修人员", 3: "维修人员", 4: "客服前台存根"}
    assert await case.copies(2) == {}


# REP-01: withdrawal.


@pytest.mark.parametrize(
    "arrange",
    [nothing, stages.until_graded, stages.until_taken, stages.until_at_work, stages.until_refusal_explained],
    ids=["called", "graded", "taken", "at work", "refused"],
)
async def test_rep_01_withdrawn_nothing_is_owed_any_more_and_nobody_is_told_of_a_breach(
    opened: Open, arrange: Arrange
) -> None:
    case = await opened()
    await arrange(case)

    await case.hears(Withdrawn(reason="住户自行修好"), DESK_SUPERVISOR)

    view = await case.view()
    assert (view["open"], view["result"], view["overdue"]) == (False, "已撤单", False)
    assert (await case.labels())[-2:] == ["撤单", "结案"]
    open_still = "select count(*) from duties where case_no = $1 and ended_at is null"
    assert await case.desk.pool.fetchval(open_still, case.no) == 0
    await case.at("9:00", days=1)
    raised = "select count(*) from notices where case_no = $1 and level in ('超时', '升级')"
    assert await case.desk.pool.fetchval(raised, case.no) == 0


async def test_closed_the_case_takes_nothing_more(opened: Open) -> None:
    case = await opened()
    await case.hears(Withdrawn(reason="住户自行修好"), FRONT_DESK)

    refusal = await refused(case, stages.filled(), FRONT_DESK)

    assert (refusal.code, refusal.outcome["remedy"]) == ("case_closed", "此单已结案，请另立新单")
