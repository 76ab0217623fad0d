"""The repair of a public facility on skipped time: its order, its limits and whom they tell, its copies (PUB-02)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from domain.events import ExtensionGranted, Withdrawn
from domain.events.joining import CalledAgain
from domain.events.public import FacilityRepaired, Hazard, RepairerArranged, SheetSignedFor
from domain.events.repair import Channel, FeedbackGiven, Situation
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from domain.people import Role
from tests.workflows.desk import CENTRE_MANAGER, FRONT_DESK, OTHER_REPAIRER, REPAIRER, SUPERVISOR, OpenedCase
from tests.workflows.limits import EITHER_SIDE, PRESSED, Holds, Limit, told

Report = Callable[..., Awaitable[OpenedCase]]
SIGNED_FOR = SheetSignedFor(collector=REPAIRER.id)
ARRANGED = RepairerArranged(repairer=REPAIRER.id)
UNSOLVED = FeedbackGiven(solved=False, remark="灯又灭了")
REPAIRED = FacilityRepaired(notes="更换灯管", parts="灯管一支", site_cleared=True)


async def until_on_site(case: OpenedCase) -> None:
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.hears(SIGNED_FOR, FRONT_DESK)
    await case.hears(ARRANGED, SUPERVISOR)
    await case.hears(ArrivedOnSite(), REPAIRER)


async def until_at_work(case: OpenedCase) -> None:
    await until_on_site(case)
    await case.hears(WorkStarted(expected_done=case.moment + timedelta(hours=1)), REPAIRER)


async def test_a_report_is_carried_from_the_notice_to_the_tidied_site(reported: Report) -> None:
    case = await reported()

    await case.at("9:05")
    await case.hears(EngineeringNotified(), FRONT_DESK)
    assert "待领单" == (await case.view())["stage"]
    await case.at("9:10")
    await case.hears(SIGNED_FOR, FRONT_DESK)
    assert "待派工" == (await case.view())["stage"]
    await case.at("9:12")
    await case.hears(ARRANGED, SUPERVISOR)
    await case.at("9:20")
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(WorkStarted(expected_done=case.moment + timedelta(hours=1)), REPAIRER)
    assert ("维修中", ["公共维修完成"]) == ((await case.view())["stage"], (await case.view())["waiting_for"])
    await case.at("10:00")
    await case.hears(REPAIRED, REPAIRER)

    view = await case.view()
    states = await case.desk.pool.fetch("select key, state from duties where case_no = $1 order by key", case.no)
    assert (False, "已修复") == (view["open"], view["result"])
    keys = ("PUB-01", "PUB-03/领单", "PUB-04", "PUB-05", "PUB-103")
    assert [(key, "met") for key in keys] == [(row["key"], row["state"]) for row in states]


async def test_what_is_out_of_order_is_refused_and_the_awaited_step_named(reported: Report) -> None:
    case = await reported()

    refusal = await case.refuses(ArrivedOnSite(), SUPERVISOR)

    assert "not_expected" == refusal.code
    assert ["通知工程部"] == refusal.outcome["allowed"]


async def test_pub_01_nobody_told_within_ten_minutes_the_supervisor_of_the_desk_hears(reported: Report) -> None:
    case = await reported()

    await case.at("9:10")
    before = await case.told("PUB-01")
    await case.at("9:10:01")

    assert [("告知", "工程部"), ("提醒", "前台客服员")] == before
    assert [*before, ("超时", "客服部主管")] == await case.told("PUB-01")


async def test_pub_04_and_pub_05_run_side_by_side_from_the_signature(reported: Report) -> None:
    case = await reported()
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.at("9:10")
    await case.hears(SIGNED_FOR, FRONT_DESK)

    await case.at("9:25:01")

    assert ("超时", frozenset({"公司经理", "工程部主管", "前台客服员"})) in await case.heard("PUB-04")
    assert [
        ("提醒", frozenset({"维修人员"})),
        ("催办", frozenset({"前台客服员"})),
        ("超时", frozenset({"公司经理", "工程部主管", "前台客服员"})),
    ] == sorted(await case.heard("PUB-05"), key=lambda told: ("提醒", "催办", "超时").index(told[0]))
    duty = await case.duty("PUB-05")
    assert timedelta(minutes=15) == duty["due_at"] - duty["started_at"]


async def test_pub_101_what_is_dangerous_waits_for_no_paper(reported: Report) -> None:
    case = await reported(Hazard.MANHOLE)
    at_once = await case.told("PUB-101")

    await case.at("9:02")
    await case.hears(ARRANGED, SUPERVISOR)
    await case.at("9:10")
    await case.hears(ArrivedOnSite(), REPAIRER)
    started = WorkStarted(expected_done=case.moment + timedelta(hours=1))
    await case.hears(started, REPAIRER)
    stage = (await case.view())["stage"]
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.at("9:20")
    await case.hears(REPAIRED, REPAIRER)
    await case.hears(SIGNED_FOR, FRONT_DESK)

    assert {("告知", "工程部主管"), ("告知", "工程部"), ("告知", "护管部")} == set(at_once)
    assert ["met", "met"] == [(await case.duty(key))["state"] for key in ("PUB-101", "PUB-102")]
    assert {"PUB-01", "PUB-101", "PUB-102", "PUB-03"} == await case.duties()
    assert "维修中" == stage
    assert "已修复" == (await case.view())["result"]


async def arranged_at_ten_past(case: OpenedCase) -> None:
    """Called for the sheet at five past, which is signed for at ten past."""
    await case.at("9:05")
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.at("9:10")
    await case.hears(SIGNED_FOR, FRONT_DESK)
    await case.hears(ARRANGED, SUPERVISOR)


FROM_THE_NOTICE = Limit(
    key="PUB-05",
    arrange=arranged_at_ten_past,
    event=ArrivedOnSite(),
    by=REPAIRER,
    last="9:20:00",
    after="9:20:01",
    before=(told("告知", Role.REPAIRER), PRESSED, told("提醒", Role.REPAIRER)),
    breach=told("超时", Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
)


@EITHER_SIDE
async def test_ov_53_a_company_may_count_the_fifteen_minutes_from_its_notice_to_engineering(
    reported: Report, holds: Holds
) -> None:
    async def ordinary(*, at: str, situation: Situation) -> OpenedCase:
        return await reported(at=at, starts={"OV-53": "通知工程部"})

    await holds(ordinary, FROM_THE_NOTICE)


async def repaired_first(case: OpenedCase) -> None:
    """The danger is over at ten, and 工程部 was called for the sheet meanwhile."""
    await case.hears(ARRANGED, SUPERVISOR)
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(WorkStarted(expected_done=case.moment + timedelta(hours=1)), REPAIRER)
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.at("10:00")
    await case.hears(REPAIRED, REPAIRER)
    assert ["领单签收"] == (await case.view())["waiting_for"]


SHEET_LEFT = Limit(
    key="PUB-03",
    arrange=repaired_first,
    event=SIGNED_FOR,
    by=FRONT_DESK,
    last="16:59:59",
    after="17:00:00",
    before=(told("提醒", Role.ENGINEERING, Role.FRONT_DESK),),
    breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
)


@EITHER_SIDE
async def test_pub_03_the_sheet_of_a_danger_repaired_first_is_fetched_before_five(
    reported: Report, holds: Holds
) -> None:
    async def dangerous(*, at: str, situation: Situation) -> OpenedCase:  # a home's
        return await reported(Hazard.MANHOLE, at=at)

    await holds(dangerous, SHEET_LEFT)


async def called_for_the_sheet(case: OpenedCase) -> None:
    await case.at("9:10")
    await case.hears(EngineeringNotified(), FRONT_DESK)


async def repaired_at_ten(case: OpenedCase) -> None:
    await until_at_work(case)
    await case.at("10:00")
    await case.hears(REPAIRED, REPAIRER)
    assert ["客户反馈"] == (await case.view())["waiting_for"]


async def not_solved_at_eleven(case: OpenedCase) -> None:
    await repaired_at_ten(case)
    await case.at("11:00")
    await case.hears(UNSOLVED, FRONT_DESK)
    assert ("重新派工", ["安排维修"]) == ((await case.view())["stage"], (await case.view())["waiting_for"])


async def sent_again(case: OpenedCase) -> None:
    await not_solved_at_eleven(case)
    await case.hears(ARRANGED, SUPERVISOR)


TO_THE_REPORTER = (
    Limit(
        key="PUB-03/领单",
        arrange=called_for_the_sheet,
        event=SIGNED_FOR,
        by=FRONT_DESK,
        last="9:25:00",
        after="9:25:01",
        before=(told("提醒", Role.ENGINEERING, Role.FRONT_DESK),),
        breach=told("超时", Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="REP-11/公共报修",
        arrange=repaired_at_ten,
        event=FeedbackGiven(solved=True),
        by=FRONT_DESK,
        last="10:00:00",
        after="10:00:01",
        days=1,
        before=(told("提醒", Role.FRONT_DESK),),
        breach=told("超时", Role.CUSTOMER_SERVICE_SUPERVISOR),
    ),
    Limit(
        key="PUB-05/返修",
        arrange=sent_again,
        event=ArrivedOnSite(),
        by=REPAIRER,
        last="11:15:00",
        after="11:15:01",
        before=(PRESSED, told("提醒", Role.REPAIRER)),
        breach=told("超时", Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
    Limit(
        key="PUB-04",
        cycle=2,
        arrange=not_solved_at_eleven,
        event=ARRANGED,
        by=SUPERVISOR,
        last="11:05:00",
        after="11:05:01",
        before=(told("告知", Role.ENGINEERING_SUPERVISOR), PRESSED, told("提醒", Role.ENGINEERING_SUPERVISOR)),
        breach=told("超时", Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK),
    ),
)


@pytest.mark.parametrize("limit", TO_THE_REPORTER, ids=lambda limit: limit.key)
@EITHER_SIDE
async def test_rep_11_a_resident_who_reported_it_is_asked_and_not_solved_it_begins_anew(
    reported: Report, limit: Limit, holds: Holds
) -> None:
    async def by_a_resident(*, at: str, situation: Situation) -> OpenedCase:  # a home's
        return await reported(at=at, by_resident=True)

    await holds(by_a_resident, limit)


async def test_rep_47_not_solved_somebody_is_sent_again_until_it_is(reported: Report) -> None:
    case = await reported(by_resident=True)
    await not_solved_at_eleven(case)

    for who in (OTHER_REPAIRER, REPAIRER):
        await case.hears(RepairerArranged(repairer=who.id), SUPERVISOR)
        await case.hears(ArrivedOnSite(), who)
        await case.hears(WorkStarted(expected_done=case.moment + timedelta(hours=1)), who)
        await case.hears(REPAIRED, who)
        assert (await case.view())["open"]
        solved = who is REPAIRER
        await case.hears(FeedbackGiven(solved=solved), FRONT_DESK)

    view = await case.view()
    assert (False, "已修复") == (view["open"], view["result"])
    labels = await case.labels()
    assert 3 == labels.count("公共维修完成") == labels.count("客户反馈")


async def test_rep_11_who_joined_what_was_found_on_rounds_can_say_that_it_is_not_solved(reported: Report) -> None:
    case = await reported()
    await case.hears(CalledAgain(channel=Channel.TELEPHONE, phone="19900000002", content="灯不亮"), FRONT_DESK)
    await not_solved_at_eleven(case)

    assert ["安排维修"] == (await case.view())["waiting_for"]


async def test_rep_47_of_a_danger_not_over_the_feedback_waits_for_no_paper(reported: Report) -> None:
    case = await reported(Hazard.MANHOLE, by_resident=True)
    await case.hears(ARRANGED, SUPERVISOR)
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(WorkStarted(expected_done=case.moment + timedelta(hours=1)), REPAIRER)
    await case.at("10:00")
    await case.hears(REPAIRED, REPAIRER)

    await case.hears(UNSOLVED, FRONT_DESK)

    assert case.moment + timedelta(minutes=10) == (await case.duty("PUB-101", 2))["due_at"]
    assert {"通知工程部", "安排维修"} == set((await case.view())["waiting_for"])


async def test_pub_101_one_second_after_ten_minutes_the_estate_director_hears_once(reported: Report) -> None:
    case = await reported(Hazard.SEWAGE)

    await case.at("9:10:01")
    await case.at("9:40")

    breaches = [told for told in await case.heard("PUB-101") if told[0] == "超时"]
    assert [("超时", frozenset({"管理处主任", "工程部主管", "前台客服员"}))] == breaches


async def test_pub_102_four_hours_from_the_arrival_at_what_is_dangerous(reported: Report) -> None:
    case = await reported(Hazard.ROOF_DRAIN)
    await case.at("9:05")
    await until_at_work(case)

    await case.at("13:05")
    before = (await case.duty("PUB-102"))["state"]
    await case.at("13:05:01")

    assert ("open", "breached") == (before, (await case.duty("PUB-102"))["state"])
    assert ("超时", "管理处主任") in await case.told("PUB-102")


async def test_pub_05_somebody_else_may_be_sent_and_his_arrival_counts(reported: Report) -> None:
    case = await reported()
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.hears(SIGNED_FOR, FRONT_DESK)
    await case.hears(ARRANGED, SUPERVISOR)

    await case.hears(Reassigned(repairer=OTHER_REPAIRER.id, reason="在忙"), SUPERVISOR)
    refusal = await case.refuses(ArrivedOnSite(), REPAIRER)
    await case.hears(ArrivedOnSite(), OTHER_REPAIRER)

    assert "not_permitted" == refusal.code
    assert "rp-2" == (await case.duty("PUB-103"))["owed_by_id"]


async def test_pub_07_without_the_tick_it_is_not_done_and_with_it_the_case_is_closed(reported: Report) -> None:
    case = await reported()
    await until_at_work(case)

    refusal = await case.refuses(FacilityRepaired(notes="更换灯管", parts="无", site_cleared=False), REPAIRER)
    await case.hears(REPAIRED, REPAIRER)

    assert ("rule_broken", "event.site_cleared") == (refusal.code, refusal.field)
    assert "PUB-07" in str(refusal.remedy)
    assert not await case.is_open()


async def test_pub_02_the_second_copy_is_with_engineering_from_the_signature_on(reported: Report) -> None:
    case = await reported()
    await case.hears(EngineeringNotified(), FRONT_DESK)
    before = await case.copies()

    await case.hears(SIGNED_FOR, FRONT_DESK)

    assert ({1: "前台客服员", 2: "前台客服员"}, {1: "前台客服员", 2: "工程部"}) == (before, await case.copies())


async def test_rep_129_only_the_centre_manager_extends_and_the_first_due_moment_stays(reported: Report) -> None:
    case = await reported(Hazard.NOISE)
    first = (await case.duty("PUB-101"))["due_at"]
    later = ExtensionGranted(key="PUB-101", until=first + timedelta(minutes=20), reason="封路")

    refusal = await case.refuses(later, SUPERVISOR)
    await case.hears(later, CENTRE_MANAGER)
    await case.at("9:15")

    duty = await case.duty("PUB-101")
    assert "not_permitted" == refusal.code
    assert ("open", first, first + timedelta(minutes=20)) == (duty["state"], duty["first_due_at"], duty["due_at"])
    assert ("告知", "工程部主管") in await case.told("REP-129")


async def test_a_report_taken_back_ends_it_and_whoever_was_sent_is_told(reported: Report) -> None:
    case = await reported()
    await until_on_site(case)

    await case.hears(Withdrawn(reason="误报"), FRONT_DESK)

    view = await case.view()
    told = await case.desk.pool.fetch("select post, text from notices where case_no = $1 and rule = 'REP-13'", case.no)
    assert (False, "已撤单") == (view["open"], view["result"])
    assert {"工程部主管", "维修人员"} == {row["post"] for row in told}
