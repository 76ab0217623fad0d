"""PUB: what the rows of the public-facility repair say beyond their due moments, and what a clause refuses."""

from dataclasses import replace
from datetime import datetime

import pytest

from domain.deadlines import Duty, DutyState
from domain.errors import NotPermitted, RuleBroken
from domain.events import AnyEvent, ExtensionGranted, RungReached, Withdrawn
from domain.events.joining import CalledAgain, Matter, MergedInto, ToldApart
from domain.events.public import FacilityFaultReported, FacilityRepaired, Hazard
from domain.events.repair import Channel, FeedbackGiven
from domain.events.sending import OrderDeclined
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from domain.limits import TICK, Terms
from domain.people import Actor, CaseNo, Role
from domain.rulebook import PUBLIC_REPAIR
from tests.domain.rulebook.public_beginnings import (
    ARRANGED,
    CALLED,
    DANGEROUS,
    REPAIRED,
    REPORTED,
    SIGNED_FOR,
    called,
    reported,
)
from tests.domain.story import CENTRE_MANAGER, FRONT_DESK, OTHER_REPAIRER, REPAIRER, SUPERVISOR, Story, on, person
from tests.domain.test_notices import told_of

REASSIGNED = Reassigned(repairer=OTHER_REPAIRER.id, reason="退单")
GUARD = person("sg-1", Role.SECURITY)
HAZARDS = [hazard for hazard in Hazard if hazard is not Hazard.NONE]
FRIDAY = 4
AT_WORK = (REPORTED, (SIGNED_FOR, on("9:10")), (ARRANGED, on("9:12")), (ArrivedOnSite(), on("9:20")))


def story(*entries: tuple[AnyEvent, datetime]) -> Story:
    return Story(entries=entries, procedure=PUBLIC_REPAIR)


def keys(told: Story) -> set[str]:
    return {duty.key for duty in told.docket.owed}


@pytest.mark.parametrize("hazard", HAZARDS)
def test_pub_101_whatever_is_dangerous_has_ten_minutes_and_no_three_days(hazard: Hazard) -> None:
    assert {"PUB-01", "PUB-101"} == keys(story((reported(hazard), on("9:00"))))
    assert {"PUB-01", "PUB-103"} == keys(story(REPORTED))
    assert PUBLIC_REPAIR.cannot_wait(reported(hazard))
    assert not PUBLIC_REPAIR.cannot_wait(reported())


def test_pub_103_reported_on_friday_it_is_done_in_time_on_wednesday_and_late_on_thursday() -> None:
    told = story((reported(), on("9:00", days=FRIDAY)))

    told.rings(on("23:59:59", days=FRIDAY + 5))
    assert told.duty("PUB-103").state is DutyState.OPEN
    told.rings(on("0:00:01", days=FRIDAY + 6))

    assert told.duty("PUB-103").state is DutyState.BREACHED
    assert told.duty("PUB-103").reached[0] == on("9:00", days=FRIDAY + 4), "the second working day"


def test_pub_05_and_pub_04_somebody_who_was_sent_and_came_before_the_signature_owes_neither() -> None:
    told = story(DANGEROUS, (ARRANGED, on("9:01")), (ArrivedOnSite(), on("9:06")), (SIGNED_FOR, on("9:08")))

    assert {"PUB-01", "PUB-102"} == keys(told)


REPAIRED_FIRST = (DANGEROUS, (ARRANGED, on("9:01")), (ArrivedOnSite(), on("9:06")), (REPAIRED, on("9:40")))


def test_pub_03_of_a_danger_repaired_first_engineering_owes_fetching_the_sheet_and_is_done_once_it_signed() -> None:
    told = story(*REPAIRED_FIRST)
    assert {"PUB-01"} == keys(told), "it has not been called for the sheet yet"

    told.then(EngineeringNotified(), on("9:45"))
    assert [("PUB-03", "工程部", on("17:00") - TICK)] == [(d.key, d.owner, d.due.at) for d in told.docket.owed]
    told.then(SIGNED_FOR, on("16:00"))

    assert set() == keys(told)


def test_pub_03_called_before_it_owes_the_sheet_only_once_the_danger_is_over_and_after_five_the_next_day() -> None:
    told = story(DANGEROUS, (EngineeringNotified(), on("9:02")), *REPAIRED_FIRST[1:3])
    assert "PUB-03" not in keys(told)

    told.then(REPAIRED, on("17:00"))

    assert told.duty("PUB-03").due.at == on("17:00", days=1) - TICK


def test_pub_03_of_what_waits_for_its_sheet_anyhow_nobody_owes_fetching_it_afterwards() -> None:
    fetched_first = story(DANGEROUS, (EngineeringNotified(), on("9:02")), (SIGNED_FOR, on("9:04")), *REPAIRED_FIRST[1:])
    ordinary = story(REPORTED, (EngineeringNotified(), on("9:05")), (SIGNED_FOR, on("9:10")), *AT_WORK[2:])
    ordinary.then(REPAIRED, on("10:00"))

    assert None is fetched_first.docket.find("PUB-03") is ordinary.docket.find("PUB-03")


def test_of_two_limits_of_an_arrival_both_run_and_the_stricter_alone_presses() -> None:
    told = story(DANGEROUS, (SIGNED_FOR, on("9:02")))

    stricter = told_of(told, RungReached(key="PUB-101", cycle=1, rung=0), "9:07")
    other = told_of(told, RungReached(key="PUB-05", cycle=1, rung=0), "9:14")

    assert {"PUB-101", "PUB-05"} <= keys(told)
    assert [("提醒", Role.REPAIRER), ("催办", Role.FRONT_DESK)] == [(one.level, one.post) for one in stricter]
    assert [("提醒", Role.REPAIRER)] == [(one.level, one.post) for one in other]


def test_once_the_stricter_is_extended_beyond_it_the_other_presses() -> None:
    extended = ExtensionGranted(key="PUB-101", until=on("9:40"), reason="封路")
    told = story(DANGEROUS, (SIGNED_FOR, on("9:02")), (extended, on("9:05")))

    pressing = told_of(told, RungReached(key="PUB-05", cycle=1, rung=0), "9:14")

    assert "催办" in {one.level for one in pressing}


@pytest.mark.parametrize(
    ("start", "due"),
    [(None, "9:25"), ("领单签收", "9:25"), ("通知工程部", "9:20"), ("受理公共报修", "9:15")],
)
def test_ov_53_the_fifteen_minutes_count_from_what_the_company_says_and_from_nothing_after_it(
    start: str | None, due: str
) -> None:
    terms = Terms(starts={"OV-53": start} if start else {})
    told = Story(terms=terms, entries=(REPORTED,), procedure=PUBLIC_REPAIR)
    told.then(EngineeringNotified(), on("9:05"))
    told.then(SIGNED_FOR, on("9:10"))
    assert on(due) == told.duty("PUB-05").due.at

    told.rings(on("9:26"))
    told.then(ARRANGED, on("9:27"))

    assert (1, DutyState.BREACHED, True) == (
        told.duty("PUB-05").cycle,
        told.duty("PUB-05").state,
        "PUB-05" in keys(told),
    )


def test_ov_53_late_before_the_sheet_is_signed_for_it_stays_one_breach() -> None:
    told = Story(terms=Terms(starts={"OV-53": "通知工程部"}), entries=(REPORTED,), procedure=PUBLIC_REPAIR)
    told.then(EngineeringNotified(), on("9:05"))
    told.rings(on("9:21"))

    told.then(SIGNED_FOR, on("9:30"))

    assert (1, on("9:20")) == (told.duty("PUB-05").cycle, told.duty("PUB-05").breached_at)


def test_pub_05_of_what_is_not_dangerous_the_front_desk_is_asked_to_press() -> None:
    told = story(REPORTED, (SIGNED_FOR, on("9:10")))

    pressing = told_of(told, RungReached(key="PUB-05", cycle=1, rung=0), "9:22")

    assert [("提醒", Role.REPAIRER), ("催办", Role.FRONT_DESK)] == [(one.level, one.post) for one in pressing]


def test_pub_101_who_sends_who_goes_and_who_guards_hear_of_what_is_dangerous_at_once() -> None:
    danger = told_of(story(), reported(Hazard.SEWAGE), "9:00", FRONT_DESK)
    ordinary = told_of(story(), reported(), "9:00", FRONT_DESK)

    at_once = [(Role.ENGINEERING_SUPERVISOR, True), (Role.ENGINEERING, True), (Role.SECURITY, True)]
    assert at_once == [(one.post, one.urgent) for one in danger]
    assert [(Role.ENGINEERING, False)] == [(one.post, one.urgent) for one in ordinary]


def test_pub_01_what_somebody_else_reports_the_front_desk_hears_of_which_has_to_call_for_the_sheet() -> None:
    found = told_of(story(), reported(), "9:00", GUARD)

    assert [Role.ENGINEERING, Role.FRONT_DESK] == [one.post for one in found]


def test_pub_106_who_goes_on_rounds_reports_what_he_found_himself_and_no_call() -> None:
    told = story()

    told.admits(reported(), on("9:00"), GUARD)
    with pytest.raises(RuleBroken) as refusal:
        told.admits(called(), on("9:00"), GUARD)

    assert ("PUB-106", "channel") == (refusal.value.rule, refusal.value.field)
    told.admits(called(), on("9:00"), FRONT_DESK)


SOLVED, UNSOLVED = FeedbackGiven(solved=True), FeedbackGiven(solved=False, remark="灯又灭了")
DONE = (CALLED, *AT_WORK[1:], (REPAIRED, on("10:00")))


def test_rep_11_a_resident_who_left_a_number_is_asked_and_nobody_else() -> None:
    unnamed = replace(called(), phone=" ")

    assert "REP-11/公共报修" in keys(story(*DONE))
    assert "REP-11/公共报修" not in keys(story((unnamed, on("9:00")), *DONE[1:]))
    assert "REP-11/公共报修" not in keys(story(REPORTED, *DONE[1:]))
    asked, told = (
        next(one.text for one in told_of(story(opens), REPAIRED, "10:00") if one.rule == "REP-11")
        for opens in (CALLED, REPORTED)
    )
    assert "请征询报修人反馈并登记" in asked
    assert "请将结果反馈报修人" in told


JOINED = CalledAgain(channel=Channel.TELEPHONE, phone="19900000002", content="楼道灯也不亮")


@pytest.mark.parametrize(
    ("joined", "is_asked"),
    [(JOINED, True), (replace(JOINED, phone=" "), False), (replace(JOINED, channel=Channel.PATROL), False)],
    ids=["a resident", "without a number", "on rounds"],
)
def test_rep_11_a_resident_who_joined_what_was_found_on_rounds_is_asked(joined: CalledAgain, is_asked: bool) -> None:  # noqa: FBT001
    told = story(REPORTED, (joined, on("9:05")), *DONE[1:])

    assert is_asked == ("REP-11/公共报修" in keys(told))


def test_pub_04_a_sheet_that_is_signed_for_after_it_was_not_solved_gives_nobody_more_time() -> None:
    danger = ((called(Hazard.MANHOLE), on("9:00")), (ARRANGED, on("9:01")), (ArrivedOnSite(), on("9:05")))
    told = story(*danger, (REPAIRED, on("10:00")), (UNSOLVED, on("12:00")))
    told.then(SIGNED_FOR, on("12:04:50"))

    assert on("12:05") == told.duty("PUB-04").due.at
    told.rings(on("12:05:01"))
    assert on("12:05") == told.duty("PUB-04").breached_at


def test_rep_102_what_one_caller_ends_or_says_the_others_hear_of() -> None:
    alone, several = story(CALLED), story(CALLED, (JOINED, on("9:05")))
    gone, repaired = Withdrawn(reason="误报"), story(CALLED, (JOINED, on("9:05")), *DONE[1:])

    assert Role.FRONT_DESK not in {one.post for one in told_of(alone, gone, "9:10")}
    for told, event, at in ((several, gone, "9:10"), (repaired, UNSOLVED, "11:00")):
        passed_on = [one.text for one in told_of(told, event, at) if one.post is Role.FRONT_DESK]
        assert any("2位来电人" in text for text in passed_on), passed_on


def test_rep_129_pub_103_extended_after_its_reminder_it_has_another_and_the_repairer_hears_of_it() -> None:
    told = story(*AT_WORK)
    told.rings(on("9:30", days=2))
    extended = ExtensionGranted(key="PUB-103", until=on("18:00", days=4), reason="配件在途")

    heard = told_of(told, extended, "9:31")
    told.then(extended, on("10:00", days=2), CENTRE_MANAGER)

    assert Role.REPAIRER in {one.post for one in heard}
    assert [0, 1] == [rung for key, rung, _ in told.rings(on("18:00:01", days=4)) if key == "PUB-103"]


def test_rep_47_what_is_not_solved_is_arranged_reached_and_repaired_anew() -> None:
    told = story(*DONE)

    told.then(UNSOLVED, on("11:00", days=1), FRONT_DESK)

    dues = {duty.key: (duty.cycle, duty.due.at) for duty in told.docket.owed if duty.key != "PUB-01"}
    assert dues == {
        "PUB-04": (2, on("11:05", days=1)),
        "PUB-05/返修": (1, on("11:15", days=1)),
        "PUB-103": (2, on("0:00", days=5) - TICK),
    }
    assert [Role.ENGINEERING_SUPERVISOR] == [one.post for one in told_of(told, UNSOLVED, "11:00")]
    told.then(ARRANGED, on("11:03", days=1))
    told.then(ArrivedOnSite(), on("11:10", days=1), REPAIRER)
    told.then(REPAIRED, on("12:00", days=1), REPAIRER)
    assert {"PUB-01", "REP-11/公共报修"} == keys(told)
    told.then(SOLVED, on("9:00", days=2), FRONT_DESK)
    assert {"PUB-01"} == keys(told)


def test_rep_47_a_danger_that_is_not_over_has_its_ten_minutes_again_and_its_guards() -> None:
    told = story((called(Hazard.MANHOLE), on("9:00")), *DONE[1:])

    heard = told_of(told, UNSOLVED, "11:00")

    assert on("11:10") == told.duty("PUB-101").due.at
    assert {Role.ENGINEERING_SUPERVISOR, Role.ENGINEERING, Role.SECURITY} == {one.post for one in heard}
    assert {True} == {one.urgent for one in heard if one.rule == "PUB-101"}


@pytest.mark.parametrize(
    ("event", "by", "rule"),
    [
        (Withdrawn(reason="误报"), FRONT_DESK, "REP-13"),
        (MergedInto(into=CaseNo("PUB-20261123-00002"), reason="同一处"), FRONT_DESK, "REP-13"),
        (CalledAgain(channel=Channel.TELEPHONE, phone="19900000002", content="灯不亮"), FRONT_DESK, "REP-47"),
    ],
)
def test_rep_47_repaired_it_is_neither_taken_back_nor_joined_until_it_is_not_solved(
    event: AnyEvent, by: Actor, rule: str
) -> None:
    told = story(*DONE)
    assert PUBLIC_REPAIR.done(told.file)
    assert not PUBLIC_REPAIR.takes_callers(told.file)

    with pytest.raises(RuleBroken) as refusal:
        told.admits(event, on("10:30"), by)

    assert (rule, "event.type") == (refusal.value.rule, refusal.value.field)
    told.then(UNSOLVED, on("11:00"), FRONT_DESK)
    assert PUBLIC_REPAIR.takes_callers(told.file)
    told.admits(event, on("11:01"), by)


def test_whoever_was_called_hears_when_a_report_is_taken_back_before_anybody_is_sent() -> None:
    danger = told_of(story(DANGEROUS), Withdrawn(reason="误报"), "9:03")
    ordinary = told_of(story(REPORTED), Withdrawn(reason="误报"), "9:03")

    signed_for = told_of(story(REPORTED, (SIGNED_FOR, on("9:02"))), Withdrawn(reason="误报"), "9:03")

    assert {Role.ENGINEERING, Role.SECURITY, Role.ENGINEERING_SUPERVISOR} == {one.post for one in danger}
    assert all(one.urgent for one in danger)
    assert [Role.ENGINEERING] == [one.post for one in ordinary]
    assert [Role.ENGINEERING_SUPERVISOR] == [one.post for one in signed_for]


@pytest.mark.parametrize(
    "event",
    [ToldApart(matter=Matter.COMPLAINT), MergedInto(into=CaseNo("PUB-20261123-00002"), reason="同一件事")],
    ids=["told apart", "merged"],
)
def test_pub_101_who_guards_a_danger_hears_that_it_is_none_or_another_cases(event: AnyEvent) -> None:
    notices = told_of(story(DANGEROUS), event, "9:03", FRONT_DESK)

    assert {Role.ENGINEERING_SUPERVISOR, Role.SECURITY} <= {one.post for one in notices}


def test_pub_106_what_others_call_about_is_taken_by_the_desk_alone() -> None:
    called_about, seen = (
        CalledAgain(channel=channel, content="还没修") for channel in (Channel.TELEPHONE, Channel.PATROL)
    )

    with pytest.raises(RuleBroken, match="PUB-106"):
        story(REPORTED).admits(called_about, on("9:10"), GUARD)
    assert story(REPORTED).admits(seen, on("9:10"), GUARD)
    assert story(REPORTED).admits(called_about, on("9:10"), FRONT_DESK)


def test_pub_03_a_second_repair_gives_the_sheet_that_nobody_fetched_no_other_day() -> None:
    told = story((called(Hazard.MANHOLE), on("9:00")), (EngineeringNotified(), on("9:02")), *REPAIRED_FIRST[1:])
    told.then(UNSOLVED, on("16:00"))
    told.rings(on("17:00:01"))

    told.then(REPAIRED, on("18:30"))

    assert (1, on("17:00") - TICK, True) == _of(told.duty("PUB-03"))


def _of(duty: Duty) -> tuple[int, datetime, bool]:
    return duty.cycle, duty.due.at, duty.owed


def test_pub_04_what_is_not_solved_is_nobodys_before_somebody_is_sent_anew() -> None:
    told = story(*DONE)
    told.then(UNSOLVED, on("11:00"), FRONT_DESK)

    assert {None} == {duty.owed_by_id for duty in told.docket.owed if duty.row.owed_by is Role.REPAIRER}


def test_rep_18_the_post_is_not_told_of_what_he_gave_back() -> None:
    declined = story(REPORTED, (SIGNED_FOR, on("9:02")), (ARRANGED, on("9:03")))
    declined.then(OrderDeclined(reason="不会修"), on("9:04"), REPAIRER)

    for event in (
        CalledAgain(channel=Channel.TELEPHONE, content="还没修"),
        MergedInto(into=CaseNo("PUB-20261123-00002"), reason="同一件事"),
    ):
        assert Role.REPAIRER not in {one.post for one in told_of(declined, event, "9:05", FRONT_DESK)}


def test_pub_04_nobody_is_asked_to_send_somebody_who_is_there_already() -> None:
    sent = story(DANGEROUS, (ARRANGED, on("9:01")))

    assert () == told_of(sent, SIGNED_FOR, "9:08")
    assert [Role.ENGINEERING_SUPERVISOR] == [one.post for one in told_of(story(REPORTED), SIGNED_FOR, "9:08")]


def test_rep_10_residents_are_told_of_the_start_and_of_the_end_and_the_reporter_of_the_result() -> None:
    told = story(*AT_WORK)

    start = told_of(told, WorkStarted(expected_done=on("11:00")), "9:21")
    end = told_of(told, REPAIRED, "10:40")

    assert [Role.FRONT_DESK] == [one.post for one in start]
    assert "请转告住户" in start[0].text
    assert ["请转告住户" in one.text for one in end] == [True, False]
    assert all(one.post is Role.FRONT_DESK for one in end)
    assert 2 == len({one.key for one in end}), "two notices of one entry to one post need keys of their own"


@pytest.mark.parametrize(
    ("event", "by", "rule"),
    [
        (FacilityRepaired(notes=" ", parts="无", site_cleared=True), REPAIRER, "PUB-06"),
        (FacilityRepaired(notes="更换灯管", parts="", site_cleared=True), REPAIRER, "PUB-06"),
        (FacilityRepaired(notes="更换灯管", parts="无", site_cleared=False), REPAIRER, "PUB-07"),
        (WorkStarted(expected_done=on("9:00")), REPAIRER, "REP-10"),
        (Withdrawn(reason=" "), FRONT_DESK, "REP-13"),
        (Reassigned(repairer=OTHER_REPAIRER.id, reason=""), SUPERVISOR, "REP-13"),
        (ExtensionGranted(key="PUB-05", until=on("9:40"), reason="封路"), CENTRE_MANAGER, "REP-129"),
        (ExtensionGranted(key="PUB-103", until=on("9:40"), reason="封路"), CENTRE_MANAGER, "REP-129"),
    ],
)
def test_a_clause_refuses_what_it_forbids(event: AnyEvent, by: Actor, rule: str) -> None:
    with pytest.raises(RuleBroken, match=rule):
        story(*AT_WORK).admits(event, on("9:30"), by)


def test_rep_129_a_limit_of_the_concierge_plan_moves_by_the_centre_manager_and_the_first_stays_on_record() -> None:
    told = story(REPORTED)
    later = ExtensionGranted(key="PUB-103", until=on("18:00", days=7), reason="配件在途")

    told.add(told.admits(later, on("10:00", days=2), CENTRE_MANAGER))

    duty = told.duty("PUB-103")
    assert (on("18:00", days=7), on("0:00", days=4) - TICK) == (duty.due.at, duty.first_due_at)


@pytest.mark.parametrize(
    ("event", "by"),
    [
        (reported(), person("fi-1", Role.FINANCE)),
        (EngineeringNotified(), SUPERVISOR),
        (SIGNED_FOR, person("fi-1", Role.FINANCE)),
        (ARRANGED, REPAIRER),
        (Reassigned(repairer=OTHER_REPAIRER.id, reason="请假"), FRONT_DESK),
        (ArrivedOnSite(), OTHER_REPAIRER),
        (REPAIRED, FRONT_DESK),
        (ExtensionGranted(key="PUB-103", until=on("9:00", days=7), reason="配件"), SUPERVISOR),
        (Withdrawn(reason="误报"), REPAIRER),
    ],
)
def test_rep_18_each_act_is_its_own_posts_alone(event: AnyEvent, by: Actor) -> None:
    with pytest.raises(NotPermitted):
        story(*AT_WORK).admits(event, on("9:30"), by)


def test_pub_02_the_second_copy_goes_to_engineering_with_the_signature_and_the_first_stays() -> None:
    told = story(REPORTED)
    before = {place.copy: place.holder for place in PUBLIC_REPAIR.copies(told.file)}

    told.then(SIGNED_FOR, on("9:10"))

    after = {place.copy: (place.holder, place.since) for place in PUBLIC_REPAIR.copies(told.file)}
    assert {1: "前台客服员", 2: "前台客服员"} == before
    assert {1: ("前台客服员", on("9:00")), 2: ("工程部", on("9:10"))} == after


def test_the_place_of_a_report_is_told_by_its_building_and_what_it_is_about_by_closed_lists() -> None:
    hazard: FacilityFaultReported = reported(Hazard.MANHOLE)

    assert ("public/1", "供电照明") == (reported().spot.place, reported().spot.about)
    assert "供电照明（井盖缺失）" == hazard.spot.about


def test_rep_18_after_an_order_is_given_back_somebody_else_is_to_be_sent_whatever_of_the_paper_follows() -> None:
    told = story(DANGEROUS, (ARRANGED, on("9:01")), (OrderDeclined(reason="工具不在手"), on("9:02")))

    stages = [PUBLIC_REPAIR.stage(told.file)]
    for event, clock in ((EngineeringNotified(), "9:03"), (SIGNED_FOR, "9:04"), (REASSIGNED, "9:05")):
        told.then(event, on(clock))
        stages.append(PUBLIC_REPAIR.stage(told.file))

    assert ["待改派", "待改派", "待改派", "待到场"] == stages
