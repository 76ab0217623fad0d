"""Who work may be given to, and who may sign for it, asked alike by every door (REP-05, REP-18, PUB-03)."""

from domain.errors import RuleBroken
from domain.people import Actor, Role


def check_assignable(person: Actor | None, *, on_leave: bool, field: str) -> None:
    """Raise RuleBroken unless it is an active repairer of the estate who is not on leave when the work is given.

    ``person``: as the register knows him there, None where it does not or where he has left. ``field``: of the request.
    """
    if person is None or not person.holds(Role.REPAIRER):
        raise RuleBroken(
            "REP-05",
            field=field,
            remedy="请选本小区在职的维修人员",
            english="Choose an active repairer of this estate.",
        )
    if on_leave:
        raise RuleBroken(
            "REP-05",
            field=field,
            remedy="该维修人员此时请假，请改派他人",
            english="That repairer is on leave then; choose another.",
        )


def check_signatory(person: Actor | None, *, field: str) -> None:
    """Raise RuleBroken unless an active member of 工程部 signs for the order; ``person`` and ``field`` as above."""
    if person is None or not person.holds(Role.ENGINEERING, Role.ENGINEERING_SUPERVISOR, Role.REPAIRER):
        raise RuleBroken(
            "PUB-03",
            field=field,
            remedy="签收人须为本小区工程部在职人员",
            english="An active member of the engineering department of this estate signs for it.",
        )
