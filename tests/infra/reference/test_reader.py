"""What every process reads of the sample estate, and who is on duty there."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest

from domain.calendar import LOCAL
from domain.case_file import CaseFile
from domain.events.public import SheetSignedFor
from domain.events.work import EngineeringNotified
from domain.people import POSTS, EstateCode, Role
from domain.pricing import ChargeKind
from domain.roster import on_duty
from domain.rulebook import REPAIR
from domain.rulebook.open_values import OV_53
from domain.rulebook.repair.completing import SIMPLE_DONE
from infra.postgres.pool import open_pool
from infra.reference.duty import roster_of
from infra.reference.folder import read_folder
from infra.reference.official import official_years
from infra.reference.reader import Reference
from infra.sealing import Sealer
from infra.settings import Settings
from tests.infra.reference.conftest import SAMPLE, Spoil, load

LY = EstateCode("LY")
NOWHERE = EstateCode("XX")


@pytest.fixture(scope="module")
async def reference(settings: Settings, pool: asyncpg.Pool) -> Reference:
    sealer = Sealer(settings.master_ring())
    await load(pool, sealer, SAMPLE)
    return Reference(pool, sealer, settings)


async def test_prices_come_back_as_loaded_by_version(reference: Reference) -> None:
    book = await reference.price_book(LY)

    older = book.in_force(datetime(2025, 12, 31, 12, tzinfo=LOCAL))
    newer = book.in_force(datetime(2026, 1, 1, 0, tzinfo=LOCAL))
    assert (older.version, newer.version) == ("LY-2024", "LY-2026")
    assert older.item("W01").price(ChargeKind.LABOUR) == Decimal("30.00")
    assert newer.item("W01").price(ChargeKind.LABOUR) == Decimal("35.00")
    assert len(newer.items) == 44


async def test_after_a_load_the_same_process_answers_by_it(
    fresh_settings: Settings, fresh_pool: asyncpg.Pool, folder: Path, spoil: Spoil
) -> None:
    sealer = Sealer(fresh_settings.master_ring())
    reference, today = Reference(fresh_pool, sealer, fresh_settings), datetime.now(UTC)
    assert (await reference.price_book(LY)).versions == ()
    await load(fresh_pool, sealer, folder)
    before, terms = await reference.price_book(LY), await reference.terms(LY, today)
    spoil("staff.toml", '^name = "水工班"$', 'name = "给水班"')
    tomorrow = (today.astimezone(LOCAL) + timedelta(days=1)).date()
    spoil("open_values.toml", r"\Z", f'\n[[value]]\nid = "OV-01"\nvalue = "PT7M"\neffective_from = {tomorrow}\n')
    await load(fresh_pool, sealer, folder)

    after = await reference.terms(LY, today)
    later = await reference.terms(LY, today + timedelta(days=1))

    assert ("水工班", "给水班") == (terms.teams["水"], after.teams["水"])
    assert (timedelta(minutes=5), timedelta(minutes=7)) == (after.durations["OV-01"], later.durations["OV-01"])
    assert before == await reference.price_book(LY)


OWN = {
    "OV-40-1": timedelta(hours=2),
    "OV-40-2": timedelta(hours=20),
    "OV-40-3": timedelta(days=5),
    "OV-111": timedelta(hours=3),
    "OV-901": timedelta(days=10),
}


async def test_a_companys_own_reminders_half_day_and_grace_period_are_the_terms_of_its_cases(
    fresh_settings: Settings, fresh_pool: asyncpg.Pool, folder: Path, spoil: Spoil
) -> None:
    sealer, begun = Sealer(fresh_settings.master_ring()), datetime(2026, 11, 20, 9, tzinfo=LOCAL)
    for value, text in zip(OWN, ("PT2H", "PT20H", "P5D", "PT3H", "P10D"), strict=True):
        added = f'\n[[value]]\nid = "{value}"\nvalue = "{text}"\neffective_from = 2026-11-20\n'
        spoil("open_values.toml", r"\Z", added)
    await load(fresh_pool, sealer, folder)
    reference = Reference(fresh_pool, sealer, fresh_settings)

    own, before = await reference.terms(LY, begun), await reference.terms(LY, begun - timedelta(days=1))

    assert OWN.items() <= own.durations.items()
    assert not OWN.keys() & before.durations.keys()
    lengths = {row.key: own.duration(row.length) for row in REPAIR.editions[-1].periods}
    assert {
        "REP-30/首次提醒": timedelta(hours=2),
        "REP-30/再次提醒": timedelta(hours=20),
        "REP-30/期满": timedelta(days=5),
        "FEE-13/首次提醒": timedelta(hours=2),
        "FEE-13/再次提醒": timedelta(hours=20),
        "REP-47/观察期": timedelta(days=10),
    } == lengths
    half_a_day = SIMPLE_DONE.limit.due(begun, CaseFile(), own)
    assert half_a_day is not None
    assert begun + timedelta(hours=3) == half_a_day.at


async def test_ov_53_what_a_company_counts_the_fifteen_minutes_from_is_among_the_terms_of_its_cases(
    fresh_settings: Settings, fresh_pool: asyncpg.Pool, folder: Path, spoil: Spoil
) -> None:
    sealer, begun = Sealer(fresh_settings.master_ring()), datetime(2026, 11, 20, 9, tzinfo=LOCAL)
    spoil("open_values.toml", r"\Z", '\n[[value]]\nid = "OV-53"\nvalue = "通知工程部"\neffective_from = 2026-11-20\n')
    await load(fresh_pool, sealer, folder)
    reference = Reference(fresh_pool, sealer, fresh_settings)

    own, before = await reference.terms(LY, begun), await reference.terms(LY, begun - timedelta(days=1))

    assert (EngineeringNotified, SheetSignedFor) == (own.start(OV_53), before.start(OV_53))


async def test_between_two_loads_the_prices_are_read_once(reference: Reference) -> None:
    assert await reference.price_book(LY) is await reference.price_book(LY)


async def test_a_setting_counts_from_its_local_day_on(reference: Reference) -> None:
    first_minute = datetime(2023, 12, 31, 16, 0, tzinfo=UTC)

    assert await reference.open_values(LY, first_minute) == {"OV-01": "PT5M", "OV-15": "17:00"}
    assert await reference.open_values(LY, first_minute - timedelta(seconds=1)) == {}


async def test_the_calendar_comes_back_as_shipped(reference: Reference) -> None:
    calendar = await reference.calendar(LY)

    assert calendar.years == official_years()
    assert calendar.windows == (("09:00", "12:00"), ("13:30", "17:30"))
    assert not calendar.closes_with_windows


async def test_a_case_carries_the_terms_of_its_day(reference: Reference) -> None:
    terms = await reference.terms(LY, datetime(2026, 11, 20, 9, tzinfo=LOCAL))

    assert terms.durations == {"OV-01": timedelta(minutes=5)}
    assert terms.times == {"OV-15": time(17, 0)}
    assert terms.teams["水"] == "水工班"
    assert [year.year for year in terms.calendar.years] == [2026]


async def test_rooms_and_households_are_found_by_room(reference: Reference) -> None:
    room = await reference.room(LY, "3-201")
    household = await reference.household(LY, "1-101")

    assert room is not None
    assert (room.building, room.building_name, room.kind) == ("3", "3栋", "住宅")
    assert household is not None
    assert (household.id, household.name, household.phone) == ("LY-H001", "住户001", "19900000001")
    assert "住户001" not in repr(household)
    assert await reference.room(LY, "9-999") is None
    assert await reference.household(LY, "1-503") is None


async def test_an_estate_that_was_never_loaded_has_nothing_and_breaks_nothing(reference: Reference) -> None:
    moment = datetime(2026, 11, 20, 9, tzinfo=LOCAL)

    calendar = await reference.calendar(NOWHERE)

    assert calendar.add_working_days(moment, 1).provisional
    assert (await reference.price_book(NOWHERE)).versions == ()
    assert await reference.on_duty(NOWHERE, Role.FRONT_DESK, moment) == []


@pytest.mark.parametrize(
    ("moment", "post", "staff"),
    [
        (datetime(2026, 11, 23, 7, 59, 59, tzinfo=LOCAL), Role.FRONT_DESK, ["fd-5"]),
        (datetime(2026, 11, 23, 8, 0, tzinfo=LOCAL), Role.FRONT_DESK, ["fd-1"]),
        (datetime(2026, 11, 23, 23, 59, 59, tzinfo=LOCAL), Role.FRONT_DESK, ["fd-3"]),
        (datetime(2026, 11, 24, 0, 0, tzinfo=LOCAL), Role.FRONT_DESK, ["fd-5"]),
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), Role.DUTY_DIRECTOR, ["dd-2"]),
        (datetime(2026, 11, 23, 10, 0, tzinfo=LOCAL), Role.ENGINEERING_SUPERVISOR, ["en-1"]),
        (datetime(2026, 11, 23, 20, 0, tzinfo=LOCAL), Role.ENGINEERING_SUPERVISOR, ["en-1"]),
        (datetime(2026, 11, 28, 10, 0, tzinfo=LOCAL), Role.ENGINEERING_SUPERVISOR, ["en-1", "en-2"]),
        (datetime(2026, 11, 23, 20, 0, tzinfo=LOCAL), Role.CUSTOMER_SERVICE_SUPERVISOR, ["dd-1"]),
        (
            datetime(2026, 11, 23, 20, 0, tzinfo=LOCAL),
            Role.ENGINEERING,
            ["rp-1", "rp-2", "rp-3", "rp-4", "rp-5", "rp-7"],
        ),
        (datetime(2026, 11, 22, 10, 0, tzinfo=LOCAL), Role.FINANCE, []),
    ],
)
async def test_who_is_on_duty_is_told_by_shift_day_and_stand_in(
    reference: Reference, moment: datetime, post: Role, staff: list[str]
) -> None:
    assert await reference.on_duty(LY, post, moment) == staff


async def test_the_database_and_the_domain_agree_on_every_post_at_every_half_hour(
    fresh_settings: Settings, fresh_pool: asyncpg.Pool, folder: Path, spoil: Spoil
) -> None:
    spoil("roster.toml", r'^starts = "00:00"\nends = "00:00"$', 'starts = "08:00"\nends = "08:00"')
    spoil("roster.toml", r'^staff = \["cs-1"\]$', 'staff = ["cs-1"]\nvalid_until = 2026-11-25')
    spoil("roster.toml", r'^staff = \["mg-1"\]$', 'staff = ["mg-1"]\nvalid_from = 2026-11-25')
    away = (("en-1", 24), ("rp-3", 25), ("fi-1", 26), ("ed-1", 26))
    with (folder / "roster.toml").open("a", encoding="utf-8") as roster_file:
        for staff, day in away:
            roster_file.write(
                f'\n[[leave]]\nstaff = "{staff}"\nstarts_at = 2026-11-{day}T09:30:00\n'
                f"ends_at = 2026-11-{day}T16:30:00\n"
            )
    sealer = Sealer(fresh_settings.master_ring())
    await load(fresh_pool, sealer, folder)
    reference = Reference(fresh_pool, sealer, fresh_settings)
    roster = roster_of(read_folder(folder).roster)
    monday = datetime(2026, 11, 23, tzinfo=LOCAL)

    for post in sorted(POSTS):
        for half_hours in range(5 * 48):
            moment = monday + timedelta(minutes=30 * half_hours)
            expected = list(on_duty(roster, post, moment))
            assert await reference.on_duty(LY, post, moment) == expected, (post, moment)


ASKED: Mapping[str, Callable[[Reference], Awaitable[object]]] = {
    "price_book": lambda reference: reference.price_book(LY),
    "open_values": lambda reference: reference.open_values(LY, datetime.now(UTC)),
    "calendar": lambda reference: reference.calendar(LY),
    "operating_procedure": lambda reference: reference.operating_procedure(LY, "水"),
    "teams": lambda reference: reference.teams(LY),
    "members": lambda reference: reference.members(LY),
    "team_names": lambda reference: reference.team_names(LY),
    "terms": lambda reference: reference.terms(LY, datetime.now(UTC)),
    "buildings": lambda reference: reference.buildings(LY),
    "room": lambda reference: reference.room(LY, "1-101"),
    "room_codes": lambda reference: reference.room_codes(LY),
    "household": lambda reference: reference.household(LY, "1-101"),
    "holders": lambda reference: reference.holders(LY, Role.REPAIRER),
    "on_duty": lambda reference: reference.on_duty(LY, Role.REPAIRER, datetime.now(UTC)),
    "open_tasks": lambda reference: reference.open_tasks(LY),
}


def test_no_question_of_the_reference_is_left_out() -> None:
    assert {name for name in vars(Reference) if not name.startswith("_")} == set(ASKED)


@pytest.mark.parametrize("question", ASKED)
async def test_no_question_waits_for_a_connection_without_a_limit(question: str, settings: Settings) -> None:
    narrow = settings.model_copy(update={"postgres_pool_size": 1, "postgres_acquire_timeout": 0.05})
    pool = await open_pool(narrow)
    reference = Reference(pool, Sealer(narrow.master_ring()), narrow)

    async with pool.acquire():
        asking = asyncio.ensure_future(ASKED[question](reference))
        answered, _ = await asyncio.wait([asking], timeout=2)

    assert answered, "it waits as long as the connection is held"
    with pytest.raises(TimeoutError):
        await asking
    await pool.close()
