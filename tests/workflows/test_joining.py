"""Callers stay on their case, a case goes into another, and what is no repair is kept by the front desk."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from domain.admission import Act
from domain.callers import callers
from domain.case_file import CaseFile, Source
from domain.errors import RuleBroken
from domain.events import AnyEvent, Withdrawn
from domain.events.joining import CalledAgain, Caller, CameAfter, Matter, MergedInto, MergeTaken, Settled, ToldApart
from domain.events.public import Hazard
from domain.events.repair import Assessed, Channel, FeedbackGiven, Situation, Urgency
from domain.events.work import EngineeringNotified
from domain.people import CaseNo
from infra.invariants.check import violations
from infra.postgres.acceptance import Into, NewAct
from infra.postgres.commands import Command
from tests.workflows import stages
from tests.workflows.desk import (
    DESK_SUPERVISOR,
    FRONT_DESK,
    PATIENCE,
    REPAIRER,
    SUPERVISOR,
    Desk,
    Open,
    OpenedCase,
    Refused,
)

AGAIN = CalledAgain(channel=Channel.WECHAT, content="还在漏，楼下也湿了", phone="19900000002")


async def merge(case: OpenedCase, into: OpenedCase) -> Command:
    return await case.hears(MergedInto(into=into.no, reason="同一处漏水"), FRONT_DESK)


async def two(desk: Desk, opened: Open) -> tuple[OpenedCase, OpenedCase]:
    """Both opened on one clock; the second is the younger."""
    first = await opened()
    second = await opened()
    first.moment = second.moment
    return first, second


async def passed_on(desk: Desk, to: OpenedCase) -> list[Any]:
    return list(
        await desk.pool.fetch("select * from commands where case_no = $1 and verb = 'merge_taken' order by seq", to.no)
    )


async def relay(desk: Desk) -> list[Command]:
    """As the relay: whatever is due is delivered."""
    due = await desk.commands.take_due(10, PATIENCE)
    return [await desk.deliver(command) for command in due]


async def test_rep_102_who_calls_again_is_on_the_case_and_all_of_them_are_to_be_told(opened: Open) -> None:
    case = await opened()
    await stages.until_price_shown(case)

    await case.hears(AGAIN, FRONT_DESK)
    await stages.agrees(case)
    await case.hears(stages.started(case), REPAIRER)

    texts = await case.desk.pool.fetch("select text from notices where case_no = $1 and rule = 'REP-10'", case.no)
    assert {f"【告知】{case.no} 请转告住户（共2位来电人，逐一告知）：已开始维修，预计完成时间见维修单（REP-10）"} == {
        row["text"] for row in texts
    }
    assert AGAIN in [entry.event for entry in await case.entries()]


async def test_a_case_that_is_anothers_ends_and_the_other_hears_of_everybody_who_called(
    desk: Desk, opened: Open
) -> None:
    kept, merged = await two(desk, opened)
    await merged.hears(AGAIN, FRONT_DESK)

    await merge(merged, kept)
    await relay(desk)

    view = await merged.view()
    assert (False, "已并入") == (view["open"], view["result"])
    taken = [entry for entry in await kept.entries() if isinstance(entry.event, MergeTaken)]
    first = Caller(channel="电话", content="厨房漏水", phone="19900000001")
    again = Caller(channel="微信", content=AGAIN.content, phone=AGAIN.phone)
    assert [MergeTaken(merged=merged.no, callers=(first, again))] == [entry.event for entry in taken]
    assert FRONT_DESK.id == taken[0].by.id
    links = await desk.pool.fetch("select case_no, other_no, filed from case_links where case_no = $1", merged.no)
    assert [(merged.no, kept.no, True)] == [tuple(row) for row in links]


async def test_the_end_of_the_one_and_what_the_other_is_to_hear_are_one_commit_however_often_it_is_tried(
    desk: Desk, opened: Open
) -> None:
    """Killed before it, neither stands; killed after it, the relay finds what is left to do."""
    kept, merged = await two(desk, opened)

    await merge(merged, kept)

    (left,) = await passed_on(desk, kept)
    assert ("accepted", f"case:{merged.no}") == (left["state"], left["client"])
    once, again = await relay(desk), await relay(desk)
    command = await desk.commands.find(left["id"])
    await desk.deliver(command)
    assert (["applied"], []) == ([one.state for one in once if one.case_no == kept.no], again)
    assert 1 == (await kept.labels()).count("接收并入")


async def test_whoever_called_is_on_the_case_before_anything_that_was_acknowledged_later(
    desk: Desk, opened: Open
) -> None:
    kept, merged = await two(desk, opened)
    await merge(merged, kept)

    await kept.hears(Withdrawn(reason="自行修好"), FRONT_DESK)

    assert ["接收并入", "撤单", "结案"] == (await kept.labels())[-3:]


async def test_a_case_that_ended_meanwhile_leaves_a_task_for_whoever_called(desk: Desk, opened: Open) -> None:
    kept, merged = await two(desk, opened)
    withdrawal = await kept.accepts(Withdrawn(reason="自行修好"), FRONT_DESK)
    await merge(merged, kept)
    await kept.takes_in(withdrawal)

    await relay(desk)

    (left,) = await passed_on(desk, kept)
    assert ("refused", "case_closed") == (left["state"], left["outcome"]["code"])
    task = await desk.pool.fetchrow("select * from tasks where subject = $1", merged.no)
    assert task is not None
    assert ("merge_unheard", "前台客服员", True) == (task["kind"], task["post"], kept.no in task["text"])


async def test_two_cases_do_not_go_into_each_other_nor_one_into_two(desk: Desk, opened: Open) -> None:
    one, other = await two(desk, opened)
    third = await opened()

    async def asks(case: OpenedCase, into: CaseNo, *, moved_on: bool = False) -> Command:
        event, at = MergedInto(into=into, reason="同一处"), one.moment

        def act(command_id: str, _: datetime) -> Act:
            return Act(command_id=command_id, event=event, by=FRONT_DESK, at=at, accepted_at=at, source=Source.API)

        key = f"{case.no}-{into}"
        stage = await desk.pool.fetchval("select stage from case_views where case_no = $1", into)
        looked_at = Into(no=into, stage="待领单" if moved_on else stage)
        new = NewAct(client="test", key=key, body_hash=b"", case_no=case.no, build=act, into=looked_at)
        return await desk.acceptance.accept_act(new, at)

    with pytest.raises(RuleBroken, match="刚有进展"):
        await asks(one, other.no, moved_on=True)
    accepted = await asks(one, other.no)

    for case, into in ((other, one), (one, third), (third, one)):
        with pytest.raises(RuleBroken, match="正在并入"):
            await asks(case, into.no)
    await one.takes_in(accepted)
    with pytest.raises(RuleBroken, match="已结案"):
        await asks(other, one.no)


async def test_rep_43_what_is_signed_for_is_merged_no_more(desk: Desk, opened: Open) -> None:
    other = await opened()
    case = await opened()
    await stages.until_tried(case)
    open_to_it = MergedInto(into=other.no, reason="同一处")

    await stages.signs(case)
    refusal = await case.refuses(open_to_it, FRONT_DESK)

    assert "不能并入他单" in refusal.remedy


async def test_who_was_sent_to_a_case_that_is_merged_is_told_to_stop(desk: Desk, opened: Open) -> None:
    kept, merged = await two(desk, opened)
    await stages.until_taken(merged)

    await merge(merged, kept)

    assert {("告知", "工程部主管"), ("告知", "维修人员")} == set(await merged.told("REP-13"))


@pytest.mark.parametrize("matter", Matter)
async def test_cal_109_what_is_no_repair_stays_with_the_front_desk_until_it_is_settled(
    opened: Open, matter: Matter
) -> None:
    case = await opened(situation=Situation.FLOODING)
    await case.hears(stages.filled(), FRONT_DESK)

    with pytest.raises(Refused, match="转类须由客服部主管"):
        await case.hears(ToldApart(matter=matter), FRONT_DESK)
    await case.hears(ToldApart(matter=matter), SUPERVISOR if matter is Matter.HELP else DESK_SUPERVISOR)

    view = await case.view()
    assert (["办结"], "转类待办") == (view["waiting_for"], view["stage"])
    assert view["next_due_at"] == (await case.duty("CAL-109"))["due_at"]
    assert "superseded" == (await case.duty("REP-124"))["state"]
    refusal = await case.refuses(Assessed(urgency=Urgency.URGENT), SUPERVISOR)
    assert "不再按报修办理" in refusal.remedy
    refusal = await case.refuses(EngineeringNotified(), FRONT_DESK)
    assert "not_expected" == refusal.code
    await case.hears(Settled(text="已联系派出所"), FRONT_DESK)
    view = await case.view()
    assert (False, "已转类") == (view["open"], view["result"])


async def test_an_emergency_told_apart_is_told_to_the_supervisors_at_once(opened: Open) -> None:
    case = await opened()

    await case.hears(ToldApart(matter=Matter.EMERGENCY), FRONT_DESK)

    rows = await case.desk.pool.fetch(
        "select post from notices where case_no = $1 and urgent and rule = 'CAL-109'", case.no
    )
    assert {"客服部主管", "工程部主管", "护管部"} == {row["post"] for row in rows}


async def test_limits_of_a_repair_are_not_breached_after_it_was_told_apart_and_those_breached_before_stay_so(
    opened: Open,
) -> None:
    case = await opened()
    await case.at("9:03")

    await case.hears(ToldApart(matter=Matter.COMPLAINT), FRONT_DESK)
    await case.at("11:00")

    states = {key: (await case.duty(key))["state"] for key in ("REP-21", "REP-24", "REP-15", "REP-17")}
    assert {"REP-21": "breached", "REP-24": "superseded", "REP-15": "superseded", "REP-17": "superseded"} == states
    assert [] == [row for row in await case.told("REP-15") if row[0] != "提醒"]


@pytest.mark.parametrize(("clock", "state", "posts"), [("9:05:00", "met", []), ("9:05:01", "breached", ["客服部主管"])])
async def test_cal_109_what_the_front_desk_keeps_is_settled_within_a_day(
    opened: Open, clock: str, state: str, posts: list[str]
) -> None:
    case = await opened()
    await case.at("9:05")
    await case.hears(ToldApart(matter=Matter.HELP), FRONT_DESK)
    await case.at(clock, days=1)

    await case.hears(Settled(text="已联系家属"), FRONT_DESK)

    assert state == (await case.duty("CAL-109"))["state"]
    assert posts == [post for level, post in await case.told("CAL-109") if level == "超时"]


async def test_once_somebody_is_sent_nothing_is_told_apart_nor_twice(opened: Open) -> None:
    sent, apart = await opened(), await opened()
    sent.moment = apart.moment
    await stages.until_assigned(sent)
    await apart.hears(ToldApart(matter=Matter.INQUIRY), FRONT_DESK)

    for case, words in ((sent, "已派人的单不能转类"), (apart, "本单已转类")):
        refusal = await case.refuses(ToldApart(matter=Matter.HELP), FRONT_DESK)
        assert words in refusal.remedy


@pytest.mark.parametrize("hazard", [Hazard.NONE, Hazard.MANHOLE])
async def test_a_public_repair_is_told_apart_and_settled_and_merged_like_any_other(
    desk: Desk, reported: Open, hazard: Hazard
) -> None:
    apart, kept, merged = await reported(hazard), await reported(hazard), await reported(hazard)
    for case in (apart, kept):
        case.moment = merged.moment

    await apart.hears(ToldApart(matter=Matter.COMPLAINT), DESK_SUPERVISOR)
    await apart.hears(Settled(text="已答复"), FRONT_DESK)
    await merge(merged, kept)
    await relay(desk)

    assert ["已转类", "已并入"] == [(await case.view())["result"] for case in (apart, merged)]
    assert 1 == (await kept.labels()).count("接收并入")


async def test_only_the_front_desk_joins_merges_and_tells_apart(opened: Open) -> None:
    case = await opened()
    acts: list[AnyEvent] = [
        AGAIN,
        MergedInto(into=CaseNo("REP-20261122-00001"), reason="."),
        ToldApart(matter=Matter.HELP),
    ]

    for event in acts:
        refusal = await case.refuses(event, REPAIRER)
        assert "not_permitted" == refusal.code


async def _told_apart(case: OpenedCase) -> None:
    await case.hears(ToldApart(matter=Matter.COMPLAINT), FRONT_DESK)


@pytest.mark.parametrize(
    ("comes_to", "words"),
    [
        (stages.until_signed, "请登记「客户反馈」"),
        (stages.until_settled, "请登记「客户反馈」"),
        (stages.until_refused, "请另立新单"),
        (_told_apart, "请另立新单"),
    ],
)
async def test_a_case_past_its_work_takes_no_callers_and_says_what_is_to_be_done(
    desk: Desk, opened: Open, comes_to: Callable[[OpenedCase], Awaitable[None]], words: str
) -> None:
    kept, merged = await two(desk, opened)
    await comes_to(kept)
    merged.moment = max(merged.moment, kept.moment)

    refusal = await kept.refuses(AGAIN, FRONT_DESK)
    await merge(merged, kept)
    await relay(desk)

    assert words in refusal.remedy
    assert not {"又来电", "接收并入"} & set(await kept.labels())
    (left,) = await passed_on(desk, kept)
    assert "refused" == left["state"]
    assert await desk.pool.fetchval("select count(*) from tasks where subject = $1", merged.no)


async def test_rep_47_a_repair_that_feedback_reopens_takes_callers_again(opened: Open) -> None:
    case = await opened()
    await stages.until_settled(case)

    await case.hears(FeedbackGiven(solved=False), FRONT_DESK)
    await case.hears(AGAIN, FRONT_DESK)

    assert "又来电" == (await case.labels())[-1]


async def test_rep_102_whoever_works_on_it_hears_of_a_second_call(opened: Open) -> None:
    case = await opened()

    await case.hears(AGAIN, FRONT_DESK)
    before = set(await case.told("REP-102"))
    await stages.until_taken(case)
    await case.hears(AGAIN, FRONT_DESK)

    assert {("告知", "工程部")} == before
    assert {("告知", "工程部主管"), ("告知", "维修人员")} == set(await case.told("REP-102")) - before


async def test_cal_109_what_can_wait_is_told_apart_by_the_desk_alone(opened: Open) -> None:
    case = await opened()

    with pytest.raises(Refused, match="前台客服员或客服部主管"):
        await case.hears(ToldApart(matter=Matter.HELP), SUPERVISOR)

    assert "转类" not in await case.labels()


async def taken_out(merged: OpenedCase, kept: OpenedCase, opened: Open) -> OpenedCase:
    """The case that is opened of what had been merged by mistake."""
    later = await opened()
    mistaken = tuple(callers(CaseFile(await merged.entries())))
    came = CameAfter(after=merged.no, reason="并入有误", apart_from=kept.no, callers=mistaken)
    await later.hears(came, FRONT_DESK)
    return later


async def test_what_was_merged_by_mistake_is_taken_out_again_and_notices_count_its_callers_no_more(
    desk: Desk, opened: Open
) -> None:
    kept, merged = await two(desk, opened)
    await stages.until_price_shown(kept)
    await merge(merged, kept)
    await relay(desk)
    await stages.agrees(kept)
    assert 1 == (await kept.labels()).count("接收并入")

    later = await taken_out(merged, kept, opened)
    await relay(desk)
    await relay(desk)
    kept.moment = later.moment
    await kept.hears(stages.started(kept), REPAIRER)

    assert ["接收并入", "拆出"] == [label for label in await kept.labels() if label in {"接收并入", "拆出"}]
    (text,) = await desk.pool.fetch(
        "select text from notices where case_no = $1 and strpos(text, '已开始维修') > 0", kept.no
    )
    assert "来电人" not in text["text"]
    told = await desk.pool.fetch(
        "select post from notices where case_no = $1 and strpos(text, '已拆出另立') > 0", kept.no
    )
    assert {"前台客服员", "工程部主管", "维修人员"} == {row["post"] for row in told}
    assert [] == [one.text for one in await violations(desk.pool, desk.sealer) if kept.no in one.subject]


async def test_what_is_taken_out_of_a_case_that_ended_meanwhile_leaves_nobody_a_task(desk: Desk, opened: Open) -> None:
    kept, merged = await two(desk, opened)
    await merge(merged, kept)
    await relay(desk)
    withdrawal = await kept.accepts(Withdrawn(reason="自行修好"), FRONT_DESK)
    later = await taken_out(merged, kept, opened)
    await kept.takes_in(withdrawal)

    await relay(desk)

    (left,) = await desk.pool.fetch("select * from commands where case_no = $1 and verb = 'merge_undone'", kept.no)
    assert ("refused", "case_closed") == (left["state"], left["outcome"]["code"])
    assert 0 == await desk.pool.fetchval("select count(*) from tasks where subject = $1", later.no)
