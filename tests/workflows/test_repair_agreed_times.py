"""Times told to or agreed with the resident, and those that a manager puts off: what they move, and who may."""

from datetime import timedelta

from domain.events import ExtensionGranted
from domain.events.on_site import CompletionAgreed, ExpectedDoneChanged
from domain.events.repair import AnsweredWithPlan, AppointmentMoved, ArrivalTold, Assigned, FormCollected, Situation
from domain.events.work import (
    ArrivedOnSite,
    CustomerContacted,
    Paused,
    PauseReason,
    Reassigned,
    Resumed,
    WorkStarted,
)
from domain.people import Role
from tests.workflows import stages
from tests.workflows.desk import CENTRE_MANAGER, FRONT_DESK, OTHER_REPAIRER, REPAIRER, SUPERVISOR, Open, local

# REP-06, REP-10, REP-15: what is told.


async def test_rep_06_an_assignment_carries_the_completion_limit(opened: Open) -> None:
    case = await opened()
    await stages.until_graded(case)
    await case.hears(FormCollected(), SUPERVISOR)

    await case.hears(stages.ASSIGNED, SUPERVISOR)

    assigned = [entry for entry in await case.entries() if isinstance(entry.event, Assigned)]
    assert [entry.event.complete_by for entry in assigned if isinstance(entry.event, Assigned)] == [
        local(case.day + timedelta(days=2), "9:00")
    ]


async def test_rep_15_answered_with_a_plan_within_the_hour_the_resident_has_had_a_response(opened: Open) -> None:
    case = await opened()
    await stages.until_graded(case)
    await case.at("10:00:00")

    refusal = await case.refuses(AnsweredWithPlan(plan=" "), SUPERVISOR)
    await case.hears(AnsweredWithPlan(plan="今天下午派人上门"), SUPERVISOR)
    await case.at("10:00:01")

    assert "event.plan" == refusal.field
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

    refusal = await case.refuses(stages.started(case, done_in=timedelta(seconds=-6)), REPAIRER)
    await case.hears(WorkStarted(expected_done=due), REPAIRER)

    assert ("rule_broken", "event.expected_done") == (refusal.code, refusal.field)
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


async def test_rep_10_what_was_expected_is_changed_after_a_pause_and_by_who_takes_over_and_who_is_told(
    opened: Open,
) -> None:
    case = await opened()
    await stages.until_at_work(case)
    due = (await case.duty("REP-17"))["due_at"]
    await case.hears(CustomerContacted(text="配件明日到"), REPAIRER)
    await case.hears(Paused(waits_for=PauseReason.PARTS, resumes_at=case.moment + timedelta(hours=2)), REPAIRER)
    await case.hears(Resumed(), REPAIRER)

    past = await case.refuses(
        ExpectedDoneChanged(expected_done=case.moment - timedelta(minutes=1), reason="配件晚到"), REPAIRER
    )
    await case.hears(ExpectedDoneChanged(expected_done=due, reason="配件晚到"), REPAIRER)
    of_the_clerk = await case.refuses(ExpectedDoneChanged(expected_done=due, reason="配件晚到"), FRONT_DESK)
    await case.hears(Reassigned(repairer=OTHER_REPAIRER.id, reason="请假"), SUPERVISOR)
    beyond = (await case.duty("REP-17"))["due_at"] + timedelta(seconds=1)
    await case.hears(ExpectedDoneChanged(expected_done=beyond, reason="接手"), OTHER_REPAIRER)

    assert ("REP-10", "event.expected_done") == past.broke
    assert "not_permitted" == of_the_clerk.code
    told = [("告知", Role.FRONT_DESK)]
    assert [*told, *told, *told, ("告知", Role.ENGINEERING_SUPERVISOR)] == sorted(
        await case.told("REP-10"), key=lambda one: one[1] != Role.FRONT_DESK
    )
    texts = await case.desk.pool.fetch(
        "select text from notices where case_no = $1 and rule = 'REP-10' order by entry_number, post", case.no
    )
    assert "请转告住户：预计完成时间已改" in texts[1]["text"]


# REP-27, REP-103: when somebody comes.


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


# REP-125 to REP-129: what may be agreed, and by whom.


async def test_rep_125_a_flooding_is_put_off_by_nobody_but_the_manager(opened: Open) -> None:
    case = await opened(situation=Situation.FLOODING)
    tomorrow = AppointmentMoved(wanted=local(case.day, "9:00") + timedelta(days=1), reason="住户外出")

    assert ("REP-125", "event.wanted") == (await case.refuses(tomorrow, FRONT_DESK)).broke
    assert await case.hears(tomorrow, CENTRE_MANAGER)


async def test_rep_125_a_flooding_that_the_manager_put_off_is_reached_by_then(opened: Open) -> None:
    case = await opened(situation=Situation.FLOODING)
    later = local(case.day, "15:00")

    await case.hears(AppointmentMoved(wanted=later, reason="住户已关总阀"), CENTRE_MANAGER)

    assert later == (await case.duty("REP-124"))["due_at"]


async def test_rep_128_beyond_seven_working_days_only_the_manager_agrees(opened: Open) -> None:
    case = await opened()
    last = (await case.duty("REP-128"))["due_at"]

    beyond = CompletionAgreed(finish_by=last + timedelta(seconds=1))
    assert ("REP-128", "event.finish_by") == (await case.refuses(beyond, FRONT_DESK)).broke
    assert await case.hears(CompletionAgreed(finish_by=last), FRONT_DESK)
    assert ("REP-129", "event.finish_by") == (await case.refuses(beyond, FRONT_DESK)).broke
    assert await case.hears(beyond, CENTRE_MANAGER)


async def test_rep_129_what_the_manager_himself_agreed_to_is_the_limit(opened: Open) -> None:
    case = await opened()
    last = (await case.duty("REP-128"))["due_at"]

    await case.hears(CompletionAgreed(finish_by=last + timedelta(days=5)), CENTRE_MANAGER)

    duty = await case.duty("REP-128")
    assert (last + timedelta(days=5), last) == (duty["due_at"], duty["first_due_at"])


async def test_rep_129_only_the_centre_manager_extends_and_only_before_the_due_moment(opened: Open) -> None:
    case = await opened(situation=Situation.FLOODING)
    until = local(case.day, "9:40")
    extension = ExtensionGranted(key="REP-124", until=until, reason="道路积水")

    assert (await case.refuses(extension, SUPERVISOR)).code == "not_permitted"
    assert (await case.refuses(ExtensionGranted(key="REP-21", until=until, reason="忙"), CENTRE_MANAGER)).code == (
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
    refusal = await case.refuses(again, CENTRE_MANAGER)
    assert (refusal.code, refusal.field) == ("rule_broken", "event.key")
    assert (await case.duty("REP-124"))["breached_at"] == until
