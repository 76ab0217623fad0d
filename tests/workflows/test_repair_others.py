"""WAR-01: what others are to repair."""

import asyncpg

from domain.events.outside import HandedToOthers, Others, OthersReported
from domain.events.repair import OrderTaken
from domain.events.work import ArrivedOnSite
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, REPAIRER, SUPERVISOR, Open, OpenedCase, local


def handed(case: OpenedCase, clock: str) -> HandedToOthers:
    return HandedToOthers(
        others=Others.WARRANTOR, unit="某建设单位", answer_by=local(case.day, clock), reason="在保修期内"
    )


async def test_war_01_under_warranty_it_waits_with_a_date_that_may_be_put_off_and_ends_when_it_is_settled(
    opened: Open,
) -> None:
    case = await opened()
    await stages.until_in_hand(case)
    await case.hears(handed(case, "15:00"), SUPERVISOR)
    assert "等待外单位" == (await case.view())["stage"]
    assert {"WAR-01"} == {row["key"] for row in await open_duties(case)}
    await case.hears(handed(case, "17:00"), SUPERVISOR)

    await case.at("17:00:01")
    duty = await case.duty("WAR-01")
    assert ("breached", local(case.day, "17:00")) == (duty["state"], duty["breached_at"])
    await case.hears(OthersReported(settled=True, text="已更换"), FRONT_DESK)

    assert "保修或外单位已处理" == (await case.view())["result"]


async def test_war_01_heard_of_at_the_moment_expected_it_is_in_time(opened: Open) -> None:
    case = await opened()
    await stages.until_in_hand(case)
    await case.hears(handed(case, "17:00"), SUPERVISOR)

    await case.at("17:00:00")
    await case.hears(OthersReported(settled=False, text="不在保修范围"), FRONT_DESK)

    duty = await case.duty("WAR-01")
    assert ("met", case.moment, None) == (duty["state"], duty["ended_at"], duty["breached_at"])


async def test_war_01_not_settled_it_is_the_companys_after_all_and_its_clocks_begin_anew(opened: Open) -> None:
    case = await opened()
    await stages.until_taken(case)
    await case.hears(ArrivedOnSite(), REPAIRER)
    await case.hears(handed(case, "17:00"), REPAIRER)
    await case.at("11:00")

    await case.hears(OthersReported(settled=False, text="不在保修范围"), FRONT_DESK)

    assert "待派工" == (await case.view())["stage"]
    assert local(case.day, "11:05") == (await case.duty("REP-25", 2))["due_at"]
    assert local(case.day, "11:00") == (await case.duty("REP-17", 2))["started_at"]
    await case.hears(stages.ASSIGNED, SUPERVISOR)
    await case.hears(OrderTaken(), REPAIRER)
    assert "待到场" == (await case.view())["stage"]


async def open_duties(case: OpenedCase) -> list[asyncpg.Record]:
    await case.settles()
    return list(await case.desk.pool.fetch("select key from duties where case_no = $1 and ended_at is null", case.no))
