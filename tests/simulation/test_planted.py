"""Every invariant of the simulated month turns red for a bug that it is there for, and is green without it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

import pytest

from domain import admission, docket, pauses
from domain.admission import Act, Standing
from domain.case_file import CaseFile, Entry, Source
from domain.deadlines import Duty, DutyState
from domain.docket import Docket
from domain.errors import DeskError
from domain.events import AnyEvent
from domain.events.public import FacilityRepaired
from domain.events.repair import Assessed, Urgency
from domain.events.work import Paused, PauseReason
from domain.ladder import Breach, Timing
from domain.limits import Due, Terms, Within
from domain.people import CaseNo
from domain.rulebook import PROCEDURES, PUBLIC_REPAIR
from domain.rulebook.repair.charging import charges_in_force
from domain.rulebook.rows import without
from tests.domain.story import FRONT_DESK, LY, on, received
from tests.simulation import case as simulated
from tests.simulation import closing, estate, faults, month
from tests.simulation.case import Scripts, SimulatedCase
from tests.simulation.desk import Desk
from tests.simulation.estate import Character, Estate
from tests.simulation.faults import Faults
from tests.simulation.month import live
from tests.simulation.reckoning import reckoned_otherwise
from workflows.messages import OpenCase, TermsOfCase

SEEDS, CALLS, DAYS = range(7, 13), 10, 3
"""Of so short a month not every one has a use for everything: a bug is found in one of them."""

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]


def broken(seed: int) -> set[str]:
    return {violation.invariant for violation in live(seed, CALLS, days=DAYS).witness.broken}


def everybody_is(patch: Patch, character: Character) -> None:
    patch.setattr(estate, "MOST_ARE", (character,))


def nobody_may_finish(patch: Patch) -> None:
    newest = PUBLIC_REPAIR.editions[-1]
    edition = replace(newest, rights=without(newest.rights, FacilityRepaired))
    patch.setitem(PROCEDURES, "PUB", replace(PUBLIC_REPAIR, editions=(*PUBLIC_REPAIR.editions[:-1], edition)))


def a_limit_is_missing(patch: Patch) -> None:
    newest = PUBLIC_REPAIR.editions[-1]
    edition = replace(newest, obligations=tuple(row for row in newest.obligations if row.rule != "PUB-103"))
    patch.setitem(PROCEDURES, "PUB", replace(PUBLIC_REPAIR, editions=(*PUBLIC_REPAIR.editions[:-1], edition)))


def a_rung_is_forgotten_once(patch: Patch) -> None:
    reach, turn = Docket._reach, count()

    def now_and_then(self: Docket, key: str, cycle: int, rung: int, entry: Entry) -> None:
        if next(turn) % 2:
            reach(self, key, cycle, rung, entry)

    patch.setattr(Docket, "_reach", now_and_then)


def a_breach_is_told_early(patch: Patch) -> None:
    def moment(self: Breach, timing: Timing) -> datetime:
        return timing.due_at - timedelta(seconds=1)

    patch.setattr(Breach, "moment", moment)


def a_merge_is_not_heard_of(patch: Patch) -> None:
    patch.setattr(Desk, "_passes_on", lambda self, passed: None)  # noqa: ARG005  # the shape of that


def nobody_is_told_of_breaches(patch: Patch) -> None:
    after = Duty.next_alarm

    def warnings_only(self: Duty) -> tuple[int, datetime] | None:
        alarm = after(self)
        return alarm if alarm and not self.would_breach(alarm[0]) else None

    patch.setattr(Duty, "next_alarm", warnings_only)


def a_limit_is_a_minute_too_long(patch: Patch) -> None:
    def due(self: Within, start: datetime, file: CaseFile, terms: Terms) -> Due:
        return Due(at=start + terms.duration(self.length) + timedelta(minutes=1))

    patch.setattr(Within, "due", due)


def what_is_refused_leaves_a_trace(patch: Patch) -> None:
    def admit(act: Act, standing: Standing) -> Entry:
        try:
            return admission.admit(act, standing)
        except DeskError:
            for duty in standing.docket.owed[:1]:
                standing.docket._put(replace(duty, acknowledged=not duty.acknowledged))
            raise

    patch.setattr(simulated, "admit", admit)


def a_command_is_not_known_again(patch: Patch) -> None:
    patch.setattr(CaseFile, "by_command", lambda *_: None)
    patch.setattr(faults, "drawn", lambda *_: Faults(doubled=1.0))


def a_verdict_depends_on_who_asks(patch: Patch) -> None:
    met, turn = docket._met, count()
    patch.setattr(
        docket, "_met", lambda duty, entry: replace(met(duty, entry), ended_by=entry.number + next(turn) % 7 // 6)
    )


def a_post_is_held_by_nobody(patch: Patch) -> None:
    def without_stand_ins(chance: Random, *given: object) -> Estate:
        found = estate.found_estate(chance, *given)  # type: ignore[arg-type]  # passed on as they are
        found.roster = replace(found.roster, stand_ins=())
        return found

    patch.setattr(month, "found_estate", without_stand_ins)


def a_breach_is_forgiven(patch: Patch) -> None:
    met = docket._met
    patch.setattr(docket, "_met", lambda duty, entry: replace(met(duty, entry), state=DutyState.MET, breached_at=None))


def nothing_is_too_long_ago(patch: Patch) -> None:
    everybody_is(patch, Character.CHEATING)
    patch.setattr(admission, "_is_backdated", lambda *_: False)


def nothing_is_before_its_turn(patch: Patch) -> None:
    everybody_is(patch, Character.CHEATING)
    patch.setattr(admission, "_in_its_turn", lambda act, _: act)


def what_is_charged_is_charged_twice(patch: Patch) -> None:
    patch.setattr(closing, "charges_in_force", lambda entries: (charges_in_force(entries) or ()) * 2)


PLANTED: tuple[tuple[Plant, str], ...] = (
    (nobody_may_finish, "20 nobody waits for nothing"),
    (a_limit_is_missing, "20 somebody owes what is next"),
    (a_rung_is_forgotten_once, "13 rungs in order"),
    (a_breach_is_told_early, "13 rungs in order"),
    (nobody_is_told_of_breaches, "13 rungs in order"),
    (a_limit_is_a_minute_too_long, "11 minute by minute"),
    (what_is_refused_leaves_a_trace, "01 refused is absent"),
    (a_command_is_not_known_again, "02 twice counts once"),
    (a_verdict_depends_on_who_asks, "the ledger's invariants"),
    (a_post_is_held_by_nobody, "32 a notice reaches somebody"),
    (a_breach_is_forgiven, "12 a breach is for good"),
    (nothing_is_too_long_ago, "65 补录"),
    (nothing_is_before_its_turn, "65 when it happened"),
    (what_is_charged_is_charged_twice, "40 charges"),
    (a_merge_is_not_heard_of, "07 a merge is heard of once, or refused"),
)


def test_without_a_bug_nothing_is_broken() -> None:
    assert set() == broken(SEEDS[0])


@pytest.mark.parametrize(("plant", "invariant"), PLANTED, ids=lambda value: getattr(value, "__name__", None))
def test_a_planted_bug_turns_its_invariant_red(plant: Plant, invariant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)

    assert any(invariant in broken(seed) for seed in SEEDS)


def test_a_pause_without_an_end_to_its_budget_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    still = pauses.stood_still

    assert not any("REP-03/完成" in text for text in judged())

    monkeypatch.setattr(docket, "stood_still", lambda file, since, most, until: still(file, since, most * 2, until))

    assert any("REP-03/完成 paused by 14 days" in text for text in judged())


def judged() -> list[str]:
    """What the reckoning finds in a case whose pause nobody ends."""
    events: list[AnyEvent] = [
        Assessed(urgency=Urgency.LOW),
        Paused(waits_for=PauseReason.PARTS, resumes_at=on("9:00", days=1)),
    ]
    call = Act(
        command_id="c-1",
        event=received(),
        by=FRONT_DESK,
        at=on("9:00"),
        accepted_at=on("9:00"),
        source=Source.API,
    )
    no = CaseNo("REP-20261123-00001")
    opening = OpenCase(
        no=no, estate=LY, building="1栋", edition=month.EDITION, terms=TermsOfCase.of(Terms()), acts=(call,)
    )
    with Scripts() as scripts:
        case = SimulatedCase(opening, scripts)
        case.begin(on("9:00"))
        for number, event in enumerate(events, start=2):
            first = next(iter(case.file))
            case.add(replace(first, number=number, event=event, at=on("9:10"), recorded_at=on("9:10"), command_id=None))
        return [f"{duty.key} {text}" for duty, text in reckoned_otherwise(case, on("9:11"))]
