"""Counts the printings of every copy of a form, so that a second one says that it is a 补打."""

import asyncpg

from domain.errors import UnknownCase
from domain.forms import Form, FormCopy
from domain.people import CaseNo, StaffId
from infra.postgres.queries import load

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy

queries = load("paper.sql")


async def record_print(connection: Connection, case_no: CaseNo, form: Form, copy: FormCopy, printed_by: StaffId) -> int:
    """The number of this printing: 1 is the original, more is a 补打. Raises UnknownCase.

    Printings of one case wait for each other, so two at once get 1 and 2. Not idempotent: every call is a printing.
    Inside the caller's transaction the number counts when that commits; call it at READ COMMITTED.
    """
    async with connection.transaction():
        if await connection.fetchval(queries["hold_case_for_printing"], case_no) is None:
            raise UnknownCase
        printing = await connection.fetchval(queries["add_printing"], case_no, form.code, copy.number, printed_by)
    return int(printing)
