"""REP-18: work that has begun on the site goes to somebody else; alike for every repair."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from domain.events.sending import OrderDeclined
from domain.events.work import Reassigned
from workflows.case import Case

R = TypeVar("R")


async def while_it_may_change_hands(
    case: Case, part: Callable[[], Awaitable[R]], sent: Callable[[], Awaitable[None]]
) -> R:
    """``part``; whoever takes it over while it runs is ``sent`` first, and it goes on where it stood.

    Under the first edition who is there stays: it knows nobody who gives an order back either.
    """
    if not case.knows(OrderDeclined):
        return await part()

    async def relief() -> None:
        await case.again_after(Reassigned, sent)

    return await case.aside_after(Reassigned, part, relief)
