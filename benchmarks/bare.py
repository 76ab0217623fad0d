"""The bare case B of goals.md: start, intake, human acts as updates with a deadline each, close; no business logic.

A lean workflow module: it imports nothing but the standard library and temporalio.
"""

import asyncio
from datetime import timedelta

from temporalio import workflow

DEADLINE = timedelta(hours=1)
START_TO_CLOSE = timedelta(seconds=20)


@workflow.defn(name="BareCase")
class BareCase:
    """Each act settles the deadline timer and the next one is armed; each writes one row with its notice."""

    @workflow.init
    def __init__(self, acts: int) -> None:
        self._wanted = acts
        self._taken = 0

    @workflow.run
    async def run(self, acts: int) -> int:
        intake = asyncio.create_task(record(0, "intake"))  # the first deadline runs from the start
        for number in range(acts):
            await workflow.wait_condition(lambda number=number: self._taken > number, timeout=DEADLINE)  # type: ignore[misc]  # a lambda with a default
        await intake
        await workflow.wait_condition(workflow.all_handlers_finished)
        await record(acts + 1, "close")
        return self._taken

    @workflow.update
    async def act(self, body: str) -> int:
        self._taken += 1
        number = self._taken
        await record(number, body)
        return number


@workflow.defn(name="BareDeadline")
class BareDeadline:
    """One deadline, and what it writes when it rings; ``moment`` in seconds of the epoch."""

    @workflow.run
    async def run(self, moment: float) -> None:
        await asyncio.sleep(moment - workflow.time())
        await record(1, "rung")


async def record(number: int, body: str) -> None:
    await workflow.execute_activity(
        "bare_record", args=[workflow.info().workflow_id, number, body], start_to_close_timeout=START_TO_CLOSE
    )
