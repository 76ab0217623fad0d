"""What a channel is: it takes one message for one person and says honestly what became of it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class ChannelName(StrEnum):
    """The value stands in ``deliveries.channel`` and in settings."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    WEBHOOK = "webhook"
    MAIL = "mail"
    INBOX = "inbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """``key`` is the same on every repetition, so that a receiver can drop what it already has."""

    key: str
    text: str
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How one person is reached; empty where it is not known. Never logged: ``repr`` hides the values."""

    phone: str = ""
    email: str = ""
    wecom: str = ""
    dingtalk: str = ""
    feishu: str = ""

    def __repr__(self) -> str:
        known = [name for name in self.__slots__ if getattr(self, name)]
        return f"Contact({', '.join(known)})"


NOBODY = Contact()
"""A group is told without anyone being named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The channel took the message. ``id`` is its own id of it, or what it answered if it gives none."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLater:
    """Certainly not delivered, but the channel works: it asks to wait."""

    code: str
    after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Certainly not delivered, and repeating will not help."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """Certainly not delivered: nobody was there to take it."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """Perhaps delivered, perhaps not: no receipt came back. A repetition must carry the same key."""

    code: str


Failure = TryLater | Refused | Unreached | Unanswered
Outcome = Receipt | Failure


class Channel(Protocol):
    """One way to reach people. ``send`` never raises for what the other side does; it ends within its time limit."""

    @property
    def name(self) -> ChannelName: ...

    def reaches(self, to: Contact) -> bool: ...

    async def send(self, message: Message, to: Contact) -> Outcome: ...


def clipped(text: str, most_bytes: int) -> str:
    """The text within so many bytes of UTF-8, whole characters only, with … where something was cut."""
    if len(text.encode()) <= most_bytes:
        return text
    return text.encode()[: most_bytes - len("…".encode())].decode(errors="ignore") + "…"
