"""REP-18: work that has begun on the site goes to somebody else, on skipped time: what stays, and whose clocks run."""

from collections.abc import Awaitable, Callable

import pytest

from domain.events.public import Hazard, RepairerArranged, SheetSignedFor
from domain.events.repair import (
    AppointmentMoved,
    ArrivalTold,
    FaultCompared,
    OrderTaken,
    Situation,
    TrialDone,
    Urgency,
)
from domain.events.sending import OrderDeclined
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from infra.invariants.check import violations
from tests.workflows import stages
from tests.workflows.desk import FRONT_DESK, OTHER_REPAIRER, REPAIRER, SUPERVISOR, OpenedCase, local
from tests.workflows.test_sending import recipients, refusal_of

Open = Callable[..., Awaitable[OpenedCase]]
Until = Callable[[OpenedCase], Awaitable[None]]
TAKES_OVER = Reassigned(repairer=OTHER_REPAIRER.id, reason="原维修人员突发不适")
BACK = Reassigned(repairer=REPAIRER.id, reason="接手人另有急修")


async def until_there(case: OpenedCase) -> None:
    await stages.until_taken(case)
    await case.hears(ArrivedOnSite(), REPAIRER)


async def until_compared(case: OpenedCase) -> None:
    await until_there(case)
    await case.hears(stages.MATCHES, REPAIRER)


async def until_finished(case: OpenedCase) -> None:
    await stages.until_at_work(case)
    await case.hears(stages.FINISHED, REPAIRER)


async def place(case: OpenedCase) -> tuple[str, list[str]]:
    view = await case.view()
    return view["stage"], view["waiting_for"]


@pytest.mark.parametrize(
    "until",
    [until_there, until_compared, stages.until_price_shown, stages.until_at_work, until_finished, stages.until_tried],
    ids=lambda until: until.__name__,
)
async def test_rep_18_from_arrival_to_the_signature_another_takes_over_and_it_goes_on_where_it_stood(
    opened: Open, until: Until
) -> None:
    case = await opened()
    await until(case)
    stood = await place(case)

    await case.at("10:00")
    assert "not_permitted" == await refusal_of(case, TAKES_OVER, REPAIRER)
    await case.hears(TAKES_OVER, SUPERVISOR)
    assert ("待接单", ["接单"]) == await place(case)
    await case.hears(OrderTaken(), OTHER_REPAIRER)
    assert ("待到场", ["出发", "到场"]) == await place(case)
    await case.hears(ArrivedOnSite(), OTHER_REPAIRER)

    assert stood == await place(case)
    assert [OTHER_REPAIRER.id] == (await case.view())["crew"]
    assert [REPAIRER.id] == await recipients(case, "REP-18", "已改派他人")
    assert 1 == len(await recipients(case, "REP-18", "请转告住户：维修人员更换"))
    assert [] == [one.text for one in await violations(case.desk.pool, case.desk.sealer) if one.subject == case.no]


async def test_what_was_agreed_and_ticked_holds_for_who_takes_over_and_he_brings_it_to_the_signature(
    opened: Open,
) -> None:
    case = await opened()
    await stages.until_at_work(case)
    await case.at("10:00")
    await case.hears(TAKES_OVER, SUPERVISOR)

    assert "not_permitted" == await refusal_of(case, stages.FINISHED, REPAIRER)
    assert "not_expected" == await refusal_of(case, stages.FINISHED, OTHER_REPAIRER)
    await case.hears(OrderTaken(), OTHER_REPAIRER)
    assert "not_expected" == await refusal_of(case, stages.FINISHED, OTHER_REPAIRER)
    assert "rule_broken" == await refusal_of(case, stages.CHECKED, OTHER_REPAIRER)
    await case.hears(ArrivedOnSite(), OTHER_REPAIRER)
    for event in (stages.FINISHED, TrialDone(passed=True), stages.ACCEPTED, stages.SIGNED):
        await case.hears(event, OTHER_REPAIRER)

    assert "待返单" == (await case.view())["stage"]
    assert "not_expected" == await refusal_of(case, BACK, SUPERVISOR)
    assert 1 == (await case.labels()).count(FaultCompared.label)


async def test_the_limits_of_who_is_sent_begin_anew_and_those_of_the_work_go_on(opened: Open) -> None:
    case = await opened()
    await stages.until_at_work(case)
    before = await case.duty("REP-17")

    await case.at("10:00")
    await case.hears(TAKES_OVER, SUPERVISOR)
    await case.at("10:05")
    await case.hears(OrderTaken(), OTHER_REPAIRER)

    contacted, there, done = await case.duty("REP-108", 2), await case.duty("REP-26", 2), await case.duty("REP-17")
    assert (OTHER_REPAIRER.id, local(case.day, "10:00")) == (contacted["owed_by_id"], contacted["started_at"])
    assert (OTHER_REPAIRER.id, local(case.day, "10:15")) == (there["owed_by_id"], there["due_at"])
    assert (OTHER_REPAIRER.id, before["due_at"], before["started_at"]) == (
        done["owed_by_id"],
        done["due_at"],
        done["started_at"],
    )

    await case.at("10:15:01")
    assert "breached" == (await case.duty("REP-26", 2))["state"]


async def test_an_arrival_put_off_after_somebody_was_there_puts_no_completion_off(opened: Open) -> None:
    case = await opened()
    await stages.until_at_work(case, Urgency.URGENT)
    before = (await case.duty("REP-16"))["due_at"]
    await case.hears(TAKES_OVER, SUPERVISOR)
    afternoon = AppointmentMoved(wanted=local(case.day, "15:00"), reason="接手人下午到场")

    await case.hears(ArrivalTold(expected=local(case.day, "10:30")), FRONT_DESK)
    await case.hears(afternoon, FRONT_DESK)

    assert before == (await case.duty("REP-16"))["due_at"]
    assert local(case.day, "15:00") == (await case.duty("REP-109"))["due_at"]


async def test_rep_125_who_takes_over_has_what_was_left_of_the_time_for_a_flood(opened: Open) -> None:
    case = await opened(situation=Situation.FLOODING)
    await until_there(case)
    before = await case.duty("REP-125")

    await case.at("9:20")
    await case.hears(TAKES_OVER, SUPERVISOR)
    await case.hears(OrderTaken(), OTHER_REPAIRER)
    await case.hears(ArrivedOnSite(), OTHER_REPAIRER)
    await case.settles()

    rows = await case.desk.pool.fetch("select * from duties where case_no = $1 and key = 'REP-125'", case.no)
    assert [(1, before["due_at"], OTHER_REPAIRER.id)] == [
        (row["cycle"], row["due_at"], row["owed_by_id"]) for row in rows
    ]


async def test_who_took_over_may_give_it_back_and_be_replaced_in_his_turn(opened: Open) -> None:
    case = await opened()
    await stages.until_at_work(case)
    await case.hears(TAKES_OVER, SUPERVISOR)

    await case.hears(OrderDeclined(reason="手头有急活"), OTHER_REPAIRER)
    assert ("待改派", ["改派"]) == await place(case)
    await case.hears(BACK, SUPERVISOR)
    await case.hears(OrderTaken(), REPAIRER)
    await case.hears(ArrivedOnSite(), REPAIRER)

    assert ("维修中", ["维修完毕"]) == await place(case)


async def test_nobody_takes_over_from_himself_nor_without_a_reason(opened: Open) -> None:
    case = await opened()
    await stages.until_at_work(case)

    assert "rule_broken" == await refusal_of(case, BACK, SUPERVISOR)
    assert "rule_broken" == await refusal_of(case, Reassigned(repairer=OTHER_REPAIRER.id, reason=" "), SUPERVISOR)


@pytest.mark.parametrize("begun", [(), (stages.started,)], ids=["before it begins", "begun"])
async def test_a_public_repair_is_taken_over_alike(
    reported: Open, begun: tuple[Callable[[OpenedCase], WorkStarted], ...]
) -> None:
    case = await reported()
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.hears(SheetSignedFor(collector=REPAIRER.id), FRONT_DESK)
    await case.hears(RepairerArranged(repairer=REPAIRER.id), SUPERVISOR)
    await case.hears(ArrivedOnSite(), REPAIRER)
    for act in begun:
        await case.hears(act(case), REPAIRER)
    stood, before = await place(case), await case.duty("PUB-103")

    await case.hears(TAKES_OVER, SUPERVISOR)
    assert ("待到场", ["到场"]) == await place(case)
    await case.hears(ArrivedOnSite(), OTHER_REPAIRER)

    assert stood == await place(case)
    assert (before["due_at"], OTHER_REPAIRER.id) == (
        (await case.duty("PUB-103"))["due_at"],
        (await case.duty("PUB-103"))["owed_by_id"],
    )


async def test_pub_102_a_danger_taken_over_keeps_its_time_and_waits_for_no_paper(reported: Open) -> None:
    case = await reported(Hazard.MANHOLE)
    await case.hears(RepairerArranged(repairer=REPAIRER.id), SUPERVISOR)
    await case.hears(ArrivedOnSite(), REPAIRER)
    before = await case.duty("PUB-102")

    await case.at("9:05")
    await case.hears(TAKES_OVER, SUPERVISOR)
    await case.hears(EngineeringNotified(), FRONT_DESK)
    await case.hears(ArrivedOnSite(), OTHER_REPAIRER)
    await case.hears(stages.started(case), OTHER_REPAIRER)
    await case.settles()

    rows = await case.desk.pool.fetch(
        "select cycle, due_at from duties where case_no = $1 and key = 'PUB-102'", case.no
    )
    assert [(1, before["due_at"])] == [tuple(row) for row in rows]
