"""Who work may be given to, asked alike by every door that assigns (REP-05, REP-18)."""

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
