"""Twenty months: nothing is broken, and everything of the newest editions has been put to use."""

from collections.abc import Callable

import pytest

from tests.simulation.conftest import SEEDS
from tests.simulation.report import MOST_UNSEEN, NEVER, Report
from tests.simulation.tally import everything

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("seed", SEEDS)
def test_in_no_month_an_invariant_is_broken(month: Callable[[int], Report], seed: int) -> None:
    report = month(seed)

    assert [] == [str(violation) for _, violation in report.broken]
    assert all(report.looked.values())


@pytest.mark.timeout(3000)  # it lives through every month that no other process has come to
def test_every_event_row_and_gate_of_the_newest_editions_is_put_to_use(month: Callable[[int], Report]) -> None:
    report = Report()
    for seed in reversed(SEEDS):
        report.join(month(seed))

    assert [] == report.never
    assert report.share_unseen <= MOST_UNSEEN
    assert NEVER.keys() <= set(everything())
    assert [] == [use for use in NEVER if report.tally.uses[use]], "no longer never"
