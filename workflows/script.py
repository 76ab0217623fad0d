"""How a procedure waits: ``until`` reads the case file, so that a script resumes by reading it again."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import Any, TypeVar

from domain.case_file import CaseFile, Entry
from domain.events import Event

E = TypeVar("E", bound=Event)
R = TypeVar("R")

_cursor: ContextVar[int] = ContextVar("cursor", default=0)
_interrupts: ContextVar[tuple[type[Event], ...]] = ContextVar("interrupts", default=())


class Interrupted(Exception):  # not an error: the file took another turn
    """An event that a scope watches for came before the one awaited."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.number)
        self.entry = entry


class Expectation:
    """One wait of the script: what would end it, and whether something has."""

    def __init__(self, kinds: tuple[type[Event], ...], interrupts: tuple[type[Event], ...]) -> None:
        self.kinds = kinds
        self.ends = kinds + interrupts
        self._woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def satisfied(self) -> bool:
        return self._woken.done()

    def hear(self, entry: Entry) -> None:
        if isinstance(entry.event, self.ends) and not self._woken.done():
            self._woken.set_result(None)

    async def wait(self) -> None:
        await self._woken


class Script:
    """The place a procedure has reached in its file. What it waits for is what the case admits."""

    def __init__(self, file: CaseFile) -> None:
        self._file = file
        self._expectations: list[Expectation] = []

    @property
    def awaited(self) -> tuple[type[Event], ...]:
        """What the script waits for now, in the order it began to wait."""
        kinds = [kind for wait in self._expectations if not wait.satisfied for kind in wait.kinds]
        return tuple(dict.fromkeys(kinds))

    @property
    def admitted(self) -> tuple[type[Event], ...]:
        """What the script can take now: what it waits for, and what would turn it elsewhere."""
        kinds = [kind for wait in self._expectations if not wait.satisfied for kind in wait.ends]
        return tuple(dict.fromkeys(kinds))

    def hear(self, entry: Entry) -> None:
        """Tell the waits of an entry that has just been added to the file."""
        for expectation in self._expectations:
            expectation.hear(entry)

    async def until(self, *kinds: type[E]) -> E:
        """The next of these events after the last one this branch has read; raises Interrupted inside a scope."""
        interrupts = _interrupts.get()
        while (entry := self._file.first_after(_cursor.get(), kinds + interrupts)) is None:
            expectation = Expectation(kinds, interrupts)
            self._expectations.append(expectation)
            try:
                await expectation.wait()
            finally:
                self._expectations.remove(expectation)
        _cursor.set(entry.number)
        if isinstance(entry.event, kinds):
            return entry.event
        raise Interrupted(entry)

    async def together(self, *branches: Coroutine[Any, Any, object]) -> None:
        """Run branches side by side, each with its own place in the file; go on behind the last entry any has read."""
        _cursor.set(max(await side_by_side(*(_with_place(branch) for branch in branches))))

    async def unless(
        self, kind: type[Event], main: Callable[[], Awaitable[R]], otherwise: Callable[[], Awaitable[R]]
    ) -> R:
        """``main``; or, from the moment such an event stands in the file, ``otherwise``."""
        try:
            return await self._watching_for(kind, main)
        except Interrupted as turn:
            if not isinstance(turn.entry.event, kind):
                raise
            _cursor.set(turn.entry.number)
        return await otherwise()

    async def again_after(self, kind: type[Event], part: Callable[[], Awaitable[R]]) -> R:
        """``part``, begun anew each time such an event comes while it runs."""
        while True:
            try:
                return await self._watching_for(kind, part)
            except Interrupted as turn:
                if not isinstance(turn.entry.event, kind):
                    raise
                _cursor.set(turn.entry.number)

    async def _watching_for(self, kind: type[Event], part: Callable[[], Awaitable[R]]) -> R:
        outside = _interrupts.get()
        _interrupts.set((*outside, kind))
        try:
            return await part()
        finally:
            _interrupts.set(outside)  # not reset(token): an evicted case is closed from another context


async def _with_place(branch: Coroutine[Any, Any, object]) -> int:
    await branch
    return _cursor.get()


async def side_by_side(*branches: Coroutine[Any, Any, R]) -> list[R]:
    """Run all to their ends; the first error ends the others and is raised as itself.

    No TaskGroup: it wraps the error in a group, which Temporal does not know, and it waits on its way out, which a
    case that is dropped from memory with its worker cannot.
    """
    tasks = [asyncio.create_task(branch) for branch in branches]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def has_failed(task: "asyncio.Task[Any]") -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None
