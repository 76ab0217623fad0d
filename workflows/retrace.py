"""Where the script of a case stood at any place in its file, found by reading the file again outside Temporal."""

import asyncio
import selectors
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from domain.case_file import CaseFile, Entry
from domain.events import Event
from domain.rulebook.rows import Edition
from workflows.case import Case
from workflows.script import Script, has_failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """As in ``Script``: what it waits for, and what it can take; both are empty once the case has ended.

    ``result``: that of the procedure, None until it has come to its end.
    """

    awaited: tuple[type[Event], ...]
    admitted: tuple[type[Event], ...]
    result: str | None


class Retracing:
    """One case's procedure over changing parts of its file; a context manager, for a thread without an event loop.

    A procedure that asks Temporal for anything but its script (``workflow.patched``) cannot be retraced.
    """

    def __init__(self, case: type[Case], edition: Edition) -> None:
        self._case = case
        self._edition = edition
        self._loop = asyncio.SelectorEventLoop(_NeverBlocking(self._pause))
        try:
            self._begin()
        except BaseException:
            self._loop.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._drop()
        self._loop.close()

    def after(self, entries: Sequence[Entry]) -> Place:
        """Where the script stands when just these are in the file; fast where they begin with those asked before."""
        if list(entries[: len(self._read)]) != self._read:
            self._drop()
            self._begin()
        for entry in entries[len(self._read) :]:
            self._read.append(entry)
            filed = replace(entry, number=self._file.last_number + 1)
            self._file.append(filed)
            self._script.hear(filed)
            self._move_on()
        result = self._procedure.result() if self._procedure.done() else None
        if self._file.ended:
            return Place(awaited=(), admitted=(), result=result)
        return Place(awaited=self._script.awaited, admitted=self._script.admitted, result=result)

    def _begin(self) -> None:
        self._read: list[Entry] = []
        self._file = CaseFile()
        self._script = Script(self._file, self._edition.knows)
        case = self._case.__new__(self._case)
        case.follow(self._script)
        self._procedure = self._loop.create_task(case.procedure(), context=Context())
        self._move_on()

    def _move_on(self) -> None:
        """Until every branch waits."""
        self._loop.run_forever()
        if has_failed(self._procedure):
            self._procedure.result()

    def _drop(self) -> None:
        self._procedure.cancel()
        self._loop.run_forever()

    def _pause(self) -> None:
        self._loop.stop()


class _NeverBlocking(selectors.DefaultSelector):
    """A loop that would sleep has nothing left to do: it is told so instead."""

    def __init__(self, when_idle: Callable[[], None]) -> None:
        super().__init__()
        self._when_idle = when_idle

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            self._when_idle()
        return []
