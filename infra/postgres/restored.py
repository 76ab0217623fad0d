"""The ledger after a restore: where it stands, and what an older backup lacks, filed again as Temporal remembers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.admission import Act
from domain.calendar import LOCAL
from domain.case_file import Entry, Source
from domain.events import ByTheDesk, Opening
from domain.filing import Step
from domain.people import CaseNo
from infra.postgres.acceptance import channel_of, title_of
from infra.postgres.ledger import PostgresLedger, Unfit, queries
from infra.postgres.places import case_owner, place_of, place_of_words
from infra.postgres.pool import acquired
from infra.postgres.queries import load
from infra.postgres.rooms import note_room
from infra.sealing import Connection, DataKey, Sealer
from workflows.messages import OpenCase, RecordAct

statements = load("restored.sql")
ADD_CALL = load("acceptance.sql")["add_call"]
AGAIN = "rebuild"
"""The client of commands whose own was lost with their rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the ledger stands with a case: ``number`` 0 before its first step. ``opened_by``: that command."""

    number: int
    digest: str
    is_open: bool
    opened_by: str

    @property
    def place(self) -> tuple[int, str]:
        return self.number, self.digest


class RestoredLedger(PostgresLedger):
    """For an operator's command, while nothing else of the desk runs."""

    async def standing(self, no: CaseNo) -> Standing | None:
        """None for a case that the ledger does not know."""
        async with acquired(self._pool, self._settings) as connection:
            row = await connection.fetchrow(statements["standing"], no)
        if row is None:
            return None
        return Standing(
            number=row["number"] or 0,
            digest=row["digest"] or "",
            is_open=row["open"],
            opened_by=row["opened_by"] or "",
        )

    async def digest_of(self, no: CaseNo, lineage: str, number: int) -> str | None:
        """What stands there, if anything does."""
        async with acquired(self._pool, self._settings) as connection:
            row = await connection.fetchrow(queries["digests_of"], no, lineage, [number])
        return None if row is None else str(row["digest"])

    async def closed_among(self, numbers: Sequence[str]) -> set[str]:
        """Those of the cases that have ended."""
        async with acquired(self._pool, self._settings) as connection:
            return {row["case_no"] for row in await connection.fetch(statements["closed_among"], list(numbers))}

    async def file_again(self, opening: OpenCase, step: Step) -> None:
        """A step that was filed before and that an older backup lacks, with its case and its commands if they lack too.

        Its notices are not sent again. ``Unfit`` where it does not go on from what stands there.
        """
        async with acquired(self._pool, self._settings) as connection, connection.transaction():
            key = await self._sealer.key(connection, case_owner(step.no))
            if await connection.fetchrow(statements["standing"], step.no) is None:
                await _add_case(connection, self._sealer, opening, key)
            for entry in step.entries:
                if entry.source is not Source.WEB_UI and entry.command_id:
                    await _add_command(connection, opening, entry, key)
            await self._write(connection, step, key)
            numbers = [entry.number for entry in step.entries]
            await connection.execute(statements["keep_untold"], step.no, step.lineage, numbers)


async def _add_case(connection: Connection, sealer: Sealer, opening: OpenCase, key: DataKey) -> None:
    """Case, room, call and number, as ``Acceptance`` wrote them."""
    first, prefix = opening.acts[0], opening.no.partition("-")[0]
    request = first.event
    if not isinstance(request, Opening | ByTheDesk):
        raise Unfit(opening.no, "", [1])
    await connection.execute(
        statements["file_case_again"],
        opening.no,
        prefix,
        opening.estate,
        opening.building,
        opening.edition,
        channel_of(request),
        first.at,
        opening.drill,
        first.accepted_at,
        title_of(request),
    )
    if isinstance(request, Opening):
        await _add_call(connection, sealer, opening, request, key)
    day = first.accepted_at.astimezone(LOCAL).date()
    await connection.execute(statements["count_again"], prefix, day, int(opening.no.rpartition("-")[2]))


async def _add_call(connection: Connection, sealer: Sealer, opening: OpenCase, request: Opening, key: DataKey) -> None:
    first = opening.acts[0]
    await note_room(connection, sealer, opening.no, opening.estate, request.spot)
    words = key.seal(place_of_words(opening.no), request.content.encode())
    call = (opening.no, request.channel, first.at, first.by.id, words)
    await connection.execute(ADD_CALL, *call)


async def _add_command(connection: Connection, opening: OpenCase, entry: Entry, key: DataKey) -> None:
    command = entry.command_id or ""
    act = Act(
        command_id=command,
        event=entry.event,
        by=entry.by,
        at=entry.at,
        accepted_at=entry.recorded_at,
        source=entry.source,
    )
    opens = entry.number == 1
    message = opening if opens else RecordAct(act=act)
    body = key.seal(place_of(UUID(command)), message.model_dump_json().encode())
    await connection.execute(
        statements["file_command_again"],
        UUID(command),
        AGAIN,
        "open" if opens else "act",
        opening.no,
        entry.event.type,
        body,
        opening.acts[0].accepted_at if opens else entry.recorded_at,
    )
