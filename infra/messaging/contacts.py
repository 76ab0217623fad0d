"""How a member of staff is reached: the only place where a sealed phone of staff is opened for sending."""

import asyncpg
import structlog

from infra.messaging.channel import ChannelName, Contact
from infra.messaging.postman import Reach
from infra.postgres.outbox import Outbox
from infra.sealing import Broken, DataKey, Erased, Place, Sealer

log = structlog.stdlib.get_logger(__name__)

_COLUMNS = ("phone", "email", "wecom", "dingtalk", "feishu")


class SealedContacts:
    """Reads ``staff``, sealed with ``staff:<id>``. Raises ``NoMasterKey`` when the settings lack a key."""

    def __init__(self, pool: asyncpg.Pool, outbox: Outbox, sealer: Sealer) -> None:
        self._pool = pool
        self._outbox = outbox
        self._sealer = sealer

    async def of(self, staff: str) -> Reach | None:
        row = await self._outbox.contact(staff)
        if row is None:
            return None
        preferred = tuple(ChannelName(name) for name in row["preferred"])
        sealed = {column: row[column] for column in _COLUMNS if row[column] is not None}
        if not sealed:
            return Reach(contact=Contact(), preferred=preferred)
        try:
            async with self._pool.acquire(timeout=1) as connection:
                key = await self._sealer.existing_key(connection, f"staff:{staff}")
            return Reach(contact=_opened(staff, sealed, key), preferred=preferred)
        except (Erased, Broken) as problem:
            log.error("contact.unreadable", staff=staff, problem=type(problem).__name__)  # noqa: TRY400 - the class says it
            return None


def _opened(staff: str, sealed: dict[str, bytes], key: DataKey) -> Contact:
    opened = {
        column: key.open(Place(table="staff", row=staff, column=column), value).decode()
        for column, value in sealed.items()
    }
    return Contact(**opened)
