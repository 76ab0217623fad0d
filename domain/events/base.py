"""The shape every event has."""

from dataclasses import dataclass
from typing import ClassVar, Literal

AS_SOON_AS_POSSIBLE: Literal["尽快"] = "尽快"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. ``type`` names it to machines, ``label`` to staff."""

    type: str
    label: ClassVar[str]
