"""The process itself: starts with PostgreSQL away, becomes ready with it, describes itself, stops at once."""

import asyncio
import re
import signal
import time
from pathlib import Path

import httpx2

from infra.embedded.child import free_port
from tests.api.office import Office
from tests.infra.programs import ended, start

RUN = "import runpy; runpy.run_module('api', run_name='__main__')"


async def test_with_the_database_away_it_starts_and_says_503_with_the_remedy(tmp_path: Path) -> None:
    port = free_port()
    process = start(
        RUN,
        LIYUAN_API_PORT=str(port),
        LIYUAN_DATA_FOLDER=str(tmp_path),
        LIYUAN_POSTGRES_DSN=f"postgresql://nobody@127.0.0.1:{free_port()}/none",
        LIYUAN_TEMPORAL_ADDRESS=f"127.0.0.1:{free_port()}",
    )
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        await until_alive(http)

        ready = await http.get("/readyz")
        asked = await http.get("/v1/cases", headers={"Authorization": "Bearer lyd_x"})

    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    code, _, err = await ended(process)
    assert [503, 503] == [ready.status_code, asked.status_code]
    assert "unavailable" == asked.json()["code"]
    assert asked.headers["retry-after"]
    assert 0 == code, err
    assert time.monotonic() - began < 5


async def test_an_open_stream_does_not_hold_up_the_stop(lonely: Office) -> None:
    port = free_port()
    process = start(
        RUN,
        LIYUAN_API_PORT=str(port),
        LIYUAN_DATA_FOLDER=str(lonely.settings.data_folder),
        LIYUAN_POSTGRES_DSN=lonely.settings.dsn,
        LIYUAN_TEMPORAL_ADDRESS=lonely.settings.temporal_address,
    )
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as http:
        await until_alive(http, "/readyz")
        async with http.stream("GET", "/v1/stream", headers=lonely.headers("fd-1")) as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(10):
                rest = [line async for line in lines]

    code, _, err = await ended(process)
    assert not [line for line in rest if line.startswith("data:")]
    assert 0 == code, err
    assert "Traceback" not in err
    assert time.monotonic() - began < 4


async def test_the_description_is_served_from_here_alone(lonely: Office) -> None:
    page = await lonely.http.get("/docs")
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    files = [await lonely.http.get(path) for path in named]
    described = (await lonely.http.get("/openapi.json")).json()

    assert all(path.startswith("/static/") for path in named)
    assert {200} == {answer.status_code for answer in files}
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "/v1/cases/{no}/events" in described["paths"]


async def test_figures_name_routes_and_never_a_number_or_a_name(lonely: Office) -> None:
    await lonely.get("/v1/cases/REP-20261122-00001")

    told = (await lonely.http.get("/metrics")).text

    assert 'route="/v1/cases/{no}"' in told
    assert "REP-" not in told


async def until_alive(http: httpx2.AsyncClient, path: str = "/healthz") -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                if (await http.get(path)).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.1)
