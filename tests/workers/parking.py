"""A workflow whose every task fails, as a bug would have it."""

from temporalio import workflow


@workflow.defn
class Buggy:
    @workflow.run
    async def run(self) -> None:
        message = "a bug"
        raise RuntimeError(message)
