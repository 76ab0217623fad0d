"""What a case passes on to another, as a command for that one: written with the step, so that neither stands alone."""

import base64
import hashlib
from uuid import UUID, uuid5

import structlog

from domain.admission import Act
from domain.case_file import Source
from domain.filing import Step
from domain.passing import PassedOn
from domain.people import CaseNo
from infra.postgres.places import case_owner, place_of
from infra.sealing import Connection, Erased, Sealer
from workflows.messages import RecordAct

NAMES = UUID("8b0a3f5e-6d0c-4d9b-9a53-1f7f0d6f2c11")
"""Of the ids: the same thing passed on again is the same command."""

log = structlog.stdlib.get_logger(__name__)


async def commands_of(connection: Connection, sealer: Sealer, step: Step) -> list[dict[str, object]]:
    """A row for each; nothing for a case that was erased meanwhile, which can hear no more."""
    rows = []
    for passed in step.passed_on:
        try:
            rows.append(await _command(connection, sealer, step.no, passed))
        except Erased:
            log.critical("passing.erased", case=step.no, to=passed.to)
    return rows


async def _command(connection: Connection, sealer: Sealer, no: CaseNo, passed: PassedOn) -> dict[str, object]:
    name = f"{passed.event.type}:{passed.to}"
    command = uuid5(NAMES, f"{no}:{name}")
    act = Act(
        command_id=str(command),
        event=passed.event,
        by=passed.by,
        at=passed.at,
        accepted_at=passed.at,
        source=Source.API,
    )
    key = await sealer.existing_key(connection, case_owner(passed.to))
    body = key.seal(place_of(command), RecordAct(act=act).model_dump_json().encode())
    return {
        "id": str(command),
        "key": name,
        "hash": base64.b64encode(hashlib.sha256(command.bytes).digest()).decode(),
        "case_no": passed.to,
        "verb": passed.event.type,
        "body": base64.b64encode(body).decode(),
        "accepted_at": passed.at.isoformat(),
    }
