"""The case file: what happened in one case, in order; everything else is read off it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from domain.events import AnyEvent, CaseEnded, Event
from domain.people import Actor

E = TypeVar("E", bound=Event)


class Source(StrEnum):
    """By which door an entry came in."""

    API = "api"
    WEB_UI = "web_ui"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the file. ``at``: when it happened, as claimed; ``recorded_at``: when the case took it in."""

    number: int
    event: AnyEvent
    at: datetime
    recorded_at: datetime
    by: Actor
    source: Source
    command_id: str | None = None
    backdated: bool = False


class CaseFile:
    """Append-only. Numbers run from 1 without a gap."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: list[Entry] = list(entries)
        self._latest: dict[type[Event], Entry] = {type(entry.event): entry for entry in self._entries}

    def append(self, entry: Entry) -> None:
        if entry.number != self.last_number + 1:
            message = f"entry {entry.number} after {self.last_number}"
            raise ValueError(message)
        self._entries.append(entry)
        self._latest[type(entry.event)] = entry

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def last_number(self) -> int:
        return self._entries[-1].number if self._entries else 0

    @property
    def opening(self) -> tuple[Entry, ...]:
        """The entry that the case opened with; nothing of an empty file."""
        return tuple(self._entries[:1])

    @property
    def first_at(self) -> datetime | None:
        """When the case began: no act of it lies before."""
        return self._entries[0].at if self._entries else None

    @property
    def last_at(self) -> datetime | None:
        """When the latest entry happened."""
        return self._entries[-1].at if self._entries else None

    def after(self, number: int) -> tuple[Entry, ...]:
        return tuple(self._entries[number:])

    def last_entry(self, *kinds: type[Event]) -> Entry | None:
        """The latest entry of one of just these kinds, or None; costs the same however long the file is."""
        entries = [self._latest[kind] for kind in kinds if kind in self._latest]
        return max(entries, key=lambda entry: entry.number, default=None)

    def last(self, kind: type[E]) -> E | None:
        """The latest event of just that kind, or None."""
        entry = self._latest.get(kind)
        return entry.event if entry and isinstance(entry.event, kind) else None

    def since(self, *kinds: type[Event]) -> tuple[Entry, ...]:
        """Everything after the latest event of these kinds; the whole file if there is none."""
        start = self.last_entry(*kinds)
        return self.after(start.number if start else 0)

    def has(self, *kinds: type[Event]) -> bool:
        """Whether there is one of just these kinds; costs the same however long the file is."""
        return any(kind in self._latest for kind in kinds)

    @property
    def ended(self) -> bool:
        return self.has(CaseEnded)

    def by_command(self, command_id: str) -> Entry | None:
        return next((entry for entry in self._entries if entry.command_id == command_id), None)
