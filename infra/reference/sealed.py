"""Which columns of the reference tables are sealed, and how a row is sealed and opened."""

from dataclasses import dataclass

from infra.sealing import Connection, Erased, Place, Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedTable:
    """``columns``: the names of the sealed values by their position behind the key; None is in clear."""

    owner: str
    columns: tuple[str | None, ...]


SEALED = {
    "households": SealedTable(owner="household", columns=(None, "name", "phone")),
    "staff": SealedTable(owner="staff", columns=(None, None, "phone", "email", "wecom", "dingtalk", "feishu")),
}


def owner_of(table: str, row: str) -> str:
    """The owner of the data key: ``household:<id>`` or ``staff:<id>``."""
    return f"{SEALED[table].owner}:{row}"


async def seal_row(
    connection: Connection, sealer: Sealer, table: str, row: str, values: tuple[object, ...]
) -> tuple[object, ...]:
    """The values with the personal ones sealed; None stays None."""
    key = await sealer.key(connection, owner_of(table, row))
    return tuple(
        key.seal(Place(table=table, row=row, column=column), value.encode())
        if column and isinstance(value, str)
        else value
        for column, value in zip(SEALED[table].columns, values, strict=True)
    )


async def open_row(
    connection: Connection, sealer: Sealer, table: str, row: str, values: tuple[object, ...]
) -> tuple[object, ...]:
    """The values in clear; a personal one whose key was destroyed is None."""
    if not any(isinstance(value, bytes) for value in values):
        return values
    try:
        key = await sealer.existing_key(connection, owner_of(table, row))
    except Erased:
        return tuple(None if isinstance(value, bytes) else value for value in values)
    return tuple(
        key.open(Place(table=table, row=row, column=column), value).decode()
        if column and isinstance(value, bytes)
        else value
        for column, value in zip(SEALED[table].columns, values, strict=True)
    )
