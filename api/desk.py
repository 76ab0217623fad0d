"""What the routes work with: the ports to commands, records and reference data, made once PostgreSQL is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import asyncpg
from temporalio.client import Client

from domain.assigning import Repairer
from domain.people import Actor, EstateCode, StaffId
from infra.delivery import Delivery
from infra.postgres.acceptance import Acceptance
from infra.postgres.commands import Command, Commands
from infra.postgres.costs import Costs
from infra.postgres.ledger import PostgresRegister
from infra.postgres.links import Links
from infra.postgres.pool import open_pool
from infra.postgres.principals import Principals
from infra.postgres.reader import Reader
from infra.postgres.rooms import Rooms
from infra.reference.planned import Planned
from infra.reference.reader import Reference
from infra.sealing import Sealer
from infra.settings import Settings


class Deliverer(Protocol):
    async def deliver(self, command: Command, patience: timedelta) -> Command: ...


class Register(Protocol):
    async def actor(self, staff: StaffId, estate: EstateCode) -> Actor | None: ...

    async def repairers(self, estate: EstateCode, trade: str, at: datetime) -> Sequence[Repairer]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    settings: Settings
    pool: asyncpg.Pool
    principals: Principals
    reader: Reader
    reference: Reference
    planned: Planned
    costs: Costs
    rooms: Rooms
    links: Links
    register: Register
    acceptance: Acceptance
    commands: Commands
    deliverer: Deliverer


async def open_desk(settings: Settings, client: Client) -> Desk:
    """Raises what asyncpg raises while PostgreSQL is away. ``client`` may be lazy: Temporal need not be there."""
    pool = await open_pool(settings)
    sealer = Sealer(settings.master_ring())
    commands = Commands(pool, sealer, settings)
    return Desk(
        settings=settings,
        pool=pool,
        principals=Principals(pool, settings),
        reader=Reader(pool, sealer, settings),
        reference=Reference(pool, sealer, settings),
        planned=Planned(pool, settings),
        costs=Costs(pool, settings),
        rooms=Rooms(pool, sealer, settings),
        links=Links(pool, settings),
        register=PostgresRegister(pool, settings),
        acceptance=Acceptance(pool, sealer, settings),
        commands=commands,
        deliverer=Delivery(commands, client, settings),
    )
