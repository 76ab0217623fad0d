"""What may not be changed any more: prices and settings whose day has begun."""

from collections.abc import Iterator, Mapping
from datetime import date

from infra.reference.folder import OPEN_VALUES, PRICES, Folder
from infra.reference.problems import Place, Problem
from infra.reference.wanted import Key, Rows

Now = Mapping[str, Rows]


def frozen_problems(folder: Folder, now: Now, asked: Now, today: date) -> Iterator[Problem]:
    """``today`` is the local day. A first load may begin in the past, later ones may not."""
    yield from _versions(folder, now, asked, today)
    yield from _items(folder, now, asked, today)
    yield from _open_values(folder, now["open_values"], asked["open_values"], today)


def _versions(folder: Folder, now: Now, asked: Now, today: date) -> Iterator[Problem]:
    for key, (begins,) in now["price_versions"].items():
        if isinstance(begins, date) and begins <= today and asked["price_versions"].get(key) != (begins,):
            yield folder.problem(
                PRICES,
                _version_place(folder, key[0]),
                f"收费标准 {key[0]} 已自 {begins} 生效，不得删除或改期",
                f"price list {key[0]} is in force since {begins}; it can be neither removed nor moved",
            )
    for key, (begins,) in asked["price_versions"].items():
        changed = now["price_versions"].get(key) != (begins,)
        if changed and now["price_versions"] and isinstance(begins, date) and begins < today:
            yield folder.problem(
                PRICES,
                (*_version_place(folder, key[0]), "effective_from"),
                "新版本的生效日不能早于今天",
                "a new version cannot begin before today",
            )


def _items(folder: Folder, now: Now, asked: Now, today: date) -> Iterator[Problem]:
    begun = {key[0] for key, (begins,) in now["price_versions"].items() if isinstance(begins, date) and begins <= today}
    stood, stands = now["price_items"], asked["price_items"]
    for key in sorted(stood.keys() | stands.keys(), key=str):
        if key[0] in begun and (key[0],) in asked["price_versions"] and stood.get(key) != stands.get(key):
            yield folder.problem(
                PRICES,
                _item_place(folder, key),
                f"项目 {key[1]} 属已生效的收费标准 {key[0]}，不得改动；改价请另立新版本",
                f"item {key[1]} belongs to price list {key[0]}, which is in force; add a new version instead",
            )


def _open_values(folder: Folder, now: Rows, asked: Rows, today: date) -> Iterator[Problem]:
    for key in sorted(now.keys() | asked.keys(), key=str):
        begins = key[1]
        stood, stands = now.get(key), asked.get(key)
        if not isinstance(begins, date) or stood == stands:
            continue
        if (stood is not None and begins <= today) or (stood is None and now and begins < today):
            yield folder.problem(
                OPEN_VALUES,
                _value_place(folder, key),
                f"{key[0]} 自 {begins} 的数值已成过去，不得增改或删除；请另加今天或以后生效的一条",
                f"{key[0]} from {begins} is past; add a row that begins today or later",
            )


def _version_place(folder: Folder, name: object) -> Place:
    for index, version in enumerate(folder.prices.version):
        if version.version == name:
            return ("version", index)
    return ("version",)


def _item_place(folder: Folder, key: Key) -> Place:
    place = _version_place(folder, key[0])
    if len(place) > 1 and isinstance(place[1], int):
        for position, item in enumerate(folder.prices.version[place[1]].items):
            if item.code == key[1]:
                return (*place, "items", position)
    return place


def _value_place(folder: Folder, key: Key) -> Place:
    for index, row in enumerate(folder.open_values.value):
        if (row.id, row.effective_from) == key:
            return ("value", index)
    return ("value",)
