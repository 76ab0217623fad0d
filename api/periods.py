"""Until when what runs by itself in a case still runs, by the terms that it was opened on."""

from api.desk import Desk
from api.looking import Look
from domain.limits import Terms
from domain.periods import Running, running
from domain.rulebook import PROCEDURES


async def periods_of(desk: Desk, look: Look) -> tuple[Running, ...]:
    """In the order of the rows; the terms are unsealed only for a case in which something runs."""
    rows = PROCEDURES[look.head.procedure].edition(look.head.edition).periods
    if not any(True for _ in running(rows, look.file, Terms())):
        return ()
    opening = await desk.commands.opening_as_written(look.head.no)
    return tuple(running(rows, look.file, opening.terms.terms()))
