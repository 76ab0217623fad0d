"""Whether a case file is a word of its procedure: the script itself reads it, entry by entry, without a server."""

import asyncio
from collections.abc import Iterator

from domain.case_file import CaseFile, Entry, Source
from domain.errors import NotExpected
from domain.events import CaseEnded, Event, RungReached
from domain.events.repair import FormFilled, RequestReceived
from infra.invariants.filed import FiledCase
from infra.invariants.violation import Violation
from workflows import CASES
from workflows.case import CANCELLED, Case
from workflows.script import Script

OPENS_WITH = (RequestReceived, FormFilled)
"""What the desk itself puts at the head of a file."""

TURNS = 60
"""Turns of the loop in which the script, which waits for nothing outside, comes to rest."""


async def spelt(case: FiledCase) -> list[Violation]:
    """21 to 24: every entry was awaited when it came, the end is the procedure's own, and nothing follows it."""
    file = CaseFile()
    script = Script(file)
    playing = asyncio.ensure_future(_piece(case, script).procedure())
    found: list[Violation] = []
    try:
        await _rest()
        for entry in case.file:
            found += _stands(case, file, script, entry)
            file.append(entry)
            script.hear(entry)
            await _rest()
        found += _ends(case, file, playing)
        if case.head["open"]:
            found += _shows(case, script)
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
    return found


def _piece(case: FiledCase, script: Script) -> Case:
    kind = CASES[case.procedure.prefix]
    piece = object.__new__(kind)
    piece.until, piece.together = script.until, script.together
    piece.unless, piece.again_after = script.unless, script.again_after
    return piece


async def _rest() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


def _stands(case: FiledCase, file: CaseFile, script: Script, entry: Entry) -> Iterator[Violation]:
    kind = type(entry.event)
    if file.ended:
        yield case.breaks("22 after close", entry.event.type, entry.number)
    elif entry.source is Source.SYSTEM:
        if kind not in (RungReached, CaseEnded):
            yield case.breaks("23 word", f"{entry.event.type} 不由系统登记", entry.number)
    elif not _opens(entry) and kind not in _taken(case, script):
        yield case.breaks("23 word", f"{NotExpected.code} {entry.event.type}", entry.number)


def _opens(entry: Entry) -> bool:
    return entry.number <= len(OPENS_WITH) and isinstance(entry.event, OPENS_WITH[entry.number - 1])


def _taken(case: FiledCase, script: Script) -> set[type[Event]]:
    return {*script.admitted, *case.procedure.any_time}


def _ends(case: FiledCase, file: CaseFile, playing: "asyncio.Future[str]") -> Iterator[Violation]:
    ended = file.last(CaseEnded)
    if ended is None:
        if playing.done() and not case.head["open"]:
            yield case.breaks("21 close", "已结案而案卷无结案")
    elif ended.result != CANCELLED and (not playing.done() or playing.result() != ended.result):
        yield case.breaks("21 close", "未办完即结案" if not playing.done() else "结果不是规程所得")


def _shows(case: FiledCase, script: Script) -> Iterator[Violation]:
    if list(case.head["waiting_for"]) != [event.label for event in script.awaited]:
        yield case.breaks("05 view", "所示待办与规程不符")
