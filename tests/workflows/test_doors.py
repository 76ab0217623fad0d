"""Which updates a workflow has: one for each word of its procedure, and what the procedure gives to the Web UI."""

from dataclasses import replace
from datetime import datetime

import pytest
from temporalio import workflow

from domain.errors import RuleBroken
from domain.events import ExtensionGranted, Noted, Urged
from domain.events.work import Reassigned
from domain.people import StaffId
from domain.rulebook import REPAIR
from domain.rulebook.web_ui import NOTE
from tests.domain.story import on
from workflows.case import Case
from workflows.doors import carries
from workflows.messages import FromWebUi, OpenCase

WITH_ONE_DOOR = replace(REPAIR, name="另一规程", web_ui=(NOTE,))


@carries(WITH_ONE_DOOR)
class OtherWorkflow(Case):
    @workflow.init
    def __init__(self, opening: OpenCase) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: OpenCase) -> str:
        return await self.carry(opening)


def test_a_procedure_says_itself_what_its_supervisors_may_send_from_the_web_ui() -> None:
    doors = {name for name in vars(OtherWorkflow) if name.endswith("_from_web_ui")}

    assert {"noted_from_web_ui"} == doors
    assert "reassigned" in vars(OtherWorkflow)


def test_what_a_supervisor_fills_in_becomes_the_event() -> None:
    until = on("10:30")
    form = FromWebUi(by=StaffId("en-1"), text="请假", repairer=StaffId("rp-2"), key="REP-124", until=until)

    assert {
        Urged: Urged(text="请假"),
        Reassigned: Reassigned(repairer=StaffId("rp-2"), reason="请假"),
        ExtensionGranted: ExtensionGranted(key="REP-124", until=until, reason="请假"),
        Noted: Noted(text="请假"),
    } == {door.event: door.made(form) for door in REPAIR.web_ui}


@pytest.mark.parametrize("until", [None, on("10:30").replace(tzinfo=None)], ids=["none", "without a zone"])
def test_rep_129_an_extension_without_a_moment_in_a_zone_is_refused(until: datetime | None) -> None:
    extend = next(door for door in REPAIR.web_ui if door.event is ExtensionGranted)

    with pytest.raises(RuleBroken, match="带时区"):
        extend.made(FromWebUi(by=StaffId("cm-1"), key="REP-124", until=until))
