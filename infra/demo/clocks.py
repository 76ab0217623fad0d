"""The clocks of the demonstration: each case has its own, and it is wound forward through Temporal."""

from datetime import datetime, timedelta

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig


class Clocks:
    """``client`` must reach a server that skips time, whose cases were started by a desk with that setting."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))

    async def now(self, no: str) -> datetime:
        """What the case's clock shows; between two windings it goes as ours does."""
        return await self._skipper.get_current_time(self._client.get_workflow_handle(no))

    async def wind(self, no: str, until: datetime) -> None:
        """Forward to the moment, never back; what falls due on the way falls due in order."""
        length = until - await self.now(no)
        if length > timedelta():
            await self._skipper.fast_forward(self._client.get_workflow_handle(no), length)
