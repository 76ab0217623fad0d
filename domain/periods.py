"""Stretches of time after which the desk itself goes on: rows of the rulebook that nobody can be late with."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.case_file import CaseFile, Entry
from domain.deadlines import always, any_entry
from domain.events import Event, PeriodOver
from domain.limits import OpenDuration, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One row: what begins it, how long it is, what ends it before that. A later beginning replaces the one before.

    It runs while ``only_if`` holds of the file. ``part`` tells the rows of one rule apart.
    """

    rule: str
    part: str = ""
    label: str
    counts_from: tuple[type[Event], ...]
    length: timedelta | OpenDuration
    starts_if: Callable[[Entry], bool] = any_entry
    lapses_on: tuple[type[Event], ...] = ()
    lapses_if: Callable[[Entry], bool] = any_entry
    only_if: Callable[[CaseFile], bool] = always

    @property
    def key(self) -> str:
        return f"{self.rule}/{self.part}" if self.part else self.rule

    def begins(self, entry: Entry) -> bool:
        return isinstance(entry.event, self.counts_from) and self.starts_if(entry)

    def ends(self, entry: Entry) -> bool:
        over = isinstance(entry.event, PeriodOver) and entry.event.key == self.key
        return over or (isinstance(entry.event, self.lapses_on) and self.lapses_if(entry))


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A period at work. ``start_number``: of the entry it counts from; ``over_at``: the moment it is over."""

    row: Period
    start_number: int
    over_at: datetime


def running(rows: Sequence[Period], file: CaseFile, terms: Terms) -> Iterator[Running]:
    """Those that run as the file stands, in the order of the rows; none in a case that has ended."""
    if not rows or file.ended:
        return
    for row in rows:
        last = next((entry for entry in reversed(tuple(file)) if row.begins(entry) or row.ends(entry)), None)
        if last is not None and row.begins(last) and row.only_if(file):
            yield Running(row=row, start_number=last.number, over_at=last.at + terms.duration(row.length))
