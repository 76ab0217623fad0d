"""MAT-03 to MAT-06: of several things that the resident supplied none is lost sight of."""

import pytest

from domain.errors import RuleBroken
from domain.events import AnyEvent
from domain.events.on_site import (
    AcceptanceStated,
    MaterialChecked,
    MaterialChoice,
    MaterialFinding,
    MaterialSupplied,
    SiteChecked,
    SiteItem,
)
from domain.events.repair import FaultKind, SignatureExcused, TrialDone, WorkFinished
from domain.events.work import ArrivedOnSite, WorkStarted
from domain.people import Actor
from tests.domain.rulebook.beginnings import ASSIGNED, RECEIVED, SIGNED
from tests.domain.story import REPAIRER, SUPERVISOR, Story, on

TAP, HOSE = MaterialSupplied(material="水龙头"), MaterialSupplied(material="软管")
GOOD = MaterialChecked(finding_of_material=MaterialFinding.GOOD)
UNFIT = MaterialChecked(finding_of_material=MaterialFinding.UNFIT)
POOR = MaterialChecked(finding_of_material=MaterialFinding.POOR)
USED = MaterialChecked(finding_of_material=MaterialFinding.UNFIT, warned=True, choice=MaterialChoice.USE)
REPLACED = MaterialChecked(finding_of_material=MaterialFinding.UNFIT, warned=True, choice=MaterialChoice.REPLACE)
COMPANYS = MaterialChecked(finding_of_material=MaterialFinding.OTHER, remark="改用公司水龙头")
STARTED = WorkStarted(expected_done=on("16:00"))
DONE = WorkFinished(fault=FaultKind.WATER, no_charge=True)
EXCUSED = SignatureExcused(reason="住户外出")

UNCHECKED, UNWARNED, UNREPLACED = (
    ("MAT-03", "有几件核验几次"),
    ("MAT-05", "勾选已提示"),
    ("MAT-06", "登记「住户自备材料」并核验"),
)


def told(*material: AnyEvent) -> Story:
    """On the site, with everything ticked, and that."""
    there = (RECEIVED, (ASSIGNED, on("9:04")), (ArrivedOnSite(), on("9:20")))
    story = Story(entries=(*there, (SiteChecked(items=tuple(SiteItem)), on("9:21"))))
    for event in material:
        story.then(event, on("9:22"), REPAIRER)
    return story


HELD_UP: list[tuple[list[AnyEvent], tuple[str, str]]] = [
    ([TAP], UNCHECKED),
    ([TAP, HOSE, GOOD], UNCHECKED),
    ([TAP, GOOD, HOSE], UNCHECKED),
    ([GOOD, TAP], UNCHECKED),
    ([TAP, HOSE, UNFIT, USED], UNCHECKED),
    ([TAP, UNFIT], UNWARNED),
    ([TAP, UNFIT, HOSE, GOOD], UNWARNED),
    ([TAP, UNFIT, GOOD], UNWARNED),
    ([TAP, HOSE, UNFIT, POOR, USED], UNWARNED),
    ([TAP, REPLACED], UNREPLACED),
    ([TAP, UNFIT, REPLACED], UNREPLACED),
    ([TAP, REPLACED, GOOD], UNREPLACED),
    ([TAP, REPLACED, REPLACED], UNREPLACED),
    ([TAP, HOSE, REPLACED, GOOD], UNREPLACED),
    ([TAP, REPLACED, TAP], UNCHECKED),
    ([TAP, REPLACED, TAP, UNFIT], UNWARNED),
    ([TAP, REPLACED, TAP, REPLACED], UNREPLACED),
]
LET_GO: list[list[AnyEvent]] = [
    [],
    [TAP, GOOD],
    [TAP, HOSE, GOOD, GOOD],
    [TAP, USED],
    [TAP, UNFIT, USED],
    [TAP, UNFIT, UNFIT, USED],
    [TAP, UNFIT, HOSE, GOOD, USED],
    [TAP, HOSE, UNFIT, POOR, USED, USED],
    [TAP, REPLACED, TAP, GOOD],
    [TAP, HOSE, REPLACED, GOOD, TAP, GOOD],
    [TAP, REPLACED, USED],
    [TAP, REPLACED, COMPANYS],
    [TAP, REPLACED, TAP, USED],
]


def _ids(told: object) -> str:
    if not isinstance(told, list):
        return ""
    said = {TAP: "tap", HOSE: "hose", GOOD: "good", UNFIT: "unfit", POOR: "poor"}
    chosen = {USED: "used", REPLACED: "replaced", COMPANYS: "the company's"}
    return " ".join((said | chosen)[event] for event in told) or "nothing"


@pytest.mark.parametrize("next_step", [STARTED, DONE], ids=["started", "done"])
@pytest.mark.parametrize(("material", "refused"), HELD_UP, ids=_ids)
def test_mat_03_mat_05_mat_06_work_does_not_go_on_before_each_thing_is_verified_warned_of_and_replaced(
    material: list[AnyEvent], refused: tuple[str, str], next_step: AnyEvent
) -> None:
    rule, remedy = refused

    with pytest.raises(RuleBroken) as broken:
        told(*material).admits(next_step, on("9:30"), REPAIRER)

    assert (rule, "event.type") == (broken.value.rule, broken.value.field)
    assert remedy in broken.value.remedy


@pytest.mark.parametrize("next_step", [STARTED, DONE], ids=["started", "done"])
@pytest.mark.parametrize("material", LET_GO, ids=_ids)
def test_mat_06_it_goes_on_once_that_is_done_and_with_what_the_resident_chose_to_use(
    material: list[AnyEvent], next_step: AnyEvent
) -> None:
    assert told(*material).admits(next_step, on("9:30"), REPAIRER)


@pytest.mark.parametrize(("signed", "by"), [(SIGNED, REPAIRER), (EXCUSED, SUPERVISOR)], ids=["signed", "excused"])
def test_mat_03_mat_05_what_is_brought_after_the_work_is_verified_and_warned_of_before_it_is_signed_for(
    signed: AnyEvent, by: Actor
) -> None:
    story = told(STARTED, DONE, TrialDone(passed=True), AcceptanceStated(satisfied=True), TAP)

    with pytest.raises(RuleBroken, match="MAT-03"):
        story.admits(signed, on("10:00"), by)
    story.then(UNFIT, on("10:01"), REPAIRER)
    with pytest.raises(RuleBroken, match="MAT-05"):
        story.admits(signed, on("10:02"), by)
    story.then(REPLACED, on("10:03"), REPAIRER)

    assert story.admits(signed, on("10:04"), by)
