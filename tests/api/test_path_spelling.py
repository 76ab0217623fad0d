"""How each event of the second edition is spelt: taken as it should be, refused by its field as it should not."""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from domain.events.on_site import OnSiteEvent, SiteItem
from domain.events.review import ReviewEvent
from tests.api.office import CALL, Office
from tests.api.test_paths import DESK, SUPERVISOR, WORK

SPELT: Mapping[str, dict[str, Any]] = {
    "sent_to_review": {"work": WORK},
    "found_unlisted": {"work": WORK},
    "reviewed": {"feasible": True, "amount": "90.00"},
    "review_answered": {"text": "可以"},
    "review_consent": {"cost_accepted": True, "repair_agreed": False},
    "survey_called_for": {"reason": "暗管"},
    "surveyed": {"finding": "渗水"},
    "work_classified": {"work_kind": "简易维修"},
    "completion_agreed": {"finish_by": "2026-11-30T09:00:00+08:00"},
    "expected_done_changed": {"expected_done": "2026-11-30T09:00:00+08:00", "reason": "配件晚到"},
    "payment_stated": {"payment": "有偿"},
    "quoted": {"item": "W01"},
    "quote_accepted": {"agreed_by": "住户001"},
    "cost_agreed": {"amount": "0.01", "agreed_by": "住户001", "means": "微信"},
    "site_checked": {"items": [item.value for item in SiteItem]},
    "material_supplied": {"material": "龙头"},
    "material_checked": {"finding_of_material": "质量不佳", "warned": True, "choice": "更换"},
    "resource_used": {"resource": "电", "consented": True, "agreed_by": "住户001"},
    "problem_found": {"problem": "锈", "proposal": "换"},
    "further_work_agreed": {"work": "换阀", "fee": 0, "finish_by": "2026-11-30T01:00:00Z", "agreed_by": "住户001"},
    "acceptance_stated": {"satisfied": False},
    "work_order_filed": {"reference": "G-1"},
    "progress_reported": {"text": "待料"},
}
BY_THE_DESK = {"payment_stated", "quoted", "quote_accepted"}
NO_AMOUNT = (-1, "-0.01", "80.123", 80.5555, "NaN", "Infinity", "1e300", 10**8, "八十", "", True, [80])
WRONG = [
    *(("cost_agreed", "amount", value) for value in NO_AMOUNT),
    *(("reviewed", "amount", value) for value in NO_AMOUNT),
    *(("further_work_agreed", "fee", value) for value in (*NO_AMOUNT, None)),
    *(("site_checked", "items", value) for value in ([], ["擦地"], ["铺设防护垫", ""], "铺设防护垫", None)),
    ("site_checked", "items", ["铺设防护垫"] * (len(SiteItem) + 1)),
    ("reviewed", "feasible", "true"),
    ("review_consent", "repair_agreed", None),
    ("review_consent", "cost_accepted", 1),
    ("cost_agreed", "means", "传真"),
    ("cost_agreed", "agreed_by", " "),
    ("quote_accepted", "agreed_by", "住" * 201),
    ("work_classified", "work_kind", "大修"),
    ("payment_stated", "payment", "免费"),
    ("payment_stated", "payment", None),
    ("completion_agreed", "finish_by", "2026-11-30T09:00:00"),
    ("expected_done_changed", "expected_done", "2026-11-30T09:00:00"),
    ("expected_done_changed", "reason", " "),
    ("further_work_agreed", "finish_by", "明天"),
    ("material_checked", "finding_of_material", "还行"),
    ("material_checked", "choice", "不用"),
    ("material_checked", "warned", "是"),
    ("resource_used", "resource", "煤气"),
    ("acceptance_stated", "satisfied", None),
    ("work_order_filed", "reference", "柜 1"),
    ("progress_reported", "text", " "),
    ("problem_found", "proposal", ""),
    ("sent_to_review", "work", "字" * 2001),
]


@pytest.fixture(scope="module")
async def waiting(lonely: Office) -> str:
    return str((await lonely.post("/v1/repairs", CALL)).json()["no"])


async def reported(lonely: Office, no: str, kind: str, fields: Mapping[str, object]) -> httpx2.Response:
    """By somebody who may record it."""
    return await lonely.does(no, {"type": kind, **fields}, DESK if kind in BY_THE_DESK else SUPERVISOR)


def test_the_spelling_of_every_new_event_is_tried() -> None:
    assert {event.kind() for event in (*ReviewEvent.__args__, *OnSiteEvent.__args__)} == SPELT.keys()


@pytest.mark.parametrize("kind", SPELT)
async def test_a_new_event_spelt_well_is_taken(lonely: Office, waiting: str, kind: str) -> None:
    answer = await reported(lonely, waiting, kind, SPELT[kind])

    assert 202 == answer.status_code, answer.text


@pytest.mark.parametrize(("kind", "field", "value"), WRONG)
async def test_a_new_event_misspelt_is_refused_by_its_field(
    lonely: Office, waiting: str, kind: str, field: str, value: object
) -> None:
    answer = await reported(lonely, waiting, kind, {**SPELT[kind], field: value})

    assert (422, f"event.{field}") == (answer.status_code, ".".join(answer.json()["field"].split(".")[:2])), answer.text


async def test_rep_34_the_version_of_a_price_quoted_is_the_desks_to_say(lonely: Office, waiting: str) -> None:
    answer = await reported(lonely, waiting, "quoted", {"item": "W01", "price_version": "LY-2024"})

    assert (422, ["type", "item"]) == (answer.status_code, answer.json()["allowed"]), answer.text


@pytest.mark.parametrize(
    ("kind", "field"),
    [(kind, field) for kind, fields in SPELT.items() for field in fields if field not in {"warned", "choice"}],
)
async def test_a_new_event_without_what_it_needs_is_refused(
    lonely: Office, waiting: str, kind: str, field: str
) -> None:
    left = {name: value for name, value in SPELT[kind].items() if name != field}
    answer = await reported(lonely, waiting, kind, left)

    optional = (kind, field) in {("reviewed", "amount"), ("resource_used", "consented"), ("resource_used", "agreed_by")}
    assert (202 if optional else 422) == answer.status_code, answer.text
