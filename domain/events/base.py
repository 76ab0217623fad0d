"""The shape every event has."""

from dataclasses import dataclass, fields
from typing import ClassVar, Literal

from domain.pricing import ChargeLine

AS_SOON_AS_POSSIBLE: Literal["尽快"] = "尽快"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a case is, kept as a digest, and ``about`` what, in words of a closed list: they are not sealed.

    ``name``: what staff call such a place where others of it are told of; ``where``: this one, as it was told, which is
    personal.
    """

    place: str
    name: str
    about: str
    where: str


def kind_in(about: str) -> str:
    """The kind of thing alone, without the state that it is in."""
    return about.partition("（")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. ``type`` names it to machines, ``label`` to staff."""

    type: str
    label: ClassVar[str]
    free_words: ClassVar[frozenset[str]] = frozenset()
    """Fields that may hold anything about anybody here, and elsewhere a name of a list."""
    public_words: ClassVar[frozenset[str]] = frozenset()
    """Fields that are nobody's private matter here, and elsewhere may be: whoever reads the case reads them."""

    @property
    def charged(self) -> tuple[ChargeLine, ...]:
        """What it charges to the resident, line by line."""
        return ()

    @property
    def trade(self) -> str:
        """What a repairer has to be trained for who is sent to it (REP-05); empty where it asks for nothing."""
        return ""

    @classmethod
    def kind(cls) -> str:
        """The value of ``type`` that every event of this class has."""
        return next(str(field.default) for field in fields(cls) if field.name == "type")
