"""The docket of random files: the same twice over, and the same as a plain reckoning by the rules' words."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.deadlines import DutyState
from domain.events import AnyEvent, Noted
from domain.events.repair import Assessed, CopyReturned, OrderTaken, Urgency
from domain.events.work import ArrivedOnSite, EngineeringNotified
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED, SIGNED
from tests.domain.story import Story, filled, on

EVENTS: tuple[AnyEvent, ...] = (
    filled(),
    EngineeringNotified(),
    ASSIGNED,
    OrderTaken(),
    ArrivedOnSite(),
    SIGNED,
    CopyReturned(copy=2),
    Noted(text="."),
    *(Assessed(urgency=urgency) for urgency in Urgency),
)
FILES = st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 4000)), max_size=14)
"""What happens, and so many seconds after what came before."""


def told(steps: list[tuple[AnyEvent, int]]) -> Story:
    """The call at 9:00, then the steps, the watch ringing between them."""
    story = Story(entries=[RECEIVED])
    now = on("9:00")
    for event, seconds in steps:
        now += timedelta(seconds=seconds)
        story.rings(now)
        story.then(event, now)
    return story


@given(FILES)
def test_a_file_read_twice_gives_the_same_docket(steps: list[tuple[AnyEvent, int]]) -> None:
    story = told(steps)
    again = Story()

    for entry in story.file:
        again.add(entry)

    assert list(again.docket) == list(story.docket)


@given(FILES)
def test_the_form_is_judged_as_anybody_would_reckon_it(steps: list[tuple[AnyEvent, int]]) -> None:
    story = told(steps)
    due = on("9:02")
    when = [entry.at for entry in story.file if entry.event.type == "form_filled"]

    state = story.duty("REP-21").state

    if when:
        assert state is (DutyState.MET if when[0] <= due else DutyState.BREACHED)
    else:
        late = any(entry.at > due for entry in story.file)
        assert state is (DutyState.BREACHED if late else DutyState.OPEN)


@given(FILES)
def test_a_response_is_owed_by_the_last_grade_unless_somebody_has_responded(
    steps: list[tuple[AnyEvent, int]],
) -> None:
    story = told(steps)
    grades = [entry.event.urgency for entry in story.file if isinstance(entry.event, Assessed)]
    responded = any(isinstance(entry.event, OrderTaken | ArrivedOnSite) for entry in story.file)
    key = {Urgency.URGENT: "REP-14", Urgency.REGULAR: "REP-15", Urgency.LOW: "REP-03/响应"}

    owed = {duty.key for duty in story.docket.owed} & set(key.values())

    assert owed == (set() if responded else {key[grades[-1] if grades else Urgency.REGULAR]})


@given(FILES)
def test_no_rung_is_reached_twice_and_a_breach_never_goes_away(steps: list[tuple[AnyEvent, int]]) -> None:
    story = Story()
    breached: set[tuple[str, int]] = set()
    for entry in told(steps).file:
        story.add(entry)
        now = {(duty.key, duty.cycle) for duty in story.docket if duty.breached_at is not None}
        assert breached <= now
        breached = now
    reached = [
        (entry.event.key, entry.event.cycle, entry.event.rung)
        for entry in story.file
        if entry.event.type == "rung_reached"
    ]

    assert len(reached) == len(set(reached))
