"""What a malformed request is told: each fault of pydantic in our own words, without the value that caused it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.rulebook import PROCEDURES

PLACES = frozenset({"body", "query", "path", "header", "cookie"})
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}")
TAGS = frozenset(event.kind() for procedure in PROCEDURES.values() for event in procedure.vocabulary)

WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("必填", "This field is required."),
    "extra_forbidden": ("有不认识的字段，请删去", "There is a field that is not known here; remove it."),
    "string_too_short": ("不能为空", "It must not be empty."),
    "blank_text": ("不能为空", "It must not be empty."),
    "string_too_long": ("文字过长", "The text is too long."),
    "unfit_text": ("含有不能保存的字符（控制字符等），请删去", "It holds characters that cannot be kept; remove them."),
    "string_type": ("须为文字", "It must be a text."),
    "string_unicode": ("含有不能保存的字符，请删去", "It holds characters that cannot be kept; remove them."),
    "string_pattern_mismatch": ("格式不对", "It does not have the form that is asked for."),
    "enum": ("请从可选值中选择", "Choose one of the allowed values."),
    "literal_error": ("请从可选值中选择", "Choose one of the allowed values."),
    "union_tag_invalid": ("没有这种事项，请从可选值中选择", "There is no such event; choose one of the allowed ones."),
    "ack_route": (
        "签收通知请用 POST /v1/notices/{id}/ack",
        "Acknowledge a notice by POST /v1/notices/{id}/ack.",
    ),
    "call_route": ("新报修请用 POST /v1/repairs", "Report a new repair by POST /v1/repairs."),
    "of_itself": ("此事项由系统自行登记，不能提交", "The desk records this event itself; it cannot be posted."),
    "union_tag_not_found": ("必填", "This field is required."),
    "no_moment": (
        "须为带时区的时间，如 2026-11-22T09:00:00+08:00",
        "It must be a time with its zone, such as 2026-11-22T09:00:00+08:00.",
    ),
    "no_phone": ("须为电话号码或分机号，如 13800000000、8001转123", "It must be a phone number or an extension."),
    "no_team": (
        "须为班组名称，20 字以内，只用汉字、字母、数字、-",
        "It must be the name of a team: at most 20 characters, letters, digits and - only.",
    ),
    "no_reference": (
        "须为档案编号，40 字以内，只用字母、数字、-、/，不写姓名等内容",
        "It must be a file number: at most 40 letters, digits, - and / only.",
    ),
    "no_key": (
        "须为 8 至 200 个可见的 ASCII 字符，每次提交用新的，重试用原来的",
        "It must be 8 to 200 visible ASCII characters: a new one for each request, the same one for a repetition.",
    ),
    "json_invalid": ("不是合规的 JSON", "It is not valid JSON."),
    "json_twice": ("同一字段出现两次", "A field stands twice in it."),
    "no_json": ("Content-Type 须为 application/json", "Send JSON with Content-Type: application/json."),
    "model_attributes_type": ("须为 JSON 对象", "It must be a JSON object."),
    "too_long": ("条目过多", "There are too many entries."),
    "bool_type": ("须为 true 或 false", "It must be true or false."),
    "bool_parsing": ("须为 true 或 false", "It must be true or false."),
    "uuid_parsing": ("格式不对", "It does not have the form that is asked for."),
    "no_cursor": ("请用上一页给出的 next", "Give the next of the page before."),
}
ELSEWHERE: Mapping[str, str] = {
    "notice_acknowledged": "ack_route",
    "request_received": "call_route",
    "rung_reached": "of_itself",
    "case_ended": "of_itself",
}
"""What is no event of a client, by its type: where it belongs."""
OTHERWISE = ("填写有误", "It cannot be read.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a request. ``field`` is a path of known names; ``allowed`` are values of ours."""

    field: str
    remedy: str
    english: str
    allowed: Sequence[str] = ()


def fault(kind: str, field: str, allowed: Sequence[str] = ()) -> Fault:
    remedy, english = WORDS.get(kind, OTHERWISE)
    return Fault(field=field, remedy=remedy, english=english, allowed=tuple(allowed))


def faults_of(errors: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """At least one; several of the same field are told once."""
    found = [fault(_kind(error), _field(error), _allowed(error)) for error in errors]
    return list({one.field: one for one in reversed(found)}.values())[::-1] or [fault("", "")]


def _kind(error: Mapping[str, Any]) -> str:
    tag = (error.get("ctx") or {}).get("tag") if error["type"] == "union_tag_invalid" else None
    return ELSEWHERE.get(str(tag), str(error["type"]))


def _field(error: Mapping[str, Any]) -> str:
    loc = list(error["loc"])
    if loc and loc[0] in PLACES:
        loc = loc[1:]
    if error["type"] == "extra_forbidden":
        loc = loc[:-1]  # the last part is the caller's own word
    elif error["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        loc.append("type")
    if error["type"] in {"json_invalid", "model_attributes_type"}:
        loc = []
    return ".".join(_parts(loc))


def _parts(loc: Sequence[str | int]) -> Iterable[str]:
    for position, part in enumerate(loc):
        is_tag = position > 0 and loc[position - 1] == "event" and part in TAGS
        if isinstance(part, int) or (PLAIN.fullmatch(part) and not is_tag):
            yield str(part)


def _allowed(error: Mapping[str, Any]) -> Sequence[str]:
    context = error.get("ctx") or {}
    expected = context.get("expected_tags") or (
        context.get("expected") if error["type"] in {"enum", "literal_error"} else ""
    )
    return re.findall(r"'([^']*)'", str(expected)) or re.findall(r"\b\d+\b", str(expected))
