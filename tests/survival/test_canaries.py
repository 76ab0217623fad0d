"""What is personal is planted once and looked for everywhere, as bytes: it stands in sealed columns alone."""

import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg

from tests.survival.callers import CALL, CONSENTED, REFUSED, Callers
from tests.survival.house import House

WORDS = ("household", "address", "content", "signer", "reason", "text", "remark", "signature")


def _planted() -> dict[str, str]:
    """A word nobody else writes for each field, and a phone number."""
    canaries = {name: f"金丝雀{secrets.token_hex(5)}" for name in WORDS}
    return canaries | {"phone": f"199{secrets.randbelow(10**8):08d}"}


def _spellings(word: str) -> Iterator[bytes]:
    """As text, escaped, in hexadecimal as PostgreSQL shows bytes, and in UTF-16."""
    yield word.encode()
    yield json.dumps(word)[1:-1].encode()
    yield word.encode().hex().encode()
    yield word.encode("utf-16-le")


async def test_what_residents_say_and_who_they_are_stands_in_sealed_columns_alone(
    house: House, callers: Callers, pool: asyncpg.Pool
) -> None:
    canaries = _planted()
    room = "9-9999"
    no = await _whole_path(callers, canaries)
    refused = [
        await callers.send("/v1/repairs", CALL | {"room": room, "content": canaries["content"]}),
        await callers.send("/v1/repairs", CALL | {"phone": canaries["household"]}),
        await callers.act(no, "fd-1", {"type": "noted", "text": canaries["text"] + "\x00"}),
        await callers.act(no, "rp-1", {"type": "consent_refused", "reminded": False, "reason": canaries["reason"]}),
    ]
    await pool.execute("checkpoint")

    sinks: dict[str, bytes] = {"errors": json.dumps([one.body for one in refused], ensure_ascii=False).encode()}
    sinks |= await _tables(pool) | _files(house) | await _attributes(house)

    assert {400, 403, 409, 422} >= {one.status for one in refused}
    for place in ("table cases", "table entries", "file temporal.db", "attributes"):
        assert no.encode() in sinks[place], f"the search does not see {place}"
    found = {
        (place, name)
        for place, content in sinks.items()
        for name, word in canaries.items()
        if any(spelling in content for spelling in _spellings(word))
    }
    assert set() == found


async def _whole_path(callers: Callers, canaries: Mapping[str, str]) -> str:
    """Every field that people fill in bears its canary; the number of the last case."""
    form = {"household": canaries["household"], "address": canaries["address"], "wanted": "尽快"}
    call = {"content": canaries["content"], "phone": canaries["phone"], "form": form}
    no = ""
    for path in (CONSENTED, REFUSED):
        acts = [(by, _with(event, canaries)) for by, event in path]
        noted = {"type": "noted", "text": canaries["text"]}
        no = await callers.carry((*acts[:3], ("fd-1", noted), *acts[3:]), **call)
    return no


def _with(event: dict[str, Any], canaries: Mapping[str, str]) -> dict[str, Any]:
    return {name: canaries.get(name, value) for name, value in event.items()}


async def _tables(pool: asyncpg.Pool) -> dict[str, bytes]:
    names = [
        row["name"]
        for row in await pool.fetch(
            "select table_name as name from information_schema.tables where table_schema = 'public'"
            " and table_type = 'BASE TABLE'"
        )
    ]
    found = {}
    async with pool.acquire() as connection:
        for name in names:
            content = bytearray()

            async def keep(part: bytes, into: bytearray = content) -> None:
                into += part

            await connection.copy_from_table(name, output=keep)
            found[f"table {name}"] = bytes(content)
    return found


def _files(house: House) -> dict[str, bytes]:
    """The files of Temporal, of PostgreSQL with its write-ahead log, and every log of a process."""
    files = [path for path in house.folder.rglob("*") if path.is_file() and "/programs/" not in str(path)]
    return {f"file {path.relative_to(house.folder)}": _content(path) for path in files}


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


async def _attributes(house: House) -> dict[str, bytes]:
    client = await house.client()
    listed = [
        f"{execution.id} {execution.workflow_type} {execution.typed_search_attributes}"
        async for execution in client.list_workflows("")
    ]
    return {"attributes": "\n".join(listed).encode()}
