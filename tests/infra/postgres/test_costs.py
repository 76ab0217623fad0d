"""FEE-01: the costs of a month, reckoned once in one statement from what is charged in force."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest

from domain.calendar import LOCAL
from domain.people import EstateCode
from domain.routines import month_before
from infra.postgres.costs import Costs
from infra.sealing import Sealer
from infra.settings import Settings
from tests.workflows.desk import load_sample

LY = EstateCode("LY")
OCTOBER = date(2026, 10, 1)


class Ledger:
    """Writes orders as the ledger keeps them."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.count = 0

    async def closed(
        self,
        amount: str,
        *,
        on: str = "2026-10-15T10:00",
        item: str = "X01",
        drill: bool = False,
        signed: bool = True,
        still_open: bool = False,
        run: str = "run",
        recorded: str | None = None,
    ) -> str:
        """An order that closed at that local time, with one charge of so much; ``recorded``: when that was said."""
        self.count += 1
        no = f"REP-20261001-{self.count:05d}"
        at = datetime.fromisoformat(on).replace(tzinfo=LOCAL)
        await self.pool.execute(
            "insert into cases (no, procedure, estate, building, edition, channel, received_at, drill)"
            " values ($1, 'REP', 'LY', '1栋', '2026-01-01', '电话', $2, $3)",
            no,
            at,
            drill,
        )
        await self.pool.execute(
            "insert into case_views (case_no, run_id, number, stage, waiting_for, waiting_posts, open, overdue,"
            " closed_at, updated_at) values ($1, 'run', 2, '', '{}', '{}', $2, false, $3, $4)",
            no,
            still_open,
            None if still_open else at,
            at,
        )
        for number, kind in enumerate(("work_finished", "resident_signed" if signed else "noted"), start=1):
            await self.pool.execute(
                "insert into entries (case_no, run_id, number, type, label, at, recorded_at, by_id, by_posts, source,"
                " body, digest) values ($1, $2, $3, $4, '', $5, $6, 'rp-1', '{}', 'api', '', '')",
                no,
                run,
                number,
                kind,
                at,
                datetime.fromisoformat(recorded).replace(tzinfo=LOCAL) if recorded else at,
            )
        await self.charge(no, item, amount, run=run)
        return no

    async def charge(self, no: str, item: str, amount: str, *, line: int = 1, run: str = "run") -> None:
        await self.pool.execute(
            "insert into charges (case_no, run_id, entry_number, line, item, kind, price_version, unit_price, quantity,"
            " amount) values ($1, $2, 1, $3, $4, 'labour', 'LY-2026', $5, 1, $5)",
            no,
            run,
            line,
            item,
            Decimal(amount),
        )


@pytest.fixture
async def ledger(fresh_pool: asyncpg.Pool, fresh_settings: Settings) -> Ledger:
    """Prices are as they are written here: the list stands in the way of amounts that make a mean of 100."""
    await load_sample(fresh_pool, Sealer(fresh_settings.master_ring()))
    await fresh_pool.execute("alter table charges drop constraint charges_by_the_list")
    await fresh_pool.execute(
        "insert into price_items values ('LY-2026', 'X01', '水项', '水', '次'), ('LY-2026', 'X02', '电项', '电', '次')"
    )
    return Ledger(fresh_pool)


@pytest.fixture
def costs(fresh_pool: asyncpg.Pool, fresh_settings: Settings) -> Costs:
    return Costs(fresh_pool, fresh_settings)


async def reckoned(costs: Costs, month: date = OCTOBER) -> dict[str, tuple[int, str, int, str]]:
    await costs.reckon(LY, month)
    report = await costs.report(LY, month)
    assert report is not None
    return {
        line.fault: (line.month_orders, str(line.month_total), line.orders, str(line.total)) for line in report.lines
    }


@pytest.mark.parametrize(
    ("dear", "rest", "flagged"),
    [
        ("200.00", ("100.00", "50.00", "50.00"), 0),
        ("201.00", ("99.00", "50.00", "50.00"), 1),
        ("200.01", ("99.99", "50.00", "50.00"), 1),
    ],
)
async def test_fee_01_of_a_mean_of_100_an_order_of_200_is_not_flagged_and_one_above_it_is(
    ledger: Ledger, costs: Costs, dear: str, rest: tuple[str, ...], flagged: int
) -> None:
    no = await ledger.closed(dear)
    for amount in rest:
        await ledger.closed(amount)

    assert flagged == await costs.reckon(LY, OCTOBER)

    report = await costs.report(LY, OCTOBER)
    assert report is not None
    assert [Decimal(100)] == [line.mean for line in report.lines]
    assert [no] * flagged == [flag.case_no for flag in report.flags]


async def test_fee_01_the_mean_that_is_held_against_is_not_rounded(ledger: Ledger, costs: Costs) -> None:
    """The mean is 33.33666…: twice that lies below 66.68, twice 33.34 does not."""
    for amount in ("66.68", "33.33", "0.00"):
        await ledger.closed(amount)

    assert 1 == await costs.reckon(LY, OCTOBER)


async def test_fee_01_the_year_counts_and_flags_are_of_the_month_alone(ledger: Ledger, costs: Costs) -> None:
    await ledger.closed("10.00", on="2025-10-31T23:59")
    await ledger.closed("20.00", on="2025-11-01T00:00")
    await ledger.closed("500.00", on="2026-09-30T23:59")
    await ledger.closed("40.00", on="2026-10-01T00:00")
    await ledger.closed("50.00", on="2026-10-31T23:59")
    await ledger.closed("60.00", on="2026-11-01T00:00")

    assert {"水": (2, "90.00", 4, "610.00")} == await reckoned(costs)
    report = await costs.report(LY, OCTOBER)
    assert report is not None
    assert () == report.flags


async def test_fee_01_drills_open_orders_unsigned_work_and_runs_that_do_not_count_are_left_out(
    ledger: Ledger, costs: Costs
) -> None:
    await ledger.closed("30.00")
    await ledger.closed("1000.00", drill=True)
    await ledger.closed("1000.00", still_open=True)
    await ledger.closed("1000.00", signed=False)
    await ledger.closed("1000.00", run="undone")

    assert {"水": (1, "30.00", 1, "30.00")} == await reckoned(costs)


async def test_fee_01_an_order_is_of_the_kind_of_its_dearest_item(ledger: Ledger, costs: Costs) -> None:
    no = await ledger.closed("30.00", item="X01")
    await ledger.charge(no, "X02", "31.00", line=2)

    assert {"电": (1, "61.00", 1, "61.00")} == await reckoned(costs)


async def test_fee_01_of_an_item_that_no_list_has_the_kind_reported_counts(
    ledger: Ledger, costs: Costs, fresh_pool: asyncpg.Pool
) -> None:
    no = await ledger.closed("80.00", item="Z99")
    await fresh_pool.execute("insert into case_rooms values ($1, 'LY', $2, '门窗（一般）')", no, bytes(32))

    assert {"门窗": (1, "80.00", 1, "80.00")} == await reckoned(costs)


async def test_fee_01_a_month_is_reckoned_once_whatever_closes_later(ledger: Ledger, costs: Costs) -> None:
    await ledger.closed("30.00")
    before = await reckoned(costs)
    await ledger.closed("70.00")

    assert before == await reckoned(costs)
    assert [OCTOBER] == await costs.months(LY)


async def test_fee_01_an_end_that_is_recorded_after_the_month_was_reckoned_counts_in_the_next(
    ledger: Ledger, costs: Costs
) -> None:
    assert {} == await reckoned(costs)
    await ledger.closed("70.00", on="2026-10-31T17:00", recorded="2026-11-01T09:00")

    assert {"水": (1, "70.00", 1, "70.00")} == await reckoned(costs, date(2026, 11, 1))


async def test_fee_01_a_month_without_orders_has_a_report_without_lines(ledger: Ledger, costs: Costs) -> None:
    assert {} == await reckoned(costs)
    assert await costs.report(LY, date(2026, 9, 1)) is None


async def test_ov_38_of_the_last_day_of_the_month_counts(
    ledger: Ledger, costs: Costs, fresh_pool: asyncpg.Pool
) -> None:
    await fresh_pool.execute(
        "insert into open_values values ('LY', 'OV-38', '2026-10-31', '1.5'), ('LY', 'OV-38', '2026-11-01', '9')"
    )
    for amount in ("151.00", "49.00"):
        await ledger.closed(amount)

    assert 1 == await costs.reckon(LY, OCTOBER)
    report = await costs.report(LY, OCTOBER)
    assert report is not None
    assert Decimal("1.5") == report.factor


def test_the_month_before_is_that_of_the_local_calendar() -> None:
    new_year = datetime(2026, 12, 31, 22, 0, tzinfo=LOCAL) + timedelta(hours=8)

    assert date(2026, 12, 1) == month_before(new_year)
