"""How the tests are spread over processes: what is started stays in use, and what takes long begins first.

A process that has started an office, a house or a clock for one file goes on with the files that need the same;
another process begins with something else. For ``--dist loadscope``, which ``desk.py test`` asks for.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it tells nothing of its types

TOGETHER = ("tests/survival",)
"""Folders whose files share one house of real processes, which costs more than all else to start."""

APART = ("tests/simulation",)
"""Folders in which a single test takes as long as a file elsewhere."""

LONG = ("tests/survival", "tests/simulation", "tests/infra/embedded", "tests/browser", "tests/api", "tests/workflows")
"""What takes long, the longest first: at the end nobody is to wait for the last of it."""


def unit_of(test: str) -> str:
    """What one process has to itself: a folder, a file or a test."""
    file = test.partition("::")[0]
    if file.startswith(APART):
        return test
    return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def company_of(unit: str) -> str:
    """The folder with which a unit shares what is started for it."""
    return "/".join(PurePosixPath(unit.partition("::")[0]).parts[:2])


def rank(unit: str) -> int:
    return next((place for place, long in enumerate(LONG) if unit.startswith(long)), len(LONG))


class Spread(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def _assign_work_unit(self, node: object) -> None:
        self.workqueue.move_to_end(self._next_for(node), last=False)
        super()._assign_work_unit(node)

    def _next_for(self, node: object) -> str:
        """Of the company it already keeps, else of one that nobody keeps, else the one that takes longest."""
        own = companies(self.assigned_work[node])
        others = {kept for other in self.nodes for kept in companies(self.assigned_work[other])}

        def order(unit: str) -> tuple[bool, bool, int]:
            company = company_of(unit)
            return company not in own, company in others, rank(unit)

        waiting: Iterable[str] = self.workqueue
        return min(waiting, key=order)


def companies(units: Iterable[str]) -> set[str]:
    return {company_of(unit) for unit in units}
