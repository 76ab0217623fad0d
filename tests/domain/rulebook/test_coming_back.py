"""What comes back in one case: a limit laid aside, a review after a review, a kind of work said too late."""

from datetime import datetime
from decimal import Decimal

import pytest

from domain.errors import RuleBroken
from domain.events import AnyEvent, ExtensionGranted
from domain.events.on_site import WorkClassified, WorkKind
from domain.events.repair import FormCollected
from domain.events.review import ReviewAnswered, ReviewConsent, Reviewed, SentToReview
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED, SIGNED
from tests.domain.story import CENTRE_MANAGER, SUPERVISOR, Story, on

REVIEW = SentToReview(work="拆改暗管")
AGREED: tuple[tuple[AnyEvent, datetime], ...] = (
    RECEIVED,
    (FormCollected(), on("9:05")),
    (REVIEW, on("9:08")),
    (Reviewed(feasible=True, amount=Decimal(90)), on("9:12")),
    (ReviewAnswered(text="可以维修，90 元"), on("9:15")),
    (ReviewConsent(cost_accepted=True, repair_agreed=True), on("10:00")),
)


def test_an_extension_holds_for_a_limit_that_was_laid_aside_and_applies_again() -> None:
    story = Story(entries=[RECEIVED])
    until = on("18:00", days=12)
    story.then(ExtensionGranted(key="REP-128", until=until, reason="等配件"), on("9:30"), CENTRE_MANAGER)

    story.then(WorkClassified(work_kind=WorkKind.SIMPLE), on("9:40"))
    story.then(WorkClassified(work_kind=WorkKind.OTHER), on("9:50"))

    duty = story.duty("REP-128")
    assert (2, until, True) == (duty.cycle, duty.due.at, duty.extended)


def test_rep_28_a_second_review_has_its_fifteen_minutes_from_the_consent_to_the_first() -> None:
    story = Story(entries=AGREED)

    story.then(REVIEW, on("10:05"))

    assert [on("10:15")] * 2 == [story.duty(key, 2).due.at for key in ("REP-28", "REP-29")]


def test_rep_126_what_is_signed_for_is_classified_no_more() -> None:
    story = Story(entries=[RECEIVED, (ASSIGNED, on("9:05")), (SIGNED, on("11:00"))])

    with pytest.raises(RuleBroken, match="REP-126"):
        story.admits(WorkClassified(work_kind=WorkKind.SIMPLE), on("18:00"), SUPERVISOR)
