"""Who is to hear of a case outside the company, read off its file: everybody who called about it."""

from collections.abc import Iterator

from domain.case_file import CaseFile
from domain.events.joining import CalledAgain, Caller, MergeTaken
from domain.events.public import FacilityFaultReported
from domain.events.repair import RequestReceived


def callers(file: CaseFile) -> tuple[Caller, ...]:
    """In the order they came to be on the case, the one who opened it first."""
    return tuple(_callers(file))


def _callers(file: CaseFile) -> Iterator[Caller]:
    for entry in file:
        match entry.event:
            case RequestReceived() | FacilityFaultReported() | CalledAgain() as call:
                yield Caller(channel=call.channel, content=call.content, phone=call.phone)
            case MergeTaken(callers=others):
                yield from others
