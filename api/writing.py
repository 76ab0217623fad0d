"""How a write is answered: acknowledged by its commit, delivered at once, and told as it stands after a moment."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import structlog
from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.door import Caller
from api.problems import settled_refusal
from infra.postgres.acceptance import Asked
from infra.postgres.commands import Command

Accept = Callable[[datetime], Awaitable[Command]]
"""Writes down what was asked for at that moment, or refuses it."""

log = structlog.stdlib.get_logger(__name__)

ACCEPTED = 202
NOT_YET: Mapping[str, tuple[str, str]] = {
    "accepted": (
        "已收到并保存，尚未记入单中；系统会自动办理，请勿换键重报。结果见 GET /v1/cases/{no}，或用同一键重发本请求",
        "Received and kept; the case takes it in later. GET /v1/cases/{no}, or repeat with the same Idempotency-Key.",
    ),
    "dead": (
        "已收到并保存，但系统未能记入单中，已告警，须由管理员处理；请勿换键重报。单据见 GET /v1/cases/{no}",
        "Received and kept, but the case could not take it: an alarm is raised; an administrator must see to it.",
    ),
}
"""Of what is acknowledged and has not taken effect, by its state."""


def hash_of(path: str, body: BaseModel | None) -> bytes:
    """Of what was asked, however it was spelt: the same request gives the same, defaults left out."""
    content = body.model_dump_json(exclude_unset=True) if body else ""
    return hashlib.sha256(f"{path}\n{content}".encode()).digest()


async def asked(caller: Caller, body_hash: bytes) -> Asked:
    """The moment of the request and what the caller's key stands for already; Conflicting for another request's key.

    Looked at before the request is judged, so that a repetition is answered as the first time whatever has changed.
    """
    return await caller.house.desk.acceptance.asked(caller.principal.id, caller.key, body_hash)


async def carried_out(caller: Caller, body_hash: bytes, accept: Accept) -> Command:
    """What the key stands for already, else what ``accept`` writes down; delivered, and as it stands then.

    ``accept`` is given the moment of the request and judges it first. The same request many times at once is carried
    out once and answered to all; a client that goes away cuts nothing short.
    """
    under_way = caller.house.under_way
    place = (caller.principal.id, caller.key, body_hash)
    task = under_way.get(place)
    if task is None:
        task = under_way[place] = asyncio.create_task(_once(caller, body_hash, accept))
        task.add_done_callback(lambda _: under_way.pop(place, None))
    return await asyncio.shield(task)


async def _once(caller: Caller, body_hash: bytes, accept: Accept) -> Command:
    request = await asked(caller, body_hash)
    return await _delivered(caller, request.before or await accept(request.moment))


async def _delivered(caller: Caller, command: Command) -> Command:
    """What the outcome is within the patience of the settings; what is not delivered now, the relay delivers."""
    if command.settled:
        return command
    desk = caller.house.desk
    patience = caller.house.settings.access.answer_patience
    try:
        async with asyncio.timeout(patience.total_seconds()):
            command = await desk.deliverer.deliver(command, patience)
    except Exception as fault:  # noqa: BLE001  # it is acknowledged: whatever delivery meets, the relay goes on
        log.info("delivery.left", command=str(command.id), case=command.case_no, error=type(fault).__name__)
    caller.house.figures.commands.labels(command.state).inc()
    return command


def answer(command: Command, told: Mapping[str, object], *, applied: int) -> Response:
    """``applied``: the status once it has taken effect, ``told`` what is said then. A refusal is that problem.

    A dead letter is answered like a command under way: it was acknowledged, and a person is told of it.
    """
    if command.state == "refused":
        return settled_refusal(command.outcome or {})
    body = {
        "no": command.case_no,
        "command": str(command.id),
        "state": command.state,
        "accepted_at": command.accepted_at.isoformat(),
    }
    place = {"Location": f"/v1/cases/{command.case_no}"}
    if command.state == "applied":
        return JSONResponse(body | dict(told), applied, headers=place)
    message, english = (words.format(no=command.case_no) for words in NOT_YET[command.state])
    return JSONResponse(body | {"message": message, "english": english}, ACCEPTED, headers=place)
