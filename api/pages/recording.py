"""The part of a case's page where things are recorded: a form for every event that the person may record now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.pages.controls import Control, Kind
from api.pages.inputs import Sending, form
from api.pages.looking_at import to_look_at
from api.pages.markup import Child, Markup, tag
from api.pages.money import charges_table, price_table
from api.pages.names import Names
from api.pages.posted import TOTAL, Filled, Form
from api.wire.events import EVENTS
from domain.events import Event
from domain.events.repair import PriceShown
from domain.people import CaseNo
from domain.pricing import ChargeLine, PriceList, total

AT = Control(name="at", label="发生时间", kind=Kind.MOMENT, hint="不填为现在")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordable:
    """An event that the person may record in the case now. ``in_turn``: the case waits for it.

    ``beforehand``: what stands in its form before anything is typed.
    """

    event: type[Event]
    controls: Sequence[Control]
    in_turn: bool
    beforehand: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """``filled``: forms that come again, by the type of their event. ``prices``: the list that is charged by.

    ``held``: what is the person's to record next but for something before it, with what that is.
    """

    no: CaseNo
    recordable: Sequence[Recordable]
    held: Sequence[tuple[type[Event], str]]
    filled: Mapping[str, Filled]
    prices: PriceList | None
    names: Names


def acts(heading: str, shown: Recording, *, in_turn: bool) -> Iterator[Child]:
    """Folded away, but for a form that comes again, and the one thing that the case waits for from this person."""
    some = [one for one in shown.recordable if one.in_turn is in_turn]
    held = shown.held if in_turn else ()
    plain = in_turn and len(some) == 1 and not shown.filled
    if some or held:
        yield tag("h2", heading)
    for kind, remedy in held:
        yield tag("p", f"「{kind.label}」尚不能登记：{remedy}", class_="quiet")
    for one in some:
        yield _act(one, shown, unfolded=plain or one.event.kind() in shown.filled)


def refused(shown: Recording) -> Iterator[Child]:
    """What was wrong with a form that is not offered any more: somebody was faster, or it was never his to send."""
    offered = {one.event.kind() for one in shown.recordable}
    for kind, filled in shown.filled.items():
        for remedy in filled.remedies.values() if kind not in offered else ():
            yield tag("p", f"未能登记「{EVENTS[kind].label}」：{remedy}", class_="problem")


def _act(one: Recordable, shown: Recording, *, unfolded: bool) -> Markup:
    kind = one.event.kind()
    filled = shown.filled.get(kind)
    counted = filled.counted if filled else ()
    to = Sending(
        action=f"/cases/{shown.no}/events",
        button=f"{'确认' if counted else ''}登记「{one.event.label}」",
        above=_to_confirm(counted, shown.names) if counted else to_look_at("请核对两单", filled or Filled()),
    )
    hidden = {"type": kind, TOTAL: str(total(counted))} if counted else {"type": kind}
    return tag(
        "details",
        tag("summary", one.event.label),
        _price_list(one, shown.prices),
        form((*one.controls, AT), filled or Filled(typed=one.beforehand), to, prefix=kind, **hidden),
        open="" if unfolded else None,
    )


def _to_confirm(lines: Sequence[ChargeLine], names: Names) -> Markup:
    return tag(
        "div",
        tag("p", "请核对金额，无误再按一次；改动后会重新计算。", class_="problem"),
        charges_table("将登记的收费", lines, names),
    )


def _price_list(one: Recordable, prices: PriceList | None) -> Markup | None:
    """REP-34: where the list is shown to the resident, and where work is charged by it."""
    charges = any(control.kind is Kind.CHARGES for control in one.controls)
    if prices is None or not (charges or one.event is PriceShown):
        return None
    return price_table(prices)
