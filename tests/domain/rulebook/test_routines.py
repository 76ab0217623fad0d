"""PUB-104, PUB-105, PUB-107: who records what of a check and a cleaning, when, and what becomes of a defect."""

import pytest

from domain.errors import DeskError, NotPermitted, RuleBroken
from domain.events import CancellationIgnored, Withdrawn
from domain.events.public import FacilityFaultReported, Hazard
from domain.events.routine import CleaningDone, CleaningSentBack, Defect, Routine, RoutineChecked
from domain.people import CLOCKWORK, Actor, CaseNo, Role
from domain.rulebook import ROUTINE
from domain.rulebook.routine.reading import refers
from tests.domain.rulebook.routine_beginnings import ASKED, CHECKED, planned
from tests.domain.story import FRONT_DESK, REPAIRER, SUPERVISOR, Story, on, person
from tests.domain.test_notices import told_of

CLEANER = person("cl-1", Role.CLEANING)
DESK_SUPERVISOR = person("cs-1", Role.CUSTOMER_SERVICE_SUPERVISOR)
AGAIN = CleaningSentBack(reason="仍有污渍")


def asked(*done: tuple[CleaningDone | CleaningSentBack, str]) -> Story:
    return Story(entries=((ASKED, on("9:00")), *((event, on(clock)) for event, clock in done)), procedure=ROUTINE)


def due(routine: Routine) -> Story:
    return Story(entries=((planned(routine), on("9:00")),), procedure=ROUTINE)


@pytest.mark.parametrize("done", [(), ((CleaningDone(), "10:00"), (AGAIN, "10:30"))], ids=["asked for", "sent back"])
def test_pub_107_nothing_is_sent_back_before_it_was_cleaned(done: tuple[tuple[CleaningDone, str], ...]) -> None:
    story = asked(*done)

    with pytest.raises(RuleBroken, match="PUB-107"):
        story.admits(AGAIN, on("11:00"), FRONT_DESK)
    story.then(CleaningDone(), on("11:05"))
    with pytest.raises(DeskError):
        story.admits(AGAIN, on("11:04"), FRONT_DESK, now=on("11:10"), accepted_at=on("11:10"))
    assert story.admits(AGAIN, on("11:10"), FRONT_DESK)


@pytest.mark.parametrize(
    ("story", "event", "by"),
    [
        (due(Routine.FACILITIES), CHECKED, SUPERVISOR),
        (due(Routine.EQUIPMENT), CHECKED, SUPERVISOR),
        (due(Routine.HYGIENE), CHECKED, DESK_SUPERVISOR),
        (asked(), CleaningDone(), DESK_SUPERVISOR),
    ],
    ids=["facilities", "equipment", "hygiene", "cleaning"],
)
def test_rep_13_what_was_done_in_time_is_recorded_late_by_a_supervisor(
    story: Story, event: RoutineChecked | CleaningDone, by: Actor
) -> None:
    late = story.admits(event, on("16:00"), by, now=on("17:30"), accepted_at=on("17:30"))

    assert (on("16:00"), True) == (late.at, late.backdated)


def test_pub_104_no_supervisor_records_the_checks_of_the_other_department() -> None:
    with pytest.raises((NotPermitted, RuleBroken)):
        due(Routine.HYGIENE).admits(CHECKED, on("16:00"), SUPERVISOR)
    with pytest.raises((NotPermitted, RuleBroken)):
        due(Routine.FACILITIES).admits(CHECKED, on("16:00"), DESK_SUPERVISOR)
    assert due(Routine.FACILITIES).admits(CHECKED, on("16:00"), REPAIRER)


def test_pub_101_a_danger_found_on_a_hygiene_check_is_no_matter_of_cleaning() -> None:
    story = due(Routine.HYGIENE)
    found = (
        Defect(place="3栋楼道", content="有垃圾"),
        Defect(place="东门", content="污水外溢", hazard=Hazard.SEWAGE),
    )

    story.then(RoutineChecked(findings="两处", defects=found), on("10:00"), FRONT_DESK)

    dirt, danger = refers(story.file, CaseNo("RTN-20261123-00001"))
    assert ("RTN", "PUB") == (dirt.prefix, danger.prefix)
    assert isinstance(danger.event, FacilityFaultReported)
    assert Hazard.SEWAGE is danger.event.hazard


def test_rep_13_who_was_to_clean_hears_that_he_need_not() -> None:
    notices = told_of(asked(), Withdrawn(reason="误报"), "9:05", DESK_SUPERVISOR)

    assert [(Role.CLEANING, True)] == [(one.post, "不必再做" in one.text) for one in notices]


def test_rep_13_a_request_to_cancel_speaks_of_no_resident() -> None:
    notices = told_of(due(Routine.FACILITIES), CancellationIgnored(), "9:05", CLOCKWORK)

    assert notices
    assert not any("住户" in one.text for one in notices)
