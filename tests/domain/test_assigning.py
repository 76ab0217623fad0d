"""Who may be given work: shift, trade and leave, what they give way to, and in which order people are proposed."""

import pytest

from domain.assigning import Repairer, Standing, Work, check_sent, check_team, proposed, standing
from domain.errors import RuleBroken
from domain.events import AnyEvent
from domain.events.public import RepairerArranged
from domain.events.repair import Assigned, Situation
from domain.events.sending import HelpersSent, Lack, OrderDeclined, SentAnyway, Waiver
from domain.events.work import Reassigned
from domain.people import StaffId
from domain.rulebook import REPAIR
from tests.domain.story import OTHER_REPAIRER, REPAIRER, Story, on, received

ORDINARY = Work(trade="水", cannot_wait=False, declined=frozenset())
EMERGENCY = Work(trade="水", cannot_wait=True, declined=frozenset())
GIVEN_BACK = Work(trade="水", cannot_wait=False, declined=frozenset({StaffId("a")}))


def one(staff: str, *, off: bool = False, on_leave: bool = False, trained: bool = True, in_hand: int = 0) -> Repairer:
    until = None if off else on("17:00")
    return Repairer(
        id=StaffId(staff), name=staff, on_duty_until=until, on_leave=on_leave, trained=trained, in_hand=in_hand
    )


def assigned(staff: str, reason: str = "") -> Assigned:
    return Assigned(repairer=StaffId(staff), team="水工班", item="W01", override_reason=reason)


REASSIGNED = Reassigned(repairer=StaffId("a"), reason="b 有急活")


def waived(event: AnyEvent, *crew: Repairer, work: Work = ORDINARY, override: str = "") -> list[tuple[Lack, Waiver]]:
    return [(note.lack, note.waiver) for note in check_sent(event, crew, work, under="event.", override=override)]


def test_rep_107_plumber_a_off_shift_and_b_on_shift_the_pipe_goes_to_b() -> None:
    a, b = one("a", off=True), one("b")

    with pytest.raises(RuleBroken) as refusal:
        waived(assigned("a"), a, b)

    assert ("REP-107", "event.override_reason") == (refusal.value.rule, refusal.value.field)
    assert [] == waived(assigned("b"), a, b)
    assert ["b", "a"] == [who.id for who in proposed((a, b), ORDINARY)]


@pytest.mark.parametrize(
    ("event", "crew", "work", "notes"),
    [
        (assigned("a", "住得近"), (one("a", off=True), one("b")), ORDINARY, [(Lack.OFF_SHIFT, Waiver.REASON)]),
        (REASSIGNED, (one("a", off=True), one("b")), EMERGENCY, [(Lack.OFF_SHIFT, Waiver.EMERGENCY)]),
        (assigned("a", "他已同意"), (one("a"), one("b")), GIVEN_BACK, [(Lack.DECLINED, Waiver.REASON)]),
        (assigned("a"), (one("a", off=True), one("b")), EMERGENCY, [(Lack.OFF_SHIFT, Waiver.EMERGENCY)]),
        (assigned("a"), (one("a", off=True), one("b", off=True)), ORDINARY, [(Lack.OFF_SHIFT, Waiver.NOBODY)]),
        (assigned("a"), (one("a", off=True), one("b", on_leave=True)), ORDINARY, [(Lack.OFF_SHIFT, Waiver.NOBODY)]),
        (assigned("a", "跟班学习"), (one("a", trained=False), one("b")), ORDINARY, [(Lack.UNTRAINED, Waiver.REASON)]),
        (assigned("a"), (one("a", trained=False), one("b")), EMERGENCY, [(Lack.UNTRAINED, Waiver.EMERGENCY)]),
        (assigned("a"), (one("a", trained=False), one("b", off=True)), ORDINARY, []),
        (assigned("a"), (one("a", trained=False),), ORDINARY, []),
        (
            assigned("a", "只有他"),
            (one("a", off=True, trained=False), one("b")),
            ORDINARY,
            [(Lack.OFF_SHIFT, Waiver.REASON), (Lack.UNTRAINED, Waiver.REASON)],
        ),
    ],
)
def test_shift_and_trade_give_way_to_a_reason_an_emergency_and_an_empty_roster(
    event: AnyEvent, crew: tuple[Repairer, ...], work: Work, notes: list[tuple[Lack, Waiver]]
) -> None:
    assert notes == waived(event, *crew, work=work)


@pytest.mark.parametrize(
    ("event", "crew", "work", "rule", "field"),
    [
        (assigned("a", "  "), (one("a", off=True), one("b")), ORDINARY, "REP-107", "event.override_reason"),
        (assigned("a"), (one("a", trained=False), one("b")), ORDINARY, "REP-05", "event.override_reason"),
        (assigned("a"), (one("a"), one("b")), GIVEN_BACK, "REP-18", "event.override_reason"),
        (REASSIGNED, (one("a", off=True), one("b")), ORDINARY, "REP-107", "event.override_reason"),
        (REASSIGNED, (one("a", trained=False), one("b")), ORDINARY, "REP-05", "event.override_reason"),
        (REASSIGNED, (one("a"), one("b")), GIVEN_BACK, "REP-18", "event.override_reason"),
        (
            RepairerArranged(repairer=StaffId("a")),
            (one("a", off=True), one("b")),
            ORDINARY,
            "REP-107",
            "event.repairer",
        ),
        (assigned("a", "急"), (one("a", on_leave=True), one("b")), EMERGENCY, "REP-05", "event.repairer"),
        (assigned("x", "急"), (one("a"),), EMERGENCY, "REP-05", "event.repairer"),
        (
            HelpersSent(helpers=(StaffId("b"), StaffId("a"))),
            (one("a", off=True), one("b")),
            ORDINARY,
            "REP-107",
            "event.reason",
        ),
    ],
)
def test_who_is_not_fit_is_refused_under_the_rule_that_he_breaks(
    event: AnyEvent, crew: tuple[Repairer, ...], work: Work, rule: str, field: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        waived(event, *crew, work=work)

    assert (rule, field) == (refusal.value.rule, refusal.value.field)


@pytest.mark.parametrize(
    ("crew", "work", "lack"),
    [
        ((one("a", off=True), one("b")), ORDINARY, Lack.OFF_SHIFT),
        ((one("a", trained=False), one("b")), ORDINARY, Lack.UNTRAINED),
        ((one("a"), one("b")), GIVEN_BACK, Lack.DECLINED),
    ],
)
def test_rep_18_why_an_order_leaves_one_is_no_reason_why_it_goes_to_another(
    crew: tuple[Repairer, ...], work: Work, lack: Lack
) -> None:
    with pytest.raises(RuleBroken):
        waived(REASSIGNED, *crew, work=work)

    assert [(lack, Waiver.REASON)] == waived(REASSIGNED, *crew, work=work, override="住得近")


def test_rep_05_an_order_goes_to_a_team_that_he_is_in_and_who_is_in_none_goes_with_any() -> None:
    members = {"水工班": {StaffId("a"), StaffId("b")}, "电工班": {StaffId("b")}}

    with pytest.raises(RuleBroken) as refusal:
        check_team("电工班", StaffId("a"), members, field="event.team")

    assert ("REP-05", "event.team", ("水工班",)) == (
        refusal.value.rule,
        refusal.value.field,
        tuple(refusal.value.allowed),
    )
    for team, staff in (("水工班", "a"), ("水工班", "b"), ("电工班", "b"), ("电工班", "c")):
        check_team(team, StaffId(staff), members, field="event.team")


def test_each_helper_is_looked_at_and_noted_of_himself() -> None:
    crew = (one("a", off=True), one("b"), one("c", trained=False))

    notes = check_sent(
        HelpersSent(helpers=(StaffId("a"), StaffId("b"), StaffId("c")), reason="水太大"), crew, ORDINARY, under=""
    )

    assert (
        SentAnyway(repairer=StaffId("a"), lack=Lack.OFF_SHIFT, waiver=Waiver.REASON),
        SentAnyway(repairer=StaffId("c"), lack=Lack.UNTRAINED, waiver=Waiver.REASON),
    ) == notes


def test_they_are_proposed_by_fitness_then_shift_then_load_then_number() -> None:
    crew = (
        one("off", off=True),
        one("leave", on_leave=True),
        one("untrained", trained=False),
        one("1-busy", in_hand=2),
        one("b", in_hand=1),
        one("a", in_hand=1),
        one("declined"),
    )
    work = Work(trade="水", cannot_wait=False, declined=frozenset({StaffId("declined")}))

    assert ["a", "b", "1-busy", "untrained", "declined", "leave", "off"] == [who.id for who in proposed(crew, work)]


def test_who_is_off_shift_may_be_chosen_in_an_emergency_after_those_who_are_there() -> None:
    crew = (one("a", off=True), one("b", in_hand=9))

    assert [Standing.CALLED_IN, Standing.FREE] == [standing(who, crew, EMERGENCY) for who in crew]
    assert ["b", "a"] == [who.id for who in proposed(crew, EMERGENCY)]


def test_what_is_to_be_done_is_read_off_the_call_and_who_declined_off_the_file() -> None:
    story = Story(entries=[(received(Situation.FLOODING), on("9:00")), (assigned("rp-1"), on("9:05"))])
    story.then(OrderDeclined(reason="急活"), on("9:06"), REPAIRER)
    story.then(Reassigned(repairer=OTHER_REPAIRER.id, reason="退单"), on("9:07"))

    assert Work(trade="水", cannot_wait=True, declined=frozenset({REPAIRER.id})) == Work.of(story.file, REPAIR)
