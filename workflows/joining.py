"""The ways out of a procedure that every repair has: into another case, or as a matter that is no repair."""

from collections.abc import Awaitable, Callable

from domain.events.joining import MergedInto, Settled, ToldApart
from domain.rulebook.joining import MERGED, TOLD_APART
from workflows.case import Case


async def unless_it_belongs_elsewhere(case: Case, main: Callable[[], Awaitable[str]]) -> str:
    """``main``; or what becomes of a case that is found to be another's, or no repair."""

    async def merged() -> str:
        return MERGED

    async def told_apart() -> str:
        # CAL-109: kept with the front desk until it says what was done about it.
        await case.until(Settled)
        return TOLD_APART

    async def here() -> str:
        return await case.unless(ToldApart, main, told_apart)

    return await case.unless(MergedInto, here, merged)
