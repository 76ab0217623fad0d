"""The docket of random cases that keep the order of events, at every place of theirs."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import Phase, given, note, settings

from domain.deadlines import DutyState
from domain.rulebook import PROCEDURES
from tests.domain.story import Story
from tests.workflows.walks import OPENINGS, STEPS, Step, Walk, steps_of


@pytest.mark.parametrize("prefix", sorted(PROCEDURES))
@settings(derandomize=True, deadline=None, max_examples=15, phases=[Phase.generate])
@given(OPENINGS, STEPS)
def test_at_every_place_a_breach_stays_and_of_one_key_one_duty_is_owed_and_none_after_the_end(
    prefix: str, opening: int, steps: Sequence[Step]
) -> None:
    with Walk(prefix, opening) as walk:
        for _ in steps_of(walk, steps):
            pass
    note(str(walk))
    again = Story(procedure=walk.procedure)
    breached: dict[tuple[str, int], datetime] = {}

    for entry in walk.story.file:
        again.add(entry)
        owed = [duty.key for duty in again.docket.owed]
        assert len(owed) == len(set(owed))
        assert not (again.file.ended and owed)
        late = {(d.key, d.cycle): d.breached_at for d in again.docket if d.state is DutyState.BREACHED}
        assert breached.items() <= late.items()
        breached = {place: moment for place, moment in late.items() if moment}

    assert list(walk.story.docket) == list(again.docket)
