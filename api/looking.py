"""Looking at a case: whether it is the caller's to see, and what of it is shown unmasked for a purpose."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic_core import to_jsonable_python

from api.door import Caller
from api.rights import CaseFacts, Verb, demand, may
from domain.case_file import CaseFile
from domain.errors import UnknownCase
from domain.events import AnyEvent
from domain.masking import HIDDEN, mask_name, mask_phone, mask_room
from domain.people import Actor, CaseNo
from domain.rulebook import PROCEDURES
from infra.postgres.records import CaseHead, FiledEntry, case_file

NUMBER = re.compile(r"[A-Z]{2,4}-\d{8}-\d{5}")

MASKS = {
    "household": mask_name,
    "signer": mask_name,
    "reporter": mask_name,
    "agreed_by": mask_name,
    "phone": mask_phone,
    "address": mask_room,
    "room": mask_room,
}
FREE_WORDS = frozenset(
    {
        "content",
        "text",
        "reason",
        "remark",
        "override_reason",
        "plan",
        "signature",
        "place",
        "notes",
        "parts",
        "work",
        "finding",
        "material",
        "problem",
        "proposal",
        "findings",
        "task",
        "unit",
    }
)
"""May hold anything about anybody: shown only for a purpose."""


class Purpose(StrEnum):
    """PRV-106: what somebody reads personal data for; a list, so that the access log holds nothing personal."""

    TAKING_DOWN = "受理报修"
    CONTACT = "联系住户"
    VISIT = "上门维修"
    FEEDBACK = "回访"
    CORRECTION = "核对更正"
    CHARGES = "收费核对"
    COMPLAINT = "投诉处理"
    EMERGENCY = "应急处置"
    INSPECTION = "监督检查"
    CLEANING = "清理现场"
    RESIDENT_ASKS = "住户查询"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a caller sees of a case. ``actor``: as whom he reads; ``recorder``: as whom he records what is his own."""

    head: CaseHead
    actor: Actor
    recorder: Actor
    entries: list[FiledEntry]
    file: CaseFile


async def case_seen_by(asking: Caller, no: str) -> CaseHead:
    """The case; UnknownCase alike for one that is not there and one that is not the caller's."""
    head = await asking.house.desk.reader.case(CaseNo(no)) if NUMBER.fullmatch(no) and no.isascii() else None
    actor = asking.principal.actor(head.estate) if head else None
    if head is None or actor is None:
        raise UnknownCase
    if not may(
        actor, Verb.READ_CASE, CaseFacts(estate=head.estate, procedure=head.procedure, open=head.open, at_work=())
    ):
        raise UnknownCase
    return head


async def look_at(asking: Caller, no: str) -> Look:
    head = await case_seen_by(asking, no)
    actor, recorder = asking.principal.actor(head.estate), asking.principal.recorder(head.estate)
    if actor is None or recorder is None:
        raise UnknownCase
    entries = await asking.house.desk.reader.entries(head.no)
    return Look(head=head, actor=actor, recorder=recorder, entries=entries, file=case_file(entries))


def facts_of(look: Look) -> CaseFacts:
    procedure = PROCEDURES[look.head.procedure]
    at_work = procedure.needs_to_know(look.file)
    return CaseFacts(estate=look.head.estate, procedure=look.head.procedure, open=look.head.open, at_work=at_work)


async def unmask(asking: Caller, look: Look, verb: Verb, *, purpose: str, what: str) -> None:
    """Raises NotPermitted; once it returns the reading stands in the access log."""
    demand(look.actor, verb, facts_of(look))
    await asking.house.desk.reader.log_access(asking.principal.id, look.head.no, purpose=purpose, what=what)


def shown(event: AnyEvent, *, masked: bool) -> Mapping[str, object]:
    """The event's fields; what is personal masked."""
    fields: dict[str, object] = to_jsonable_python(event)
    if not masked:
        return fields
    return {
        name: value if name in event.public_words else _masked("text" if name in event.free_words else name, value)
        for name, value in fields.items()
    }


def seen(words: str, *, masked: bool) -> str:
    """Free words, as events show them."""
    return str(_masked("text", words)) if masked else words


def _masked(name: str, value: object) -> object:
    if isinstance(value, list):
        return [_masked(name, one) for one in value]
    if isinstance(value, dict):
        return {inner: _masked(inner, one) for inner, one in value.items()}
    if not isinstance(value, str):
        return value
    if name in FREE_WORDS:
        return HIDDEN if value else ""
    return MASKS[name](value) if name in MASKS else value
