"""What binds a case to its callers and to others: calls about it, merging, later cases, matters of another kind."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Literal

from domain.events.base import Event
from domain.events.repair import Channel
from domain.people import CaseNo


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who reported the matter of a case: over which channel, in which words, and where he is reached."""

    channel: str
    content: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledAgain(Event):
    """REP-102: one more call about what this case is of; whoever calls stays on it, and hears of it like the first."""

    type: Literal["called_again"] = "called_again"
    label: ClassVar[str] = "又来电"
    channel: Channel
    content: str
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedInto(Event):
    """The case turned out to be the matter of the open case ``into``, where its callers go; it ends.

    ``though_elsewhere``: somebody has seen that the other is of another place or another kind of fault.
    """

    type: Literal["merged_into"] = "merged_into"
    label: ClassVar[str] = "并入"
    into: CaseNo
    reason: str
    though_elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeTaken(Event):
    """The case ``merged`` ended as a part of this one; its ``callers`` are this one's from here on. Set by the desk."""

    type: Literal["merge_taken"] = "merge_taken"
    label: ClassVar[str] = "接收并入"
    merged: CaseNo
    callers: tuple[Caller, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeUndone(Event):
    """The case ``merged`` was no matter of this one: its ``callers`` are those of ``later``. Set by the desk."""

    type: Literal["merge_undone"] = "merge_undone"
    label: ClassVar[str] = "拆出"
    merged: CaseNo
    later: CaseNo
    callers: tuple[Caller, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CameAfter(Event):
    """REP-36: the case is a later one of the case ``after``, which has ended. Set by the desk as it opens the case.

    ``callers``: of the one before, where it was merged or told apart by mistake; ``apart_from``: the open case that has
    them.
    """

    type: Literal["came_after"] = "came_after"
    label: ClassVar[str] = "接续前单"
    after: CaseNo
    reason: str
    apart_from: CaseNo | None = None
    callers: tuple[Caller, ...] = ()


class Matter(StrEnum):
    """CAL-109, HLP-04: what a call may be beside a repair."""

    COMPLAINT = "投诉"
    EMERGENCY = "突发事件"
    HELP = "求助"
    INQUIRY = "咨询"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldApart(Event):
    """CAL-109: no repair but another matter, whose procedure is not there yet: the front desk keeps the case."""

    type: Literal["told_apart"] = "told_apart"
    label: ClassVar[str] = "转类"
    matter: Matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(Event):
    """CAL-136: what was done about a matter told apart; it ends the case."""

    type: Literal["settled"] = "settled"
    label: ClassVar[str] = "办结"
    text: str


JoiningEvent = CalledAgain | MergedInto | MergeTaken | MergeUndone | CameAfter | ToldApart | Settled
