"""Who is to hear of a case outside the company, read off its file: everybody who called about it."""

from collections.abc import Iterable

from domain.case_file import CaseFile
from domain.events.joining import CalledAgain, Caller, CameAfter, MergeTaken, MergeUndone
from domain.events.public import FacilityFaultReported
from domain.events.repair import RequestReceived


def callers(file: CaseFile) -> tuple[Caller, ...]:
    """In the order they came to be on the case, the one who opened it first.

    Who is on a case taken out of another reported it before: one who is reached where its opener is, is that one.
    """
    there: list[Caller] = []
    for entry in file:
        match entry.event:
            case RequestReceived() | FacilityFaultReported() | CalledAgain() as call:
                there.append(Caller(channel=call.channel, content=call.content, phone=call.phone))
            case MergeTaken(callers=others):
                there += others
            case CameAfter(callers=others):
                opener = {one.phone for one in there}
                there += (one for one in others if one.phone not in opener)
            case MergeUndone(callers=gone):
                _take_off(there, gone)
    return tuple(there)


def _take_off(there: list[Caller], gone: Iterable[Caller]) -> None:
    """Each once, and of two who are alike the one who came last."""
    for one in gone:
        place = next((place for place in reversed(range(len(there))) if there[place] == one), None)
        if place is not None:
            del there[place]
