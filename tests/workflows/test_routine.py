"""What runs by the calendar, through the real workflow: both sides of each limit, defects handed on, cleaning."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.calendar import LOCAL
from domain.case_file import CaseFile
from domain.events import Referred, Withdrawn
from domain.events.public import Facility, FacilityFaultReported, Hazard
from domain.events.routine import (
    CleaningAsked,
    CleaningDone,
    CleaningPassed,
    CleaningSentBack,
    CostsReckoned,
    Defect,
    Routine,
    RoutineChecked,
)
from domain.people import CaseNo, Role
from domain.rulebook import ROUTINE
from infra.delivery import Delivery
from infra.opening import DeskOpener
from infra.reference.planned import Planned
from tests.domain.rulebook.routine_beginnings import CHECKED, DEFECTS, planned
from tests.workflows.desk import DESK_SUPERVISOR, FRONT_DESK, LY, REPAIRER, SUPERVISOR, Desk, OpenedCase, local, person

Due = Callable[..., Awaitable[OpenedCase]]
CLEANER = person("cl-1", Role.CLEANING)
WHO = {Routine.FACILITIES: REPAIRER, Routine.EQUIPMENT: REPAIRER, Routine.HYGIENE: FRONT_DESK}
BREACH_TOLD = [
    pytest.param(Routine.FACILITIES, "PUB-104/维修人员", "工程部主管", id="PUB-104"),
    pytest.param(Routine.EQUIPMENT, "PUB-105/工程部", "管理处主任", id="PUB-105"),
    pytest.param(Routine.HYGIENE, "PUB-107/前台客服员", "客服部主管", id="PUB-107"),
]


@pytest.fixture
async def due(desk: Desk) -> AsyncIterator[Due]:
    """Opens a check at nine the next morning, to be done by five, and ends what is left of it."""

    async def open_check(routine: Routine) -> OpenedCase:
        day = (await desk.now()).astimezone(LOCAL).date() + timedelta(days=1)
        event = replace(planned(routine), planned_for=local(day, "9:00"), due=local(day, "17:00"))
        return await desk.begin(ROUTINE, event, at="9:00")

    yield open_check
    await desk.end_all()


@pytest.fixture
async def cleaning(desk: Desk) -> AsyncIterator[Callable[[], Awaitable[OpenedCase]]]:
    async def ask() -> OpenedCase:
        asked = CleaningAsked(check=CaseNo("RTN-20261123-00001"), where="3栋楼道", task="有垃圾")
        return await desk.begin(ROUTINE, asked, at="9:00")

    yield ask
    await desk.end_all()


async def opened_by(desk: Desk, case: OpenedCase) -> list[OpenedCase]:
    """The cases that it names in its file, in order."""
    named = [entry.event.case_no for entry in await case.entries() if isinstance(entry.event, Referred)]
    found = [OpenedCase(desk=desk, no=no, day=case.day, moment=case.moment) for no in named]
    desk.cases += found
    return found


@pytest.mark.parametrize(("routine", "key", "told"), BREACH_TOLD)
async def test_recorded_at_the_last_moment_it_is_in_time(due: Due, routine: Routine, key: str, told: str) -> None:
    case = await due(routine)
    await case.at("16:59:59")

    await case.hears(CHECKED, WHO[routine], at="17:00:00")

    assert "met" == (await case.duty(key))["state"]
    assert "检查无缺陷" == (await case.view())["result"]
    assert [] == [level for level, _ in await case.told(key.split("/", maxsplit=1)[0]) if level == "超时"]


@pytest.mark.parametrize(("routine", "key", "told"), BREACH_TOLD)
async def test_one_second_later_whom_the_rule_names_hears_that_it_was_missed(
    due: Due, routine: Routine, key: str, told: str
) -> None:
    case = await due(routine)
    post = key.split("/")[1]

    await case.at("17:00:01")

    assert [("提醒", frozenset({post})), ("超时", frozenset({told}))] == await case.heard(key)
    await case.hears(CHECKED, WHO[routine])
    assert "breached" == (await case.duty(key))["state"]


async def test_pub_104_each_of_two_defects_becomes_one_public_repair_named_in_the_record(desk: Desk, due: Due) -> None:
    case = await due(Routine.FACILITIES)
    await case.at("10:00")

    await case.hears(RoutineChecked(findings="两处缺陷", defects=DEFECTS), REPAIRER)
    await ended(desk, case)

    assert ["例行到期", "检查记录", "缺陷转单", "缺陷转单", "结案"] == await case.labels()
    repairs = await opened_by(desk, case)
    assert ["PUB", "PUB"] == [repair.no[:3] for repair in repairs]
    assert len({repair.no for repair in repairs}) == 2
    reports = [(await repair.entries())[0] for repair in repairs]
    for report, defect in zip(reports, DEFECTS, strict=True):
        event = report.event
        assert isinstance(event, FacilityFaultReported)
        assert (defect.place, defect.facility, "巡查", "rp-1") == (
            event.place,
            event.facility,
            event.channel,
            event.reporter,
        )
        assert case.no in event.content
    assert {"PUB-01", "PUB-103"} <= await repairs[0].duties()


async def ended(desk: Desk, case: OpenedCase) -> None:
    """The handing on runs beside what was recorded."""
    await desk.client.get_workflow_handle(case.no).result()


async def test_pub_101_a_dangerous_defect_starts_the_ten_minutes_of_a_dangerous_fault(desk: Desk, due: Due) -> None:
    case = await due(Routine.FACILITIES)
    await case.at("10:00")
    manhole = Defect(place="东门外", content="井盖缺失", facility=Facility.ROAD, hazard=Hazard.MANHOLE)

    await case.hears(RoutineChecked(findings="一处危急", defects=(manhole,)), REPAIRER)
    await ended(desk, case)

    (repair,) = await opened_by(desk, case)
    duty = await repair.duty("PUB-101")
    assert timedelta(minutes=10) == duty["due_at"] - duty["started_at"]
    assert abs(duty["started_at"] - local(case.day, "10:00")) < timedelta(seconds=30)


async def test_pub_107_a_defect_of_hygiene_becomes_one_cleaning_task(desk: Desk, due: Due) -> None:
    case = await due(Routine.HYGIENE)
    await case.at("10:00")

    await case.hears(RoutineChecked(findings="一处", defects=(Defect(place="3栋楼道", content="有垃圾"),)), FRONT_DESK)
    await ended(desk, case)

    (task,) = await opened_by(desk, case)
    asked = (await task.entries())[0].event
    assert isinstance(asked, CleaningAsked)
    assert ("RTN", case.no, "3栋楼道") == (task.no[:3], asked.check, asked.where)
    assert "待保洁" == (await task.view())["stage"]
    assert [("告知", "保洁")] == await task.told("PUB-107")


async def test_pub_107_cleaning_in_time_and_looked_at_in_time_ends_the_task(
    cleaning: Callable[[], Awaitable[OpenedCase]],
) -> None:
    task = await cleaning()
    await task.at("8:59:59", days=1)
    await task.hears(CleaningDone(), CLEANER, at="9:00:00")
    await task.at("8:59:59", days=2)
    await task.hears(CleaningPassed(), FRONT_DESK, at="9:00:00")

    assert ["met", "met"] == [(await task.duty(f"PUB-107/{part}"))["state"] for part in ("保洁", "验收")]
    assert "已清理" == (await task.view())["result"]


async def test_pub_107_one_second_after_a_day_the_cleaning_is_late(
    cleaning: Callable[[], Awaitable[OpenedCase]],
) -> None:
    task = await cleaning()

    await task.at("9:00:01", days=1)

    assert ("超时", frozenset({"客服部主管", "前台客服员"})) in await task.heard("PUB-107/保洁")


async def test_pub_107_one_second_after_a_day_the_look_is_late(cleaning: Callable[[], Awaitable[OpenedCase]]) -> None:
    task = await cleaning()
    await task.hears(CleaningDone(), CLEANER)

    await task.at("9:00:01", days=1)

    assert ("超时", frozenset({"客服部主管"})) in await task.heard("PUB-107/验收")


async def test_pub_107_sent_back_it_is_cleaned_and_looked_at_again(
    cleaning: Callable[[], Awaitable[OpenedCase]],
) -> None:
    task = await cleaning()
    await task.hears(CleaningDone(), CLEANER)
    refusal = await task.refuses(CleaningSentBack(reason=" "), FRONT_DESK)
    assert "rule_broken" == refusal.code
    await task.hears(CleaningSentBack(reason="仍有污渍"), FRONT_DESK)

    assert "待保洁" == (await task.view())["stage"]
    assert "open" == (await task.duty("PUB-107/保洁", cycle=2))["state"]
    await task.hears(CleaningDone(), CLEANER)
    await task.hears(CleaningPassed(), DESK_SUPERVISOR)
    assert "已清理" == (await task.view())["result"]


async def test_a_check_is_recorded_by_the_posts_of_its_rule_and_by_no_other(due: Due) -> None:
    case = await due(Routine.HYGIENE)

    refusal = await case.refuses(CHECKED, REPAIRER)

    assert ("rule_broken", "by") == (refusal.code, refusal.field)


async def test_a_supervisor_calls_a_check_off_with_a_reason(due: Due) -> None:
    case = await due(Routine.EQUIPMENT)

    await case.hears(Withdrawn(reason="设备已报废"), SUPERVISOR)

    assert "已撤单" == (await case.view())["result"]
    assert ("告知", "工程部") in await case.told("PUB-105")
    assert "superseded" == (await case.duty("PUB-105/工程部"))["state"]


@pytest.mark.parametrize(("flagged", "words"), [(1, "有异常单"), (0, "无异常单")])
async def test_fee_01_who_reads_the_costs_is_told_of_the_month(desk: Desk, flagged: int, words: str) -> None:
    case = await desk.begin(ROUTINE, CostsReckoned(month="2026-10", flagged=flagged), at="9:00")
    await ended(desk, case)

    rows = await desk.pool.fetch("select post, text from notices where case_no = $1", case.no)
    assert {"工程部主管", "公司经理"} == {row["post"] for row in rows}
    assert all(words in row["text"] for row in rows)
    assert "已报送" == (await case.view())["result"]
    await desk.end_all()


async def test_a_defect_handed_on_twice_has_one_case_and_a_drill_hands_on_drills(desk: Desk, due: Due) -> None:
    case = await due(Routine.FACILITIES)
    opener = DeskOpener(
        desk.acceptance,
        Delivery(desk.commands, desk.client, desk.settings),
        desk.reference,
        Planned(desk.pool, desk.settings),
    )
    event = RoutineChecked(findings="一处", defects=DEFECTS[:1])
    await case.hears(RoutineChecked(findings="无"), REPAIRER)
    entries = await case.entries()
    file = [entry if not isinstance(entry.event, RoutineChecked) else replace(entry, event=event) for entry in entries]
    (referral,) = ROUTINE.refers(CaseFile(file), case.no)

    numbers = {await opener.hand_on(referral, case.no, LY, drill=True) for _ in range(2)}

    (no,) = numbers
    assert await desk.pool.fetchval("select drill from cases where no = $1", no)
    texts = await desk.pool.fetch("select text from notices where case_no = $1", no)
    assert texts
    assert all("【演练】" in row["text"] for row in texts)
    desk.cases.append(OpenedCase(desk=desk, no=no, day=case.day, moment=case.moment))
