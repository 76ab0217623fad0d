"""REP-11, REP-47: who asked for a repair is asked whether it is solved; where it is not, it begins anew."""

from collections.abc import Callable

from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation, always
from domain.events import Event
from domain.events.repair import FeedbackGiven
from domain.ladder import Breach, Warn
from domain.limits import Within
from domain.people import Role
from domain.rulebook.open_values import OV_10
from domain.rulebook.rows import Right
from domain.rulebook.work import DESK

RIGHT = Right(rule="REP-11", events=(FeedbackGiven,), posts=DESK)


def asked_after(
    done: tuple[type[Event], ...], *, part: str = "", only_if: Callable[[CaseFile], bool] = always
) -> Obligation:
    """The row that has the front desk ask once the work is ``done``."""
    return Obligation(
        rule="REP-11",
        part=part,
        label="征询客户反馈",
        owed_by=Role.FRONT_DESK,
        counts_from=done,
        met_by=(FeedbackGiven,),
        limit=Within(OV_10),
        only_if=only_if,
        ladder=(Warn(tell=(Role.FRONT_DESK,)), Breach(tell=(Role.CUSTOMER_SERVICE_SUPERVISOR,))),
    )


def unsolved(entry: Entry) -> bool:
    return isinstance(entry.event, FeedbackGiven) and not entry.event.solved


def this_round(file: CaseFile) -> tuple[Entry, ...]:
    """Everything since the feedback that reopened the repair last (REP-47); of one never reopened, the whole file."""
    entries = tuple(file)
    last = next((entry.number for entry in reversed(entries) if unsolved(entry)), 0)
    return entries[last:]
