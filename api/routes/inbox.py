"""GET /v1/inbox and POST /v1/notices/{id}/ack: what one is told, and saying that one has read it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from api.body import WrongBody
from api.door import Caller, DeskRoute, caller
from api.rights import GRANTS, Verb, needs
from api.routes.cases import cursor_of, edition_of, place_of
from api.sentences import fault
from api.wire.answers import PROBLEMS, Acknowledged, Inbox, NoticeAnswer
from api.writing import asked, carried_out, hash_of
from domain.admission import Act
from domain.case_file import Source
from domain.errors import NotPermitted, UnknownNotice
from domain.events import NoticeAcknowledged
from domain.ladder import Level
from domain.people import Actor, Role
from infra.postgres.acceptance import NewAct
from infra.postgres.commands import Command
from infra.postgres.principals import Principal
from infra.postgres.records import TO_THE_POST, Addressee, CaseHead, FiledNotice

router = APIRouter(route_class=DeskRoute, tags=["通知"])

CLIMBING = frozenset({Level.WARNING, Level.BREACH, Level.ESCALATION})
"""Levels whose ladder goes on until somebody says that he has read it."""


ADDRESSED = "收件人本人"
AT_ONCE = 4
"""Notices of one request that are acknowledged side by side."""


class Wanted(BaseModel):
    """``mine`` leaves out what went to the post in general; ``unread`` what somebody has acknowledged."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    mine: bool = False
    unread: bool = False
    cursor: Annotated[str, Field(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.get("/v1/inbox", summary="我的通知", responses=PROBLEMS)
@needs(Verb.READ_INBOX)
async def get_inbox(wanted: Annotated[Wanted, Query()], asking: Annotated[Caller, Depends(caller)]) -> Inbox:
    """Notices, newest first: what went to the caller, and to the posts held, in the caller's estates."""
    return await inbox_of(asking, wanted)


async def inbox_of(asking: Caller, wanted: Wanted, levels: Sequence[Level] | None = None) -> Inbox:
    rows = await asking.house.desk.reader.inbox(
        addressee(asking.principal),
        mine=wanted.mine,
        unread=wanted.unread,
        after=_place(wanted.cursor),
        limit=wanted.limit + 1,
        levels=levels,
    )
    page = rows[: wanted.limit]
    last = page[-1] if len(rows) > wanted.limit else None
    return Inbox(
        notices=[_answered(row, asking.principal) for row in page],
        next=cursor_of(last["created_at"], str(last["id"])) if last else None,
    )


def _answered(row: Mapping[str, Any], principal: Principal) -> NoticeAnswer:
    by = principal.recorder(row["estate"])
    reads = principal.is_person or (by is not None and row["post"] in by.posts)
    said = {name: row[name] for name in NoticeAnswer.model_fields if name not in ("no", "yours")}
    return NoticeAnswer(no=row["case_no"], yours=row["yours"] and reads, **said)


@router.post("/v1/notices/{notice}/ack", summary="通知点「已阅」", responses=PROBLEMS)
@needs(Verb.ACKNOWLEDGE)
async def acknowledge(notice: str, asking: Annotated[Caller, Depends(caller)]) -> Acknowledged:
    """Say that one has read a notice that went to oneself, or to a post of one's own while nobody was on duty.

    Idempotent: the first one counts. The ladder of a reminder, breach or escalation climbs no further for it; 工程部
    has then been told of an emergency (REP-104).
    """
    return await acknowledged(asking, notice)


async def acknowledged(asking: Caller, notice: str) -> Acknowledged:
    reader = asking.house.desk.reader
    found, by = await _notice_of(asking, notice)
    command = await _keep_from_climbing(asking, found, by)
    await reader.acknowledge(found.id, by.id)
    now = await reader.notice(found.id) or found
    return Acknowledged(
        id=found.id,
        acknowledged_at=now.acknowledged_at or datetime.now(UTC),
        acknowledged_by=now.acknowledged_by or by.id,
        command=command.id if command else None,
    )


async def all_acknowledged(asking: Caller, notices: Sequence[str]) -> None:
    """Each by itself and under a key of its own, so that sent twice at once it is done once.

    None is if one of them is not the caller's: see ``_notice_of``.
    """
    own = [(await _notice_of(asking, one))[0].id for one in dict.fromkeys(notices)]
    turns = asyncio.Semaphore(AT_ONCE)

    async def read(notice: UUID) -> None:
        async with turns:
            await acknowledged(replace(asking, key=f"read-{notice}"), str(notice))

    await asyncio.gather(*map(read, own))


async def _keep_from_climbing(asking: Caller, notice: FiledNotice, by: Actor) -> Command | None:
    desk = asking.house.desk
    body_hash = hash_of(f"/v1/notices/{notice.id}/ack", None)
    head = await desk.reader.case(notice.case_no)
    if head is None or not head.open or not _matters(notice, head) or notice.acknowledged_at is not None:
        return (await asked(asking, body_hash)).before
    event = NoticeAcknowledged(key=notice.key, cycle=notice.cycle, rung=notice.rung)
    new = NewAct(
        client=asking.principal.id,
        key=asking.key,
        body_hash=body_hash,
        case_no=notice.case_no,
        build=lambda command, accepted_at: Act(
            command_id=command, event=event, by=by, at=accepted_at, accepted_at=accepted_at, source=Source.API
        ),
    )
    return await carried_out(asking, body_hash, lambda at: desk.acceptance.accept_act(new, at))


def _matters(notice: FiledNotice, head: CaseHead) -> bool:
    """Whether its having been read stops a ladder, or meets a duty (REP-104)."""
    rows = edition_of(head).obligations
    return notice.level in CLIMBING or any(NoticeAcknowledged in row.met_by and row.key == notice.key for row in rows)


async def _notice_of(asking: Caller, text: str) -> tuple[FiledNotice, Actor]:
    """The notice, if it is the caller's to acknowledge.

    UnknownNotice for one that he cannot see; NotPermitted for one in his inbox that a colleague was addressed by:
    what one person reads ends the silence of that person only. What went to a post a person of it reads: no system.
    """
    try:
        found = await asking.house.desk.reader.notice(UUID(text))
    except ValueError:
        raise UnknownNotice from None
    actor = asking.principal.actor(found.estate) if found else None
    by = asking.principal.recorder(found.estate) if found else None
    if found is None or actor is None or by is None:
        raise UnknownNotice
    if found.recipient == by.id:
        return found, by
    posts = [post for post in Role if post == found.post]
    if not actor.holds(*posts):
        raise UnknownNotice
    if found.recipient != TO_THE_POST or not by.holds(*posts):
        raise NotPermitted(Verb.ACKNOWLEDGE, (ADDRESSED,), GRANTS[Verb.ACKNOWLEDGE].rule)
    return found, by


def addressee(principal: Principal) -> Addressee:
    return Addressee(id=principal.id, held=principal.held)


def _place(cursor: str | None) -> tuple[datetime, UUID] | None:
    place = place_of(cursor)
    try:
        return (place[0], UUID(place[1])) if place else None
    except ValueError:
        raise WrongBody(fault("no_cursor", "cursor")) from None
