"""How much a file takes: remarks, progress, and what the work itself needs, each within a share of its own."""

from datetime import datetime
from decimal import Decimal

import pytest

from domain.admission import could_record, owed_in
from domain.errors import FileFull
from domain.events import AnyEvent, Noted, Urged, Withdrawn
from domain.events.on_site import (
    CostAgreed,
    MaterialChecked,
    MaterialFinding,
    Means,
    ProgressReported,
    SiteChecked,
    SiteItem,
    SurveyCalledFor,
    Surveyed,
    WorkOrderFiled,
)
from domain.events.repair import Assessed, PriceShown, Urgency
from domain.events.work import ArrivedOnSite, Reassigned
from domain.fullness import MOST_BESIDE, MOST_CHARACTERS, MOST_NEEDED, MOST_NEEDED_CHARACTERS, MOST_REMARKS
from domain.people import Actor
from domain.rulebook import REPAIR
from domain.rulebook.rows import Position
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED, SIGNED
from tests.domain.story import FRONT_DESK, REPAIRER, SUPERVISOR, Story, on, received

Told = tuple[tuple[AnyEvent, datetime], ...]
ON_SITE: Told = (RECEIVED, (ASSIGNED, on("9:05")), (ArrivedOnSite(), on("9:15")))
SIGNED_FOR: Told = (*ON_SITE, (SIGNED, on("10:00")))
TO_BE_SURVEYED: Told = (RECEIVED, (SurveyCalledFor(reason="墙内暗管"), on("9:02")))


@pytest.mark.parametrize("event", [Noted(text="."), Urged(text=".")])
def test_a_case_takes_so_many_remarks_and_goes_on_with_its_work(event: Noted | Urged) -> None:
    story = Story(entries=[(received(), on("9:00")), *[(Noted(text="."), on("9:01"))] * (MOST_REMARKS - 1)])

    story.add(story.admits(event, on("9:02"), SUPERVISOR))

    with pytest.raises(FileFull):
        story.admits(event, on("9:02"), SUPERVISOR)
    story.admits(ASSIGNED, on("9:02"), SUPERVISOR)


SMALL, LONG = ProgressReported(text="."), ProgressReported(text="长" * 2000)
CHECKED = SiteChecked(items=(SiteItem.TIDY,))
FOUND = MaterialChecked(finding_of_material=MaterialFinding.OTHER, remark="长" * 2000)


def test_a_case_takes_so_much_of_what_needs_no_turn_and_can_still_be_withdrawn_and_worked_on() -> None:
    story = Story(entries=[(received(), on("9:00")), *[(SMALL, on("9:01"))] * (MOST_BESIDE - 1)])

    story.add(story.admits(SMALL, on("9:02"), SUPERVISOR))

    position = Position(by=SUPERVISOR, at=on("9:02"), file=story.file, owed=owed_in(story.docket))
    for full in (SMALL, Assessed(urgency=Urgency.URGENT)):
        with pytest.raises(FileFull, match="已满 300 条"):
            story.admits(full, on("9:02"), SUPERVISOR, awaited=())
        assert not could_record(type(full), position, REPAIR, REPAIR.editions[-1])
    others: list[tuple[AnyEvent, Actor]] = [
        (Noted(text="."), SUPERVISOR),
        (ASSIGNED, SUPERVISOR),
        (Withdrawn(reason="."), FRONT_DESK),
    ]
    for event, by in others:
        story.admits(event, on("9:02"), by)


def test_a_case_takes_so_many_characters_of_it_and_what_says_nothing_in_words_still_comes_in() -> None:
    story = Story(entries=[(received(), on("9:00")), *[(LONG, on("9:01"))] * (MOST_CHARACTERS // 2000 - 1)])

    story.add(story.admits(LONG, on("9:02"), SUPERVISOR))

    with pytest.raises(FileFull, match="字"):
        story.admits(SMALL, on("9:02"), SUPERVISOR, awaited=())
    for event in (Assessed(urgency=Urgency.URGENT), Noted(text="."), ASSIGNED):
        story.admits(event, on("9:02"), SUPERVISOR)


STUFFED = (
    pytest.param([(LONG, on("9:01"))] * (MOST_CHARACTERS // 2000), id="words"),
    pytest.param([(SMALL, on("9:01"))] * MOST_BESIDE, id="entries"),
)


@pytest.mark.parametrize("progress", STUFFED)
@pytest.mark.parametrize(
    ("before", "event", "by"),
    [
        ((RECEIVED,), Assessed(urgency=Urgency.URGENT), SUPERVISOR),
        (ON_SITE, CostAgreed(amount=Decimal(80), agreed_by="住户001", means=Means.IN_PERSON), REPAIRER),
        (ON_SITE, SiteChecked(items=tuple(SiteItem)), REPAIRER),
        (ON_SITE, MaterialChecked(finding_of_material=MaterialFinding.OTHER, remark="旧件"), REPAIRER),
        (TO_BE_SURVEYED, Surveyed(finding="接头渗水"), SUPERVISOR),
        (SIGNED_FOR, WorkOrderFiled(reference="G-1"), SUPERVISOR),
    ],
    ids=lambda one: getattr(one, "type", ""),
)
def test_what_the_work_needs_comes_into_a_file_that_is_full_of_progress(
    progress: Told, before: Told, event: AnyEvent, by: Actor
) -> None:
    story = Story(entries=[*before, (PriceShown(price_version="v1"), before[-1][1]), *progress])
    position = Position(by=by, at=on("12:00"), file=story.file, owed=owed_in(story.docket))

    awaited = (Assessed,) if isinstance(event, Assessed) else ()
    assert event == story.admits(event, on("12:00"), by, awaited=awaited).event
    assert could_record(type(event), position, REPAIR, REPAIR.editions[-1], awaited)


def test_what_a_clause_wants_first_has_a_share_of_its_own_and_fills_only_that() -> None:
    story = Story(entries=[*ON_SITE, *[(CHECKED, on("9:20"))] * (MOST_NEEDED - 1)])

    story.add(story.admits(CHECKED, on("9:21"), REPAIRER, awaited=()))

    with pytest.raises(FileFull, match="已满 200 条"):
        story.admits(CHECKED, on("9:21"), REPAIRER, awaited=())
    story.admits(SMALL, on("9:21"), SUPERVISOR, awaited=())
    wordy = Story(entries=[*ON_SITE, *[(FOUND, on("9:20"))] * (MOST_NEEDED_CHARACTERS // 2000)])
    with pytest.raises(FileFull, match="已满 50000 字"):
        wordy.admits(FOUND, on("9:21"), REPAIRER, awaited=())
    wordy.admits(CHECKED, on("9:21"), REPAIRER, awaited=())


def test_under_an_edition_of_before_what_a_case_holds_is_not_counted() -> None:
    story = Story(entries=[(received(), on("9:00")), *[(SMALL, on("9:01"))] * (MOST_BESIDE + 1)])
    position = Position(by=SUPERVISOR, at=on("9:02"), file=story.file, owed=owed_in(story.docket))

    assert could_record(Assessed, position, REPAIR, REPAIR.editions[0])


def test_a_remark_is_no_longer_offered_once_the_file_is_full_of_them() -> None:
    story = Story(entries=[(received(), on("9:00")), *[(Noted(text="."), on("9:01"))] * MOST_REMARKS])

    position = Position(by=SUPERVISOR, at=on("9:02"), file=story.file, owed=owed_in(story.docket))

    assert not could_record(Noted, position, REPAIR, REPAIR.editions[-1])
    assert could_record(Reassigned, position, REPAIR, REPAIR.editions[-1])
