"""The fields of a form: one for each field of the event, named as staff name it, and read as the API takes it."""

from dataclasses import fields

import pytest

from api.pages.controls import LABELS, Choices, Control, Kind, controls_of, document_of
from api.wire.events import EVENTS, SAID_BESIDE, SET_BY_THE_DESK
from api.wire.requests import NewEvent
from domain.events import Event
from domain.events.repair import AppointmentMoved, Assigned, RequestReceived, WorkFinished
from domain.events.routine import RoutineChecked


@pytest.mark.parametrize("event", [*EVENTS.values(), RequestReceived], ids=lambda event: event.label)
def test_every_field_that_can_be_recorded_has_a_name_of_the_staffs_own(event: type[Event]) -> None:
    own = {field.name for field in fields(event)} - {"type"}

    assert own <= LABELS.keys()
    assert [control.name for control in controls_of(event, Choices())] == [
        *(
            field.name
            for field in fields(event)
            if field.name != "type" and field.name not in SET_BY_THE_DESK.get(event, ())
        ),
        *SAID_BESIDE.get(event, ()),
    ]


SAID = {
    "actual_item": "W02", "address": "1栋101", "channel": "电话", "content": "漏水",
    "copy": "2", "expected": "2026-11-23T09:00",
    "expected_done": "2026-11-23T09:00", "fault": "水", "no_charge": "false", "plan": "今天上门",
    "household": "住户001", "item": "W01", "key": "REP-124", "matches": "false", "override_reason": "缺人",
    "passed": "true", "phone": "19900000001", "reason": "请假", "reference": "A-1", "remark": "好", "reminded": "true",
    "repairer": "rp-1", "signature": "纸", "signer": "住户001", "solved": "false", "team": "水工班", "text": "催",
    "collector": "rp-1", "helpers": "rp-2", "notes": "换灯", "parts": "无", "site_cleared": "true",
    "into": "REP-20261122-00001", "matter": "投诉", "findings": "已逐项检查",
    "resumes_at": "2026-11-23T09:00", "waits_for": "等配件",
    "answer_by": "2026-11-23T09:00", "others": "保修单位", "settled": "true", "unit": "某建设单位",
    "agreed_by": "住户001", "amount": "80.50", "choice": "使用", "consented": "true", "cost_accepted": "true",
    "feasible": "true", "fee": "60", "finding": "渗水", "finding_of_material": "合格", "finish_by": "2026-11-23T09:00",
    "items": "铺设防护垫", "material": "龙头", "means": "当面", "problem": "锈", "proposal": "换",
    "repair_agreed": "true", "resource": "水", "satisfied": "true", "warned": "true", "work": "拆改",
    "payment": "有偿", "work_kind": "简易维修",
    "until": "2026-11-23T09:00", "urgency": "紧急", "wanted": "2026-11-23T09:00:30",
}  # fmt: skip


DEFECTS = {
    "place": ["1栋大堂", "", "东门"], "content": ["顶灯不亮", "", "井盖缺失"], "facility": ["供电照明", "", ""],
    "fault": ["", "", ""], "hazard": ["", "", "井盖缺失"],
}  # fmt: skip
"""Three lines of a form, the second left empty."""


@pytest.mark.parametrize("kind", EVENTS)
def test_a_form_filled_in_is_what_the_api_takes(kind: str) -> None:
    given = {name: [said] for name, said in SAID.items()} | {"charges_item": ["W01"], "charges_quantity": [""]}
    given |= {f"defects_{name}": said for name, said in DEFECTS.items()}

    document = document_of(controls_of(EVENTS[kind], Choices()), given)

    report = NewEvent.model_validate({"event": {"type": kind, **document}})
    assert document.keys() == {name.rstrip("_") for name in report.event.model_fields_set} - {"type"}


def test_moments_are_those_of_the_estates_clock_and_no_appointment_is_as_soon_as_possible() -> None:
    wanted = Control(name="wanted", label="", kind=Kind.SOON_OR_MOMENT)

    assert "2026-11-23T09:00:00+08:00" == wanted.read({"wanted": ["2026-11-23T09:00"]})
    assert "尽快" == wanted.read({"wanted": [""]})
    assert "明天" == wanted.read({"wanted": ["明天"]}), "what is no moment goes on, to be refused"


def test_what_is_left_empty_is_left_out() -> None:
    given = {"charges_item": ["", "W01", ""], "charges_quantity": ["1", "2.5", "3"], "item": [" "], "team": ["水工班"]}

    assert {"charges": [{"item": "W01", "quantity": "2.5"}]} == document_of(controls_of(WorkFinished, Choices()), given)
    assert {"team": "水工班"} == document_of(controls_of(Assigned, Choices()), given)


def test_a_line_of_a_defect_that_was_begun_is_sent_and_what_was_not_chosen_is_left_out() -> None:
    given = {f"defects_{name}": said for name, said in DEFECTS.items()}

    assert {
        "defects": [
            {"place": "1栋大堂", "content": "顶灯不亮", "facility": "供电照明"},
            {"place": "东门", "content": "井盖缺失", "hazard": "井盖缺失"},
        ]
    } == document_of(controls_of(RoutineChecked, Choices()), given)


def test_as_soon_as_possible_is_said_where_a_time_is_asked_for_and_a_time_goes_before_it() -> None:
    controls = controls_of(AppointmentMoved, Choices())

    assert {} == document_of(controls, {"wanted": [""]}), "left to the API, which asks for it"
    assert {"wanted": "尽快"} == document_of(controls, {"wanted": [""], "wanted_soon": ["尽快"]})
    assert {"wanted": "2026-11-23T09:00:00+08:00"} == document_of(
        controls, {"wanted": ["2026-11-23T09:00"], "wanted_soon": ["尽快"]}
    )
