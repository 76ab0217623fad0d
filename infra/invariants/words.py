"""Whether a case file is a word of its procedure: the script itself reads it, entry by entry, without a server."""

import asyncio
from collections.abc import Iterator

from domain.case_file import CaseFile, Entry, Source
from domain.errors import NotExpected
from domain.events import ByTheDesk, CancellationIgnored, CaseEnded, Opening, PeriodOver, Referred, RungReached
from domain.events.repair import FormFilled
from domain.events.sending import SentAnyway
from infra.invariants.filed import FiledCase
from infra.invariants.violation import Violation
from workflows import CASES
from workflows.retrace import Place, Retracing

OPENS_WITH = (Opening | ByTheDesk, FormFilled)
"""What the desk itself puts at the head of a file."""

OWN = (RungReached, PeriodOver, CaseEnded, CancellationIgnored, Referred, SentAnyway)
"""What the desk itself records."""


async def spelt(case: FiledCase) -> list[Violation]:
    """21 to 24: every entry was awaited when it came, the end is the procedure's own, and nothing follows it."""
    return await asyncio.to_thread(lambda: list(spells(case)))


def spells(case: FiledCase) -> Iterator[Violation]:
    """The same, in a thread without an event loop."""
    file = CaseFile()
    with Retracing(CASES[case.procedure.prefix], case.edition) as retracing:
        place = retracing.after(())
        for entry in case.file:
            yield from _stands(case, file, place, entry)
            file.append(entry)
            place = retracing.after(tuple(file))
    yield from _ends(case, file, place)
    if case.head["open"]:
        yield from _shows(case, file, place)


def _stands(case: FiledCase, file: CaseFile, place: Place, entry: Entry) -> Iterator[Violation]:
    kind = type(entry.event)
    if file.ended:
        yield case.breaks("22 after close", entry.event.type, entry.number)
    elif entry.source is Source.SYSTEM:
        if kind not in OWN and not _opens(entry):
            yield case.breaks("23 word", f"{entry.event.type} 不由系统登记", entry.number)
    elif not _opens(entry) and kind not in {*place.admitted, *case.procedure.any_time}:
        yield case.breaks("23 word", f"{NotExpected.code} {entry.event.type}", entry.number)


def _opens(entry: Entry) -> bool:
    return entry.number <= len(OPENS_WITH) and isinstance(entry.event, OPENS_WITH[entry.number - 1])


def _ends(case: FiledCase, file: CaseFile, place: Place) -> Iterator[Violation]:
    ended = file.last(CaseEnded)
    if ended is None:
        if place.result is not None and not case.head["open"]:
            yield case.breaks("21 close", "已结案而案卷无结案")
    elif ended.result != place.result:
        yield case.breaks("21 close", "未办完即结案" if place.result is None else "结果不是规程所得")


def _shows(case: FiledCase, file: CaseFile, place: Place) -> Iterator[Violation]:
    if list(case.head["waiting_for"]) != [event.label for event in case.edition.awaited(place.awaited, file)]:
        yield case.breaks("05 view", "所示待办与规程不符")
