"""How a procedure waits: ``until`` reads the case file, so that a script resumes by reading it again."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from domain.case_file import CaseFile, Entry
from domain.events import Event

E = TypeVar("E", bound=Event)
R = TypeVar("R")

_cursor: ContextVar[int] = ContextVar("cursor", default=0)


def every(entry: Entry) -> bool:  # noqa: ARG001  # the shape of a condition
    return True


@dataclass(frozen=True, slots=True)
class Turn:
    """An event of this kind, where the condition holds of it, leads the script elsewhere."""

    kind: type[Event]
    when: Callable[[Entry], bool]

    def takes(self, entry: Entry) -> bool:
        return isinstance(entry.event, self.kind) and self.when(entry)


_turns: ContextVar[tuple[Turn, ...]] = ContextVar("turns", default=())


class Interrupted(Exception):  # not an error: the file took another turn
    """An event that a scope watches for came before the one awaited."""

    def __init__(self, turn: Turn, entry: Entry) -> None:
        super().__init__(entry.number)
        self.turn = turn
        self.entry = entry


class Expectation:
    """One wait of the script: what would end it, and whether something has."""

    def __init__(self, kinds: tuple[type[Event], ...], turns: tuple[Turn, ...]) -> None:
        self.kinds = kinds
        self.turns = turns
        self._woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def satisfied(self) -> bool:
        return self._woken.done()

    def hear(self, entry: Entry) -> None:
        if not self._woken.done() and self.ends_with(entry):
            self._woken.set_result(None)

    def ends_with(self, entry: Entry) -> bool:
        return isinstance(entry.event, self.kinds) or any(turn.takes(entry) for turn in self.turns)

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
        waits = [wait for wait in self._expectations if not wait.satisfied]
        kinds = [kind for wait in waits for kind in (*wait.kinds, *(turn.kind for turn in wait.turns))]
        return tuple(dict.fromkeys(kinds))

    def hear(self, entry: Entry) -> None:
        """Tell the waits of an entry that has just been added to the file."""
        for expectation in self._expectations:
            expectation.hear(entry)

    async def until(self, *kinds: type[E]) -> E:
        """The next of these events after the last one this branch has read; raises Interrupted inside a scope."""
        wait = Expectation(kinds, _turns.get())
        while (entry := next(filter(wait.ends_with, self._file.after(_cursor.get())), None)) is None:
            self._expectations.append(wait)
            try:
                await wait.wait()
            finally:
                self._expectations.remove(wait)
        for turn in wait.turns:
            if turn.takes(entry):
                raise Interrupted(turn, entry)
        _cursor.set(entry.number)
        if not isinstance(entry.event, kinds):
            raise TypeError(entry.event.type)
        return entry.event

    async def together(self, *branches: Coroutine[Any, Any, object]) -> None:
        """Run branches side by side, each with its own place in the file; go on behind the last entry any has read."""
        _cursor.set(max(await side_by_side(*(_with_place(branch) for branch in branches))))

    async def unless(
        self,
        kind: type[Event],
        main: Callable[[], Awaitable[R]],
        otherwise: Callable[[], Awaitable[R]],
        when: Callable[[Entry], bool] = every,
    ) -> R:
        """``main``; or, from the moment such an event stands in the file, ``otherwise``."""
        turn = Turn(kind, when)
        try:
            return await _watching_for(turn, main)
        except Interrupted as interrupted:
            if interrupted.turn is not turn:
                raise
            _cursor.set(interrupted.entry.number)
        return await otherwise()

    async def again_after(self, kind: type[Event], part: Callable[[], Awaitable[R]]) -> R:
        """``part``, begun anew each time such an event comes while it runs."""
        turn = Turn(kind, every)
        while True:
            try:
                return await _watching_for(turn, part)
            except Interrupted as interrupted:
                if interrupted.turn is not turn:
                    raise
                _cursor.set(interrupted.entry.number)


async def _watching_for(turn: Turn, part: Callable[[], Awaitable[R]]) -> R:
    outside = _turns.get()
    _turns.set((*outside, turn))
    try:
        return await part()
    finally:
        _turns.set(outside)  # not reset(token): an evicted case is closed from another context


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
