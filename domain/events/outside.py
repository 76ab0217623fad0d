"""What happens to a repair that is not the company's own to do: under warranty, or another organisation's."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from domain.events.base import Event


class Others(StrEnum):
    """Whose it is."""

    WARRANTOR = "保修单位"
    ORGANISATION = "外单位"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedToOthers(Event):
    """WAR-01: who is to do it, and by when they are to be heard of; may be said again, with another date."""

    type: Literal["handed_to_others"] = "handed_to_others"
    label: ClassVar[str] = "转保修或外单位"
    others: Others
    unit: str
    answer_by: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersReported(Event):
    """WAR-01: what became of it; not ``settled``, it is the company's to do after all."""

    type: Literal["others_reported"] = "others_reported"
    label: ClassVar[str] = "保修或外单位结果"
    settled: bool
    text: str


OutsideEvent = HandedToOthers | OthersReported
