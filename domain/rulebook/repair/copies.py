"""REP: where each copy of a 《维修单》 is, read off the case file, round by round."""

from collections.abc import Iterator, Mapping

from domain.case_file import CaseFile, Entry
from domain.copies import CopyPlace
from domain.events import Event
from domain.events.repair import (
    Assigned,
    CopiesHandedOn,
    CopiesSentBack,
    CopyReturned,
    CustomerCopyGiven,
    FeedbackGiven,
    FormCollected,
    FormFilled,
    OrderTaken,
    RefusalFiled,
    ReturnRegistered,
)

DESK, STUB, ENGINEERING, REPAIRER = "前台客服员", "客服前台存根", "工程部", "维修人员"
SUPERVISOR, CUSTOMER, DEPARTMENT, AWAITING_FINANCE = "工程部主管", "客户", "客服部", "前台客服员（待移交财务部）"
OUT = (1, 2, 3)
RETURNED = (2, 3)


MOVES: Mapping[type[Event], Mapping[int, str]] = {
    FormFilled: {**dict.fromkeys(OUT, DESK), 4: STUB},
    FormCollected: dict.fromkeys(OUT, ENGINEERING),
    OrderTaken: dict.fromkeys(OUT, REPAIRER),
    CustomerCopyGiven: {1: CUSTOMER},
    CopiesSentBack: dict.fromkeys(RETURNED, REPAIRER),
    CopiesHandedOn: dict.fromkeys(RETURNED, DESK),
    ReturnRegistered: {2: DEPARTMENT, 3: AWAITING_FINANCE},
    RefusalFiled: {**dict.fromkeys(OUT, DEPARTMENT), 4: STUB},
}
"""REP-23, REP-25, REP-39, REP-42 to REP-48: which copies an event puts where."""


def copy_places(file: CaseFile) -> tuple[CopyPlace, ...]:
    """The copies of every round, in order; a repair reopened by feedback issues its form anew.

    REP-23: four from the moment the form is filled.
    """
    places: dict[tuple[int, int], CopyPlace] = {}
    for current, entry in _by_round(file):
        for copy, holder in _moves(entry, fresh=(current, 1) not in places).items():
            places[current, copy] = CopyPlace(
                copy=copy,
                round=current,
                holder=holder,
                since=entry.at,
                reference=_reference(entry) if holder == DEPARTMENT else "",
                entry_number=entry.number,
            )
    return tuple(places[key] for key in sorted(places))


def on_this_form(file: CaseFile) -> tuple[Entry, ...]:
    """What happened under the form that is out now, or was out last; before it is filled in, everything."""
    rounds = tuple(_by_round(file))
    return tuple(entry for current, entry in rounds if current == rounds[-1][0])


def _by_round(file: CaseFile) -> Iterator[tuple[int, Entry]]:
    """Each entry with the round of the form it belongs to."""
    current, registered, reopened = 1, False, False
    for entry in file:
        if isinstance(entry.event, ReturnRegistered):
            registered = True
        if isinstance(entry.event, FeedbackGiven):  # papers not yet filed go on with the reopened repair
            reopened = not entry.event.solved and registered
        if reopened and isinstance(entry.event, Assigned):
            current, registered, reopened = current + 1, False, False
        yield current, entry


def _moves(entry: Entry, *, fresh: bool) -> Mapping[int, str]:
    match entry.event:
        case CopyReturned(copy=copy):
            return {copy: SUPERVISOR}
        case Assigned() if fresh:
            return {**dict.fromkeys(OUT, ENGINEERING), 4: STUB}
    return MOVES.get(type(entry.event), {})


def _reference(entry: Entry) -> str:
    return entry.event.reference if isinstance(entry.event, ReturnRegistered | RefusalFiled) else ""
