"""Rows that the tests of notifier and watcher start from, written straight into the schema."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from infra.sealing import Place, Sealer
from infra.settings import Settings

CASE = "REP-20261122-00001"
RAISED = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rows:
    pool: asyncpg.Pool
    settings: Settings

    async def case(self, no: str = CASE, *, age: str = "0") -> None:
        await self.pool.execute("insert into estates values ('LY', '荔园一期') on conflict do nothing")
        await self.pool.execute(
            "insert into cases (no, procedure, estate, building, edition, channel, received_at, created_at)"
            " values ($1, 'repair', 'LY', '3', '2025-01-01', '电话', $2, now() - $3::text::interval)"
            " on conflict do nothing",
            no,
            RAISED,
            age,
        )

    async def staff(self, staff: str, *, phone: str = "", email: str = "") -> None:
        sealer = Sealer(self.settings.master_ring())
        async with self.pool.acquire() as connection, connection.transaction():
            key = await sealer.key(connection, f"staff:{staff}")
            sealed = [
                key.seal(Place(table="staff", row=staff, column=column), value.encode()) if value else None
                for column, value in (("phone", phone), ("email", email))
            ]
            await connection.execute(
                "insert into staff (id, name, phone, email) values ($1, '维修甲', $2, $3)", staff, *sealed
            )

    async def notice(
        self, recipient: str, text: str, *, number: int = 1, urgent: bool = False, age: str = "0", late: bool = False
    ) -> UUID:
        await self.case()
        written: UUID = await self.pool.fetchval(
            "insert into notices (case_no, run_id, entry_number, key, rule, level, rung, post, recipient, text,"
            " urgent, late, raised_at, created_at) values ($1, 'run', $2, 'REP-26', 'REP-26', '提醒', 1, '维修人员',"
            " $3, $4, $5, $6, $7, now() - $8::text::interval) returning id",
            CASE,
            number,
            recipient,
            text,
            urgent,
            late,
            RAISED,
            age,
        )
        return written

    async def states(self) -> dict[str, str]:
        rows = await self.pool.fetch("select text, state from notices order by created_at, entry_number")
        return {row["text"]: row["state"] for row in rows}

    async def attempts(self, notice: UUID) -> list[tuple[str, str | None, str | None]]:
        rows = await self.pool.fetch(
            "select channel, receipt, error from deliveries where notice_id = $1 order by attempt", notice
        )
        return [(row["channel"], row["receipt"], row["error"]) for row in rows]
