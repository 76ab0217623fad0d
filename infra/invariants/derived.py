"""What was derived of a case file when it was filed, held against what the file gives when it is read again."""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, fields
from datetime import timedelta

from domain.case_file import CaseFile
from domain.docket import Docket
from domain.events import RungReached
from domain.filing import DutyRow, charges_of
from domain.notices import Notice, Setting, notices_of
from infra.invariants.filed import FiledCase, Row
from infra.invariants.violation import Violation

AHEAD = timedelta(seconds=1)
"""A timer of the server may be early by the grain of its clock."""

NOTICE = (
    "entry_number", "key", "cycle", "rule", "level", "rung", "post", "text", "due_at", "late", "urgent", "raised_at"
)  # fmt: skip
CHARGE = ("item", "kind", "price_version", "unit_price", "quantity", "amount")
COPY = ("round", "copy", "holder", "since", "reference", "entry_number")


def derived_again(case: FiledCase) -> Iterator[Violation]:
    """05, 11, 12, 13, 14, 32, 40: duties, rungs, notices, charges, copies and view are those of the file."""
    file, docket = CaseFile(), Docket(case.edition.obligations, case.opening.terms.terms(), case.procedure.who)
    notices: list[Notice] = []
    setting = Setting(
        no=case.no,
        drill=case.head["drill"],
        procedure=case.procedure,
        edition=case.edition,
        file=file,
        docket=docket,
    )
    for entry in case.file:
        if isinstance(entry.event, RungReached):
            duty = docket.find(entry.event.key, entry.event.cycle)
            alarm = duty.next_alarm() if duty else None
            if alarm is None or alarm[0] != entry.event.rung:
                yield case.breaks("13 order", f"{entry.event.key} 第 {entry.event.rung} 级不在其序", entry.number)
            elif alarm[1] > entry.at + AHEAD:
                yield case.breaks("14 early", f"{entry.event.key} 提前", entry.number)
        file.append(entry)
        docket.apply(entry, file)
        notices += notices_of(entry, setting)
    yield from _duties(case, docket)
    yield from _same(case, "32 notices", ((_columns(n, NOTICE)) for n in notices), _rows(case.notices, NOTICE))
    charged = ((row.entry_number, row.line, *_columns(row.charge, CHARGE)) for row in charges_of(tuple(file)))
    yield from _same(case, "40 charges", charged, _rows(case.charges, ("entry_number", "line", *CHARGE)))
    places = (_columns(place, COPY) for place in case.procedure.copies(file))
    yield from _same(case, "05 copies", places, _rows(case.copies, COPY))
    yield from _view(case, file, docket)


def _duties(case: FiledCase, docket: Docket) -> Iterator[Violation]:
    names = tuple(field.name for field in fields(DutyRow))
    again = {(row[0], row[1]): row for row in (astuple(DutyRow.of(duty)) for duty in docket)}
    filed = {(row["key"], row["cycle"]): tuple(row[name] for name in names) for row in case.duties}
    for key in sorted(again.keys() | filed.keys()):
        ours, theirs = again.get(key), filed.get(key)
        if ours != theirs:
            odd = [name for name, a, b in zip(names, ours or (), theirs or (), strict=False) if a != b] or ["行"]
            yield case.breaks("11 duties", f"重算不符：{'、'.join(odd)}", f"{key[0]}/{key[1]}")


def _view(case: FiledCase, file: CaseFile, docket: Docket) -> Iterator[Violation]:
    shown = (case.head["number"], case.head["stage"], case.head["open"])
    if shown != (file.last_number, case.procedure.stage(file), not file.ended):
        yield case.breaks("05 view", "所示与案卷不符")
    if case.head["open"] and tuple(case.head["crew"]) != case.procedure.crew(file):
        yield case.breaks("05 view", "所示维修人员与案卷不符")
    dues = [duty.due.at for duty in docket.owed if duty.breached_at is None]
    if case.head["next_due_at"] != min(dues, default=None):
        yield case.breaks("05 view", "所示时限与案卷不符")


def _columns(thing: object, names: Iterable[str]) -> tuple[object, ...]:
    return tuple(getattr(thing, name) for name in names)


def _rows(rows: Iterable[Row], names: Iterable[str]) -> list[tuple[object, ...]]:
    names = tuple(names)
    return [tuple(row[name] for name in names) for row in rows]


def _same(
    case: FiledCase, invariant: str, again: Iterable[tuple[object, ...]], filed: Iterable[tuple[object, ...]]
) -> Iterator[Violation]:
    ours, theirs = set(again), set(filed)
    for row in sorted(ours - theirs, key=str):
        yield case.breaks(invariant, "缺少一行", f"{row[0]}/{row[1]}")
    for row in sorted(theirs - ours, key=str):
        yield case.breaks(invariant, "多出一行", f"{row[0]}/{row[1]}")
