"""``python -m tests.replay.save PUB``: run cases on a real-time server and keep their histories, open and closed.

Only of the procedures named. Run it when a procedure or an edition is added, not when a replay fails: then the change
is what is wrong.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client

from domain.people import EstateCode
from domain.rulebook import PROCEDURES
from domain.rulebook.open_values import OV_901
from infra.embedded import temporal
from infra.postgres.pool import open_pool
from tests.replay.keys import KEY, NAME
from tests.survival.callers import A_REPORT, CALL, CHECKED, CONSENTED, REFUSED, REPAIRED, REPORT, TO_THE_SITE, Callers
from tests.survival.house import House, until
from workflows.calendar import CostsWorkflow, MonthFired

FOLDER = Path(__file__).parent / "histories"
SUGGESTED_AFTER = 320
"""Events after which this server, unlike others, asks a case to go on in a new run."""

TO_THE_DESK = (*TO_THE_SITE[:3],)
REVIEW: tuple[tuple[str, dict[str, Any]], ...] = (
    ("en-1", {"type": "sent_to_review", "work": "拆改暗管"}),
    ("en-1", {"type": "reviewed", "feasible": True, "amount": "90"}),
    ("en-1", {"type": "review_answered", "text": "可以维修，90 元"}),
    ("fd-1", {"type": "review_consent", "cost_accepted": True, "repair_agreed": True}),
)
UNLISTED_WORK: tuple[tuple[str, dict[str, Any]], ...] = (
    ("en-1", {"type": "assigned", "repairer": "rp-1", "team": "水工班", "item": "REVIEWED"}),
    ("rp-1", {"type": "order_taken"}),
    ("rp-1", {"type": "arrived_on_site"}),
    ("rp-1", {"type": "found_unlisted", "work": "更换整段暗管"}),
    *REVIEW[1:3],
    ("rp-1", {"type": "price_shown"}),
    ("rp-1", {**CONSENTED[8][1], "amount": "90"}),
    *CONSENTED[9:11],
    ("rp-1", {"type": "work_finished", "fault": "水", "charges": [{"item": "REVIEWED"}]}),
    ("rp-1", {"type": "trial_done", "passed": True}),
    ("rp-1", {"type": "acceptance_stated", "satisfied": False, "remark": "仍渗水"}),
    ("rp-1", {"type": "work_finished", "fault": "水", "charges": [{"item": "REVIEWED"}]}),
    *CONSENTED[12:],
)
QUOTED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("fd-1", {"type": "payment_stated", "payment": "有偿"}),
    ("fd-1", {"type": "quoted", "item": "W01"}),
)
GRACE = "PT6S"
"""Time enough to say that it is not solved after all, and no longer than a person waits for the rest."""

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
    call = {k: v for k, v in CALL.items() if k != "form"}
    return await overdue(callers, ("/v1/repairs", call), timedelta(minutes=2))


async def overdue(callers: Callers, opening: tuple[str, Mapping[str, Any]], limit: timedelta) -> str:
    """Open, and told of so long ago that the limit passes in a few seconds."""
    path, body = opening
    began = datetime.now(UTC) - limit + timedelta(seconds=3)
    opened = await callers.send(path, {**body, "call_started_at": began.isoformat()})
    no = str(opened.body["no"])
    async with await open_pool(callers.house.settings) as pool:
        await until(lambda: pool.fetchval("select overdue from case_views where case_no = $1", no), 30, "a breach")
    return no


async def continued(callers: Callers) -> str:
    """Long enough for a second run."""
    notes = tuple(("fd-1", {"type": "noted", "text": f"备注 {n}"}) for n in range(40))
    return await callers.carry((*TO_THE_SITE[:3], *notes, *CONSENTED[3:]))


async def unlisted(callers: Callers) -> str:
    """Reviewed and agreed to, on the site something else again; not to the resident's satisfaction at first."""
    return await callers.carry((*TO_THE_DESK, *REVIEW, *UNLISTED_WORK))


async def waiting_for_an_answer(callers: Callers) -> str:
    """Still open: the resident has not said what he thinks of the price."""
    return await callers.carry((*TO_THE_DESK, *REVIEW[:-1]))


async def quoted_before(callers: Callers) -> str:
    """The price is accepted before anybody is sent."""
    accepted = ("fd-1", {"type": "quote_accepted", "agreed_by": "住户001"})
    return await callers.carry((*TO_THE_DESK, *QUOTED, accepted, *CONSENTED[3:]))


async def thinking_about_a_quote(callers: Callers) -> str:
    """Still open: nobody is sent, and the desk is reminded to ask."""
    return await callers.carry((*TO_THE_DESK, *QUOTED))


async def not_feasible(callers: Callers) -> str:
    cannot = ("en-1", {"type": "reviewed", "feasible": False, "remark": "须动结构"})
    return await callers.carry((*TO_THE_DESK, REVIEW[0], cannot, REVIEW[2]))


async def paused_for_parts(callers: Callers) -> str:
    """Still open, and surveyed before."""
    resumes = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    told = ("rp-1", {"type": "customer_contacted", "text": "配件明日到"})
    waits = ("rp-1", {"type": "paused", "waits_for": "等配件", "resumes_at": resumes})
    complex_one = ("en-1", {"type": "survey_called_for", "reason": "墙内暗管"})
    surveyed = ("rp-1", {"type": "surveyed", "finding": "接头渗水"})
    return await callers.carry((complex_one, surveyed, *TO_THE_SITE[:5], told, waits))


async def reopened_in_time(callers: Callers) -> str:
    """Still open: within the grace period."""
    unsolved = ("fd-1", {"type": "feedback_given", "solved": False})
    return await callers.carry((*CONSENTED, unsolved))


async def repaired(callers: Callers) -> str:
    return await callers.carry(REPAIRED, A_REPORT)


async def taken_back(callers: Callers) -> str:
    return await callers.carry((*REPAIRED[:4], ("fd-1", {"type": "withdrawn", "reason": "误报"})), A_REPORT)


async def sent_anew(callers: Callers) -> str:
    """Still open."""
    other = ("en-1", {"type": "reassigned", "repairer": "rp-2", "reason": "请假"})
    return await callers.carry((*REPAIRED[:3], other, ("rp-2", {"type": "arrived_on_site"})), A_REPORT)


async def dangerous(callers: Callers) -> str:
    """Somebody is there before anything is signed for; its limit was extended."""
    until_then = (datetime.now(UTC) + timedelta(minutes=40)).isoformat()
    extended = ("cm-1", {"type": "extension_granted", "key": "PUB-101", "until": until_then, "reason": "封路"})
    acts = (extended, *REPAIRED[2:4], *REPAIRED[:2], *REPAIRED[4:])
    return await callers.carry(acts, A_REPORT, hazard="井盖缺失")


async def too_late(callers: Callers) -> str:
    """Still open; both limits of a dangerous fault pass at once, a reminder came long after its moment."""
    return await overdue(callers, ("/v1/public-repairs", REPORT | {"hazard": "污水外溢"}), timedelta(minutes=10))


async def long_one(callers: Callers) -> str:
    """Long enough for a second run."""
    notes = tuple(("fd-1", {"type": "noted", "text": f"备注 {n}"}) for n in range(50))
    return await callers.carry((*REPAIRED[:2], *notes, *REPAIRED[2:]), A_REPORT)


BY_RESIDENT = {"channel": "电话", "reporter": "住户001", "phone": "19900000001"}


async def solved_at_last(callers: Callers) -> str:
    """A resident's report, not solved at first."""
    unsolved, solved = (("fd-1", {"type": "feedback_given", "solved": solved}) for solved in (False, True))
    return await callers.carry((*REPAIRED, unsolved, *REPAIRED[2:], solved), A_REPORT, **BY_RESIDENT)


async def asked_whether_solved(callers: Callers) -> str:
    """Still open."""
    return await callers.carry(REPAIRED, A_REPORT, **BY_RESIDENT)


async def checked(callers: Callers) -> str:
    """Its defect has become a public repair."""
    return await callers.carry(CHECKED, None)


async def found_well(callers: Callers) -> str:
    return await callers.carry((("rp-1", {"type": "routine_checked", "findings": "无缺陷"}),), None)


async def called_off(callers: Callers) -> str:
    return await callers.carry((("en-1", {"type": "withdrawn", "reason": "设备已报废"}),), None)


async def not_checked_yet(callers: Callers) -> str:
    """Still open."""
    return await callers.falls_due("LIFT-1-M")


async def cleaned(callers: Callers) -> str:
    """A cleaning task, done twice over."""
    task = await _cleaning(callers)
    done = ("cl-1", {"type": "cleaning_done"})
    for by, event in (
        done,
        ("fd-1", {"type": "cleaning_sent_back", "reason": "仍有污渍"}),
        done,
        ("fd-1", {"type": "cleaning_passed"}),
    ):
        await callers.act(task, by, event)
    return task


async def not_cleaned_yet(callers: Callers) -> str:
    """Still open."""
    return await _cleaning(callers)


async def _cleaning(callers: Callers) -> str:
    no = await callers.falls_due("HYGIENE-W")
    defects = [{"place": "3栋楼道", "content": "有垃圾"}]
    await callers.act(no, "fd-1", {"type": "routine_checked", "findings": "一处", "defects": defects})
    async with await open_pool(callers.house.settings) as pool:
        query = "select case_no from commands where idempotency_key = $1 and state = 'applied'"
        await until(lambda: pool.fetchval(query, f"{no}/1"), 30, "a cleaning task")
        return str(await pool.fetchval(query, f"{no}/1"))


async def reckoned(callers: Callers) -> str:
    """FEE-01."""
    client, queue = await callers.house.client(), callers.house.settings.queue_cases
    fired = MonthFired(estate=EstateCode("LY"), month=date(2026, 10, 1))
    return await client.execute_workflow(CostsWorkflow.run, fired, id="reckoned", task_queue=queue)


async def long_check(callers: Callers) -> str:
    """Long enough for a second run."""
    notes = tuple(("rp-1", {"type": "noted", "text": f"备注 {n}"}) for n in range(60))
    return await callers.carry((*notes, *CHECKED), None)


PLAYS: Mapping[str, tuple[Play, ...]] = {
    "REP": (
        filed,
        refused,
        withdrawn,
        reassigned,
        appointed,
        reopened,
        breached,
        continued,
        unlisted,
        waiting_for_an_answer,
        quoted_before,
        thinking_about_a_quote,
        not_feasible,
        paused_for_parts,
        reopened_in_time,
    ),
    "PUB": (repaired, taken_back, sent_anew, dangerous, too_late, long_one, solved_at_last, asked_whether_solved),
    "RTN": (checked, found_well, called_off, not_checked_yet, cleaned, not_cleaned_yet, reckoned, long_check),
}


async def save(prefix: str) -> None:
    """In a house of its own."""
    procedure = PROCEDURES[prefix]
    folder = FOLDER / f"{prefix}-{procedure.editions[-1].since}"
    temporal.DYNAMIC["limit.historyCount.suggestContinueAsNew"] = SUGGESTED_AFTER
    house = House.laid_out(LIYUAN_CODEC_KEYS=json.dumps({NAME: KEY}))
    try:
        await house.open()
        async with await open_pool(house.settings) as pool:
            await pool.execute("update open_values set value = $1 where id = $2", GRACE, OV_901.id)
        client = await house.client()
        async with house.http() as http:
            callers = Callers(house=house, http=http)
            numbers = await asyncio.gather(*(play(callers) for play in PLAYS[prefix]))
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.json"):
            old.unlink()
        for play, no in zip(PLAYS[prefix], numbers, strict=True):
            await _keep(client, no, folder / play.__name__)
    finally:
        house.close()


async def _keep(client: Client, no: str, place: Path) -> None:
    """Each run of the case, the first one without a number behind its name."""
    run = (await client.get_workflow_handle(no).describe()).raw_description.workflow_execution_info.first_run_id
    part = 1
    while run:
        history = await client.get_workflow_handle(no, run_id=run).fetch_history()
        path = place.with_name(f"{place.name}{'' if part == 1 else f'-{part}'}.json")
        path.write_text(json.dumps(json.loads(history.to_json()), ensure_ascii=False, indent=1) + "\n")
        sys.stdout.write(f"{path.name}: {len(history.events)} events\n")
        run = history.events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
        part += 1


if __name__ == "__main__":
    for wanted in sys.argv[1:]:
        asyncio.run(save(wanted))
