"""Carries one lane: notice by notice, channel by channel, until a receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import uuid4

import structlog

from infra.messaging.channel import (
    Channel,
    ChannelName,
    Contact,
    Failure,
    Outcome,
    Receipt,
    Refused,
    TryLater,
    Unanswered,
)
from infra.messaging.parcel import Parcel
from infra.messaging.settings import DeliverySettings
from infra.messaging.switchboard import Switchboard
from infra.postgres.outbox import Lane, Outbox, Waiting

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How one person is reached, and in which order he wants it (empty: the company's)."""

    contact: Contact
    preferred: tuple[ChannelName, ...] = ()


class Contacts(Protocol):
    """Knows phones and accounts. ``of`` answers None for somebody unknown or whose particulars cannot be opened."""

    async def of(self, staff: str) -> Reach | None: ...


@dataclass(frozen=True, slots=True)
class Wait:
    """The lane rests for so long; ``failed`` when no channel took the message."""

    after: timedelta
    failed: bool


class Postman:
    """Several may work at once, in one process or many. Everything it does may be repeated after a crash."""

    def __init__(
        self, outbox: Outbox, switchboard: Switchboard, contacts: Contacts, settings: DeliverySettings
    ) -> None:
        self._outbox = outbox
        self._switchboard = switchboard
        self._contacts = contacts
        self._settings = settings

    async def tidy(self) -> bool:
        """Settles the posts' inboxes and opens lanes for new recipients; whether there are any."""
        await self._outbox.settle_post_inboxes()
        return await self._outbox.open_lanes() > 0

    async def once(self, *, urgent_only: bool = False) -> bool:
        """Carries the lane that needs it most; False when there is none."""
        lane = await self._outbox.claim_lane(urgent_only=urgent_only)
        if lane is None:
            return False
        wait = await self._carry(lane)
        failures = lane.failures + 1 if wait and wait.failed else 0
        await self._outbox.release(lane, after=wait.after if wait else timedelta(0), failures=failures)
        return True

    async def _carry(self, lane: Lane) -> Wait | None:
        reach = await self._contacts.of(lane.recipient)
        waiting = await self._outbox.waiting(lane)
        if reach is None:
            log.error("notice.recipient_unknown", staff=lane.recipient, notices=len(waiting))
            await self._outbox.hand_to_person(waiting, error="no_contact")
            return None
        for parcel in await self._parcels(lane, waiting):
            if wait := await self._deliver(lane, parcel, reach):
                if parcel.digest:
                    await self._outbox.dissolve_digest(parcel.digest)
                return wait
        return None

    async def _parcels(self, lane: Lane, waiting: Sequence[Waiting]) -> list[Parcel]:
        begun: dict[object, list[Waiting]] = {}
        for notice in waiting:
            if notice.digest:
                begun.setdefault(notice.digest, []).append(notice)
        parcels = [Parcel(notices=tuple(each), digest=each[0].digest) for each in begun.values()]
        single = [notice for notice in waiting if not notice.digest]
        if not lane.urgent and len(single) > self._settings.digest_over:
            bound = await self._outbox.form_digest(uuid4(), single)
            return [*parcels, Parcel(notices=tuple(bound), digest=bound[0].digest)]
        return [*parcels, *(Parcel(notices=(notice,)) for notice in single)]

    async def _deliver(self, lane: Lane, parcel: Parcel, reach: Reach) -> Wait | None:
        failures: list[Failure] = []
        channels: tuple[Channel, ...] = self._switchboard.towards(reach.contact, reach.preferred)
        for channel in channels or (self._switchboard.inbox,):
            outcome = await self._try(lane, parcel, channel, reach.contact)
            if outcome is None or isinstance(outcome, Receipt):
                return None
            if isinstance(outcome, TryLater) and not lane.urgent and parcel.age < self._settings.patience:
                return Wait(outcome.after, failed=False)
            failures.append(outcome)
        return await self._nobody_took(lane, parcel, failures)

    async def _try(self, lane: Lane, parcel: Parcel, channel: Channel, to: Contact) -> Outcome | None:
        """None when nothing is to be sent any more."""
        attempt = await self._outbox.begin(lane, parcel.notices, channel.name)
        if attempt is None:
            return None
        message = parcel.message(urgent=lane.urgent, late_after=self._settings.late_after, still=attempt.notices)
        outcome = await channel.send(message, to)
        if isinstance(outcome, Receipt):
            await self._outbox.end(attempt, receipt=outcome.id, error=None)
        else:
            error = f"unanswered:{outcome.code}" if isinstance(outcome, Unanswered) else outcome.code
            await self._outbox.end(attempt, receipt=None, error=error)
            log.warning("notice.not_taken", key=parcel.key, channel=channel.name, code=outcome.code)
        return outcome

    async def _nobody_took(self, lane: Lane, parcel: Parcel, failures: Sequence[Failure]) -> Wait | None:
        if all(isinstance(each, Refused) for each in failures) or parcel.age > self._settings.give_up_after:
            log.error("notice.handed_to_person", key=parcel.key, notices=len(parcel.notices))
            await self._outbox.hand_to_person(parcel.notices, error=failures[-1].code)
            return None
        return Wait(self._pause(lane), failed=True)

    def _pause(self, lane: Lane) -> timedelta:
        longest = self._settings.longest_urgent_pause if lane.urgent else self._settings.longest_pause
        return min(timedelta(seconds=2 ** min(lane.failures + 1, 10)), longest)
