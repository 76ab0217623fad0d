"""What a repair refuses: acts out of turn, acts that a clause forbids, and acts of those who may not."""

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.events import AnyEvent, Withdrawn
from domain.events.repair import (
    AppointmentMoved,
    Assessed,
    Assigned,
    ConsentRefused,
    CopiesConfirmed,
    CopiesHandedOn,
    CopiesSentBack,
    CopyReturned,
    FaultCompared,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    PriceShown,
    RefusalExplained,
    RefusalFiled,
    RefusalSigned,
    ResidentSigned,
    SetOut,
    SignatureExcused,
    Urgency,
)
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from domain.people import Actor, Role, StaffId
from tests.workflows import stages
from tests.workflows.desk import (
    FINANCE,
    FRONT_DESK,
    OTHER_REPAIRER,
    REPAIRER,
    SUPERVISOR,
    Arrange,
    Desk,
    Open,
    OpenedCase,
    person,
)
from workflows.doors import web_ui_name
from workflows.messages import FromWebUi

STARTED = WorkStarted(expected_done=datetime(2027, 1, 1, tzinfo=UTC))


async def nothing(case: OpenedCase) -> None:
    """As it is after the call."""


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

    refusal = await case.refuses(event, by)

    assert refusal.code == "not_expected"
    assert awaited in refusal.outcome["allowed"]
    assert event.label in refusal.remedy
    assert awaited in refusal.remedy


async def test_rep_34_consent_waits_for_the_price_to_be_shown(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(FaultCompared(matches=True), REPAIRER)

    assert "REP-34" in (await case.refuses(stages.AGREED, REPAIRER)).remedy

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

    refusal = await case.refuses(event, by)

    assert refusal.code == "rule_broken"
    assert remedy in refusal.remedy
    if not isinstance(event, RefusalFiled):
        assert rule in refusal.remedy


async def test_rep_05_another_team_is_taken_with_a_reason(opened: Open) -> None:
    case = await opened()
    await graded_and_collected(case)

    await case.hears(
        Assigned(repairer=OTHER_REPAIRER.id, team="电工班", item="W01", override_reason="水工班满员"), SUPERVISOR
    )

    assert (await case.view())["stage"] == "待接单"


# REP-07, REP-18: who may.

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

    refusal = await case.refuses(event, by)

    assert (refusal.code, refusal.field) == ("not_permitted", "by")
    assert post in refusal.outcome["allowed"]
    assert f"「{event.label}」须由" in refusal.remedy


async def test_rep_18_reassigned_on_the_way_the_order_is_taken_anew_by_the_other(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)

    await case.hears(Reassigned(repairer=OTHER_REPAIRER.id, reason="请假"), SUPERVISOR)

    assert (await case.refuses(OrderTaken(), REPAIRER)).code == "not_permitted"
    assert (await case.refuses(ArrivedOnSite(), OTHER_REPAIRER)).code == "not_expected"
    await case.hears(OrderTaken(), OTHER_REPAIRER)
    await case.hears(SetOut(), OTHER_REPAIRER)
    await case.hears(ArrivedOnSite(), OTHER_REPAIRER)
    assert (await case.view())["stage"] == "现场确认"


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


async def test_rep_03_what_is_signed_for_is_graded_no_more_until_feedback_reopens_it(opened: Open) -> None:
    case = await opened()
    await stages.until_signed(case)

    refusal = await case.refuses(Assessed(urgency=Urgency.LOW), SUPERVISOR)
    await case.hears(FeedbackGiven(solved=False), FRONT_DESK)
    await case.hears(Assessed(urgency=Urgency.URGENT), SUPERVISOR)

    assert (refusal.code, refusal.field) == ("rule_broken", "event.type")
    assert "REP-03" in refusal.remedy
