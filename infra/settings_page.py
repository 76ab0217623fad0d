"""docs/settings.md, written from the classes of settings."""

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"
CLASSES = ("infra.settings:Settings",)
"""Every class of settings, in the order of the page, as ``module:Class``."""

HEAD = """# Settings

Written by `python -m infra.settings --write`; do not edit.

Each setting is read from the environment variable, else from the TOML file that `LIYUAN_SETTINGS_FILE` names
(same name in lower case, without the prefix), else it has its default. Secrets are never logged or shown.
"""


def documented() -> list[type[BaseSettings]]:
    found = (name.split(":") for name in CLASSES)
    return [getattr(importlib.import_module(module), name) for module, name in found]


def page() -> str:
    return HEAD + "".join(f"\n{_table(settings)}" for settings in documented())


def _table(settings: type[BaseSettings]) -> str:
    prefix = settings.model_config.get("env_prefix", "")
    nested = settings.model_config.get("env_nested_delimiter") or ""
    rows = ["| variable | type | default | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join([*rows, *_rows(settings, prefix, nested)]) + "\n"


def _rows(model: type[BaseModel], prefix: str, nested: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        variable, group = f"{prefix}{name.upper()}", _group(field)
        if group is None:
            yield f"| `{variable}` | {_type(field)} | {_default(field)} | {_meaning(field)} |"
        else:
            meaning = " ".join([_meaning(field), *(group.__doc__ or "").split()]).strip()
            yield f"| `{variable}` | JSON object, or its parts as below | {_group_default(field)} | {meaning} |"
            yield from _rows(group, variable + nested, nested)


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _group(field: FieldInfo) -> type[BaseModel] | None:
    kinds = [field.annotation, *get_args(field.annotation)]
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _group_default(field: FieldInfo) -> str:
    return "none" if field.get_default() is None else "its parts' defaults"


def _type(field: FieldInfo) -> str:
    kind = _name(field.annotation)
    bounds = {"ge": "from", "gt": "above", "le": "to", "min_length": "at least"}
    said = [
        f"{word} {_said(value)}" + (" characters" if key == "min_length" else "")
        for key, word in bounds.items()
        for m in field.metadata
        if (value := getattr(m, key, None)) is not None
    ]
    return " ".join([kind, *said])


def _name(annotation: object) -> str:
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) is dict:
        return "JSON object"
    if get_origin(annotation) in (tuple, list, frozenset):
        return "JSON list"
    if annotation is SecretStr:
        return "secret text"
    parts = [part for part in get_args(annotation) if part is not type(None)]
    if parts:
        return _name(parts[0])
    plain = {
        timedelta: "seconds, or ISO 8601 such as `PT30S`",
        str: "text",
        int: "whole number",
        float: "number",
        bool: "true or false",
        Path: "path",
    }
    return plain.get(annotation, "text") if isinstance(annotation, type) else "text"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    return "none" if value in (None, "", {}, (), SecretStr("")) else f"`{_said(value)}`"


def _said(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case timedelta():
            return f"{value.total_seconds():g} s"
        case tuple() | list() | frozenset():
            return json.dumps([str(one) for one in value], ensure_ascii=False)
        case _:
            return str(value)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.settings", description=__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true", help="write docs/settings.md")
    choice.add_argument("--check", action="store_true", help="fail if docs/settings.md is stale")
    if parser.parse_args().write:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page():
        sys.exit("docs/settings.md is stale; run: python -m infra.settings --write")
