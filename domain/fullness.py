"""How much a case takes of what needs no turn: a file is handed from run to run whole, and Temporal carries 2 MB.

Three shares, so that neither remarks nor progress keep out what the work itself needs.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum

from domain.case_file import CaseFile
from domain.errors import FileFull
from domain.events import AnyEvent, Event, ExtensionGranted, Noted, NoticeAcknowledged, Urged, Withdrawn
from domain.events.joining import CalledAgain, MergedInto, MergeUndone
from domain.events.work import Resumed
from domain.rulebook.rows import Edition, Procedure

REMARKS = (Noted, Urged, CalledAgain)
MOST_REMARKS = 300
"""备注, 催办 and 又来电 of one case."""

NEVER_REFUSED = (Withdrawn, NoticeAcknowledged, ExtensionGranted, MergedInto, MergeUndone, Resumed)
"""What ends or eases something: a full file never stands in its way."""

MOST_NEEDED = 200
MOST_NEEDED_CHARACTERS = 50_000
"""Of what a clause wants recorded before the work goes on: how many of one case, and how many characters."""

MOST_BESIDE = 300
MOST_CHARACTERS = 200_000
"""Of everything else that needs no turn: how many of one case, and how many characters in all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """Kinds that are counted together. ``characters`` None: each is short enough for their number to bound them."""

    name: str
    kinds: tuple[type[Event], ...]
    most: int
    characters: int | None = None

    def entries(self, file: CaseFile) -> list[AnyEvent]:
        return [entry.event for entry in file if isinstance(entry.event, self.kinds)]


def is_full(
    kind: type[Event], file: CaseFile, procedure: Procedure, edition: Edition, awaited: Collection[type[Event]] = ()
) -> bool:
    """Whether the file takes no more of that kind, however short. ``awaited``: what the script can go on with, which
    is outside every share: the script bounds it.
    """
    share = _share_of(kind, procedure, edition, awaited)
    return share is not None and len(share.entries(file)) >= share.most


def refuse_over_full(
    event: AnyEvent, file: CaseFile, procedure: Procedure, edition: Edition, awaited: Collection[type[Event]] = ()
) -> None:
    """Raises FileFull."""
    share = _share_of(type(event), procedure, edition, awaited)
    if share is None:
        return
    counted = share.entries(file)
    if len(counted) >= share.most:
        raise FileFull(f"{share.name}已满 {share.most} 条")
    added = characters(event)
    if share.characters is not None and added and added + sum(map(characters, counted)) > share.characters:
        raise FileFull(f"{share.name}的文字已满 {share.characters} 字")


def characters(value: object) -> int:
    """What people wrote in an event, or in a part of it."""
    if isinstance(value, str):
        return 0 if isinstance(value, Enum) else len(value)
    if isinstance(value, Iterable):
        return sum(map(characters, value))
    if is_dataclass(value):
        return sum(characters(getattr(value, field.name)) for field in fields(value) if field.name != "type")
    return 0


def _share_of(
    kind: type[Event], procedure: Procedure, edition: Edition, awaited: Collection[type[Event]]
) -> _Share | None:
    """Nothing but remarks is counted in an edition of before: what its open cases hold, they may hold."""
    if kind in REMARKS:
        return _Share(name="备注与催办", kinds=REMARKS, most=MOST_REMARKS)
    if not edition.bounded or kind in awaited:
        return None
    wanted = {one for gate in edition.gates for one in gate.opened_by} | {row.first for row in edition.before}
    counted = [one for one in procedure.any_time if one not in REMARKS + NEVER_REFUSED]
    needed = tuple(one for one in counted if one in wanted)
    beside = tuple(one for one in counted if one not in wanted)
    shares = (
        _Share(name="须先登记的事项", kinds=needed, most=MOST_NEEDED, characters=MOST_NEEDED_CHARACTERS),
        _Share(name="随时登记的事项", kinds=beside, most=MOST_BESIDE, characters=MOST_CHARACTERS),
    )
    return next((share for share in shares if kind in share.kinds), None)
