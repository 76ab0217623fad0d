"""A month out of its time is fired only when it is over."""

from datetime import date

import pytest

from infra.errors import CannotStart
from infra.fire import refuse_unfinished


@pytest.mark.parametrize("month", [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)])
def test_the_costs_of_a_month_that_is_not_over_are_refused(month: date) -> None:
    with pytest.raises(CannotStart, match="is not over"):
        refuse_unfinished(month, date(2026, 11, 30))


def test_the_costs_of_a_month_are_taken_from_the_first_day_after_it() -> None:
    refuse_unfinished(date(2026, 11, 1), date(2026, 12, 1))
