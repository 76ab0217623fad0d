"""Every statement of every statement file is one that the migrated schema understands."""

from pathlib import Path

import asyncpg
import pytest

from infra.postgres import queries
from infra.postgres.queries import WrongStatements, load, statement_files


@pytest.mark.parametrize("file", statement_files())
async def test_every_statement_can_be_prepared(file: str, pool: asyncpg.Pool) -> None:
    statements = load(file)

    async with pool.acquire() as connection:
        for name, text in statements.items():
            try:
                await connection.prepare(text)
            except asyncpg.PostgresError as fault:
                pytest.fail(f"{file}: {name}: {fault}")

    assert statements


def test_a_statement_without_its_sentence_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path
    (folder / "a.sql").write_text("-- name: beat\nselect 1;\n")
    monkeypatch.setattr(queries, "FOLDER", folder)

    with pytest.raises(WrongStatements, match="beat lacks the sentence"):
        load("a.sql")


def test_a_name_given_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path
    (folder / "a.sql").write_text("-- name: x\n-- One.\nselect 1;\n-- name: x\n-- Two.\nselect 2;\n")
    monkeypatch.setattr(queries, "FOLDER", folder)

    with pytest.raises(WrongStatements, match="x stands twice"):
        load("a.sql")
