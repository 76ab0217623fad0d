"""Who is let off a repair has nothing more to do with it: handed to others, found unsolved, refused or signed for."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from domain.errors import RuleBroken
from domain.events import AnyEvent, Withdrawn
from domain.events.on_site import (
    CompletionAgreed,
    CostAgreed,
    FurtherWorkAgreed,
    MaterialSupplied,
    Means,
    Quoted,
    SurveyCalledFor,
    WorkClassified,
    WorkKind,
    WorkOrderFiled,
)
from domain.events.outside import HandedToOthers, Others, OthersReported
from domain.events.repair import (
    AppointmentMoved,
    Assessed,
    ConsentRefused,
    FeedbackGiven,
    FormCollected,
    OrderTaken,
    PriceShown,
    Urgency,
)
from domain.events.sending import HelpersSent
from domain.events.work import ArrivedOnSite, CustomerContacted, Paused, PauseReason, Resumed
from domain.people import Actor, Role, StaffId
from domain.rulebook import sending
from domain.rulebook.repair.agreeing import agreed_amount, further_work
from tests.domain.rulebook.beginnings import ASSIGNED, SIGNED
from tests.domain.story import FRONT_DESK, REPAIRER, SUPERVISOR, Story, filled, on, received
from tests.domain.test_notices import told_of

HELPERS = HelpersSent(helpers=(StaffId("rp-3"),))
CONTACTED = CustomerContacted(text="已说明")
PAUSED = Paused(waits_for=PauseReason.RESIDENT, resumes_at=on("18:00"))
FURTHER = FurtherWorkAgreed(work="加装", item="W02", fee=Decimal(60), agreed_by="住户", finish_by=on("17:00", days=3))
COST = CostAgreed(amount=Decimal(85), agreed_by="住户", means=Means.IN_PERSON)
HANDED = HandedToOthers(others=Others.WARRANTOR, unit="某建设单位", answer_by=on("17:00", days=9), reason="在保")
BACK = OthersReported(settled=False, text="不在保修范围")
UNSOLVED = FeedbackGiven(solved=False)
COMPLEX = SurveyCalledFor(reason="管网不明")
SENT = (
    (filled(), "9:01"),
    (Assessed(urgency=Urgency.REGULAR), "9:02"),
    (FormCollected(), "9:04"),
    (ASSIGNED, "9:05"),
    (OrderTaken(), "9:06"),
    (ArrivedOnSite(), "9:10"),
)
GIVEN_BACK = (*SENT, (HANDED, "9:30"), (BACK, "10:00"))
REOPENED = (*SENT, (HELPERS, "9:11"), (SIGNED, "10:00"), (UNSOLVED, "11:00"))


def call(*told: tuple[AnyEvent, str]) -> Story:
    return Story(entries=((received(), on("9:00")), *((event, on(clock)) for event, clock in told)))


def refused(story: Story, event: AnyEvent, by: Actor = SUPERVISOR, at: datetime | None = None) -> str:
    with pytest.raises(RuleBroken) as refusal:
        story.admits(event, at or on("11:30"), by)
    return refusal.value.rule


# WAR-01: others have had it.


def test_rep_27_an_appointment_stands_when_others_give_it_back() -> None:
    story = call((filled(on("15:00", days=3)), "9:01"), *SENT[1:3], (HANDED, "9:30"))
    assert not {"REP-27", "REP-109"} & {duty.key for duty in story.docket.owed}

    story.then(BACK, on("9:00", days=1))

    kept = {duty.key: duty.due.at for duty in story.docket.owed}
    assert (on("14:55", days=3), on("15:00", days=3)) == (kept["REP-27"], kept["REP-109"])


def test_rep_27_not_one_that_was_past_by_then() -> None:
    story = call((filled(on("15:00")), "9:01"), *SENT[1:3], (HANDED, "9:30"))

    story.then(BACK, on("9:00", days=1))

    assert not {"REP-27", "REP-109"} & {duty.key for duty in story.docket.owed}


def test_war_01_when_they_give_it_back_nobody_is_there_yet_and_nobody_has_the_order() -> None:
    story = call(*GIVEN_BACK, (CONTACTED, "10:01"))

    assert story.admits(AppointmentMoved(wanted=on("15:00"), reason="住户在家"), on("11:30"), FRONT_DESK)
    assert "REP-09" == refused(story, PAUSED)
    assert "REP-118" == refused(story, FURTHER)
    assert "REP-18" == refused(story, HELPERS)


def test_rep_118_what_was_agreed_before_is_agreed_and_charged_anew() -> None:
    story = call(*SENT, (PriceShown(price_version="v1"), "9:15"), (COST, "9:16"), (FURTHER, "9:20"))
    assert (Decimal(145), 1) == (agreed_amount(story.file), len(further_work(story.file)))

    for event, clock in ((HANDED, "9:30"), (BACK, "10:00")):
        story.then(event, on(clock))

    assert (None, ()) == (agreed_amount(story.file), further_work(story.file))


# REP-47: it is not solved.


def test_rep_18_nobody_has_what_is_reopened_before_somebody_is_sent() -> None:
    story = call(*REOPENED)
    assert (None, ()) == (sending.repairer(story.file), sending.helpers(story.file))

    moved = told_of(story, AppointmentMoved(wanted=on("15:00"), reason="住户在家"), "11:05", FRONT_DESK)

    assert not {"rp-1", "rp-3"} & {one.person for one in moved}
    assert {None} == {duty.owed_by_id for duty in story.docket.owed if duty.row.owed_by is Role.REPAIRER}
    story.then(ASSIGNED, on("11:10"))
    assert {"rp-1"} == {duty.owed_by_id for duty in story.docket.owed if duty.row.owed_by is Role.REPAIRER}


def test_rep_13_who_was_let_off_is_not_told_to_stop_and_who_is_to_assign_is() -> None:
    notices = told_of(call(*REOPENED), Withdrawn(reason="自行修好"), "11:10")

    assert [Role.ENGINEERING, Role.ENGINEERING_SUPERVISOR] == [one.post for one in notices]


def test_rep_34_the_price_is_shown_anew_before_the_cost_of_the_next_round_is_agreed() -> None:
    story = call(*SENT, (PriceShown(price_version="v1"), "9:15"), (SIGNED, "10:00"), (UNSOLVED, "11:00"))

    assert "REP-34" == refused(story, COST)


# REP-36 to REP-39: it is refused.


@pytest.mark.parametrize(
    ("event", "by"),
    [
        (Assessed(urgency=Urgency.URGENT), SUPERVISOR),
        (CompletionAgreed(finish_by=on("17:00")), FRONT_DESK),
        (PAUSED, REPAIRER),
        (COMPLEX, SUPERVISOR),
        (MaterialSupplied(material="水龙头"), FRONT_DESK),
        (Quoted(item="W01", amount=Decimal(80), price_version="v1"), FRONT_DESK),
        (WorkClassified(work_kind=WorkKind.SIMPLE), FRONT_DESK),
    ],
    ids=lambda value: getattr(value, "type", ""),
)
def test_rep_39_nothing_is_arranged_of_what_the_resident_refused(event: AnyEvent, by: Actor) -> None:
    story = call(*SENT, (CONTACTED, "9:20"))
    assert story.admits(event, on("9:25"), by)

    story.then(ConsentRefused(reminded=True), on("9:30"))
    assert "REP-39" == refused(story, event, by)


@pytest.mark.parametrize("end", [ConsentRefused(reminded=True), SIGNED], ids=["refused", "signed for"])
def test_rep_04_nobody_owes_a_survey_of_what_is_refused_or_signed_for(end: AnyEvent) -> None:
    story = call(*SENT, (COMPLEX, "9:20"))
    assert "REP-04" in {duty.key for duty in story.docket.owed}

    story.then(end, on("9:40"))
    assert "REP-04" not in {duty.key for duty in story.docket.owed}


@pytest.mark.parametrize("end", [Withdrawn(reason="自行修好"), HANDED], ids=["withdrawn", "handed on"])
def test_rep_13_who_was_to_survey_hears_that_he_need_not(end: AnyEvent) -> None:
    notices = told_of(call(*SENT, (COMPLEX, "9:20")), end, "9:30")

    assert 1 == sum("不必再现场勘查" in one.text for one in notices if one.post is Role.ENGINEERING)


# REP-09, REP-122: nothing counts twice.


def test_rep_09_no_stretch_counts_twice_whenever_it_is_recorded() -> None:
    story = call(*SENT, (CONTACTED, "9:20"), (replace(PAUSED, resumes_at=on("12:00")), "10:00"))
    assert "REP-09" == refused(story, Resumed(), at=on("9:59"))

    story.then(Resumed(), on("12:00"))
    story.then(CONTACTED, on("12:01"))
    assert "REP-09" == refused(story, PAUSED, at=on("11:59:59"))
    assert story.admits(PAUSED, on("12:05"), SUPERVISOR)


def test_rep_122_an_order_is_filed_once() -> None:
    story = call(*SENT, (SIGNED, "10:00"), (WorkOrderFiled(reference="G-1"), "10:30"))

    assert "REP-122" == refused(story, WorkOrderFiled(reference="G-2"))
