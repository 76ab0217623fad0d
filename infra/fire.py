"""A plan or a month out of its time, for operators: ``python -m infra.fire plan LY LIFT-1-M | costs LY 2026-10``."""

import argparse
import asyncio
import sys
import uuid
from datetime import date, datetime, timedelta

from temporalio.client import Client

from domain.calendar import LOCAL
from domain.people import EstateCode
from infra import logging
from infra.errors import CannotStart
from infra.postgres.pool import open_running
from infra.reference.planned import Planned
from infra.run import run
from infra.settings import Settings, load_settings
from infra.temporal import connect
from infra.timetable import COSTS, PLAN
from workflows.calendar import CostsWorkflow, MonthFired, PlanFired, PlanWorkflow

PROCESS = "fire"
PATIENCE = timedelta(seconds=60)


async def main(arguments: argparse.Namespace) -> None:
    settings = load_settings()
    logging.configure(level=settings.log_level, form=settings.log_format, process=PROCESS)
    async with await open_running(settings) as pool:
        planned = Planned(pool, settings)
        client = await connect(settings, role="计划员")
        estate = EstateCode(arguments.estate)
        if arguments.what == "costs":
            refuse_unfinished(arguments.month, datetime.now(LOCAL).date())
            no = await _costs(client, settings, estate, arguments.month)
        else:
            if await planned.plan(estate, arguments.plan) is None:
                raise CannotStart(
                    f"{estate} has no plan {arguments.plan}",
                    remedy="take a code of its routines.toml, as loaded",
                    chinese=(f"{estate} 没有计划 {arguments.plan}", "请用已载入的 routines.toml 中的编号"),
                )
            no = await fire(client, settings, PlanFired(estate=estate, plan=arguments.plan, drill=arguments.drill))
    sys.stdout.write(f"{no}\n")


def refuse_unfinished(month: date, today: date) -> None:
    """A month is reckoned once, so only when it is over; raises CannotStart."""
    if month >= today.replace(day=1):
        raise CannotStart(
            f"{month:%Y-%m} is not over, and a month is reckoned only once",
            remedy="wait for its end; it is reckoned by itself then",
            chinese=(f"{month:%Y-%m} 尚未结束，而每月只核算一次", "请等该月结束，届时系统自动核算"),
        )


async def fire(client: Client, settings: Settings, fired: PlanFired) -> str:
    """The number of the case that the plan opens now, beside those of its own days; TimeoutError without a worker."""
    name = f"{PLAN}{fired.estate}-{fired.plan}-by-hand-{uuid.uuid4()}"
    handle = await client.start_workflow(
        PlanWorkflow.run, fired, id=name, task_queue=settings.queue_cases, rpc_timeout=PATIENCE
    )
    async with asyncio.timeout(PATIENCE.total_seconds()):
        return await handle.result()


async def _costs(client: Client, settings: Settings, estate: EstateCode, month: date) -> str:
    """A month that is reckoned already stays as it is."""
    name = f"{COSTS}{estate}-by-hand-{uuid.uuid4()}"
    fired = MonthFired(estate=estate, month=month)
    handle = await client.start_workflow(
        CostsWorkflow.run, fired, id=name, task_queue=settings.queue_cases, rpc_timeout=PATIENCE
    )
    async with asyncio.timeout(PATIENCE.total_seconds()):
        return await handle.result()


def _month(text: str) -> date:
    return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  # a month of the local calendar


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.fire", description=__doc__)
    whats = parser.add_subparsers(dest="what", required=True)
    plan = whats.add_parser("plan", help="open the case of a plan now")
    plan.add_argument("estate")
    plan.add_argument("plan", help="its code")
    plan.add_argument("--drill", action="store_true", help="as a drill (演练): told as one, left out of every figure")
    costs = whats.add_parser("costs", help="reckon the costs of a month that was left out")
    costs.add_argument("estate")
    costs.add_argument("month", type=_month, help="such as 2026-10")
    return parser.parse_args()


if __name__ == "__main__":
    run(main(_arguments()))
