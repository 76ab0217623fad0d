"""Time that work stood still with leave, read off the case file: nobody keeps a running total."""

from datetime import datetime, timedelta

from domain.case_file import CaseFile
from domain.events.work import Paused, Resumed


def running(file: CaseFile) -> Paused | None:
    """The pause that nobody has ended yet."""
    last = file.last_entry(Paused, Resumed)
    return last.event if last and isinstance(last.event, Paused) else None


def stood_still(file: CaseFile, since: datetime, most: timedelta, until: datetime) -> timedelta:
    """By how much a limit that began then has moved: its pauses since, ``most`` at the most.

    ``until``: its last moment without any; what has run out stands still no more, whenever the desk hears of it.
    One that is still running counts as if it went on until there is no more to be had: it moves the limit no further
    while it lasts, and back by what was not used once it is ended.
    """
    still, began = timedelta(), None
    for entry in file:
        if isinstance(entry.event, Paused) and began is None:
            if entry.at > until + min(still, most):
                break
            began = entry.at
        elif isinstance(entry.event, Resumed) and began is not None:
            still += max(entry.at - max(began, since), timedelta())
            began = None
    return most if began is not None else min(still, most)
