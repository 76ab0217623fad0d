"""``python -m api`` serves the HTTP API and the staff pages; it starts with PostgreSQL or Temporal away, too."""

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn

from api.app import create_app
from api.desk import Desk, open_desk
from api.house import House
from infra import logging
from infra.run import run, stop_event
from infra.settings import Settings, load_settings
from infra.temporal import connect

log = structlog.stdlib.get_logger(__name__)

GRACE_SECONDS = 5
KEEP_ALIVE_SECONDS = 75


class Server(uvicorn.Server):
    """Leaves the signals to us: the streams must end before the server waits for them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(settings: Settings) -> None:
    logging.configure(level=settings.log_level, form=settings.log_format, process="api")
    settings.master_ring()
    client = await connect(settings, role="客服台", lazy=True)

    async def opened() -> Desk:
        return await open_desk(settings, client)

    house = House(settings, opened)
    server = Server(
        uvicorn.Config(
            create_app(house),
            host=settings.api_host,
            port=settings.api_port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
            limit_concurrency=2000,
        )
    )
    stop = stop_event()
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    house.stop()
    server.should_exit = True
    stopping.cancel()
    await serving


def main() -> None:
    argparse.ArgumentParser(
        prog="python -m api", description=__doc__, epilog="Settings: LIYUAN_* variables, see docs/settings.md."
    ).parse_args()
    run(_main())


async def _main() -> None:
    await serve(load_settings())


if __name__ == "__main__":
    main()
