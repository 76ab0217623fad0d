"""How a procedure waits: ``until`` reads the case file, so that a script resumes by reading it again."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from domain.case_file import CaseFile, Entry
from domain.events import Event

E = TypeVar("E", bound=Event)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a branch is in the file: behind the entry of that number. ``at``: the latest moment it has read of.

    ``kinds`` is what its last wait was for, ``begun`` the moment from which that could happen.
    """

    number: int = 0
    at: datetime | None = None
    kinds: tuple[type[Event], ...] = ()
    begun: datetime | None = None

    def behind(self, entry: Entry) -> "Mark":
        return Mark(entry.number, _later(self.at, entry.at))

    def turn_of(self, kinds: tuple[type[Event], ...]) -> datetime | None:
        """From when on these can happen; two of a kind, one after the other, may have happened either way round."""
        return self.begun if kinds == self.kinds else self.at


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


_cursor: ContextVar[Mark] = ContextVar("cursor", default=Mark())  # noqa: B039  # frozen


def every(entry: Entry) -> bool:  # noqa: ARG001  # the shape of a condition
    return True


@dataclass(frozen=True, slots=True)
class Turn:
    """An event of this kind, where the condition holds of it, leads the script elsewhere; ``begun``: from when on.

    ``aside``: what is done then, after which the script waits on where it stood; without one it leaves its scope.
    ``outside``: the turns of the scopes around its own, which hold meanwhile too.
    """

    kind: type[Event]
    when: Callable[[Entry], bool]
    begun: datetime | None
    aside: Callable[[], Awaitable[object]] | None = None
    outside: "tuple[Turn, ...]" = ()

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
    """One wait of the script: what would end it, from which moment on, and whether something has."""

    def __init__(self, kinds: tuple[type[Event], ...], turns: tuple[Turn, ...], begun: datetime | None) -> None:
        self.kinds = kinds
        self.turns = turns
        self.begun = begun
        self._woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def satisfied(self) -> bool:
        return self._woken.done()

    def hear(self, entry: Entry) -> None:
        if not self._woken.done() and self.ends_with(entry):
            self._woken.set_result(None)

    def ends_with(self, entry: Entry) -> bool:
        return isinstance(entry.event, self.kinds) or any(turn.takes(entry) for turn in self.turns)

    def turn_of(self, kind: type[Event]) -> list[datetime | None]:
        own = [self.begun] if kind in self.kinds else []
        return own + [turn.begun for turn in self.turns if turn.kind is kind]

    async def wait(self) -> None:
        await self._woken


class Script:
    """The place a procedure has reached in its file. What it waits for is what the case admits.

    ``knows``: what can come under the edition of the case; a script that serves several waits for more than that.
    """

    def __init__(self, file: CaseFile, knows: Callable[[type[Event]], bool]) -> None:
        self._file = file
        self.knows = knows
        self._expectations: list[Expectation] = []

    @property
    def awaited(self) -> tuple[type[Event], ...]:
        """What the script waits for now, in the order it began to wait."""
        kinds = [kind for wait in self._expectations if not wait.satisfied for kind in wait.kinds]
        return tuple(filter(self.knows, dict.fromkeys(kinds)))

    @property
    def admitted(self) -> tuple[type[Event], ...]:
        """What the script can take now: what it waits for, and what would turn it elsewhere."""
        waits = [wait for wait in self._expectations if not wait.satisfied]
        kinds = [kind for wait in waits for kind in (*wait.kinds, *(turn.kind for turn in wait.turns))]
        return tuple(filter(self.knows, dict.fromkeys(kinds)))

    def turn_began(self, kind: type[Event]) -> datetime | None:
        """When what such an event follows upon had happened, at the earliest branch that waits; None: any time."""
        moments = [begun for wait in self._expectations if not wait.satisfied for begun in wait.turn_of(kind)]
        return None if None in moments else min(filter(None, moments), default=None)

    def hear(self, entry: Entry) -> None:
        """Tell the waits of an entry that has just been added to the file."""
        for expectation in self._expectations:
            expectation.hear(entry)

    def so_far(self) -> CaseFile:
        """The file as far as this branch has read it, whatever came after that: the same when it is read again."""
        return CaseFile(entry for entry in self._file if entry.number <= _cursor.get().number)

    async def until(self, *kinds: type[E]) -> E:
        """The next of these events after the last one this branch has read; raises Interrupted inside a scope."""
        while True:
            mark = _cursor.get()
            wait = Expectation(kinds, _turns.get(), mark.turn_of(kinds))
            entry = await self._end_of(wait, mark)
            turn = next((turn for turn in wait.turns if turn.takes(entry)), None)
            if turn is None:
                break
            if turn.aside is None:
                raise Interrupted(turn, entry)
            _cursor.set(mark.behind(entry))
            await _with_turns(turn.outside, turn.aside)
        _cursor.set(Mark(entry.number, _later(mark.at, entry.at), kinds, wait.begun))
        if not isinstance(entry.event, kinds):
            raise TypeError(entry.event.type)
        return entry.event

    async def _end_of(self, wait: Expectation, mark: Mark) -> Entry:
        while (entry := next(filter(wait.ends_with, self._file.after(mark.number)), None)) is None:
            self._expectations.append(wait)
            try:
                await wait.wait()
            finally:
                self._expectations.remove(wait)
        return entry

    async def together(self, *branches: Coroutine[Any, Any, object]) -> None:
        """Run branches side by side, each with its own place in the file; go on behind the last entry any has read."""
        marks = await side_by_side(*(_with_place(branch) for branch in branches))
        latest = max(filter(None, (mark.at for mark in marks)), default=None)
        _cursor.set(Mark(max(mark.number for mark in marks), latest))

    async def unless(
        self,
        kind: type[Event],
        main: Callable[[], Awaitable[R]],
        otherwise: Callable[[], Awaitable[R]],
        when: Callable[[Entry], bool] = every,
    ) -> R:
        """``main``; or, from the moment such an event stands in the file, ``otherwise``."""
        before = _cursor.get()
        turn = Turn(kind, when, before.at)
        try:
            return await _watching_for(turn, main)
        except Interrupted as interrupted:
            if interrupted.turn is not turn:
                raise
            _cursor.set(before.behind(interrupted.entry))
        return await otherwise()

    async def again_after(self, kind: type[Event], part: Callable[[], Awaitable[R]]) -> R:
        """``part``, begun anew each time such an event comes while it runs."""
        while True:
            before = _cursor.get()
            turn = Turn(kind, every, before.at)
            try:
                return await _watching_for(turn, part)
            except Interrupted as interrupted:
                if interrupted.turn is not turn:
                    raise
                _cursor.set(before.behind(interrupted.entry))

    async def aside_after(
        self, kind: type[Event], part: Callable[[], Awaitable[R]], aside: Callable[[], Awaitable[object]]
    ) -> R:
        """``part``; each time such an event comes while it runs, first ``aside``, then on from where it stood."""
        turn = Turn(kind, every, _cursor.get().at, aside, _turns.get())
        return await _watching_for(turn, part)


async def _watching_for(turn: Turn, part: Callable[[], Awaitable[R]]) -> R:
    return await _with_turns((*_turns.get(), turn), part)


async def _with_turns(turns: tuple[Turn, ...], part: Callable[[], Awaitable[R]]) -> R:
    outside = _turns.get()
    _turns.set(turns)
    try:
        return await part()
    finally:
        _turns.set(outside)  # not reset(token): an evicted case is closed from another context


async def _with_place(branch: Coroutine[Any, Any, object]) -> Mark:
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
