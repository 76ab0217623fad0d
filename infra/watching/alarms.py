"""Alarms: raised once a finding, told by the watcher's own channels, cleared when it is no longer so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import structlog

from infra.messaging.channel import Channel, Contact, Message, Receipt
from infra.messaging.switchboard import Switchboard
from infra.watching.finding import Finding, Kind
from infra.watching.ledger import queries
from infra.watching.settings import WatcherSettings

log = structlog.stdlib.get_logger(__name__)

SHOWN = 10
"""So many subjects stand in one message; the rest is a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    id: UUID
    kind: Kind
    subject: str
    text: str


class Alarms:
    """The table ``alarms``. Several watchers may use it at once; every method may be repeated."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def settle(self, looked_at: Iterable[Kind], found: Sequence[Finding]) -> None:
        """Opens what is new; closes what was looked at and is not found any more."""
        kinds, subjects = [each.kind for each in found], [each.subject for each in found]
        raised = await self._pool.fetch(queries["raise_alarms"], kinds, subjects, [each.text for each in found])
        cleared = await self._pool.fetch(queries["clear_alarms"], list(looked_at), kinds, subjects)
        for row in raised:
            log.error("alarm.raised", kind=row["kind"], subject=row["subject"])
        for row in cleared:
            log.info("alarm.cleared", kind=row["kind"], subject=row["subject"])

    async def untold(self, settings: WatcherSettings) -> list[Alarm]:
        """Open alarms that nobody has been told of; they are ours for ``repeat_after``."""
        rows = await self._pool.fetch(queries["lease_untold_alarms"], settings.repeat_after)
        return [Alarm(id=row["id"], kind=Kind(row["kind"]), subject=row["subject"], text=row["text"]) for row in rows]

    async def told(self, alarms: Sequence[Alarm], channel: str, receipt: str) -> None:
        await self._pool.execute(queries["told_alarms"], [alarm.id for alarm in alarms], channel, receipt)

    async def counts(self) -> dict[Kind, int]:
        rows = await self._pool.fetch(queries["open_alarm_counts"])
        return {Kind(row["kind"]): row["open"] for row in rows}


class Crier:
    """Tells by the watcher's channels, in order, until one gives a receipt. Without channels the table tells."""

    def __init__(self, switchboard: Switchboard, settings: WatcherSettings) -> None:
        contact = Contact(phone=settings.phone, email=settings.email)
        self._to = contact
        self._channels: tuple[Channel, ...] = switchboard.towards(contact) or (switchboard.inbox,)

    async def tell(self, kind: Kind, lines: Sequence[str], key: str) -> tuple[str, str] | None:
        """The channel and its receipt; None when no channel took it."""
        message = Message(key=key, text=wording(kind, lines), urgent=True)
        for channel in self._channels:
            outcome = await channel.send(message, self._to)
            if isinstance(outcome, Receipt):
                return channel.name, outcome.id
            log.error("alarm.not_taken", kind=kind, channel=channel.name, code=outcome.code)
        return None

    async def tell_of_database(self, fault: Exception) -> bool:
        """Without a row, for there is nowhere to write it."""
        told = await self.tell(Kind.DATABASE_UNREACHABLE, [type(fault).__name__], str(uuid4()))
        return told is not None


def wording(kind: Kind, lines: Sequence[str]) -> str:
    shown = [f"{place}. {text}" for place, text in enumerate(lines[:SHOWN], start=1)]
    rest = [f"另有{len(lines) - SHOWN}项，见报警列表"] if len(lines) > SHOWN else []
    return "\n".join([f"【系统报警】{kind.label}，共{len(lines)}项", *shown, *rest])
