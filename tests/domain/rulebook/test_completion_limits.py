"""By when a repair is done: of several limits the strictest is stated, minded and printed, and who may put one off."""

from datetime import datetime

import pytest

from domain.events import AnyEvent
from domain.events.on_site import CompletionAgreed, WorkClassified, WorkKind
from domain.events.outside import HandedToOthers, Others, OthersReported
from domain.events.repair import Assessed, Assigned, Situation, Urgency
from domain.events.work import ArrivedOnSite, Reassigned, WorkStarted
from domain.notices import Setting, notices_of
from domain.people import CaseNo
from domain.rulebook.repair.completing import complete_by
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED
from tests.domain.story import (
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
