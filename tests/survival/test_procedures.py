"""The worker of production carries a case of every procedure from the call to the end, and is still alive."""

from tests.survival.callers import A_CALL, A_REPORT, CHECKED, CONSENTED, REPAIRED, Callers
from tests.survival.house import House
from workflows import CASES

WHOLE_PATHS = {"REP": (CONSENTED, A_CALL), "PUB": (REPAIRED, A_REPORT), "RTN": (CHECKED, None)}
"""A whole path for each procedure; one without is a procedure that nobody has tried in the worker."""


async def test_a_case_of_every_procedure_runs_in_the_worker(house: House, callers: Callers) -> None:
    house.kill("worker")
    house.start("worker")
    worker = house.child("worker")

    numbers = [await callers.carry(*WHOLE_PATHS[prefix]) for prefix in CASES]

    assert set(CASES) == {no.partition("-")[0] for no in numbers}
    assert worker.running
