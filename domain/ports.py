"""What the case work asks of the outside world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.assigning import Repairer
from domain.filing import Step
from domain.people import Actor, CaseNo, EstateCode, StaffId


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
