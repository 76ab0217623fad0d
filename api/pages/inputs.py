"""Draws a form: each field with its label, what was typed in it, and beside it what is wrong with that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.pages.controls import CHARGE_KINDS, DEFECT_CHOICES, LABELS, LINES, Control, Kind, Options, soon
from api.pages.markup import Child, Markup, tag
from api.pages.posted import Filled
from domain.events.base import AS_SOON_AS_POSSIBLE

AMONG = frozenset({Kind.CHOICE, Kind.YES_OR_NO, Kind.NUMBER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Where a form goes and by which ``button``. ``above``: what is to be read before it is pressed.

    ``instead``: a button that sends it elsewhere.
    """

    action: str
    button: str
    above: Child = None
    instead: Child = None


def form(controls: Sequence[Control], filled: Filled, to: Sending, *, prefix: str = "", **hidden: str) -> Markup:
    """``hidden``: what goes with it unseen, beside the key that lets a second click do nothing.

    ``prefix``: of the ids of its fields, where several forms stand on a page.
    """
    return tag(
        "form",
        tag("input", type_="hidden", name_="key", value=filled.key),
        [tag("input", type_="hidden", name_=name, value=value) for name, value in hidden.items()],
        list(fields(controls, filled, prefix=prefix)),
        to.above,
        tag("p", tag("button", to.button, type_="submit"), " ", to.instead),
        class_="act",
        method="post",
        action=to.action,
    )


def question(controls: Sequence[Control], filled: Filled, to: Sending) -> Markup:
    """A form that changes nothing: what is asked for stands in the address."""
    return tag(
        "form",
        list(fields(controls, filled)),
        tag("p", tag("button", to.button, type_="submit")),
        class_="act",
        method="get",
        action=to.action,
    )


def fields(controls: Sequence[Control], filled: Filled, *, prefix: str = "") -> Iterator[Markup]:
    names = [control.name for control in controls]
    beside = {_place(field, names): remedy for field, remedy in filled.remedies.items()}
    if "" in beside:
        yield tag("p", beside[""], class_="problem")
    for control in controls:
        yield _field(control, filled, beside.get(control.name, ""), prefix)


def _place(field: str, names: Sequence[str]) -> str:
    """The control that a path of the API speaks of, such as event.charges.0.item; none: above them all."""
    return next((part for part in field.split(".") if part in names), "")


def _field(control: Control, filled: Filled, remedy: str, prefix: str) -> Markup:
    marks = {"id": f"{prefix}{control.name}", "name_": control.name}
    if remedy:
        marks |= {"aria_invalid": "true", "aria_describedby": f"{prefix}{control.name}-wrong"}
    return tag(
        "div",
        tag("label", control.label, "（必填）" if control.required else "", for_=marks["id"]),
        list(_entry(control, filled, marks)),
        tag("span", control.hint, class_="quiet") if control.hint else None,
        tag("span", remedy, class_="wrong", id=f"{prefix}{control.name}-wrong") if remedy else None,
        class_="field",
    )


def _entry(control: Control, filled: Filled, marks: dict[str, str]) -> Iterator[Markup]:
    value = filled.value(control.name)
    if control.kind is Kind.CHARGES:
        yield from _charges(control, filled, marks["id"])
    elif control.kind is Kind.SEVERAL:
        yield from _several(control, filled, marks["id"])
    elif control.kind is Kind.DEFECTS:
        yield from _defects(control, filled, marks["id"])
    elif control.kind in AMONG:
        yield _select(control.options, value, needed="" if control.required else None, **marks)
    elif control.kind is Kind.TEXT:
        yield tag("textarea", value, rows="3", cols="40", required=_needed(control), **marks)
    elif control.kind is Kind.MONEY:
        yield tag("input", value=value, required=_needed(control), inputmode="decimal", autocomplete="off", **marks)
    elif control.kind is Kind.LINE:
        yield tag("input", value=value, required=_needed(control), autocomplete="off", **marks)
    elif control.kind is Kind.DAY:
        yield tag("input", type_="date", value=value, required=_needed(control), **marks)
    elif control.kind is Kind.SOON_OR_MOMENT:
        yield tag("span", list(_soon_or_moment(control, filled, marks)), class_="line")
    else:
        yield tag("input", type_="datetime-local", step="1", value=value, required=_needed(control), **marks)


def _several(control: Control, filled: Filled, place: str) -> Iterator[Markup]:
    """A box for each; the first bears the id that the label points at."""
    chosen = filled.typed.get(control.name, ())
    for number, (value, shown) in enumerate(control.options):
        own = {"id": place} if number == 0 else {}
        ticked = "" if value in chosen else None
        box = tag("input", type_="checkbox", name_=control.name, value=value, checked=ticked, **own)
        yield tag("label", box, " ", shown, class_="line")


def _soon_or_moment(control: Control, filled: Filled, marks: dict[str, str]) -> Iterator[Markup]:
    """A moment; where it has to be said, the box for 尽快 beside it."""
    yield tag("input", type_="datetime-local", step="1", value=filled.value(control.name), **marks)
    if control.required:
        name = soon(control.name)
        ticked = "" if filled.value(name) else None
        box = tag("input", type_="checkbox", name_=name, value=AS_SOON_AS_POSSIBLE, checked=ticked)
        yield tag("label", box, " ", AS_SOON_AS_POSSIBLE)


def _needed(control: Control) -> str | None:
    return "" if control.required else None


def _select(options: Options, chosen: str, needed: str | None = None, blank: str = "", **marks: str) -> Markup:
    """Nothing is chosen beforehand: what stands first is not what happened. ``blank``: what it then shows."""
    drawn = [
        tag("option", shown, value=value, selected="" if value == chosen else None)
        for value, shown in (("", "请选择" if needed is not None else blank), *options)
    ]
    return tag("select", drawn, required=needed, **marks)


def _charges(control: Control, filled: Filled, place: str) -> Iterator[Markup]:
    items = [*filled.typed.get(f"{control.name}_item", ()), *[""] * LINES][:LINES]
    quantities = [*filled.typed.get(f"{control.name}_quantity", ()), *[""] * LINES][:LINES]
    kinds = [*filled.typed.get(f"{control.name}_kind", ()), *[""] * LINES][:LINES]
    for line, (item, quantity, kind) in enumerate(zip(items, quantities, kinds, strict=True), start=1):
        own = {"id": place} if line == 1 else {}
        yield tag(
            "span",
            _select(control.options, item, name_=f"{control.name}_item", aria_label=f"收费项目 {line}", **own),
            tag(
                "input",
                name_=f"{control.name}_quantity",
                value=quantity,
                inputmode="decimal",
                size="6",
                placeholder="数量",
                aria_label=f"数量 {line}",
            ),
            _select(CHARGE_KINDS, kind, blank="全部费用", name_=f"{control.name}_kind", aria_label=f"收费范围 {line}"),
            class_="line",
        )


def _defects(control: Control, filled: Filled, place: str) -> Iterator[Markup]:
    def typed(column: str, line: int) -> str:
        return ([*filled.typed.get(f"{control.name}_{column}", ()), *[""] * LINES])[line]

    for line in range(LINES):
        own = {"id": place} if line == 0 else {}
        yield tag(
            "span",
            [
                tag(
                    "input",
                    name_=f"{control.name}_{column}",
                    value=typed(column, line),
                    placeholder=shown,
                    aria_label=f"{shown} {line + 1}",
                    autocomplete="off",
                    **(own if column == "place" else {}),
                )
                for column, shown in (("place", "缺陷地点"), ("content", "缺陷内容"))
            ],
            [
                _select(
                    options,
                    typed(column, line),
                    blank=LABELS[column],
                    name_=f"{control.name}_{column}",
                    aria_label=f"{LABELS[column]} {line + 1}",
                )
                for column, options in DEFECT_CHOICES.items()
            ],
            class_="line",
        )
