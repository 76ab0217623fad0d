"""Cases that the desk opens itself: numbered and delivered as those that somebody reports, under keys of its own."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain.admission import Act
from domain.case_file import Source
from domain.events import AnyEvent, ByTheDesk, Opening
from domain.events.public import OUTSIDE
from domain.events.routine import CostsReckoned
from domain.people import CLOCKWORK, CaseNo, EstateCode
from domain.referrals import Referral
from domain.rulebook import PROCEDURES, ROUTINE
from domain.rulebook.rows import Procedure
from infra.delivery import Delivery
from infra.postgres.acceptance import Acceptance, NewCase
from infra.reference.planned import Planned
from infra.reference.reader import Reference
from workflows.messages import TermsOfCase

CLIENT = "desk/calendar"
"""Whose keys these are; a principal's name has no slash."""

PATIENCE = timedelta(seconds=5)
"""The relay delivers what is not delivered by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A case to be opened once under a ``key``, reported at ``at``. ``building``: a code, empty outside all of them."""

    key: str
    procedure: Procedure
    estate: EstateCode
    building: str
    event: AnyEvent
    at: datetime
    drill: bool


class DeskOpener:
    """Port ``CaseOpener``."""

    def __init__(self, acceptance: Acceptance, delivery: Delivery, reference: Reference, planned: Planned) -> None:
        self._acceptance = acceptance
        self._delivery = delivery
        self._reference = reference
        self._planned = planned

    async def hand_on(self, referral: Referral, no: CaseNo, estate: EstateCode, *, drill: bool) -> CaseNo:
        return await self._open(
            Wish(
                key=f"{no}/{referral.number}",
                procedure=PROCEDURES[referral.prefix],
                estate=estate,
                building=referral.building,
                event=referral.event,
                at=referral.at,
                drill=drill,
            )
        )

    async def open_planned(
        self, estate: EstateCode, plan: str, moment: datetime, at: datetime, *, drill: bool
    ) -> CaseNo | None:
        planned = await self._planned.plan(estate, plan)
        if planned is None:
            return None
        return await self._open(
            Wish(
                key=f"{estate}/{plan}/{moment.astimezone(UTC).isoformat()}{'/drill' if drill else ''}",
                procedure=ROUTINE,
                estate=estate,
                building=planned.building,
                event=planned.due(moment),
                at=at,
                drill=drill,
            )
        )

    async def tell_costs(self, estate: EstateCode, month: date, flagged: int, at: datetime) -> CaseNo:
        return await self._open(
            Wish(
                key=f"{estate}/costs/{month:%Y-%m}",
                procedure=ROUTINE,
                estate=estate,
                building="",
                event=CostsReckoned(month=f"{month:%Y-%m}", flagged=flagged),
                at=at,
                drill=False,
            )
        )

    async def _open(self, wish: Wish) -> CaseNo:
        """The commit decides which of two comes first; the other is answered with the same case."""
        if not isinstance(wish.event, Opening | ByTheDesk):
            raise TypeError(wish.event.type)
        event = wish.event
        buildings = await self._reference.buildings(wish.estate)
        terms = await self._reference.terms(wish.estate, wish.at)

        def acts(command: str, accepted_at: datetime) -> tuple[Act, ...]:
            return (
                Act(
                    command_id=command,
                    event=event,
                    by=CLOCKWORK,
                    at=wish.at,
                    accepted_at=accepted_at,
                    source=Source.SYSTEM,
                ),
            )

        command = await self._acceptance.accept_opening(
            NewCase(
                client=CLIENT,
                key=wish.key,
                body_hash=hashlib.sha256(wish.key.encode()).digest(),
                procedure=wish.procedure,
                estate=wish.estate,
                building=buildings.get(wish.building, OUTSIDE),
                report=event,
                received_at=wish.at,
                recorded_by=CLOCKWORK.id,
                drill=wish.drill,
                terms=TermsOfCase.of(terms),
                acts=acts,
            )
        )
        return (await self._delivery.deliver(command, PATIENCE)).case_no
