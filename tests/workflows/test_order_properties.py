"""The order of events, of every procedure: random cases go only where they may, and each can come to an end."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from domain.admission import right_for
from domain.errors import BadTime, CaseClosed, DeskError, NotExpected, NotPermitted
from domain.events import Event, Referred, RoutineDue
from domain.events.on_site import AcceptanceStated, CostAgreed, SiteChecked, WorkOrderFiled
from domain.events.public import FacilityFaultReported, FacilityRepaired, RepairerArranged, SheetSignedFor
from domain.events.repair import (
    Assessed,
    Assigned,
    ConsentRefused,
    CopiesConfirmed,
    CopiesHandedOn,
    CopyReturned,
    CustomerCopyGiven,
    FaultCompared,
    FormCollected,
    FormFilled,
    OrderTaken,
    PriceShown,
    RefusalExplained,
    RefusalFiled,
    RefusalSigned,
    RequestReceived,
    ResidentSigned,
    ReturnRegistered,
    TrialDone,
    WorkFinished,
)
from domain.events.review import FoundUnlisted
from domain.events.routine import (
    CleaningAsked,
    CleaningDone,
    CleaningPassed,
    CleaningSentBack,
    RoutineChecked,
)
from domain.events.sending import HelpersSent, OrderDeclined
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from domain.limits import CLOCK_SKEW
from domain.people import Actor, Role
from domain.rulebook import PROCEDURES
from tests.domain.makers import MAKERS
from tests.workflows.walks import OPENINGS, PLACES, STAFF, STEPS, Step, Walk, steps_of

LONGEST_WAY_OUT = 40
"""Acts from anywhere to the end, where everything that is said leads on."""

Former = type[Event] | tuple[type[Event], ...]
AFTER: Mapping[str, Mapping[type[Event], tuple[Former, ...]]] = {
    "REP": {
        FormCollected: (RequestReceived, FormFilled, EngineeringNotified),
        Assigned: (FormCollected, Assessed),
        OrderTaken: (Assigned,),
        OrderDeclined: (Assigned,),
        HelpersSent: (Assigned,),
        ArrivedOnSite: (OrderTaken,),
        FaultCompared: (ArrivedOnSite,),
        PriceShown: ((FaultCompared, FoundUnlisted),),
        CostAgreed: (PriceShown,),
        ConsentRefused: (PriceShown,),
        RefusalExplained: (ConsentRefused,),
        RefusalSigned: (RefusalExplained,),
        RefusalFiled: (RefusalSigned,),
        WorkStarted: (CostAgreed, SiteChecked),
        WorkFinished: (WorkStarted,),
        TrialDone: (WorkFinished,),
        AcceptanceStated: (TrialDone,),
        ResidentSigned: (AcceptanceStated,),
        CustomerCopyGiven: (TrialDone,),
        CopyReturned: (TrialDone,),
        CopiesConfirmed: (CopyReturned,),
        CopiesHandedOn: (CopiesConfirmed, WorkOrderFiled),
        ReturnRegistered: (CopiesHandedOn,),
    },
    "PUB": {
        EngineeringNotified: (FacilityFaultReported,),
        SheetSignedFor: (EngineeringNotified,),
        ArrivedOnSite: (RepairerArranged,),
        OrderDeclined: (RepairerArranged,),
        HelpersSent: (RepairerArranged,),
        WorkStarted: (ArrivedOnSite,),  # PUB-101: what is dangerous waits for no paper
        FacilityRepaired: (WorkStarted,),
    },
    "RTN": {
        RoutineChecked: (RoutineDue,),
        Referred: (RoutineChecked,),
        CleaningDone: (CleaningAsked,),
        CleaningPassed: (CleaningDone,),
        CleaningSentBack: (CleaningDone,),
    },
}
"""What the clauses put before an event, one of those in brackets: said a second time, to hold the scripts to it."""

TRIES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, len(STAFF) - 1)), min_size=8, max_size=8)
"""Of the vocabulary which event, of the staff who."""

repeatable = settings(derandomize=True, deadline=None, max_examples=35, phases=[Phase.generate])
every_procedure = pytest.mark.parametrize("prefix", sorted(PROCEDURES))


@every_procedure
def test_of_every_event_that_people_record_the_walks_know_what_might_be_said(prefix: str) -> None:
    vocabulary = PROCEDURES[prefix].vocabulary

    assert [] == [kind.__name__ for kind in vocabulary if kind not in MAKERS]


@every_procedure
@repeatable
@given(OPENINGS, STEPS, PLACES)
def test_from_wherever_it_is_a_case_can_come_to_its_end(
    prefix: str, opening: int, steps: Sequence[Step], place: int
) -> None:
    for part in (steps[:place], steps):
        with Walk(prefix, opening) as walk:
            for _ in steps_of(walk, part):
                pass

            acts = 0
            while not walk.ended and acts < LONGEST_WAY_OUT and walk.lead_on():
                acts += 1

            note(str(walk))
            assert walk.ended, [kind.label for kind in walk.place.awaited]
            assert [] == [duty.key for duty in walk.story.docket if duty.owed]


@every_procedure
@repeatable
@given(OPENINGS, STEPS)
def test_nothing_stands_in_a_file_without_what_the_clauses_put_before_it(
    prefix: str, opening: int, steps: Sequence[Step]
) -> None:
    with Walk(prefix, opening) as walk:
        for _ in steps_of(walk, steps):
            pass

        note(str(walk))
        file = tuple(walk.story.file)
        for place, entry in enumerate(file):
            for former in AFTER[prefix].get(type(entry.event), ()):
                assert any(isinstance(one.event, former) and one.at <= entry.at for one in file[:place]), entry


@every_procedure
@repeatable
@given(OPENINGS, STEPS, TRIES)
def test_what_is_not_its_turn_or_not_for_him_to_record_is_refused_and_leaves_no_trace(
    prefix: str, opening: int, steps: Sequence[Step], tries: Sequence[tuple[int, int]]
) -> None:
    with Walk(prefix, opening) as walk:
        for number, _ in enumerate(steps_of(walk, steps)):
            kind, by = tries[number % len(tries)]
            _refused_as_it_should_be(walk, kind + number, STAFF[(by + number) % len(STAFF)])

        for kind, by in tries:
            _refused_as_it_should_be(walk, kind, STAFF[by % len(STAFF)])


def _refused_as_it_should_be(walk: Walk, number: int, by: Actor) -> None:
    """Where by the rows and the place of the script a refusal is due, it comes, and as that one."""
    kind = walk.procedure.vocabulary[number % len(walk.procedure.vocabulary)]
    said = MAKERS[kind](walk.scene(walk.now))
    early = walk.turn_of(kind) - CLOCK_SKEW - timedelta(seconds=1)
    refusals: list[tuple[type[DeskError], bool]]
    if right_for(kind, walk.edition) is None:  # of another edition
        refusals = [(NotExpected, False), (NotExpected, True)]
    elif not _has_the_right(walk, kind, by):
        refusals = [(NotPermitted, False), (NotPermitted, True)]
    elif walk.ended:
        refusals = [(CaseClosed, False), (CaseClosed, True)]
    elif kind not in walk.takes:
        refusals = [(NotExpected, False), (NotExpected, True)]
    else:
        refusals = [(BadTime, True)]
    before = tuple(walk.story.file), tuple(walk.story.docket)

    for refusal, is_early in refusals if said else ():
        with pytest.raises(refusal):
            walk.admit(said[0], early if is_early else walk.now, by)

    assert before == (tuple(walk.story.file), tuple(walk.story.docket))


def _has_the_right(walk: Walk, kind: type[Event], by: Actor) -> bool:
    """Read off the row and the file: a repairer who is nothing else that counts has only the orders he was sent to."""
    right = right_for(kind, walk.edition)
    posts = by.posts & {*right.allowed} if right else frozenset[Role]()
    only_his = right is not None and right.own_only and posts == {Role.REPAIRER}
    return bool(posts) and (not only_his or by.id in _sent(walk))


def _sent(walk: Walk) -> set[str]:
    """Line by line: who holds the order, and who was sent after him in this round."""
    holder, helping = "", set[str]()
    for entry in walk.story.file:
        match entry.event:
            case Assigned(repairer=repairer) | RepairerArranged(repairer=repairer):
                holder, helping = repairer, set()
            case Reassigned(repairer=repairer):
                holder = repairer
            case OrderDeclined():
                holder, helping = "", helping - {holder}
            case HelpersSent(helpers=helpers):
                helping |= {*helpers}
    return {holder} | helping
