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
            if _stays(places.get((current, copy))):
                continue
            places[current, copy] = CopyPlace(
                copy=copy,
                round=current,
                holder=holder,
                since=entry.at,
                reference=_reference(entry) if holder == DEPARTMENT else "",
                entry_number=entry.number,
            )
    return tuple(places[key] for key in sorted(places))


def _stays(place: CopyPlace | None) -> bool:
    """REP-42: what the customer has been given, nobody takes back."""
    return place is not None and place.holder == CUSTOMER


def by_form(file: CaseFile) -> tuple[tuple[Entry, ...], ...]:
    """What happened under each form, the first from the call on.

    The feedback upon which a form is issued anew stands last on the one before, and what follows upon it goes under
    the new one, which is out once somebody is sent; until then it may say nothing.
    """
    forms: list[list[Entry]] = [[]]
    registered = False
    for entry in file:
        forms[-1].append(entry)
        registered = registered or isinstance(entry.event, ReturnRegistered)
        if registered and isinstance(entry.event, FeedbackGiven) and not entry.event.solved:
            forms.append([])  # papers not yet filed go on with the reopened repair
            registered = False
    return tuple(map(tuple, forms))


def form_out(file: CaseFile) -> int:
    """The number of the form that is out now, or was out last."""
    return max((place.round for place in copy_places(file)), default=1)


def _by_round(file: CaseFile) -> Iterator[tuple[int, Entry]]:
    """Each entry with the round of the form it belongs to."""
    for current, entries in enumerate(by_form(file), start=1):
        yield from ((current, entry) for entry in entries)


def _moves(entry: Entry, *, fresh: bool) -> Mapping[int, str]:
    match entry.event:
        case CopyReturned(copy=copy):
            return {copy: SUPERVISOR}
        case Assigned() if fresh:
            return {**dict.fromkeys(OUT, ENGINEERING), 4: STUB}
    return MOVES.get(type(entry.event), {})


def _reference(entry: Entry) -> str:
    return entry.event.reference if isinstance(entry.event, ReturnRegistered | RefusalFiled) else ""
