"""Periods, purely: what begins one, what replaces it, what ends it, and when it runs at all."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from domain.case_file import CaseFile
from domain.events import AnyEvent, CaseEnded, Noted, PeriodOver, Urged
from domain.events.repair import FeedbackGiven, OrderTaken
from domain.limits import OpenDuration, Terms
from domain.periods import Period, Running, running
from domain.rulebook.repair.reading import unsolved
from tests.domain.story import SUPERVISOR, Story, on

HOUR = timedelta(hours=1)
OWN = OpenDuration(id="OV-X", default=HOUR, meaning="试")
ROW = Period(rule="REP-47", label="试", counts_from=(OrderTaken,), length=OWN, lapses_on=(Urged,))
NOTED, TAKEN, URGED = Noted(text="."), OrderTaken(), Urged(text=".")


def file_of(*steps: tuple[AnyEvent, datetime]) -> CaseFile:
    return Story(rows=(), entries=steps).file


def over_at(file: CaseFile, rows: Iterable[Period] = (ROW,), terms: Terms | None = None) -> list[datetime]:
    return [one.over_at for one in running(tuple(rows), file, terms or Terms())]


def test_nothing_runs_before_it_begins() -> None:
    assert [] == over_at(file_of((NOTED, on("9:00"))))
    assert [] == over_at(CaseFile())


def test_it_counts_from_when_its_beginning_happened_and_names_that_entry() -> None:
    file = file_of((NOTED, on("8:00")), (TAKEN, on("9:00")), (NOTED, on("9:30")))

    assert [Running(row=ROW, start_number=2, over_at=on("10:00"))] == list(running((ROW,), file, Terms()))


def test_it_counts_from_the_moment_claimed_not_from_when_it_was_taken_in() -> None:
    story = Story(rows=(), entries=[(NOTED, on("8:00"))])
    entry = story.then(TAKEN, on("9:00"))
    late = CaseFile([*tuple(story.file)[:-1], replace(entry, recorded_at=on("9:45"), backdated=True)])

    assert [on("10:00")] == over_at(late)


def test_a_companys_own_length_counts_and_no_other_values() -> None:
    file = file_of((TAKEN, on("9:00")))

    assert [on("9:05")] == over_at(file, terms=Terms(durations={"OV-X": timedelta(minutes=5)}))
    assert [on("10:00")] == over_at(file, terms=Terms(durations={"OV-Y": timedelta(minutes=5)}))


def test_a_later_beginning_replaces_the_one_before() -> None:
    file = file_of((TAKEN, on("9:00")), (TAKEN, on("9:20")))

    assert [Running(row=ROW, start_number=2, over_at=on("10:20"))] == list(running((ROW,), file, Terms()))


def test_what_lapses_it_ends_it_and_it_may_begin_again() -> None:
    lapsed = ((TAKEN, on("9:00")), (URGED, on("9:10")))

    assert [] == over_at(file_of(*lapsed))
    assert [on("10:30")] == over_at(file_of(*lapsed, (TAKEN, on("9:30"))))


def test_what_does_not_begin_or_end_it_by_its_condition_leaves_it_alone() -> None:
    picky = replace(
        ROW,
        counts_from=(OrderTaken, FeedbackGiven),
        starts_if=lambda entry: not isinstance(entry.event, FeedbackGiven) or unsolved(entry),
        lapses_if=lambda entry: entry.by != SUPERVISOR,
    )
    file = file_of((TAKEN, on("9:00")), (FeedbackGiven(solved=True), on("9:10")), (URGED, on("9:20")))

    assert [on("10:00")] == over_at(file, [picky])
    assert [] == over_at(file)


def test_once_over_it_is_over_until_something_begins_it_again() -> None:
    over = ((TAKEN, on("9:00")), (PeriodOver(key="REP-47"), on("10:00")))

    assert [] == over_at(file_of(*over))
    assert [on("12:00")] == over_at(file_of(*over, (TAKEN, on("11:00"))))


def test_the_end_of_one_part_is_not_that_of_another() -> None:
    first, second = replace(ROW, part="首次"), replace(ROW, part="再次", length=2 * HOUR)
    file = file_of((TAKEN, on("9:00")), (PeriodOver(key="REP-47/首次"), on("10:00")))

    assert ("REP-47", "REP-47/首次") == (ROW.key, first.key)
    assert [on("11:00")] == over_at(file, [first, second])


def test_it_runs_only_while_its_condition_holds_of_the_file() -> None:
    row = replace(ROW, only_if=lambda file: not file.has(Noted))
    file = file_of((TAKEN, on("9:00")))

    assert [on("10:00")] == over_at(file, [row])
    assert [] == over_at(file_of((TAKEN, on("9:00")), (NOTED, on("9:01"))), [row])


def test_they_come_in_the_order_of_the_rows_however_long_they_are() -> None:
    longer, shorter = replace(ROW, length=3 * HOUR), replace(ROW, part="短", length=HOUR)

    assert [on("12:00"), on("10:00")] == over_at(file_of((TAKEN, on("9:00"))), [longer, shorter])


def test_none_runs_in_a_case_that_has_ended() -> None:
    assert [] == over_at(file_of((TAKEN, on("9:00")), (CaseEnded(result="已完成"), on("9:30"))))
