"""REP, FEE-03: which charges count."""

from collections.abc import Iterable

from domain.case_file import Entry
from domain.events.repair import ResidentSigned, SignatureExcused, WorkFinished
from domain.pricing import ChargeLine


def charges_in_force(entries: Iterable[Entry]) -> tuple[ChargeLine, ...] | None:
    """Of work that was signed for, and of the last work done, signed for or not; None before any is done.

    Work that failed its trial was charged for in vain. The view ``charges_in_force`` of the database counts the same,
    but for what is not signed yet.
    """
    signed: list[ChargeLine] = []
    done: tuple[ChargeLine, ...] | None = None
    worked = False
    for entry in entries:
        if isinstance(entry.event, WorkFinished):
            done, worked = entry.event.charges, True
        elif isinstance(entry.event, ResidentSigned | SignatureExcused):
            signed += done or ()
            done = None
    return (*signed, *(done or ())) if worked else None
