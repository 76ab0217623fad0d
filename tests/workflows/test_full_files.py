"""A case whose file is full of what needs no turn still comes to its end."""

import pytest

from domain.events.on_site import ProgressReported
from domain.fullness import is_full
from tests.domain.story import SUPERVISOR
from tests.workflows.walks import Walk

LONGEST_WAY_OUT = 120


@pytest.mark.parametrize("after", [0, 12, 20])
def test_from_wherever_it_is_filled_up_a_repair_can_come_to_its_end(after: int) -> None:
    with Walk("REP") as walk:
        for _ in range(after):
            walk.lead_on()
        while not is_full(ProgressReported, walk.story.file, walk.procedure, walk.edition):
            walk.story.add(walk.admit(ProgressReported(text="配件已订"), walk.now, SUPERVISOR))

        acts = 0
        while not walk.ended and acts < LONGEST_WAY_OUT and walk.lead_on():
            acts += 1

        assert walk.ended, [kind.label for kind in walk.place.awaited]
