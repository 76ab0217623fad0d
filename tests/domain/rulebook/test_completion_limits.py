"""By when a repair is done: of several limits the strictest is stated, minded and printed, and who may put one off."""

from datetime import datetime
from decimal import Decimal

import pytest

from domain.errors import NotPermitted, RuleBroken
from domain.events import AnyEvent, ExtensionGranted
from domain.events.on_site import CompletionAgreed, QuoteAccepted, Quoted, WorkClassified, WorkKind
from domain.events.outside import HandedToOthers, Others, OthersReported
from domain.events.repair import AppointmentMoved, Assessed, Assigned, FeedbackGiven, Situation, Urgency
from domain.events.work import ArrivedOnSite, Reassigned, WorkStarted
from domain.notices import Setting, notices_of
from domain.people import Actor, CaseNo
from domain.rulebook.repair.completing import complete_by
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED, SIGNED
from tests.domain.story import (
    CENTRE_MANAGER,
    FRONT_DESK,
    OTHER_REPAIRER,
    REPAIRER,
    SUPERVISOR,
    Story,
    filled,
    on,
    received,
)

Told = tuple[tuple[AnyEvent, datetime], ...]
SIMPLE: Told = (RECEIVED, (WorkClassified(work_kind=WorkKind.SIMPLE), on("9:02")))
FLOODED: Told = ((received(Situation.FLOODING), on("9:00")), (ASSIGNED, on("9:02")), (ArrivedOnSite(), on("9:08")))
TO_OTHERS = HandedToOthers(others=Others.WARRANTOR, unit="某建设单位", answer_by=on("17:00"), reason="在保")
NOT_THEIRS = OthersReported(settled=False, text="不在保修范围")
NOON = CompletionAgreed(finish_by=on("12:00"))
URGENT = (Assessed(urgency=Urgency.URGENT), on("9:03"))


def stated(story: Story, event: AnyEvent, at: datetime) -> datetime | None:
    sent = story.admits(event, at, SUPERVISOR).event
    assert isinstance(sent, Assigned | Reassigned)
    return sent.complete_by


@pytest.mark.parametrize(
    ("told", "limit"),
    [
        ((RECEIVED,), on("9:00", days=2)),
        (SIMPLE, on("13:00")),
        ((*SIMPLE, URGENT), on("11:00")),
        ((RECEIVED, (NOON, on("9:03"))), on("12:00")),
        ((*SIMPLE, (NOON, on("9:03"))), on("12:00")),
        ((RECEIVED, (filled(on("9:00", days=20)), on("9:01"))), on("23:59:59", days=9)),
    ],
    ids=["urgency alone", "simple", "urgent and simple", "agreed", "simple and agreed", "seven working days"],
)
def test_rep_06_an_assignment_states_the_strictest_of_all_limits_of_completion(told: Told, limit: datetime) -> None:
    by = stated(Story(entries=told), ASSIGNED, on("9:05"))

    assert by is not None
    assert limit == by.replace(microsecond=0)


def test_rep_06_who_takes_over_on_the_site_of_a_flooding_is_told_when_it_is_to_be_dealt_with() -> None:
    to = Reassigned(repairer=OTHER_REPAIRER.id, reason="请假")

    assert on("13:08") == stated(Story(entries=FLOODED), to, on("9:30"))


def alerted(story: Story, expected: datetime) -> bool:
    """Whether 工程部主管 hears of a start of work with that expected end."""
    entry = story.then(WorkStarted(expected_done=expected), on("10:00"), REPAIRER)
    setting = Setting(
        no=CaseNo("REP-20261123-00001"),
        drill=False,
        procedure=story.procedure,
        edition=story.procedure.editions[-1],
        file=story.file,
        docket=story.docket,
    )
    return any("超出完成时限" in told.text for told in notices_of(entry, setting))


@pytest.mark.parametrize(
    ("told", "last"),
    [
        ((RECEIVED, (ASSIGNED, on("9:05"))), on("9:00", days=2)),
        ((*SIMPLE, (ASSIGNED, on("9:05"))), on("13:00")),
        ((RECEIVED, (ASSIGNED, on("9:05")), (NOON, on("9:10"))), on("12:00")),
        ((RECEIVED, (ASSIGNED, on("9:05")), (WorkClassified(work_kind=WorkKind.SIMPLE), on("9:10"))), on("13:00")),
        (FLOODED, on("13:08")),
    ],
    ids=["urgency alone", "simple", "agreed after the assignment", "simple after the assignment", "flooding"],
)
def test_rep_10_an_end_expected_beyond_the_strictest_limit_as_it_stands_is_told_to_the_supervisor(
    told: Told, last: datetime
) -> None:
    assert not alerted(Story(entries=told), last)
    assert alerted(Story(entries=told), last.replace(second=1))


def test_rep_06_the_sheet_bears_what_was_agreed_after_the_assignment_too_until_it_lapses() -> None:
    sent = Assigned(repairer=REPAIRER.id, team="水工班", item="W01", complete_by=on("9:00", days=2))
    story = Story(entries=(RECEIVED, (sent, on("9:05"))))
    assert on("9:00", days=2) == complete_by(story.file)

    story.then(NOON, on("9:10"))
    assert on("12:00") == complete_by(story.file)

    story.then(TO_OTHERS, on("9:20"))
    story.then(NOT_THEIRS, on("9:30"))
    assert on("9:00", days=2) == complete_by(story.file)


@pytest.mark.parametrize(
    "event", [NOON, AppointmentMoved(wanted=on("12:00"), reason="住户外出")], ids=lambda one: one.type
)
def test_rep_07_a_repairer_agrees_on_times_only_in_an_order_of_his(event: AnyEvent) -> None:
    story = Story(entries=(RECEIVED, (ASSIGNED, on("9:05"))))

    with pytest.raises(NotPermitted):
        story.admits(event, on("9:10"), OTHER_REPAIRER)
    for by in (REPAIRER, FRONT_DESK, SUPERVISOR, CENTRE_MANAGER):
        assert story.admits(event, on("9:10"), by)


@pytest.mark.parametrize("by", [REPAIRER, FRONT_DESK, SUPERVISOR])
def test_rep_129_what_was_agreed_is_put_off_only_by_the_centre_manager(by: Actor) -> None:
    story = Story(entries=(RECEIVED, (ASSIGNED, on("9:05")), (NOON, on("9:10"))))
    later = CompletionAgreed(finish_by=on("12:00:01"))

    assert story.admits(NOON, on("9:20"), by)
    with pytest.raises(RuleBroken, match="REP-129"):
        story.admits(later, on("9:20"), by)
    assert story.admits(later, on("9:20"), CENTRE_MANAGER)


def test_rep_129_also_once_it_is_late_and_up_to_what_the_manager_extended_it_to() -> None:
    story = Story(entries=(RECEIVED, (ASSIGNED, on("9:05")), (NOON, on("9:10"))))
    evening = CompletionAgreed(finish_by=on("18:00"))
    late = Story(entries=(RECEIVED, (ASSIGNED, on("9:05")), (NOON, on("9:10"))))
    late.rings(on("12:30"))

    with pytest.raises(RuleBroken, match="REP-129"):
        late.admits(evening, on("12:30"), REPAIRER)
    story.then(ExtensionGranted(key="REP-127", until=on("18:00"), reason="等配件"), on("11:00"), CENTRE_MANAGER)
    assert story.admits(evening, on("11:30"), REPAIRER)


@pytest.mark.parametrize(
    "since",
    [
        ((SIGNED, on("11:00")), (FeedbackGiven(solved=False), on("11:30"))),
        ((TO_OTHERS, on("11:00")), (NOT_THEIRS, on("11:30"))),
    ],
    ids=["reopened", "given back"],
)
def test_rep_127_what_lapsed_binds_nobody_to_an_earlier_time(since: Told) -> None:
    story = Story(entries=(RECEIVED, (NOON, on("9:10")), *since))

    assert story.admits(CompletionAgreed(finish_by=on("18:00")), on("11:40"), FRONT_DESK)


def test_rep_126_the_half_day_of_what_the_resident_appoints_for_later_is_counted_from_then() -> None:
    story = Story(entries=(*SIMPLE, (filled(on("10:00", days=1)), on("9:03"))))
    assert on("14:00", days=1) == story.duty("REP-126").due.at

    story.then(AppointmentMoved(wanted=on("12:30"), reason="住户提前回家"), on("9:30"))
    assert on("13:00") == story.duty("REP-126").due.at

    story.then(AppointmentMoved(wanted=on("13:00:01"), reason="住户晚到"), on("9:40"))
    assert on("17:00:01") == story.duty("REP-126").due.at


def test_rep_06_what_was_agreed_before_a_price_was_accepted_too_late_for_it_is_promised_no_more() -> None:
    quoted = Quoted(item="W01", amount=Decimal(80), price_version="v1")
    story = Story(entries=(RECEIVED, (CompletionAgreed(finish_by=on("17:00")), on("9:05")), (quoted, on("9:06"))))
    story.then(QuoteAccepted(agreed_by="住户"), on("9:00", days=2))

    assert None is complete_by(story.file)
