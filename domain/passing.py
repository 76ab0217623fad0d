"""What one case has to tell another: it is written with the entry that it follows from, and delivered later."""

from dataclasses import dataclass
from datetime import datetime

from domain.events import AnyEvent
from domain.people import Actor, CaseNo


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOn:
    """An act for the case ``to``, by whoever made the entry; one case passes on one event of a kind to another."""

    to: CaseNo
    event: AnyEvent
    by: Actor
    at: datetime
