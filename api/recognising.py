"""An open case as it is told to somebody who has to recognise it; where it is and how it was told to whom may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from api.door import Caller
from api.looking import Purpose
from api.rights import CaseFacts, Verb, may
from domain.case_file import CaseFile
from domain.errors import StillOpen
from domain.events import Opening
from domain.people import CaseNo, EstateCode

FIRST_WORDS = 30
"""Characters of what the first caller said; proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRecognise:
    """``about``: of which kind of thing. ``opening``: what it was opened by, None where that can no longer be read.

    ``reopens``: its work is done, and feedback that it is not solved reopens it.
    """

    no: CaseNo
    estate: EstateCode
    procedure: str
    stage: str
    received_at: datetime
    about: str
    opening: Opening | None
    reopens: bool = False


def opening_of(file: CaseFile) -> Opening | None:
    return next((entry.event for entry in file.opening if isinstance(entry.event, Opening)), None)


async def recognised(asking: Caller, cases: Iterable[ToRecognise], purpose: Purpose, *, what: str) -> list[StillOpen]:
    """PRV-106: what is personal only to whose posts read it, and once it stands in the access log, for ``what``."""
    return [await _told(asking, one, purpose, what) for one in cases]


async def _told(asking: Caller, one: ToRecognise, purpose: Purpose, what: str) -> StillOpen:
    where, words = "", ""
    if one.opening is not None and _may_read(asking, one):
        await asking.house.desk.reader.log_access(asking.principal.id, one.no, purpose=purpose, what=what)
        where, words = one.opening.spot.where, _beginning(one.opening.content)
    return StillOpen(
        no=one.no,
        stage=one.stage or "受理中",
        what=one.about,
        received_at=one.received_at,
        where=where,
        words=words,
        reopens=one.reopens,
    )


def _may_read(asking: Caller, one: ToRecognise) -> bool:
    actor = asking.principal.actor(one.estate)
    facts = CaseFacts(estate=one.estate, procedure=one.procedure, open=True, at_work=())
    return actor is not None and may(actor, Verb.READ_PERSONAL, facts)


def _beginning(words: str) -> str:
    return words if len(words) <= FIRST_WORDS else f"{words[:FIRST_WORDS]}…"
