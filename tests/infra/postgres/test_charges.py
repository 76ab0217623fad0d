"""A charge that the price list does not know cannot stand in the ledger."""

import asyncpg
import pytest

from infra.sealing import Sealer
from infra.settings import Settings
from tests.workflows.desk import load_sample

CASE = """
insert into cases (no, procedure, estate, building, edition, channel, received_at)
values ('REP-20261122-00001', 'REP', 'LY', '1栋', '2026-01-01', '电话', now())
"""
CHARGE = """
insert into charges (case_no, run_id, entry_number, line, item, kind, price_version, unit_price, quantity, amount)
values ('REP-20261122-00001', 'run', 1, 1, 'W01', 'labour', 'LY-2024', $1, 1, $1)
"""


async def test_fee_03_a_price_typed_over_is_refused_by_the_database(
    fresh_pool: asyncpg.Pool, fresh_settings: Settings
) -> None:
    await load_sample(fresh_pool, Sealer(fresh_settings.master_ring()))
    await fresh_pool.execute(CASE)

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await fresh_pool.execute(CHARGE, 40)

    assert await fresh_pool.execute(CHARGE, 30) == "INSERT 0 1"
