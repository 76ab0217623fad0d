"""Counts the printings of every copy of a form, so that a second one says that it is a 补打."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from domain.errors import UnknownCase
from domain.forms import Form, FormCopy
from domain.people import CaseNo, StaffId
from infra.postgres.queries import load

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy

queries = load("paper.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Which copy of which form of which case; ``round``: a case reopened after its return has another form."""

    case_no: CaseNo
    form: Form
    copy: FormCopy
    round: int = 1

    @property
    def place(self) -> tuple[str, str, int, int]:
        return self.case_no, self.form.code, self.copy.number, self.round


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """``number``: 1 is the original, more is a 补打. ``upto``: the last entry of the file that stands on it."""

    number: int
    at: datetime
    upto: int | None


async def record_print(
    connection: Connection, paper: Paper, printed_by: StaffId, *, key: str, upto: int | None = None
) -> Printing:
    """The printing asked for under the key, counted if it has not been. Raises UnknownCase.

    Printings of one case wait for each other, so two at once get 1 and 2, and the same one asked for twice gets one.
    Inside the caller's transaction the number counts when that commits; call it at READ COMMITTED.
    """
    async with connection.transaction():
        if await connection.fetchval(queries["hold_case_for_printing"], paper.case_no) is None:
            raise UnknownCase
        rows = await connection.fetch(queries["printing_asked"], *paper.place, printed_by, key)
        if not rows:
            rows = await connection.fetch(queries["add_printing"], *paper.place, printed_by, key, upto)
    return Printing(**rows[0])


async def printing_of(connection: Connection, paper: Paper, number: int | None) -> Printing | None:
    """One that has been counted, the last without a ``number``."""
    row = await connection.fetchrow(queries["printing"], *paper.place, number)
    return Printing(**row) if row else None
