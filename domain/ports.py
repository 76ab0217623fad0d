"""What the case work asks of the outside world."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from domain.assigning import Repairer
from domain.filing import Step
from domain.people import Actor, CaseNo, EstateCode, StaffId
from domain.referrals import Referral


class Ledger(Protocol):
    async def file(self, step: Step) -> None:
        """Write the whole step or nothing; written before, it changes nothing. Raises on a database that is away."""


class CommandBook(Protocol):
    async def under_way(self, no: CaseNo, accepted_until: datetime) -> bool:
        """Whether something that the desk acknowledged for the case by that moment has not reached it yet."""


class StaffRegister(Protocol):
    async def actor(self, staff: StaffId, estate: EstateCode) -> Actor | None:
        """The active member of staff with the posts held in that estate, or None."""

    async def repairers(self, estate: EstateCode, trade: str, at: datetime) -> Sequence[Repairer]:
        """Every active repairer of the estate, as he stands at the aware moment to be given work of that trade."""


class CaseOpener(Protocol):
    """Each opens one case, and answers with that one however often it is asked; raises on a database that is away."""

    async def hand_on(self, referral: Referral, no: CaseNo, estate: EstateCode, *, drill: bool) -> CaseNo:
        """The case that the referral of the case ``no`` asks for."""

    async def open_planned(
        self, estate: EstateCode, plan: str, moment: datetime, at: datetime, *, drill: bool
    ) -> CaseNo | None:
        """The case of that moment of the plan; None where the estate has no such plan any more."""

    async def tell_costs(self, estate: EstateCode, month: date, flagged: int, at: datetime) -> CaseNo:
        """The case by which the costs of the month, given by its first day, are told of."""


class CostBook(Protocol):
    async def reckon(self, estate: EstateCode, month: date) -> int:
        """Write the costs of the month, given by its first day, unless they are; how many orders are flagged."""
