"""Every obligation of every edition of every procedure, at its last good moment and one second after."""

from collections import Counter
from dataclasses import fields
from datetime import timedelta
from typing import get_args

import pytest

from domain.deadlines import DutyState, Obligation
from domain.events import AnyEvent, CaseEnded, NoticeAcknowledged
from domain.events.outside import HandedToOthers, Others
from domain.events.repair import AnsweredWithPlan, CopiesSentBack, SignatureExcused
from domain.ladder import Again, Breach, Climb, Level, Remind, Warn, WarnOnTheEve
from domain.limits import TICK, breach_alarm
from domain.people import POSTS, Role
from domain.rulebook import PROCEDURES, Edition
from domain.rulebook.open_values import DURATIONS, FACTORS, STARTS, TIMES
from domain.rulebook.rows import whenever
from tests.domain.rulebook.beginnings import BEGINNINGS as REPAIR_BEGINNINGS
from tests.domain.rulebook.beginnings import Beginning
from tests.domain.rulebook.path_beginnings import PATH_BEGINNINGS
from tests.domain.rulebook.public_beginnings import PUBLIC_BEGINNINGS
from tests.domain.rulebook.routine_beginnings import ROUTINE_BEGINNINGS, SENT_BACK
from tests.domain.story import on

BEGINNINGS = {**REPAIR_BEGINNINGS, **PATH_BEGINNINGS, **PUBLIC_BEGINNINGS, **ROUTINE_BEGINNINGS}
EDITIONS = [edition for procedure in PROCEDURES.values() for edition in procedure.editions]
ROWS = [row for edition in EDITIONS for row in edition.obligations]
CASES = [pytest.param(key, beginning, id=key) for key, beginning in BEGINNINGS.items()]
SECOND = timedelta(seconds=1)
MEETING: dict[str, AnyEvent] = {
    event.type: event
    for event in (
        SignatureExcused(reason="住户不在"),
        HandedToOthers(others=Others.WARRANTOR, unit="某建设单位", answer_by=on("17:00"), reason="在保修期内"),
        CopiesSentBack(reason="缺签名"),
        SENT_BACK,
        AnsweredWithPlan(plan="明早九点上门"),
        NoticeAcknowledged(key="REP-104", cycle=0, rung=0),
        *(beginning.met_by for beginning in BEGINNINGS.values()),
    )
}


def row_of(key: str) -> Obligation:
    """As the newest edition has it."""
    return next(row for row in reversed(ROWS) if row.key == key)


def test_every_row_has_a_beginning_and_every_beginning_a_row() -> None:
    assert {row.key for row in ROWS} == set(BEGINNINGS)


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: str(edition.since))
def test_the_key_of_a_row_is_its_own(edition: Edition) -> None:
    keys = Counter(row.key for row in edition.obligations)

    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize(("key", "beginning"), CASES)
def test_the_duty_is_open_and_due_as_the_rule_says(key: str, beginning: Beginning) -> None:
    duty = beginning.story().duty(key)

    assert (duty.state, duty.due.at, duty.first_due_at) == (DutyState.OPEN, beginning.due, beginning.due)


@pytest.mark.parametrize(("key", "beginning"), CASES)
def test_met_at_the_last_moment_it_is_met_and_nobody_hears_of_a_breach(key: str, beginning: Beginning) -> None:
    story = beginning.story()
    story.rings(beginning.due)

    story.then(beginning.met_by, beginning.due, beginning.by)

    duty = story.duty(key)
    assert (duty.state, duty.ended_at, duty.breached_at) == (DutyState.MET, beginning.due, None)
    assert all(duty.rung(number).level is Level.WARNING for number in duty.reached)
    assert duty.next_alarm() is None


@pytest.mark.parametrize(("key", "beginning"), CASES)
@pytest.mark.parametrize("late_by", [TICK, SECOND], ids=["a tick", "a second"])
def test_met_later_it_is_a_breach_of_the_due_moment(key: str, beginning: Beginning, late_by: timedelta) -> None:
    story = beginning.story()
    late = beginning.due + late_by
    story.rings(late)

    story.then(beginning.met_by, late, beginning.by)

    duty = story.duty(key)
    assert (duty.state, duty.breached_at, duty.ended_at) == (DutyState.BREACHED, beginning.due, late)
    assert not duty.owed


@pytest.mark.parametrize(("key", "beginning"), CASES)
def test_not_met_it_is_a_breach_one_second_after_and_still_owed(key: str, beginning: Beginning) -> None:
    story = beginning.story()
    alarm = breach_alarm(beginning.due)

    story.rings(alarm - TICK)
    assert story.duty(key).state is DutyState.OPEN
    story.rings(alarm)

    duty = story.duty(key)
    assert (duty.state, duty.breached_at, duty.owed) == (DutyState.BREACHED, beginning.due, True)
    assert alarm - beginning.due <= SECOND


@pytest.mark.parametrize(("key", "beginning"), CASES)
def test_every_rung_is_reached_once_and_in_the_order_of_the_ladder(key: str, beginning: Beginning) -> None:
    row = row_of(key)
    story = beginning.story()

    rung = [number for rung, number, _ in story.rings(beginning.due + timedelta(hours=20)) if rung == key]

    finite = [number for number, step in enumerate(row.ladder) if not isinstance(step, Again)]
    assert rung == finite
    moments = [story.duty(key).reached[number] for number in rung]
    assert moments == sorted(moments)


@pytest.mark.parametrize(("key", "beginning"), CASES)
def test_when_the_case_ends_nothing_is_owed_and_nobody_is_told(key: str, beginning: Beginning) -> None:
    story = beginning.story()

    story.then(CaseEnded(result="已撤单"), beginning.due)

    assert story.duty(key).state is DutyState.SUPERSEDED
    assert story.docket.owed == ()
    assert story.rings(beginning.due + timedelta(days=3)) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_the_ladder_warns_before_breaches_before_it_climbs_and_repeats_last(row: Obligation) -> None:
    ranks = [{Remind: 0, Warn: 0, WarnOnTheEve: 0, Breach: 1, Climb: 2, Again: 3}[type(rung)] for rung in row.ladder]

    assert ranks == sorted(ranks)
    assert ranks.count(1) == 1
    assert ranks.count(3) <= 1
    assert all(len(set(rung.tell)) == len(rung.tell) > 0 for rung in row.ladder)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_everybody_a_row_names_is_a_post_or_is_reached_through_one(row: Obligation) -> None:
    named = {role for rung in row.ladder for role in rung.tell} | {row.owed_by}

    assert named <= POSTS | {Role.RESIDENT}
    assert row.owed_by in POSTS


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: str(edition.since))
def test_everybody_a_notice_or_a_right_names_is_a_post(edition: Edition) -> None:
    assert {role for tell in edition.tells for role in tell.to} <= POSTS | {Role.RESIDENT}
    assert {post for right in edition.rights for post in right.posts} <= POSTS | {Role.SYSTEM}


def test_every_event_people_may_record_has_one_right_and_the_right_names_only_such_events() -> None:
    for procedure in PROCEDURES.values():
        named = [Counter(e for right in edition.rights for e in right.events) for edition in procedure.editions]

        assert set().union(*named) == set(procedure.vocabulary)
        assert {times for one in named for times in one.values()} == {1}


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: str(edition.since))
def test_no_event_tells_a_post_two_things_under_one_rule(edition: Edition) -> None:
    """Told of at once, one would take the other's place in the ledger."""
    told = Counter(
        (event, tell.rule, Role.FRONT_DESK if role is Role.RESIDENT else role)
        for tell in edition.tells
        if tell.when is whenever
        for event in tell.on
        for role in tell.to
    )

    assert [key for key, times in told.items() if times > 1] == []


def test_every_label_is_one_events_alone() -> None:
    labels = Counter(event.label for event in get_args(AnyEvent))

    assert [label for label, times in labels.items() if times > 1] == []


def test_what_begins_or_meets_a_duty_can_be_recorded_by_somebody() -> None:
    for procedure in PROCEDURES.values():
        for row in (row for edition in procedure.editions for row in edition.obligations):
            for event in (*row.counts_from, *row.met_by, *row.lapses_on):
                assert event in procedure.vocabulary, f"{row.key}: {event.label}"


def test_a_row_with_an_open_start_counts_from_its_choices() -> None:
    rows = [row for row in ROWS if row.open_start]

    assert rows
    assert all(row.counts_from == row.open_start.choices for row in rows if row.open_start)


def test_every_open_value_is_listed_once() -> None:
    ids = [value.id for value in (*DURATIONS, *TIMES, *FACTORS, *STARTS)]
    used = {row.open_start.id for row in ROWS if row.open_start} | {
        value.id
        for row in ROWS
        for field in fields(row.limit)  # type: ignore[arg-type]  # every limit is a dataclass
        if hasattr(value := getattr(row.limit, field.name), "default")
    }

    assert len(ids) == len(set(ids))
    assert used <= set(ids)


@pytest.mark.parametrize(("key", "beginning"), CASES)
def test_a_row_met_by_several_events_is_met_by_each(key: str, beginning: Beginning) -> None:
    for kind in row_of(key).met_by:
        event = beginning.met_by if isinstance(beginning.met_by, kind) else MEETING[kind.kind()]
        story = beginning.story()

        story.then(event, beginning.due, beginning.by)

        assert story.duty(key, 1).state is DutyState.MET, kind.label
