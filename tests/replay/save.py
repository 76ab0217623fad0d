"""``python -m tests.replay.save``: run cases on a real-time server and keep their histories, open and closed.

Run it when a procedure or an edition is added, not when a replay fails: then the change is what is wrong.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client

from domain.rulebook import REPAIR
from infra.embedded import temporal
from infra.postgres.pool import open_pool
from tests.replay.keys import KEY, NAME
from tests.survival.callers import CALL, CONSENTED, REFUSED, TO_THE_SITE, Callers
from tests.survival.house import House, until

FOLDER = Path(__file__).parent / "histories" / f"{REPAIR.prefix}-{REPAIR.editions[-1].since}"
SUGGESTED_AFTER = 320
"""Events after which this server, unlike others, asks a case to go on in a new run."""

Play = Callable[[Callers], Awaitable[str]]


async def filed(callers: Callers) -> str:
    return await callers.carry(CONSENTED)


async def refused(callers: Callers) -> str:
    return await callers.carry(REFUSED)


async def withdrawn(callers: Callers) -> str:
    return await callers.carry((*TO_THE_SITE[:5], ("fd-1", {"type": "withdrawn", "reason": "自行修好"})))


async def reassigned(callers: Callers) -> str:
    other = ("en-1", {"type": "reassigned", "repairer": "rp-2", "reason": "请假"})
    return await callers.carry((*TO_THE_SITE[:5], other, ("rp-2", {"type": "order_taken"})))


async def appointed(callers: Callers) -> str:
    """Still open; the appointment is moved."""
    wanted = [(datetime.now(UTC) + timedelta(hours=hours)).isoformat() for hours in (3, 5)]
    moved = ("fd-1", {"type": "appointment_moved", "wanted": wanted[1], "reason": "住户外出"})
    form = {"household": "住户001", "wanted": wanted[0]}
    return await callers.carry((*TO_THE_SITE[:5], moved), form=form)


async def reopened(callers: Callers) -> str:
    """Still open: the fault was not gone."""
    unsolved = ("fd-1", {"type": "feedback_given", "solved": False})
    return await callers.carry((*CONSENTED[:-1], unsolved, *TO_THE_SITE[3:5]))


async def breached(callers: Callers) -> str:
    """Still open; a due moment passes at once, another alarm has been raised long after its moment."""
    began = datetime.now(UTC) - timedelta(minutes=2, seconds=-3)
    call: dict[str, Any] = {"call_started_at": began.isoformat()}
    opened = await callers.send("/v1/repairs", {k: v for k, v in CALL.items() if k != "form"} | call)
    no = str(opened.body["no"])
    async with await open_pool(callers.house.settings) as pool:
        await until(
            lambda: pool.fetchval("select overdue from case_views where case_no = $1", no), 30, "REP-21 is breached"
        )
    return no


async def continued(callers: Callers) -> str:
    """Long enough for a second run."""
    notes = tuple(("fd-1", {"type": "noted", "text": f"备注 {n}"}) for n in range(40))
    return await callers.carry((*TO_THE_SITE[:3], *notes, *CONSENTED[3:]))


PLAYS: tuple[Play, ...] = (filed, refused, withdrawn, reassigned, appointed, reopened, breached, continued)


async def save() -> None:
    temporal.DYNAMIC["limit.historyCount.suggestContinueAsNew"] = SUGGESTED_AFTER
    house = House.laid_out(LIYUAN_CODEC_KEYS=json.dumps({NAME: KEY}))
    try:
        await house.open()
        client = await house.client()
        async with house.http() as http:
            callers = Callers(house=house, http=http)
            numbers = await asyncio.gather(*(play(callers) for play in PLAYS))
        FOLDER.mkdir(parents=True, exist_ok=True)
        for old in FOLDER.glob("*.json"):
            old.unlink()
        for play, no in zip(PLAYS, numbers, strict=True):
            await _keep(client, no, play.__name__)
    finally:
        house.close()


async def _keep(client: Client, no: str, name: str) -> None:
    """Each run of the case, the first one without a number behind its name."""
    run = (await client.get_workflow_handle(no).describe()).raw_description.workflow_execution_info.first_run_id
    part = 1
    while run:
        history = await client.get_workflow_handle(no, run_id=run).fetch_history()
        path = FOLDER / f"{name}{'' if part == 1 else f'-{part}'}.json"
        path.write_text(json.dumps(json.loads(history.to_json()), ensure_ascii=False, indent=1) + "\n")
        sys.stdout.write(f"{path.name}: {len(history.events)} events\n")
        run = history.events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
        part += 1


if __name__ == "__main__":
    asyncio.run(save())
