"""The desk's own case as it is played: one of ten acts like B's, and the longest path of a listed repair."""

import itertools
import secrets
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http import HTTPStatus

import httpx2
from pydantic_core import to_jsonable_python

from api.wire.requests import MOST_BESIDE
from domain.errors import AlreadyOpen
from domain.events import AnyEvent, Withdrawn
from domain.events.on_site import AcceptanceStated, CostAgreed, Means, SiteChecked, SiteItem, WorkOrderFiled
from domain.events.repair import (
    Assessed,
    Assigned,
    Channel,
    CopiesConfirmed,
    CopiesHandedOn,
    CopyReturned,
    CustomerCopyGiven,
    FaultCompared,
    FaultKind,
    FeedbackGiven,
    FormCollected,
    FormFilled,
    OrderTaken,
    PriceShown,
    RequestReceived,
    ResidentSigned,
    ReturnRegistered,
    TrialDone,
    Urgency,
    WorkFinished,
)
from domain.events.work import ArrivedOnSite, EngineeringNotified, WorkStarted
from domain.people import Actor, CaseNo, EstateCode, Role, StaffId
from infra.embedded.first_start import SAMPLE
from infra.reference.folder import read_folder

LY = EstateCode("LY")
HOMES = [household.room for household in read_folder(SAMPLE).households]


def _person(staff: str, *posts: Role) -> Actor:
    return Actor(id=StaffId(staff), name=staff, posts=frozenset(posts), estates=frozenset({LY}))


FRONT_DESK = _person("fd-1", Role.FRONT_DESK)
SUPERVISOR = _person("en-1", Role.ENGINEERING_SUPERVISOR)
REPAIRER = _person("rp-1", Role.REPAIRER, Role.ENGINEERING)

CALL = RequestReceived(
    channel=Channel.TELEPHONE,
    room="1-101",
    content="厨房水龙头漏水，水已流到客厅，请尽快派人",
    phone="19900000001",
    fault=FaultKind.WATER,
)
UP_TO_THE_PRICE: tuple[tuple[AnyEvent, Actor], ...] = (
    (
        FormFilled(household="住户001", address="1栋101", phone="19900000001", content="厨房水龙头漏水", wanted="尽快"),
        FRONT_DESK,
    ),
    (EngineeringNotified(), FRONT_DESK),
    (Assessed(urgency=Urgency.REGULAR), SUPERVISOR),
    (FormCollected(), SUPERVISOR),
    (Assigned(repairer=REPAIRER.id, team="水工班", item="W01"), SUPERVISOR),
    (OrderTaken(), REPAIRER),
    (ArrivedOnSite(), REPAIRER),
    (FaultCompared(matches=True), REPAIRER),
    (PriceShown(price_version="LY-2024"), REPAIRER),
)
TEN_ACTS = (*UP_TO_THE_PRICE, (Withdrawn(reason="住户自行处理"), FRONT_DESK))
"""Nine acts of the procedure and the tenth that ends it: the case that is compared with B."""

LONGEST = (
    *UP_TO_THE_PRICE,
    (CostAgreed(amount=Decimal(85), agreed_by="住户001", means=Means.IN_PERSON), REPAIRER),
    (SiteChecked(items=tuple(SiteItem)), REPAIRER),
    (WorkStarted(expected_done=datetime.now(UTC) + timedelta(days=1)), REPAIRER),
    (WorkFinished(fault=FaultKind.WATER, no_charge=True), REPAIRER),
    (TrialDone(passed=True), REPAIRER),
    (AcceptanceStated(satisfied=True), REPAIRER),
    (ResidentSigned(signer="住户001", signature="sig-1"), REPAIRER),
    (CustomerCopyGiven(), REPAIRER),
    (CopyReturned(copy=2), SUPERVISOR),
    (CopyReturned(copy=3), SUPERVISOR),
    (CopiesConfirmed(), SUPERVISOR),
    (WorkOrderFiled(reference="G-1"), SUPERVISOR),
    (CopiesHandedOn(), SUPERVISOR),
    (ReturnRegistered(reference="A-1"), FRONT_DESK),
    (FeedbackGiven(solved=True), FRONT_DESK),
)
"""From the call to the filed form."""


class Door:
    """The API with the call centre's key, as another system uses it; every answer is one with its record committed."""

    def __init__(self, port: int, key: str) -> None:
        self._rooms = itertools.cycle(HOMES)
        self._http = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}, timeout=60
        )

    async def open(self, **otherwise: str) -> CaseNo:
        """The next home calls, with other values for some fields; what is open there has been looked at."""
        call = {name: value for name, value in _wire(CALL).items() if name != "type"}
        room = next(self._rooms)
        body: dict[str, object] = {"estate": LY, "by": FRONT_DESK.id, **call, "room": room, **otherwise}
        path, beside = "/v1/repairs", list[str]()
        while True:
            answer = await self._send(path, {**body, "beside": beside[-MOST_BESIDE:]})
            told = answer.json()
            if answer.status_code != HTTPStatus.CONFLICT or told["code"] != AlreadyOpen.code:
                return CaseNo(str(_taken(path, answer)["no"]))
            beside += told["allowed"]

    async def act(self, no: CaseNo, event: AnyEvent, by: Actor, at: datetime | None = None) -> None:
        """``at``: when it happened, without it now."""
        moment = {} if at is None else {"at": at.isoformat()}
        await self._post(f"/v1/cases/{no}/events", {"by": by.id, "event": _wire(event), **moment})

    async def _post(self, path: str, body: object) -> dict[str, object]:
        return _taken(path, await self._send(path, body))

    async def _send(self, path: str, body: object) -> httpx2.Response:
        return await self._http.post(path, json=body, headers={"Idempotency-Key": secrets.token_hex(8)})


def _taken(path: str, answer: httpx2.Response) -> dict[str, object]:
    if answer.status_code not in (200, 201):
        raise UnexpectedAnswer(f"{path}: {answer.status_code} {answer.text}")
    taken: dict[str, object] = answer.json()
    return taken


class UnexpectedAnswer(Exception):
    """The desk did not do what the benchmark asked; its figures would mean nothing."""


def _wire(event: AnyEvent) -> dict[str, object]:
    left_out = {"price_version", "complete_by"}  # set by the desk
    values = {field.name: getattr(event, field.name) for field in fields(event) if field.name not in left_out}
    given = {name: value for name, value in values.items() if value is not None and value != ()}
    wire: dict[str, object] = to_jsonable_python(given)
    return wire


async def play(door: Door, acts: Sequence[tuple[AnyEvent, Actor]]) -> CaseNo:
    no = await door.open()
    for event, by in acts:
        await door.act(no, event, by)
    return no
