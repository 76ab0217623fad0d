"""MAT-03 to MAT-06: material that the resident supplies is verified, warned of and replaced, each thing of it."""

from enum import Enum, auto

from domain.case_file import CaseFile
from domain.events.on_site import MaterialChecked, MaterialChoice, MaterialFinding, MaterialSupplied
from domain.events.repair import ResidentSigned, SignatureExcused, WorkFinished
from domain.events.work import WorkStarted
from domain.rulebook.repair import reading
from domain.rulebook.rows import Gate, Position, Question

UNFIT = (MaterialFinding.UNFIT, MaterialFinding.POOR)
"""MAT-05: findings of which the resident is warned."""


class Thing(Enum):
    """How it stands with one thing that the resident supplied."""

    UNCHECKED = auto()
    UNWARNED = auto()
    TO_REPLACE = auto()
    SETTLED = auto()


def things(file: CaseFile) -> tuple[Thing, ...]:
    """Of this round, in the order they were supplied; what takes the place of another stands in its place.

    A check names no material, so that they are counted: one with a warning is of what was found unfit without one, any
    other of the next thing not checked yet; where none is left, it says anew what was said of one before.
    """
    found: list[Thing] = []
    for entry in reading.this_round(file):
        match entry.event:
            case MaterialSupplied():
                _put(found, _first(found, Thing.TO_REPLACE), Thing.UNCHECKED)
            case MaterialChecked() as check:
                _check(found, check)
    return tuple(found)


def _check(found: list[Thing], check: MaterialChecked) -> None:
    warning = check.warned and check.finding_of_material is not MaterialFinding.GOOD
    unwarned = _first(found, Thing.UNWARNED)
    place = unwarned if warning and unwarned is not None else _first(found, Thing.UNCHECKED)
    if place is not None:
        _put(found, place, _stands(check))
    elif unwarned is None:
        _say_anew(found, check)


def _say_anew(found: list[Thing], check: MaterialChecked) -> None:
    """MAT-06: the resident uses it after all, or 其他 says what was taken instead; else it is still to be replaced."""
    replaced = _first(found, Thing.TO_REPLACE)
    if replaced is None:
        found.append(_stands(check))
    elif check.choice is MaterialChoice.USE or check.finding_of_material is MaterialFinding.OTHER:
        found[replaced] = Thing.SETTLED


def _stands(check: MaterialChecked) -> Thing:
    if check.finding_of_material in UNFIT and not check.warned:
        return Thing.UNWARNED
    return Thing.TO_REPLACE if check.choice is MaterialChoice.REPLACE else Thing.SETTLED


def _first(found: list[Thing], state: Thing) -> int | None:
    return found.index(state) if state in found else None


def _put(found: list[Thing], place: int | None, state: Thing) -> None:
    if place is None:
        found.append(state)
    else:
        found[place] = state


def _each_verified(position: Position) -> bool:
    return Thing.UNCHECKED not in things(position.file)


def _each_warned_of(position: Position) -> bool:
    return Thing.UNWARNED not in things(position.file)


def _each_replaced(position: Position) -> bool:
    return Thing.TO_REPLACE not in things(position.file)


def _other_is_said(asked: Question) -> bool:
    event = asked.event
    if not isinstance(event, MaterialChecked) or event.finding_of_material is not MaterialFinding.OTHER:
        return True
    return bool(event.remark.strip())


def _choice_is_said(asked: Question) -> bool:
    event = asked.event
    return not isinstance(event, MaterialChecked) or not event.warned or event.choice is not None


GATES = (
    Gate(
        rule="MAT-03",
        on=(MaterialSupplied,),
        stands_open=reading.not_accepted,
        field="event.type",
        remedy="住户已签字，不再登记自备材料",
        english="The work is signed for; no material is supplied any more.",
    ),
    Gate(
        rule="MAT-03",
        on=(WorkStarted, WorkFinished, ResidentSigned, SignatureExcused),
        stands_open=_each_verified,
        opened_by=(MaterialChecked,),
        field="event.type",
        remedy="住户自备材料须逐件核验，有几件核验几次，请登记「核验自备材料」",
        english="Each thing that the resident supplied is verified before work starts, goes on with it or is signed "
        "for; record material_checked once for each.",
    ),
    Gate(
        rule="MAT-04",
        on=(MaterialChecked,),
        holds=_other_is_said,
        field="event.remark",
        remedy="核验结果为其他的，请在备注中写明",
        english="Say in remark what the finding 其他 is.",
    ),
    Gate(
        rule="MAT-06",
        on=(MaterialChecked,),
        holds=_choice_is_said,
        field="event.choice",
        remedy="已提示住户后果的，请填写住户的选择：使用或更换",
        english="Once the resident is warned, say in choice what he chose: 使用 or 更换.",
    ),
    Gate(
        rule="MAT-05",
        on=(WorkStarted, WorkFinished, ResidentSigned, SignatureExcused),
        stands_open=_each_warned_of,
        opened_by=(MaterialChecked,),
        field="event.type",
        remedy="有不合格或质量不佳的材料尚未提示住户后果，请再登记「核验自备材料」，勾选已提示并填写住户选择",
        english="The resident is warned of each unfit thing before it is used; record material_checked, warned: true.",
    ),
    Gate(
        rule="MAT-06",
        on=(WorkStarted, WorkFinished),
        stands_open=_each_replaced,
        opened_by=(MaterialSupplied, MaterialChecked),
        field="event.type",
        remedy="住户选择更换的材料须先换好：再由住户自备的，登记「住户自备材料」并核验；"
        "改用公司材料的，登记「核验自备材料」，结果选其他并写明；住户仍要使用的，选择填使用",
        english="What the resident chose to replace is replaced first: record material_supplied and material_checked; "
        "with the company's material, material_checked with 其他 and a remark; if he uses it after all, choice 使用.",
    ),
)
