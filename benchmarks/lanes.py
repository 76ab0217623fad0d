"""So many things to do, so many of them at once."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

R = TypeVar("R")


async def side_by_side(doing: Iterable[Awaitable[R]], at_once: int) -> list[R]:
    """What each came to, in order; the first error ends the others."""
    lanes = asyncio.Semaphore(at_once)

    async def lane(one: Awaitable[R]) -> R:
        async with lanes:
            return await one

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(lane(one)) for one in doing]
    return [task.result() for task in tasks]
