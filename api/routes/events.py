"""POST /v1/cases/{no}/events: who did what when, one discriminated union for every event of the procedure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.completion import Circumstances, completed, waived
from api.door import Caller, DeskRoute, caller
from api.looking import case_seen_by
from api.merging import merging_into
from api.people import acting
from api.rights import Verb, needs
from api.sentences import Expected
from api.standing_still import told_of
from api.wire.answers import PROBLEMS, Accepted, Taken
from api.wire.events import EVENTS
from api.wire.kinds import kinds_of
from api.wire.requests import NewEvent
from api.writing import answer, carried_out, hash_of
from domain.admission import Act, right_for
from domain.case_file import Source
from domain.errors import Malformed, NotExpected, NotPermitted
from domain.events.work import Paused
from domain.people import Actor
from domain.rulebook import PROCEDURES
from domain.rulebook.rows import Right
from infra.postgres.acceptance import NewAct
from infra.postgres.commands import Command
from infra.postgres.principals import Principal
from infra.postgres.records import CaseHead


class RecordRoute(DeskRoute):
    async def expected(self, request: Request) -> Expected:
        """The events of the case's own procedure; UnknownCase for a case that is not the caller's to see."""
        head = await case_seen_by(await caller(request), request.path_params["no"])
        return replace(await super().expected(request), kinds=kinds_of(PROCEDURES[head.procedure]))


SUCH_AS = "en-1"
"""A number of a member of staff, of the sample estate."""

router = APIRouter(route_class=RecordRoute, tags=["报修"])


@router.post(
    "/v1/cases/{no}/events",
    summary="登记一件事：谁、何时、做了什么",
    status_code=200,
    response_model=Taken,
    responses={202: {"model": Accepted}, **PROBLEMS},
)
@needs(Verb.RECORD)
async def record_event(no: str, report: NewEvent, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """Record who did what when in a case.

    200 with the entry's number and the stage; a refusal; or 202 while the case has not answered.
    """
    head = await case_seen_by(asking, no)
    body_hash = hash_of(f"/v1/cases/{head.no}/events", report)

    async def accept(at: datetime) -> Command:
        return await asking.house.desk.acceptance.accept_act(await _new_act(asking, head, report, body_hash), at)

    command = await carried_out(asking, body_hash, accept)
    event = report.event.values()
    paused = EVENTS[report.event.type] is Paused and command.state == "applied"
    return _answer(command, await told_of(asking.house.desk, head, Paused(**event)) if paused else {})


async def _new_act(asking: Caller, head: CaseHead, report: NewEvent, body_hash: bytes) -> NewAct:
    desk = asking.house.desk
    by = await acting(desk, asking.principal, head.estate, report.by)
    _refuse_strangers(head, report, by, asking.principal)
    at = report.at
    there = Circumstances(head=head, at=at or datetime.now(UTC))
    event = await completed(desk, report.event, there)
    beside = await waived(desk, event, there, override=str(report.event.values().get("override_reason", "")))
    return NewAct(
        client=asking.principal.id,
        key=asking.key,
        body_hash=body_hash,
        case_no=head.no,
        into=await merging_into(asking, head, event),
        build=lambda command, accepted_at: Act(
            command_id=command,
            event=event,
            by=by,
            at=at or accepted_at,
            accepted_at=accepted_at,
            source=Source.API,
            beside=beside,
        ),
    )


def _refuse_strangers(head: CaseHead, report: NewEvent, by: Actor, asking: Principal) -> None:
    """Before anything is looked up for it: an event of another procedure, or one that the posts may not record.

    A system that names nobody takes calls, but it decides and signs nothing and is on no site.
    """
    procedure, kind = PROCEDURES[head.procedure], EVENTS[report.event.type]
    right = right_for(kind, procedure.edition(head.edition))
    if right is None:  # of another procedure, or of another edition
        raise NotExpected(kind.label, head.waiting_for)
    if _wants_a_name(right, by, asking.actor(head.estate), asking):
        who = "、".join(right.posts)
        raise Malformed(
            field="by",
            remedy=f"「{kind.label}」须由{who}办理，系统不能代为办理：请在 by 中填写办理人的工号，如 {SUCH_AS}",
            english=f"Only {who} may record {kind.label}: name the member of staff who did it in by, say {SUCH_AS}.",
        )
    if not by.holds(*right.allowed):
        raise NotPermitted(kind.label, right.posts, right.rule)


def _wants_a_name(right: Right, by: Actor, lent: Actor | None, asking: Principal) -> bool:
    """Whether it is a system's own word, where that of a person would do."""
    if asking.is_person or by.id != asking.id or lent is None:
        return False
    return lent.holds(*right.allowed) and not by.holds(*right.allowed)


def _answer(command: Command, more: Mapping[str, str]) -> Response:
    outcome = command.outcome or {}
    told = {
        "number": outcome.get("number"),
        "stage": outcome.get("stage"),
        "message": "已登记",
        "english": "It stands in the case file.",
    }
    return answer(command, {**told, **more}, applied=200)
