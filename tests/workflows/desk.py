"""A case on a clock turned by hand, as the tests of the procedures speak of it."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import asyncpg
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.empty_pb2 import Empty
from temporalio.api.testservice.v1 import SleepRequest, UnlockTimeSkippingRequest
from temporalio.client import Client, WorkflowFailureError
from temporalio.service import RPCError, RPCStatusCode

from domain.admission import Act
from domain.calendar import LOCAL
from domain.case_file import Entry, Source
from domain.events import AnyEvent, ByTheDesk, Noted, Opening, PeriodOver, RungReached
from domain.events.repair import Channel, FaultKind, RequestReceived, Situation
from domain.people import Actor, CaseNo, EstateCode, Role, StaffId
from domain.rulebook import PROCEDURES, REPAIR, Procedure
from domain.rulebook.open_values import OV_901
from infra.delivery import Delivery
from infra.embedded.temporal import EmbeddedTemporal
from infra.postgres.acceptance import Acceptance, NewAct, NewCase
from infra.postgres.commands import Command, Commands
from infra.postgres.ledger import ENTRY, entry_place
from infra.postgres.places import case_owner
from infra.reference.checks import check
from infra.reference.commands import load_checked
from infra.reference.folder import read_folder
from infra.reference.reader import Reference
from infra.sealing import Sealer
from infra.settings import Settings
from workflows.messages import TermsOfCase

SAMPLE = Path(__file__).parents[2] / "reference" / "sample"
LY = EstateCode("LY")
CLEAR = timedelta(milliseconds=300)
"""The clock is turned this far past the moment: the server can hang when a timer fires just as its turning ends."""

STUCK = timedelta(seconds=8)
SERVER_PATIENCE = timedelta(seconds=25)
UNANSWERED = {RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.UNAVAILABLE}
HANGING = "the test server hangs"
NOT_TAKEN = "Error while completing workflow activation"
PATIENCE = timedelta(seconds=20)
ENDING = timedelta(seconds=90)
"""For the cases of one test: where pytest's own time was up in the test itself, nothing else ends what comes after."""


async def hurry_the_grace(pool: asyncpg.Pool) -> None:
    """REP-47: a second instead of days, where no clock can be turned."""
    await pool.execute("insert into open_values values ('LY', $1, '2024-01-01', 'PT1S')", OV_901.id)


async def number_apart(pool: asyncpg.Pool) -> None:
    """All tests share a Temporal and every database counts from 1: begin anywhere, today and past midnight."""
    await pool.execute(
        "insert into case_counters select prefix, (now() at time zone 'Asia/Shanghai')::date + later, $1"
        " from unnest($2::text[]) as prefix, unnest('{0, 1}'::int[]) as later",
        10_000 + secrets.randbelow(80_000),
        list(PROCEDURES),
    )


def person(staff: str, *posts: Role) -> Actor:
    return Actor(id=StaffId(staff), name=staff, posts=frozenset(posts), estates=frozenset({LY}))


FRONT_DESK = person("fd-1", Role.FRONT_DESK)
DESK_SUPERVISOR = person("cs-1", Role.CUSTOMER_SERVICE_SUPERVISOR)
SUPERVISOR = person("en-1", Role.ENGINEERING_SUPERVISOR)
REPAIRER = person("rp-1", Role.REPAIRER, Role.ENGINEERING)
FOREMAN = person("en-1", Role.ENGINEERING_SUPERVISOR, Role.REPAIRER)
"""The same supervisor, who does repairs himself."""

OTHER_REPAIRER = person("rp-2", Role.REPAIRER, Role.ENGINEERING)
CENTRE_MANAGER = person("cm-1", Role.CENTRE_MANAGER)
COMPANY_MANAGER = person("mg-1", Role.COMPANY_MANAGER)
FINANCE = person("fi-1", Role.FINANCE)


async def load_sample(pool: asyncpg.Pool, sealer: Sealer) -> None:
    files = read_folder(SAMPLE)
    check(files)
    await load_checked(pool, sealer, files, by="test")


class Refused(Exception):
    """The desk said no; ``code`` says which no."""

    def __init__(self, command: Command) -> None:
        super().__init__(str(command.outcome))
        self.outcome = command.outcome or {}
        self.code = str(self.outcome.get("code"))
        self.field = str(self.outcome.get("field"))
        self.remedy = str(self.outcome.get("remedy"))

    @property
    def broke(self) -> tuple[str, str]:
        """The rule, which stands at the end of the remedy, and the field."""
        return self.remedy[self.remedy.rfind("（") + 1 : -1], self.field


class Hangs(Exception):
    """The server with the clock answers no more, which says nothing of the desk."""

    def __init__(self) -> None:
        super().__init__(HANGING)


class Doubts(logging.Handler):
    """Listens to the SDK: what the server would not take from a worker is not the desk's fault."""

    def __init__(self, desk: "Desk") -> None:
        super().__init__(logging.WARNING)
        self.desk = desk

    def emit(self, record: logging.LogRecord) -> None:
        if NOT_TAKEN in record.getMessage():
            self.desk.doubtful = True


@dataclass(kw_only=True)
class Desk:
    """The shared clock, and the cases opened by the running test.

    ``doubtful``: its turning had to be helped once, or it did not take what a worker gave back.
    ``hangs``: found out to be of no more use.
    """

    pool: asyncpg.Pool
    sealer: Sealer
    client: Client
    settings: Settings
    server: EmbeddedTemporal
    cases: list["OpenedCase"] = field(default_factory=list)
    doubtful: bool = False
    hangs: bool = False

    def __post_init__(self) -> None:
        self.commands = Commands(self.pool, self.sealer, self.settings)
        self.acceptance = Acceptance(self.pool, self.sealer, self.settings)
        self.delivery = Delivery(self.commands, self.client, self.settings)
        self.reference = Reference(self.pool, self.sealer, self.settings)

    async def now(self) -> datetime:
        try:
            answer = await self.client.service_client.test_service.get_current_time(Empty(), timeout=SERVER_PATIENCE)
        except RPCError as error:
            self.hangs = True
            raise Hangs from error
        return answer.time.ToDatetime(UTC)

    async def until(self, moment: datetime) -> None:
        """Turn the clock to the moment; what falls due on the way falls due."""
        length = moment - await self.now() + CLEAR
        if length > timedelta():
            duration = Duration()
            duration.FromTimedelta(length)
            await self._sleep(SleepRequest(duration=duration))

    async def _sleep(self, request: SleepRequest) -> None:
        """The server counts locks on its clock and now and then forgets to take one back: then we do."""
        server = self.client.service_client.test_service
        sleeping = asyncio.create_task(server.unlock_time_skipping_with_sleep(request, timeout=SERVER_PATIENCE))
        done, _ = await asyncio.wait({sleeping}, timeout=STUCK.total_seconds())
        if not done:
            self.doubtful = True
            with contextlib.suppress(RPCError):  # it holds none too many: it is only slow
                await server.unlock_time_skipping(UnlockTimeSkippingRequest())
        try:
            await sleeping
        except RPCError as error:
            self.hangs = True
            raise Hangs from error

    async def deliver(self, command: Command) -> Command:
        """Unanswered by a doubtful server, it is the server that hangs, and not the desk."""
        after = await self.delivery.deliver(command, PATIENCE)
        if not after.settled and self.doubtful:
            self.hangs = True
            raise Hangs
        return after

    async def morning(self, clock: str = "9:00") -> datetime:
        """Turn the clock to the next day at that local time, so that a test owns a whole day."""
        today = (await self.now()).astimezone(LOCAL).date()
        moment = local(today + timedelta(days=1), clock)
        await self.until(moment)
        return moment

    async def open(
        self,
        *,
        at: str = "9:00",
        situation: Situation = Situation.ORDINARY,
        fault: FaultKind = FaultKind.WATER,
        channel: Channel = Channel.TELEPHONE,
        values: dict[str, timedelta] | None = None,
    ) -> "OpenedCase":
        """A call at that time of the next day."""
        request = RequestReceived(
            channel=channel,
            room="1-0101",
            content="厨房漏水",
            phone="19900000001",
            fault=fault,
            situation=situation,
        )
        return await self.begin(REPAIR, request, at=at, values=values)

    async def begin(
        self,
        procedure: Procedure,
        report: Opening | ByTheDesk,
        *,
        at: str,
        values: dict[str, timedelta] | None = None,
        starts: dict[str, str] | None = None,
    ) -> "OpenedCase":
        """A case opened by such a report at that time of the next day."""
        begun = await self.morning(at)
        set_there = await self.reference.terms(LY, begun)
        durations, own = {**set_there.durations, **(values or {})}, {**set_there.starts, **(starts or {})}
        terms = TermsOfCase.of(replace(set_there, durations=durations, starts=own))
        command = await self.acceptance.accept_opening(
            NewCase(
                client="test",
                key=secrets.token_hex(8),
                body_hash=b"",
                procedure=procedure,
                estate=LY,
                building="1栋",
                report=report,
                received_at=begun,
                recorded_by=FRONT_DESK.id,
                drill=False,
                terms=terms,
                acts=lambda command_id, _: (
                    Act(
                        command_id=command_id,
                        event=report,
                        by=FRONT_DESK,
                        at=begun,
                        accepted_at=begun,
                        source=Source.API,
                    ),
                ),
            )
        )
        after = await self.deliver(command)
        assert after.state == "applied", after
        case = OpenedCase(desk=self, no=after.case_no, day=begun.date(), moment=begun)
        self.cases.append(case)
        return case

    async def end_all(self) -> None:
        """Stop what is left; with a task under way that would leave the server's clock locked.

        A record is answered from the ledger, before the workflow hears that it is written; a query waits for that.
        Where the server does not answer, the next test has another.
        """
        ending, self.cases = self.cases, []
        if self.hangs:
            return
        try:
            await self._end(ending)
        except (TimeoutError, RPCError, Hangs) as error:
            if isinstance(error, RPCError) and error.status not in UNANSWERED:
                raise
            self.hangs = True

    async def _end(self, cases: list["OpenedCase"]) -> None:
        async with asyncio.timeout(ENDING.total_seconds()):
            for case in cases:
                handle = self.client.get_workflow_handle(case.no)
                if await case.is_open():
                    await case.settles()
                    await handle.query("__stack_trace", rpc_timeout=PATIENCE)
                    await handle.terminate()
                with contextlib.suppress(WorkflowFailureError):
                    await handle.result(rpc_timeout=PATIENCE)


@dataclass(kw_only=True)
class OpenedCase:
    """One case: ``at`` turns the clock, ``hears`` records what somebody did then, ``told`` is who was told what."""

    desk: Desk
    no: CaseNo
    day: date
    moment: datetime

    async def at(self, clock: str, *, days: int = 0) -> None:
        """Turn the clock to that local time of the day the case opened, or so many days later."""
        self.moment = local(self.day + timedelta(days=days), clock)
        await self.desk.until(self.moment)

    async def hears(self, event: AnyEvent, by: Actor, *, at: str | None = None) -> Command:
        """Record the act at the moment the clock shows, or at another claimed one; Refused if the desk says no."""
        return await self.takes_in(await self.accepts(event, by, at=at))

    async def takes_in(self, command: Command) -> Command:
        """Deliver what was taken on; Refused if the desk says no."""
        after = await self.desk.deliver(command)
        if after.state == "refused":
            raise Refused(after)
        assert after.state == "applied", after
        return after

    async def refuses(self, event: AnyEvent, by: Actor, *, at: str | None = None) -> Refused:
        """The refusal, which leaves nothing behind in the ledger; alarms of the clock may come meanwhile."""
        before = await self._acts()
        with pytest.raises(Refused) as refusal:
            await self.hears(event, by, at=at)
        assert await self._acts() == before
        return refusal.value

    async def _acts(self) -> list[tuple[str, int]]:
        rows = await self.desk.pool.fetch(
            "select label, number from entries where case_no = $1 and type <> all($2)",
            self.no,
            [RungReached.kind(), PeriodOver.kind()],
        )
        return [(row["label"], row["number"]) for row in rows]

    async def accepts(
        self, event: AnyEvent, by: Actor, *, at: str | None = None, after: timedelta = timedelta()
    ) -> Command:
        """Take the act on, at the moment the clock shows or so long after it, and leave it to be delivered."""
        accepted_at = self.moment + after
        claimed = local(self.moment.date(), at) if at else accepted_at

        def build(command_id: str, _: datetime) -> Act:
            return Act(
                command_id=command_id, event=event, by=by, at=claimed, accepted_at=accepted_at, source=Source.API
            )

        return await self.desk.acceptance.accept_act(
            NewAct(client="test", key=secrets.token_hex(8), body_hash=b"", case_no=self.no, build=build), accepted_at
        )

    async def settles(self) -> None:
        """Everything that fell due up to now is in the ledger: commits keep their order, and this one is last."""
        if await self.is_open():
            await self.hears(Noted(text="."), SUPERVISOR)

    async def told(self, rule: str) -> list[tuple[str, str]]:
        """Level and post of each notice under the rule, in order; one row a post, however many hold it."""
        await self.settles()
        rows = await self.desk.pool.fetch(
            "select level, post, min(entry_number) as n, min(rung) as r from notices where case_no = $1 and rule = $2"
            " group by level, post, entry_number, rung order by n, r, level, post",
            self.no,
            rule,
        )
        return [(row["level"], row["post"]) for row in rows]

    async def heard(self, key: str) -> list[tuple[str, frozenset[str]]]:
        """Level and posts of each alarm of a duty, and of each plain notice under a rule, in order."""
        await self.settles()
        rows = await self.desk.pool.fetch(
            "select level, array_agg(distinct post) as posts from notices where case_no = $1 and key = $2"
            " group by entry_number, rung, level order by entry_number, rung, level",
            self.no,
            key,
        )
        return [(row["level"], frozenset(row["posts"])) for row in rows]

    async def duty(self, key: str, cycle: int = 1) -> asyncpg.Record:
        await self.settles()
        row = await self.desk.pool.fetchrow(
            "select * from duties where case_no = $1 and key = $2 and cycle = $3", self.no, key, cycle
        )
        assert row is not None, f"no duty {key}"
        return row

    async def duties(self) -> set[str]:
        """Keys of all duties there have been."""
        await self.settles()
        rows = await self.desk.pool.fetch("select key from duties where case_no = $1", self.no)
        return {row["key"] for row in rows}

    async def copies(self, of_round: int = 1) -> dict[int, str]:
        """Who holds each copy of the 《维修单》."""
        await self.settles()
        rows = await self.desk.pool.fetch(
            "select copy, holder from form_copies where case_no = $1 and round = $2", self.no, of_round
        )
        return {row["copy"]: row["holder"] for row in rows}

    async def entries(self) -> list[Entry]:
        """The case file as the ledger keeps it, opened."""
        rows = await self.desk.pool.fetch(
            "select run_id, number, body from entries where case_no = $1 order by number", self.no
        )
        async with self.desk.pool.acquire() as connection:
            key = await self.desk.sealer.key(connection, case_owner(self.no))
        return [
            ENTRY.validate_json(key.open(entry_place(self.no, row["run_id"], row["number"]), row["body"]))
            for row in rows
        ]

    async def labels(self) -> list[str]:
        """What stands in the ledger of the case, in order."""
        rows = await self.desk.pool.fetch("select label from entries where case_no = $1 order by number", self.no)
        return [row["label"] for row in rows]

    async def view(self) -> asyncpg.Record:
        row = await self.desk.pool.fetchrow("select * from case_views where case_no = $1", self.no)
        assert row is not None
        return row

    async def is_open(self) -> bool:
        return bool((await self.view())["open"])


Open = Callable[..., Awaitable[OpenedCase]]
"""Opens a case as ``Desk.open`` does."""

Arrange = Callable[[OpenedCase], Awaitable[None]]
"""Brings a case to where a test begins."""


def local(day: date, clock: str) -> datetime:
    """``9:05`` or ``9:05:01`` of that day, Asia/Shanghai."""
    hour, minute, second = (*(int(part) for part in clock.split(":")), 0)[:3]
    return datetime.combine(day, time(hour, minute, second), LOCAL)
