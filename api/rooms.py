"""A room by the estate's own list; where there is none of that code, the ones near it are told."""

from collections.abc import Sequence
from difflib import get_close_matches

from api.desk import Desk
from domain.errors import Malformed
from domain.people import EstateCode
from infra.reference.reader import Room

MOST_NEAR = 5


async def room_of(desk: Desk, estate: EstateCode, code: str) -> Room:
    """Raises Malformed. Ask once the estate is known to be the caller's: what is near is told of no other."""
    room = await desk.reference.room(estate, code)
    if room is None:
        codes = await desk.reference.room_codes(estate)
        raise (
            _without_its_building(everywhere)
            if (everywhere := in_each_building(code, codes))
            else _unknown(code, codes)
        )
    return room


def _unknown(code: str, codes: Sequence[str]) -> Malformed:
    near = near_to(code, codes)
    return Malformed(
        field="room",
        remedy="本小区没有这个房号，请核对" + (f"；相近的有：{'、'.join(near)}" if near else ""),
        english="The estate has no such room; check it." + (f" Near it are: {', '.join(near)}." if near else ""),
        allowed=near,
    )


def _without_its_building(rooms: Sequence[str]) -> Malformed:
    return Malformed(
        field="room",
        remedy=f"房号须带楼栋：请选楼栋，或把房号写全；本小区有：{'、'.join(rooms)}",
        english=f"Choose the building, or give the whole code of the room. There are: {', '.join(rooms)}.",
        allowed=rooms,
    )


def in_each_building(number: str, codes: Sequence[str]) -> list[str]:
    """Every room of that number, where it was given without its building."""
    return sorted(one for one in codes if one.rpartition("-")[2] == number and one != number)


def near_to(code: str, codes: Sequence[str]) -> list[str]:
    """Those spelt much alike; where none is, those of the same building whose numbers are nearest."""
    building, _, number = code.rpartition("-")
    numbers = {one: tail for one in codes for head, _, tail in [one.rpartition("-")] if head == building}
    by_number = sorted(
        (one for one, tail in numbers.items() if building and tail.isdecimal() and number.isdecimal()),
        key=lambda one: abs(int(numbers[one]) - int(number)),
    )
    return get_close_matches(code, codes, n=MOST_NEAR) or by_number[:MOST_NEAR]
