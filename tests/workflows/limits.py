"""A limit of a procedure as the tests put it, and what is asked of each at both sides of its moment."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from domain.events import AnyEvent
from domain.events.repair import Situation
from domain.people import Actor, Role
from tests.workflows.desk import Arrange, Open

Alarm = tuple[str, frozenset[str]]


def told(level: str, *posts: Role) -> Alarm:
    return level, frozenset(posts)


PRESSED = told("催办", Role.FRONT_DESK)
"""REP-19: before a limit of the work itself the front desk is asked to press for it."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """``last`` is the last good second, ``after`` the next one, so many ``days`` after the call; of which ``cycle``."""

    key: str
    arrange: Arrange
    event: AnyEvent
    by: Actor
    last: str
    after: str
    before: tuple[Alarm, ...]
    breach: Alarm
    days: int = 0
    cycle: int = 1
    called: str = "9:00"
    situation: Situation = Situation.ORDINARY


async def met_in_the_last_moment(opened: Open, limit: Limit) -> None:
    """It counts as in time, and nobody has heard of a breach."""
    case = await opened(at=limit.called, situation=limit.situation)
    await limit.arrange(case)

    await case.at(limit.last, days=limit.days)
    heard = await case.heard(limit.key)
    await case.hears(limit.event, limit.by)

    duty = await case.duty(limit.key, limit.cycle)
    assert (duty["state"], duty["ended_at"], duty["breached_at"]) == ("met", case.moment, None)
    assert heard == list(limit.before)


async def late_a_second_after(opened: Open, limit: Limit) -> None:
    """A breach, told to its posts, for good; and the procedure goes on."""
    case = await opened(at=limit.called, situation=limit.situation)
    await limit.arrange(case)

    await case.at(limit.after, days=limit.days)

    assert await case.heard(limit.key) == [*limit.before, limit.breach]
    duty = await case.duty(limit.key, limit.cycle)
    assert (duty["state"], duty["ended_at"], duty["breached_at"]) == ("breached", None, duty["due_at"])
    assert (await case.view())["overdue"]
    await case.hears(limit.event, limit.by)
    duty = await case.duty(limit.key, limit.cycle)
    assert (duty["state"], duty["ended_at"]) == ("breached", case.moment)


Holds = Callable[[Open, Limit], Awaitable[None]]

EITHER_SIDE = pytest.mark.parametrize("holds", [met_in_the_last_moment, late_a_second_after], ids=["met", "late"])
"""What is asked of every limit."""
