"""Turns a validator's findings into a Chinese and an English sentence; values are never repeated."""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from infra.reference.problems import Place

_CHINESE = {
    "missing": "缺少此项",
    "extra_forbidden": "没有这一项，请核对拼写",
    "string_type": "须为带引号的文字",
    "string_pattern_mismatch": "格式不符",
    "string_too_long": "文字过长",
    "int_type": "须为整数",
    "bool_type": "须为 true 或 false",
    "date_type": "须为日期，写作 2026-01-31（不加引号）",
    "datetime_type": "须为日期时间，写作 2026-01-31T08:00:00（不加引号）",
    "list_type": "须为数组 [ … ]",
    "too_short": "不能为空",
    "enum": "不在允许的取值之内",
    "is_instance_of": "须为数字",
    "decimal_type": "须为数字",
    "decimal_max_places": "最多两位小数",
    "greater_than_equal": "数值过小",
    "less_than_equal": "数值过大",
    "model_type": "须为一个表",
}


def findings(fault: ValidationError) -> Iterator[tuple[Place, str, str]]:
    """Each finding as place, Chinese, English."""
    seen: set[Place] = set()
    for error in fault.errors(include_input=False, include_url=False):
        place = tuple(part for part in error["loc"] if not _internal(part))
        if place not in seen:
            seen.add(place)
            yield (place, *_sentences(error["type"], error["msg"], error.get("ctx", {})))


def _sentences(kind: str, message: str, context: Mapping[str, object]) -> tuple[str, str]:
    if kind == "value_error":
        chinese, _, english = message.removeprefix("Value error, ").partition("|")
        return chinese, english or chinese
    if kind == "enum":
        return f"{_CHINESE[kind]}：{context.get('expected', '')}", message
    if kind == "string_pattern_mismatch":
        return f"{_CHINESE[kind]}：{context.get('pattern', '')}", message
    return _CHINESE.get(kind, "填写有误"), message


def _internal(part: str | int) -> bool:
    """The branch of a union, which pydantic puts into the place, is no part of the file."""
    return isinstance(part, str) and ("(" in part or part.startswith("constrained-"))
