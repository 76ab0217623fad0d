"""Puts a checked folder into the database: all or nothing, and nothing twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import asyncpg

from domain.calendar import years_wanted
from infra.postgres.queries import load
from infra.reference.folder import Folder
from infra.reference.frozen import frozen_problems
from infra.reference.problems import Problem, WrongReference
from infra.reference.sealed import SEALED, open_row, seal_row
from infra.reference.wanted import LAYOUTS, Key, Layout, Rows, wanted
from infra.sealing import Connection, Sealer

queries = load("reference.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Keys of the rows that one load adds, changes and removes."""

    added: tuple[Key, ...]
    changed: tuple[Key, ...]
    removed: tuple[Key, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def difference(now: Rows, asked: Rows, *, lasting: bool = False) -> Change:
    return Change(
        added=tuple(key for key in asked if key not in now),
        changed=tuple(key for key in asked if key in now and asked[key] != now[key]),
        removed=() if lasting else tuple(key for key in now if key not in asked),
    )


class Loading:
    """One load over one connection; ``today`` is the local day that decides what is already past."""

    def __init__(self, connection: Connection, sealer: Sealer, folder: Folder, today: date) -> None:
        self.connection = connection
        self.sealer = sealer
        self.folder = folder
        self.today = today
        self.estate = folder.estate.code

    async def run(self, by: str) -> Mapping[str, Change]:
        """What changed, by table. One transaction; repeating it changes nothing.

        Raises WrongReference when a past price or setting would change, or rows of another estate stand in the way.
        """
        async with self.connection.transaction():
            await self.connection.execute(queries["lock_estate"], self.estate)
            asked = wanted(self.folder)
            now = {layout.name: await self._now(layout, asked[layout.name]) for layout in LAYOUTS}
            problems = tuple(frozen_problems(self.folder, now, asked, self.today))
            if problems:
                raise WrongReference(problems)
            changes = {
                layout.name: difference(now[layout.name], asked[layout.name], lasting=layout.lasting)
                for layout in LAYOUTS
            }
            await self._write(changes, asked)
            await self._ask_for_years()
            if any(changes.values()):
                await self._keep(by, changes)
        return changes

    async def _now(self, layout: Layout, asked: Rows) -> Rows:
        arguments: list[object] = [self.estate]
        if layout.name == "staff":
            arguments.append([key[0] for key in asked])
        rows: dict[Key, tuple[object, ...]] = {}
        for record in await self.connection.fetch(queries[f"{layout.name}_now"], *arguments):
            cells = tuple(tuple(cell) if isinstance(cell, list) else cell for cell in record.values())
            key, values = cells[: layout.keys], cells[layout.keys :]
            if layout.name in SEALED:
                values = await open_row(self.connection, self.sealer, layout.name, str(key[0]), values)
            rows[key] = values
        return rows

    async def _write(self, changes: Mapping[str, Change], asked: Mapping[str, Rows]) -> None:
        for layout in reversed(LAYOUTS):
            for key in changes[layout.name].removed:
                await self._execute(layout, f"drop_{layout.name}", key)
        for layout in LAYOUTS:
            change = changes[layout.name]
            for key in (*change.added, *change.changed):
                values = asked[layout.name][key]
                if layout.name in SEALED:
                    values = await seal_row(self.connection, self.sealer, layout.name, str(key[0]), values)
                await self._execute(layout, f"put_{layout.name}", (*key, *values))

    async def _execute(self, layout: Layout, statement: str, row: tuple[object, ...]) -> None:
        scope = () if layout.name == "staff" else (self.estate,)
        try:
            done = await self.connection.execute(queries[statement], *scope, *row)
        except asyncpg.IntegrityConstraintViolationError:
            done = ""
        if not done or (statement.startswith("put_") and done.endswith(" 0")):
            raise WrongReference([_in_the_way(layout)])

    async def _ask_for_years(self) -> None:
        await self.connection.execute(queries["settle_calendar_tasks"], self.estate)
        for year in years_wanted(self.today):
            await self.connection.execute(queries["ask_for_calendar"], self.estate, year)

    async def _keep(self, by: str, changes: Mapping[str, Change]) -> None:
        counts = {
            name: {"added": len(change.added), "changed": len(change.changed), "removed": len(change.removed)}
            for name, change in changes.items()
            if change
        }
        digests = dict(self.folder.digests)
        await self.connection.execute(queries["keep_load"], self.estate, by, self.folder.digest, digests, counts)


def _in_the_way(layout: Layout) -> Problem:
    return Problem(
        file="",
        line=0,
        field=layout.name,
        chinese=f"{layout.label}与已载入的数据冲突：编号属于另一小区，或仍被停用的房号、已收的费用引用",
        english=f"{layout.name}: an id belongs to another estate, or former rooms or charges still refer to the row",
    )
