"""What a malformed request is told: each fault of pydantic in our own words, without the value that caused it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from typing import Any

from pydantic import BaseModel

from api.wire.kinds import LABELS, labels_of, nearest
from api.wire.known import known_at
from domain.rulebook import PROCEDURES, REPAIR

PLACES = frozenset({"body", "query", "path", "header", "cookie"})
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}")
NAME = re.compile(r"[a-z][a-z_]{0,40}")
"""What could be the name of a field, so that it may be repeated."""
QUOTED = re.compile("'([^']*)'")
TAGS = frozenset(event.kind() for procedure in PROCEDURES.values() for event in procedure.vocabulary)

DUTY_EXAMPLE = REPAIR.edition(date.max).obligations[0].key
KEY_EXAMPLE = "Idempotency-Key: 5b0c6a1e-3f0d-4c57-9a53-0d6f1c2b7e44"
KEY_FORM = (
    "8 至 200 个可见的 ASCII 字符，每次提交用新的（如 UUID），重试用原来的",
    "8 to 200 visible ASCII characters, new for each request (a UUID, say), the same for a repetition",
)

PLACE = ("第 {line} 行第 {column} 列", "line {line}, column {column}")
NO_JSON: Mapping[str, tuple[str, str]] = {
    "json_misspelt": ("请核对引号、逗号与括号", "check quotes, commas and brackets."),
    "json_no_name": (
        "此处应为双引号括起的字段名；最后一项后面不加逗号",
        "put a field's name in double quotes here, and no comma after the last one.",
    ),
    "json_no_colon": ("字段名后面应为冒号", "put a colon after the field's name."),
    "json_no_comma": ("此处缺逗号、引号或右括号", "a comma, a quote or a closing bracket is missing here."),
    "json_no_value": (
        "此处缺一个值；文字须用双引号括起，最后一项后面不加逗号",
        "a value is missing here; put texts in double quotes, and no comma after the last one.",
    ),
    "json_goes_on": ("内容到此已完，请删去后面的", "the document ends here; remove what follows."),
    "json_open_text": ("由此开始的文字没有右引号", "the text that begins here has no closing quote."),
    "json_line_break": (
        "文字中的换行须写作 \\n，制表符写作 \\t",
        "write a line break within a text as \\n, a tab as \\t.",
    ),
    "json_backslash": ("反斜杠须写作两个", "write a backslash twice."),
    "json_mark": ("请存为不带 BOM 的 UTF-8", "send UTF-8 without a byte order mark."),
}
"""What is usually wrong where a body stops being JSON."""

WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("必填", "Required; give a value."),
    "extra_forbidden": ("有不认识的字段，请删去", "There is a field that is not known here; remove it."),
    "unknown_field": (
        "有不认识的字段，请删去或改正；此处可用的字段见 allowed",
        "There is a field that is not known here; remove or correct it. The fields known here are the allowed ones.",
    ),
    "string_too_short": ("不能为空", "It must not be empty."),
    "blank_text": ("不能为空", "It must not be empty."),
    "string_too_long": ("文字过长，至多 {max_length} 字", "The text is longer than {max_length} characters."),
    "unfit_text": ("含有不能保存的字符（控制字符等），请删去", "It holds characters that cannot be kept; remove them."),
    "string_type": ("须为文字", "It must be a text."),
    "string_unicode": ("含有不能保存的字符，请删去", "It holds characters that cannot be kept; remove them."),
    "enum": ("请从可选值中选择", "Choose one of the allowed values."),
    "literal_error": ("请从可选值中选择", "Choose one of the allowed values."),
    "number_as_text": (
        "须为数字，不加引号；请从可选值中选择",
        "It must be a number, without quotes; choose one of the allowed values.",
    ),
    "no_parts": (
        "请写明所用材料配件；没有用料的，填「无」",
        "Say which parts were used; where there were none, write 无.",
    ),
    "no_such_duty": (
        f"没有这样的时限，须为时限的规则编号，或其后加 / 与该项的名称，如 {DUTY_EXAMPLE}",
        f"There is no such duty; give the id of a rule, or of a duty of it behind a /, such as {DUTY_EXAMPLE}.",
    ),
    "union_tag_invalid": ("没有这种事项，请从可选值中选择", "There is no such event; choose one of the allowed ones."),
    "ack_route": (
        "通知点「已阅」请用 POST /v1/notices/{{id}}/ack",
        "Acknowledge a notice by POST /v1/notices/{{id}}/ack.",
    ),
    "report_route": (
        "公共设施报修请用 POST /v1/public-repairs",
        "Report a public facility's fault by POST /v1/public-repairs.",
    ),
    "call_route": ("新报修请用 POST /v1/repairs", "Report a new repair by POST /v1/repairs."),
    "of_itself": ("此事项由系统自行登记，不能提交", "The desk records this event itself; it cannot be posted."),
    "union_tag_not_found": ("必填，请从可选值中选择", "Required; choose one of the allowed values."),
    "misspelt": (
        "没有这种事项；是否指 {code}（{label}）？可选值见 allowed",
        "There is no such event; did you mean {code} ({label})? Choose one of the allowed values.",
    ),
    "no_moment": (
        "须为带时区的时间，如 2026-11-22T09:00:00+08:00",
        "It must be a time with its zone, such as 2026-11-22T09:00:00+08:00.",
    ),
    "no_phone": (
        "须为手机、带区号的固定电话、3 至 6 位的短号或 + 开头的境外号码，可带分机，如 13800000000；多个号码用、隔开",
        "It must be a mobile number, a line with its area, 3 to 6 digits or a foreign one with +, such as 13800000000.",
    ),
    "no_estate": (
        "须为小区代码，2 至 8 位，只用大写字母、数字，如 LY",
        "It must be the code of an estate: 2 to 8 capital letters and digits, such as LY.",
    ),
    "no_building": (
        "须为楼栋代码，10 位以内，只用数字、大写字母、-，如 3",
        "It must be the code of a building: at most 10 digits, capital letters and -, such as 3.",
    ),
    "no_room": (
        "须为房号，20 位以内，只用数字、大写字母、-，如 3-502",
        "It must be the code of a room: at most 20 digits, capital letters and -, such as 3-502.",
    ),
    "no_item": (
        "须为收费标准中的项目代码，2 至 20 位，只用大写字母、数字、-，如 W01",
        "It must be the code of an item of the price list: 2 to 20 capital letters, digits and -, such as W01.",
    ),
    "no_staff": (
        "须为工号，2 至 20 位，只用小写字母、数字、-，如 rp-1",
        "It must be the number of a member of staff: 2 to 20 small letters, digits and -, such as rp-1.",
    ),
    "no_procedure": (
        "须为单号的前缀，2 至 4 个大写字母，如 REP",
        "It must be the prefix of case numbers: 2 to 4 capital letters, such as REP.",
    ),
    "no_duty": (
        f"须为规则编号，或其后加 / 与该项的名称，如 {DUTY_EXAMPLE}",
        f"It must be the id of a rule, or of a duty of it behind a /, such as {DUTY_EXAMPLE}.",
    ),
    "no_team": (
        "须为班组名称，20 字以内，只用汉字、字母、数字、-，如 水工班",
        "It must be the name of a team: at most 20 characters, letters, digits and - only, such as 水工班.",
    ),
    "no_reference": (
        "须为档案编号，40 字以内，只用字母、数字、-、/，不写姓名等内容，如 LY-0001",
        "It must be a file number: at most 40 letters, digits, - and / only, such as LY-0001.",
    ),
    "no_number": (
        "须为单号或其一部分，20 位以内，只用数字、大写字母、-，如 REP-20261122-00001 或 00001",
        "It must be a case number or a part of one: at most 20 digits, capital letters and -, such as 00001.",
    ),
    "no_case_number": (
        "须为完整单号，如 REP-20261122-00001",
        "It must be a whole case number, such as REP-20261122-00001.",
    ),
    "no_key": (
        f"写入须带此请求头，{KEY_FORM[0]}，如 {KEY_EXAMPLE}",
        f"Send this header with every write: {KEY_FORM[1]}; such as {KEY_EXAMPLE}.",
    ),
    "wrong_key": (
        f"须恰好一个，{KEY_FORM[0]}，如 {KEY_EXAMPLE}",
        f"Send it once: {KEY_FORM[1]}; such as {KEY_EXAMPLE}.",
    ),
    "json_invalid": ("不是合规的 JSON，或嵌套过深", "It is not valid JSON, or too deep."),
    **{
        kind: (f"不是合规的 JSON，{PLACE[0]}：{remedy}", f"It is not valid JSON, {PLACE[1]}: {english}")
        for kind, (remedy, english) in NO_JSON.items()
    },
    "json_not_utf8": (
        "内容须为 UTF-8 编码，第 {byte} 个字节不是",
        "The body must be in UTF-8; it is not at byte {byte}.",
    ),
    "json_no_number": (
        "不是合规的 JSON：NaN、Infinity 不是数字，请改为数字或文字",
        "It is not valid JSON: NaN and Infinity are no numbers; give a number or a text.",
    ),
    "json_twice": ("同一字段出现两次", "A field stands twice in it."),
    "no_json": (
        "内容须为 JSON，并带请求头 Content-Type: application/json",
        "Send JSON, with the header Content-Type: application/json.",
    ),
    "model_attributes_type": ("须为 JSON 对象", "It must be a JSON object."),
    "model_type": ("须为 JSON 对象", "It must be a JSON object."),
    "too_short": ("至少须有 {min_length} 条", "Give at least {min_length} of them."),
    "too_long": ("条目过多，至多 {max_length} 条", "There are more than {max_length} entries."),
    "tuple_type": ("须为 JSON 数组", "It must be a JSON array."),
    "bool_type": ("须为 true 或 false", "It must be true or false."),
    "bool_parsing": ("须为 true 或 false", "It must be true or false."),
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_parsing_size", "int_from_float"), ("须为整数", "It must be a whole number.")
    ),
    **dict.fromkeys(("decimal_type", "decimal_parsing", "finite_number"), ("须为数字", "It must be a number.")),
    "greater_than": ("须大于 {gt}", "It must be greater than {gt}."),
    "greater_than_equal": ("不得小于 {ge}", "It must be at least {ge}."),
    "less_than": ("须小于 {lt}", "It must be less than {lt}."),
    "less_than_equal": ("不得大于 {le}", "It must be at most {le}."),
    "decimal_max_digits": ("至多 {max_digits} 位数字", "It has more than {max_digits} digits."),
    "decimal_whole_digits": (
        "整数部分至多 {whole_digits} 位",
        "It has more than {whole_digits} digits before the point.",
    ),
    "decimal_max_places": ("小数至多 {decimal_places} 位", "It has more than {decimal_places} decimal places."),
    "no_cursor": ("请用上一页给出的 next", "Give the next of the page before."),
}
ELSEWHERE: Mapping[str, str] = {
    "notice_acknowledged": "ack_route",
    "request_received": "call_route",
    "facility_fault_reported": "report_route",
    "rung_reached": "of_itself",
    "period_over": "of_itself",
    "case_ended": "of_itself",
    "merge_taken": "of_itself",
    "merge_undone": "of_itself",
    "came_after": "of_itself",
}
"""What is no event of a client, by its type: where it belongs."""
WHERE_THERE_IS_NONE: Mapping[str, str] = {"parts": "no_parts"}
"""Fields that are filled in even where there is nothing to tell, and the sentence that says how."""
OTHERWISE = ("填写有误", "It cannot be read.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a request. ``field`` is a path of known names; ``allowed`` are values of ours."""

    field: str
    remedy: str
    english: str
    allowed: Sequence[str] = ()
    labels: Mapping[str, str] = dataclass_field(default_factory=dict)


def fault(
    kind: str,
    field: str,
    allowed: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    bounds: Mapping[str, object] | None = None,
) -> Fault:
    """``bounds``: what the sentence of that kind names; never a value of the request."""
    remedy, english = (words.format_map(bounds or {}) for words in WORDS.get(kind, OTHERWISE))
    return Fault(field=field, remedy=remedy, english=english, allowed=tuple(allowed), labels=labels or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a request is held against. ``model``: what it is read by. ``kinds``: types of event its case may record."""

    model: type[BaseModel] | None = None
    kinds: Sequence[str] | None = None


def faults_of(errors: Iterable[Mapping[str, Any]], expected: Expected | None = None) -> list[Fault]:
    """At least one; several of the same field are told once."""
    found = [_fault_of(error, expected or Expected()) for error in errors]
    return list({one.field: one for one in reversed(found)}.values())[::-1] or [fault("", "")]


def _fault_of(error: Mapping[str, Any], expected: Expected) -> Fault:
    context = error.get("ctx") or {}
    match error["type"]:
        case "union_tag_invalid":
            return _no_such_event(str(context.get("tag")), _field(error), expected)
        case "union_tag_not_found":
            allowed: Sequence[str] = list(LABELS) if expected.kinds is None else expected.kinds
        case "literal_error" if isinstance(error.get("input"), str) and not QUOTED.search(str(context.get("expected"))):
            return fault("number_as_text", _field(error), _allowed(error))
        case "missing" | "blank_text" if (place := _place(error)) and place[-1] in WHERE_THERE_IS_NONE:
            return fault(WHERE_THERE_IS_NONE[str(place[-1])], _field(error))
        case "extra_forbidden" if expected.model and (known := known_at(expected.model, _place(error)[:-1])):
            return fault("unknown_field", _field(error), known)
        case _:
            allowed = _allowed(error)
    return fault(str(error["type"]), _field(error), allowed, labels_of(allowed), context)


def _no_such_event(tag: str, field: str, expected: Expected) -> Fault:
    """Where no case is known, only the likeliest of all procedures are told, and all where none is like it."""
    among = LABELS if expected.kinds is None else expected.kinds
    near = nearest(tag, among)
    kind = ELSEWHERE.get(tag) or ("misspelt" if near else "union_tag_invalid")
    allowed = list(among) if expected.kinds is not None else near or list(LABELS)
    return fault(kind, field, allowed, labels_of(allowed), {"code": near[0], "label": LABELS[near[0]]} if near else {})


def _place(error: Mapping[str, Any]) -> list[str | int]:
    """Within the body or the query."""
    loc = list(error["loc"])
    return loc[1:] if loc and loc[0] in PLACES else loc


def _field(error: Mapping[str, Any]) -> str:
    loc = _place(error)
    if error["type"] == "extra_forbidden":
        own = str(loc.pop())  # the caller's own word, which may be anything
        loc += [own] if NAME.fullmatch(own) else []
    elif error["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        loc.append("type")
    if error["type"] == "json_invalid":
        loc = []
    return ".".join(_parts(loc))


def _parts(loc: Sequence[str | int]) -> Iterable[str]:
    for position, part in enumerate(loc):
        is_tag = position > 0 and loc[position - 1] == "event" and part in TAGS
        if isinstance(part, int) or (PLAIN.fullmatch(part) and not is_tag):
            yield str(part)


def _allowed(error: Mapping[str, Any]) -> Sequence[str]:
    context = error.get("ctx") or {}
    expected = context.get("expected") if error["type"] in {"enum", "literal_error"} else ""
    return QUOTED.findall(str(expected)) or re.findall(r"\b\d+\b", str(expected))
