"""How the embedded desk sees that its processes are ready: their heartbeats, and the API's own word."""

import http.client
from datetime import UTC, datetime

import asyncpg

from infra.postgres.queries import load

queries = load("upkeep.sql")


async def beating(dsn: str, since: float) -> set[str]:
    """The processes that have written a heartbeat since that moment (seconds of the epoch)."""
    connection = await asyncpg.connect(dsn, timeout=5)
    try:
        return {
            row["process"]
            for row in await connection.fetch(queries["beating_since"], datetime.fromtimestamp(since, UTC))
        }
    finally:
        await connection.close(timeout=5)


def answers_ready(port: int) -> bool:
    """Whether the API on this port says that it can take work."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
