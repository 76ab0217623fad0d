"""What must agree between routines.toml and the other files."""

from collections.abc import Iterator

from domain.rulebook.routine.plans import BY_RULE
from infra.reference.folder import ESTATE, ROUTINES, Folder
from infra.reference.problems import Problem

MAINTENANCE = "PUB-105"
"""Maintenance is of equipment."""


def routine_problems(folder: Folder) -> Iterator[Problem]:
    """Codes that nothing has, posts that the rule does not put it to, maintenance of nothing."""
    buildings = {row.code for row in folder.estate.building}
    equipment = {row.code for row in folder.routines.equipment}
    for index, one in enumerate(folder.routines.equipment):
        if one.building is not None and one.building not in buildings:
            yield _unknown(folder, ("equipment", index, "building"), ESTATE)
    for index, row in enumerate(folder.routines.routine):
        if row.building is not None and row.building not in buildings:
            yield _unknown(folder, ("routine", index, "building"), ESTATE)
        if row.equipment is not None and row.equipment not in equipment:
            yield _unknown(folder, ("routine", index, "equipment"), ROUTINES)
        posts = BY_RULE[row.rule].posts
        if row.post not in posts:
            yield folder.problem(
                ROUTINES,
                ("routine", index, "post"),
                f"{row.rule} 可由{'、'.join(posts)}办理",
                f"{row.rule} is put to one of: {', '.join(posts)}",
            )
        if row.rule == MAINTENANCE and row.equipment is None:
            yield folder.problem(
                ROUTINES,
                ("routine", index, "equipment"),
                "设备保养须填台账中的设备",
                "maintenance names a piece of equipment",
            )


def _unknown(folder: Folder, place: tuple[str | int, ...], other: str) -> Problem:
    return folder.problem(ROUTINES, place, f"{other} 中没有这个代码", f"{other} has no such code")
