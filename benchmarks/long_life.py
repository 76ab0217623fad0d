"""A case that stays open for a season: its clock wound from message to message, its runs counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client

from benchmarks.repair import FRONT_DESK, UP_TO_THE_PRICE, Door
from domain.events import Noted, Urged
from infra.demo.clocks import Clocks

SEASON = timedelta(days=90)
IN_A_SEASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """``events`` of each run, the first first."""

    messages: int
    days: float
    events: Sequence[int]


async def long_life(client: Client, door: Door, messages: int) -> Life:
    """A repair that stops where the price was shown; 备注 and 催办 come at the pace of 200 in 90 days, nothing else."""
    clocks, no = Clocks(client), await door.open()
    for event, by in UP_TO_THE_PRICE:
        await door.act(no, event, by, at=await clocks.now(no))
    begun = await clocks.now(no)
    for count in range(messages):
        await clocks.wind(no, begun + SEASON * (count + 1) / IN_A_SEASON)
        message = Urged(text="催办") if count % 2 else Noted(text="备注")
        await door.act(no, message, FRONT_DESK, at=await clocks.now(no))
    runs = [run async for run in client.list_workflows(f'WorkflowId = "{no}"')]
    runs.sort(key=lambda run: run.start_time)
    events = [(await client.get_workflow_handle(no, run_id=run.run_id).describe()).history_length for run in runs]
    return Life(messages=messages, days=(await clocks.now(no) - begun) / timedelta(days=1), events=events)
