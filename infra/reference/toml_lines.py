"""Finds the line on which a value of a TOML file stands, which tomllib does not tell."""

import re
from collections.abc import Mapping

from infra.reference.problems import Place

_HEADER = re.compile(r"^\s*\[(\[?)\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"^\s*([\w-]+)\s*=\s*(.*)$")
_OPENED = re.compile(r"^\[\s*(#.*)?$")


def lines_of(text: str) -> Mapping[Place, int]:
    """Line numbers, from 1, by place; of an array that spans lines, one element a line is assumed."""
    found: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    array: Place | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.strip()
        if array is not None:
            if content.startswith("]"):
                array = None
            elif content and not content.startswith("#"):
                counts[array] = counts.get(array, -1) + 1
                found.setdefault((*array, counts[array]), number)
        elif header := _HEADER.match(line):
            table = _table(header[2].split("."), counts, repeated=bool(header[1]))
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, key[1]), number)
            array = (*table, key[1]) if _OPENED.match(key[2]) else None
    return found


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """The line of the place, else of the nearest thing around it, else 1."""
    while place:
        if place in lines:
            return lines[place]
        place = place[:-1]
    return 1


def _table(names: list[str], counts: dict[Place, int], *, repeated: bool) -> Place:
    place: Place = ()
    for name in names[:-1]:
        place = (*place, name)
        if place in counts:
            place = (*place, counts[place])
    place = (*place, names[-1])
    if repeated:
        counts[place] = counts.get(place, -1) + 1
        place = (*place, counts[place])
    return place
