"""One house of real processes for all tests of survival; each test leaves it whole."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from infra.postgres.pool import open_pool
from tests.survival.callers import Callers
from tests.survival.house import House


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=1, help="how many seeds of each random survival test (default 1)")
    parser.addoption("--outage", type=float, default=6.0, help="seconds that a server is away (default 6)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(1, metafunc.config.getoption("seeds", 1) + 1))


@pytest.fixture(scope="session")
async def standing() -> AsyncIterator[House]:
    house = House.laid_out()
    try:
        await house.open()
        yield house
    finally:
        house.close()


@pytest.fixture
async def house(standing: House) -> AsyncIterator[House]:
    """Whole at the beginning and at the end, and clean: no command without an end, no invariant broken."""
    await standing.until_ready()
    yield standing
    await standing.until_ready()
    await standing.until_quiet()
    await standing.until_clean()


@pytest.fixture
def outage(pytestconfig: pytest.Config) -> float:
    """Seconds that a server or a worker is away."""
    return float(pytestconfig.getoption("outage", 6.0))


@pytest.fixture
async def pool(house: House) -> AsyncIterator[asyncpg.Pool]:
    pool = await open_pool(house.settings)
    yield pool
    pool.terminate()


@pytest.fixture
async def callers(house: House) -> AsyncIterator[Callers]:
    async with house.http() as http:
        yield Callers(house=house, http=http)
