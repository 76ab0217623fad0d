"""Loading is all or nothing, repeatable, and never rewrites a price that has begun."""

import asyncio
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from domain.calendar import LOCAL
from domain.people import EstateCode
from domain.routines import Plan
from infra.reference.planned import Planned
from infra.reference.problems import WrongReference
from infra.sealing import Sealer
from infra.settings import Settings
from tests.infra.reference.conftest import SAMPLE, Spoil, load

NEARLY_MIDNIGHT = timedelta(seconds=30)


@pytest.fixture
async def today() -> date:
    """As the loads of this test see it: should midnight be near, it is waited for."""
    now = datetime.now(LOCAL)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    if midnight - now < NEARLY_MIDNIGHT:
        await asyncio.sleep((midnight - now).total_seconds())
    return datetime.now(LOCAL).date()


def version(name: str, begins: str, price: str) -> str:
    item = f'{{ code = "W01", name = "水龙头更换", category = "水", unit = "个", labour = {price}, material = 1.00 }}'
    return f'\n[[version]]\nversion = "{name}"\neffective_from = {begins}\nitems = [\n    {item},\n]\n'


def append(folder: Path, file: str, text: str) -> None:
    with (folder / file).open("a", encoding="utf-8") as opened:
        opened.write(text)


async def test_the_sample_loads_and_a_second_load_changes_nothing(
    fresh_pool: asyncpg.Pool, sealer: Sealer, folder: Path
) -> None:
    first = await load(fresh_pool, sealer, folder)
    second = await load(fresh_pool, sealer, folder)

    assert len(first["rooms"].added) == 126
    assert len(first["households"].added) == 104
    assert second == {}
    assert await fresh_pool.fetchval("select count(*) from loads") == 1


async def test_what_changed_is_told_by_row_and_only_that_is_written(
    fresh_pool: asyncpg.Pool, sealer: Sealer, folder: Path, spoil: Spoil
) -> None:
    await load(fresh_pool, sealer, folder)
    spoil("households.csv", r"^LY-H001,.*$", "LY-H001,1-101,住户一,19900000001")
    spoil("households.csv", r"^LY-H002,.*\n", "")
    append(folder, "rooms.csv", "6-601,6,住宅\n")

    changes = await load(fresh_pool, sealer, folder)

    assert set(changes) == {"households", "rooms"}
    assert changes["households"].changed == (("LY-H001",),)
    assert changes["households"].removed == (("LY-H002",),)
    assert changes["rooms"].added == (("6-601",),)
    assert not await fresh_pool.fetchval("select active from households where id = 'LY-H002'")


async def test_names_and_phones_lie_sealed_in_the_database(
    fresh_pool: asyncpg.Pool, sealer: Sealer, folder: Path, spoil: Spoil
) -> None:
    spoil("households.csv", r"^LY-H001,.*$", "LY-H001,1-101,金丝雀住户,19912345678")

    await load(fresh_pool, sealer, folder)

    rows = await fresh_pool.fetch("select row_to_json(h)::text as text, name, phone from households h")
    assert all("金丝雀" not in row["text"] and "19912345678" not in row["text"] for row in rows)
    assert all("金丝雀".encode() not in row["name"] and b"19912345678" not in row["phone"] for row in rows)


async def test_somebody_who_left_is_no_longer_active_and_off_the_roster(
    fresh_pool: asyncpg.Pool, sealer: Sealer, folder: Path, spoil: Spoil
) -> None:
    await load(fresh_pool, sealer, folder)
    spoil("staff.toml", r'\[\[staff\]\]\nid = "fi-2"\n(.+\n)+', "")
    spoil("roster.toml", r'\["fi-1", "fi-2"\]', '["fi-1"]')

    changes = await load(fresh_pool, sealer, folder)

    assert changes["staff"].removed == (("fi-2",),)
    assert not await fresh_pool.fetchval("select active from staff where id = 'fi-2'")
    assert await fresh_pool.fetchval("select count(*) from assignments where staff = 'fi-2'") == 0


async def test_deputies_can_change_places(fresh_pool: asyncpg.Pool, sealer: Sealer, folder: Path, spoil: Spoil) -> None:
    await load(fresh_pool, sealer, folder)
    spoil("roster.toml", r'\["维修人员", "工程部主管"\]', '["工程部主管", "维修人员"]')

    await load(fresh_pool, sealer, folder)

    ranked = await fresh_pool.fetch("select deputy from stand_ins where post = '工程部' order by rank")
    assert [row["deputy"] for row in ranked] == ["工程部主管", "维修人员"]


@pytest.mark.parametrize(
    ("pattern", "text", "field"),
    [
        (r"labour = 30.00, material = 45.00", "labour = 31.00, material = 45.00", "version[1].items[1]"),
        (r'    \{ code = "W02".*\n', "", "version[1]"),
        (r"^effective_from = 2024-01-01$", "effective_from = 2024-02-01", "version[1]"),
        (r'^version = "LY-2024"$', 'version = "LY-2023"', "version"),
    ],
)
async def test_a_price_whose_day_has_begun_cannot_be_changed(  # noqa: PLR0917 - one row of the table and fixtures
    fresh_pool: asyncpg.Pool, sealer: Sealer, folder: Path, spoil: Spoil, pattern: str, text: str, field: str
) -> None:
    await load(fresh_pool, sealer, folder)
    before = await fresh_pool.fetch("select * from price_rates order by version, code, kind")
    spoil("prices.toml", pattern, text)

    with pytest.raises(WrongReference) as refused:
        await load(fresh_pool, sealer, folder)

    assert refused.value.problems[0].file == "prices.toml"
    assert refused.value.problems[0].field == field
    assert await fresh_pool.fetch("select * from price_rates order by version, code, kind") == before


async def test_a_version_that_has_not_begun_may_be_added_changed_and_withdrawn(
    fresh_pool: asyncpg.Pool, sealer: Sealer, folder: Path, spoil: Spoil, today: date
) -> None:
    tomorrow = (today + timedelta(days=1)).isoformat()
    await load(fresh_pool, sealer, folder)

    append(folder, "prices.toml", version("LY-NEXT", tomorrow, "35.00"))
    added = await load(fresh_pool, sealer, folder)
    spoil("prices.toml", r"labour = 35.00, material = 1.00", "labour = 36.00, material = 1.00")
    changed = await load(fresh_pool, sealer, folder)
    shutil.copy(SAMPLE / "prices.toml", folder / "prices.toml")
    withdrawn = await load(fresh_pool, sealer, folder)

    assert added["price_versions"].added == (("LY-NEXT",),)
    assert changed["price_items"].changed == (("LY-NEXT", "W01"),)
    assert withdrawn["price_versions"].removed == (("LY-NEXT",),)


async def test_a_version_is_fixed_from_the_first_moment_of_its_day(
    fresh_pool: asyncpg.Pool, sealer: Sealer, folder: Path, spoil: Spoil, today: date
) -> None:
    await load(fresh_pool, sealer, folder)
    append(folder, "prices.toml", version("LY-TODAY", today.isoformat(), "35.00"))
    await load(fresh_pool, sealer, folder)
    shutil.copy(SAMPLE / "prices.toml", folder / "prices.toml")

    with pytest.raises(WrongReference, match="LY-TODAY"):
        await load(fresh_pool, sealer, folder)


async def test_a_new_version_cannot_begin_in_the_past(
    fresh_pool: asyncpg.Pool, sealer: Sealer, folder: Path, today: date
) -> None:
    await load(fresh_pool, sealer, folder)
    append(folder, "prices.toml", version("LY-BACK", (today - timedelta(days=1)).isoformat(), "35.00"))

    with pytest.raises(WrongReference, match="不能早于今天"):
        await load(fresh_pool, sealer, folder)


async def test_a_setting_that_has_begun_stays_and_a_new_one_follows_it(
    fresh_pool: asyncpg.Pool, sealer: Sealer, folder: Path, spoil: Spoil, today: date
) -> None:
    await load(fresh_pool, sealer, folder)
    append(folder, "open_values.toml", f'\n[[value]]\nid = "OV-01"\nvalue = "PT9M"\neffective_from = {today}\n')
    changes = await load(fresh_pool, sealer, folder)
    spoil("open_values.toml", r'"PT5M"', '"PT6M"')

    with pytest.raises(WrongReference, match="OV-01"):
        await load(fresh_pool, sealer, folder)
    assert changes["open_values"].added == (("OV-01", today),)


async def test_a_refused_load_leaves_nothing_behind(
    fresh_pool: asyncpg.Pool, sealer: Sealer, folder: Path, spoil: Spoil
) -> None:
    await load(fresh_pool, sealer, folder)
    spoil("estate.toml", r'^name = "荔园小区"$', 'name = "新名"')
    spoil("prices.toml", r"labour = 30.00, material = 45.00", "labour = 31.00, material = 45.00")

    with pytest.raises(WrongReference):
        await load(fresh_pool, sealer, folder)

    assert await fresh_pool.fetchval("select name from estates") == "荔园小区"


async def test_rows_that_are_still_referred_to_stop_the_whole_load(
    fresh_pool: asyncpg.Pool, sealer: Sealer, folder: Path, spoil: Spoil
) -> None:
    await load(fresh_pool, sealer, folder)
    spoil("estate.toml", r'\n\[\[building\]\]\ncode = "6"\nname = "6栋"\n', "")
    for file in ("rooms.csv", "households.csv"):
        kept = [line for line in (folder / file).read_text(encoding="utf-8").splitlines() if "6-" not in line]
        (folder / file).write_text("\n".join(kept) + "\n", encoding="utf-8")

    with pytest.raises(WrongReference, match="buildings"):
        await load(fresh_pool, sealer, folder)

    assert await fresh_pool.fetchval("select count(*) from rooms where active and building = '6'") == 21


async def test_the_year_that_the_calendar_lacks_is_a_task_once_until_it_is_loaded(
    fresh_pool: asyncpg.Pool, sealer: Sealer, folder: Path, spoil: Spoil, today: date
) -> None:
    spoil("calendar.toml", r"^official = true$", "official = false")
    await load(fresh_pool, sealer, folder)
    await load(fresh_pool, sealer, folder)
    asked = [row["subject"] for row in await fresh_pool.fetch("select subject from tasks where done_at is null")]

    append(folder, "calendar.toml", f"\n[[year]]\nyear = {today.year}\nholidays = []\nworkdays = []\n")
    await load(fresh_pool, sealer, folder)

    left = [row["subject"] for row in await fresh_pool.fetch("select subject from tasks where done_at is null")]
    assert str(today.year) in asked
    assert len(set(asked)) == len(asked)
    assert str(today.year) not in left


async def test_the_plan_is_loaded_changed_and_dropped_with_its_equipment(
    fresh_pool: asyncpg.Pool, fresh_settings: Settings, sealer: Sealer, folder: Path, spoil: Spoil
) -> None:
    await load(fresh_pool, sealer, folder)
    planned = Planned(fresh_pool, fresh_settings)
    assert "每月15日 09:00" == (await _plan(planned)).cadence

    spoil("routines.toml", r"^day = 15$", "weekday = 7")
    changed = await load(fresh_pool, sealer, folder)

    assert {"routines": (("LIFT-1-M",),)} == {name: change.changed for name, change in changed.items()}
    plan = await _plan(planned)
    assert ("每周日 09:00", "1", "1栋电梯机房") == (plan.cadence, plan.building, plan.place)
    (folder / "routines.toml").unlink()
    dropped = await load(fresh_pool, sealer, folder)
    assert {"equipment": 2, "routines": 4} == {name: len(change.removed) for name, change in dropped.items()}
    assert [] == await planned.plans()


async def _plan(planned: Planned) -> Plan:
    plan = await planned.plan(EstateCode("LY"), "LIFT-1-M")
    assert plan is not None
    return plan
