"""What the README asks of people and promises them holds at every hour of the week, by the sample estate."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.admission import right_for
from domain.calendar import LOCAL
from domain.people import Role, StaffId
from domain.roster import on_duty
from domain.rulebook import REPAIR
from domain.rulebook.repair.obligations import ON_SITE
from infra.reference.duty import roster_of
from infra.reference.folder import Folder, read_folder
from tests.test_docs import REQUEST

ROOT = Path(__file__).parents[1]
HALF_HOUR = timedelta(minutes=30)
REFUSED = ("rp-2", "arrived_on_site")
"""What the README shows as refused."""


@pytest.fixture(scope="module")
def sample() -> Folder:
    return read_folder(ROOT / "reference" / "sample")


def acts(page: str) -> Iterator[tuple[str, str]]:
    """Who records what, in the requests of the page."""
    for path, text in REQUEST.findall((ROOT / page).read_text()):
        body: dict[str, Any] = json.loads(text)
        yield body["by"], "request_received" if path == "/v1/repairs" else body["event"]["type"]


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_who_acts_in_the_readme_holds_a_post_that_may_whatever_the_hour(page: str, sample: Folder) -> None:
    posts = {row.id: frozenset(row.posts) for row in sample.staff.staff}
    kinds = {event.kind(): event for event in REPAIR.vocabulary}

    told = [act for act in acts(page) if act != REFUSED]

    assert told
    for by, kind in told:
        right = right_for(kinds[kind], REPAIR.editions[-1])
        assert right is not None
        assert posts[by] & frozenset(right.posts), (by, kind)


def test_the_breach_that_the_readme_promises_en_1_reaches_him_at_every_half_hour_of_the_week(sample: Folder) -> None:
    roster, monday = roster_of(sample.roster), datetime(2026, 11, 23, tzinfo=LOCAL)
    promised = re.search(r"the breach to `(\S+)` after", (ROOT / "README.md").read_text())
    assert promised

    hours = [monday + HALF_HOUR * count for count in range(7 * 48)]

    assert any(Role.ENGINEERING_SUPERVISOR in rung.tell for rung in ON_SITE.ladder)
    missing = [at for at in hours if StaffId(promised[1]) not in on_duty(roster, Role.ENGINEERING_SUPERVISOR, at)]
    assert [] == missing
