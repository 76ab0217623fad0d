"""Which fields are known at a place of a request, told from the models that it is read by."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel


def known_at(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """Names as they are sent. ``place``: as pydantic names it, with the type of an event and positions in a list."""
    models = [model]
    for part in place:
        if isinstance(part, int):
            continue
        if len(models) > 1:
            models = [one for one in models if part in _tags(one)]
        else:
            models = [found for one in models for found in _models_in(_fields(one).get(part))]
    return list(_fields(models[0])) if len(models) == 1 else []


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    return get_args(_fields(model).get("type"))


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
