"""REP-38: who owes which of the two signatures under a refusal, and whose signature ends it."""

import pytest

from domain.deadlines import DutyState
from domain.people import Actor, Role
from tests.domain.rulebook.beginnings import UNDER_REFUSAL, explained_of
from tests.domain.story import REPAIRER, SUPERVISOR, Story, on, person

MANAGER = person("mg-1", Role.COMPANY_MANAGER)
OTHER_SUPERVISOR = person("en-2", Role.ENGINEERING_SUPERVISOR)


def signatures_owed(story: Story) -> set[str]:
    return {duty.owner for duty in story.docket.owed if duty.row.rule == "REP-38"}


def test_rep_38_once_it_is_explained_both_owe_a_signature_and_nobody_before() -> None:
    *before, explained = explained_of(REPAIRER)
    story = Story(entries=before)
    assert signatures_owed(story) == set()

    story.then(*explained)

    assert {"维修人员 rp-1", "工程部主管"} == signatures_owed(story)


@pytest.mark.parametrize(
    ("by", "left"),
    [(REPAIRER, "工程部主管"), (SUPERVISOR, "维修人员 rp-1"), (OTHER_SUPERVISOR, "维修人员 rp-1")],
    ids=["repairer", "supervisor", "another supervisor"],
)
def test_rep_38_a_signature_ends_what_its_own_side_owes_and_nothing_else(by: Actor, left: str) -> None:
    story = Story(entries=explained_of(REPAIRER))

    story.then(UNDER_REFUSAL, on("10:00"), by)

    assert {left} == signatures_owed(story)


def test_rep_38_signed_by_both_the_form_is_owed_to_customer_service_and_no_signature() -> None:
    story = Story(entries=explained_of(REPAIRER))
    story.then(UNDER_REFUSAL, on("10:00"), REPAIRER)
    assert story.docket.find("REP-39") is None

    story.then(UNDER_REFUSAL, on("10:05"), SUPERVISOR)

    assert set() == signatures_owed(story)
    assert story.duty("REP-39").owed
    states = [story.duty(f"REP-38/{side}").state for side in ("维修人员", "工程部主管")]
    assert [DutyState.MET, DutyState.MET] == states


@pytest.mark.parametrize("by", [MANAGER, OTHER_SUPERVISOR], ids=["manager", "another supervisor"])
def test_rep_38_where_the_supervisor_has_the_order_a_manager_owes_the_other_signature(by: Actor) -> None:
    story = Story(entries=explained_of(SUPERVISOR))
    assert {"维修人员 en-1", "公司经理"} == signatures_owed(story)

    story.then(UNDER_REFUSAL, on("10:00"), SUPERVISOR)
    assert {"公司经理"} == signatures_owed(story)
    story.then(UNDER_REFUSAL, on("10:05"), by)

    assert set() == signatures_owed(story)
    assert story.docket.find("REP-38/工程部主管") is None


def test_rep_38_a_repairer_who_shows_himself_a_supervisor_only_with_his_signature_leaves_nobody_owing_twice() -> None:
    story = Story(entries=explained_of(REPAIRER))
    story.then(UNDER_REFUSAL, on("10:00"), SUPERVISOR)

    story.then(UNDER_REFUSAL, on("10:05"), person("rp-1", Role.REPAIRER, Role.ENGINEERING_SUPERVISOR))

    assert set() == signatures_owed(story)
    assert story.docket.find("REP-38/代主管") is None
