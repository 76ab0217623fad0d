"""What the case refuses as things stand, and what the desk itself adds to what is recorded."""

import pytest

from domain.admission import MOST_REMARKS
from domain.errors import FileFull, RuleBroken
from domain.events import Noted, Urged
from domain.events.repair import Assigned
from domain.events.work import Reassigned
from tests.domain.story import OTHER_REPAIRER, REPAIRER, SUPERVISOR, Story, on, received

ASSIGNED = Assigned(repairer=REPAIRER.id, team="水工班", item="W01")
REASSIGNED = Reassigned(repairer=OTHER_REPAIRER.id, reason="请假")


@pytest.mark.parametrize("event", [ASSIGNED, REASSIGNED], ids=["派工", "改派"])
def test_rep_06_nobody_is_sent_without_a_completion_limit_and_whoever_is_sent_is_told_it(
    event: Assigned | Reassigned,
) -> None:
    called = Story(entries=[(received(), on("9:00"))])

    with pytest.raises(RuleBroken, match="REP-06"):
        Story().admits(event, on("9:05"), SUPERVISOR)
    sent = called.admits(event, on("9:05"), SUPERVISOR).event

    assert isinstance(sent, Assigned | Reassigned)
    assert on("9:00", days=2) == sent.complete_by


@pytest.mark.parametrize("event", [Noted(text="."), Urged(text=".")])
def test_a_case_takes_so_many_remarks_and_goes_on_with_its_work(event: Noted | Urged) -> None:
    story = Story(entries=[(received(), on("9:00")), *[(Noted(text="."), on("9:01"))] * (MOST_REMARKS - 1)])

    story.add(story.admits(event, on("9:02"), SUPERVISOR))

    with pytest.raises(FileFull):
        story.admits(event, on("9:02"), SUPERVISOR)
    story.admits(ASSIGNED, on("9:02"), SUPERVISOR)
