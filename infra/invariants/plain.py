"""The limits reckoned a second time, plainly: each duty by its own row of the rulebook, without the docket."""

from collections.abc import Iterator

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation, always
from domain.events import CaseEnded, ExtensionGranted, RungReached
from domain.ladder import Level
from domain.limits import BeforeTimeOfDay, ByTimeOfDay, Terms, Within
from domain.rulebook.joining import is_repair
from infra.invariants.filed import FiledCase, Row
from infra.invariants.violation import Violation

BY_ITSELF = (Within, BeforeTimeOfDay, ByTimeOfDay)
"""Limits that depend on their start alone."""


def reckoned_plainly(case: FiledCase) -> Iterator[Violation]:
    """10, 11, 12: started by what starts it, due when the row says, ended by what ends it, late when late."""
    rows = {row.key: row for row in case.edition.obligations}
    entries, terms = list(case.file), case.opening.terms.terms()
    for duty in case.duties:
        part = f"{duty['key']}/{duty['cycle']}"
        row = rows.get(duty["key"])
        if row is None:
            yield case.breaks("11 duties", "版本中没有此项", part)
            continue
        for text in (*_start(case, row, duty, terms), *_end(row, duty, case.file), *_lateness(row, duty, entries)):
            yield case.breaks("11 plainly", text, part)
    for row in rows.values():
        asked = row.only_if is always or (row.only_if is is_repair and is_repair(case.file))
        if asked and not row.lapses_on and isinstance(row.limit, BY_ITSELF):
            begun = [entry for entry in entries if row.starts(entry, terms)]
            if begun and not any(duty["key"] == row.key for duty in case.duties):
                yield case.breaks("11 plainly", "应有而无", row.key)


def _start(case: FiledCase, row: Obligation, duty: Row, terms: Terms) -> Iterator[str]:
    starts = [entry for entry in case.file if row.starts(entry, terms) and entry.at == duty["started_at"]]
    if not starts:
        yield "无起算之事"
    if isinstance(row.limit, BY_ITSELF) and row.pausable is None:
        due = row.limit.due(duty["started_at"], case.file, terms).at
        if duty["first_due_at"] != due:
            yield "首个时限算错"
        extended = any(isinstance(e.event, ExtensionGranted) and e.event.key == row.key for e in case.file)
        if duty["due_at"] != due and not extended:
            yield "时限被移动"


def _end(row: Obligation, duty: Row, file: CaseFile) -> Iterator[str]:
    if duty["ended_by"] is None:
        return
    end = next((entry for entry in file if entry.number == duty["ended_by"]), None)
    if end is None or max(end.at, duty["started_at"]) != duty["ended_at"]:
        yield "了结之事不在案卷"
    elif duty["state"] == "met" and not row.meets(end, file):
        yield "由不相干之事办结"
    elif duty["state"] == "superseded" and row.meets(end, file) and end.at > duty["due_at"] and not _ended(end):
        yield "超时被当作作废"


def _lateness(row: Obligation, duty: Row, entries: list[Entry]) -> Iterator[str]:
    known = max(max(entry.at, entry.recorded_at) for entry in entries)
    if duty["state"] == "breached":
        if duty["breached_at"] > known:
            yield "未到时限先判超时"
    elif any(_breach_told(row, duty, entry) for entry in entries):
        yield "已报超时而无超时结论"


def _breach_told(row: Obligation, duty: Row, entry: Entry) -> bool:
    event = entry.event
    if not isinstance(event, RungReached) or (event.key, event.cycle) != (duty["key"], duty["cycle"]):
        return False
    return row.ladder[min(event.rung, len(row.ladder) - 1)].level is not Level.WARNING


def _ended(entry: Entry) -> bool:
    return isinstance(entry.event, CaseEnded)
