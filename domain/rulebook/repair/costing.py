"""FEE-02, FEE-03, REP-32, REP-33, REP-35: what is agreed to and charged is what was found on the site, at its price."""

from decimal import Decimal

from domain.case_file import CaseFile
from domain.errors import RuleBroken
from domain.events.on_site import CostAgreed
from domain.events.repair import Assigned, PriceShown, WorkFinished
from domain.pricing import FURTHER_ITEM, REVIEWED_ITEM, PriceItem, PriceList
from domain.rulebook.repair import agreeing, reading, reviewing
from domain.rulebook.rows import Gate, Question


def chargeable(file: CaseFile) -> frozenset[str]:
    """By what the work of this round is charged: the item found on the site, and what was agreed to beside it."""
    beside = (one.item or FURTHER_ITEM for one in agreeing.further_work(file))
    return frozenset({reading.item(file), *beside})


def fees_agreed(file: CaseFile) -> Decimal:
    """REP-118: of all the further work of this round."""
    return sum((one.fee for one in agreeing.further_work(file)), start=Decimal(0))


def is_reviewed(file: CaseFile) -> bool:
    """The work in hand is none of the list."""
    return reading.item(file) == REVIEWED_ITEM


def reviewed_cost(file: CaseFile) -> Decimal:
    """FEE-02: what reviewed work costs with what was agreed to beside it; of a round without a review only that."""
    return (reviewing.reviewed_amount(file) or Decimal(0)) + fees_agreed(file)


def known_cost(file: CaseFile, prices: PriceList) -> Decimal | None:
    """What the resident is asked to agree to, one of it where that is counted; None: nothing is known to cost."""
    if is_reviewed(file):
        return reviewed_cost(file)
    listed = _listed(file, prices)
    return listed.whole + fees_agreed(file) if listed else None


def check_cost(amount: Decimal, file: CaseFile, prices: PriceList) -> None:
    """Hold what the resident is said to have agreed to against what it costs; ``prices``: the list he was shown.

    Raises RuleBroken (FEE-02, FEE-03). Asked before the prices were shown, it is for REP-34 to refuse.
    """
    if not any(isinstance(entry.event, PriceShown) for entry in file.since(Assigned)):
        return
    if is_reviewed(file):
        if not _is_reviewed_cost(amount, file):
            raise _not_reviewed(file)
        return
    listed, work = _listed(file, prices), amount - fees_agreed(file)
    if listed and work != 0 and not listed.can_come_to(work):
        raise _not_listed(listed, prices, fees_agreed(file))


def _listed(file: CaseFile, prices: PriceList) -> PriceItem | None:
    item = reading.item(file)
    return prices.item(item) if prices.lists(item) else None


def _is_reviewed_cost(amount: Decimal, file: CaseFile) -> bool:
    """All of it, or nothing for the work itself."""
    return amount in {reviewed_cost(file), fees_agreed(file)}


def _not_reviewed(file: CaseFile) -> RuleBroken:
    cost, reviewed = reviewed_cost(file), reviewing.reviewed_amount(file)
    known = "本轮未经评审，没有评审金额" if reviewed is None else f"评审金额为 {reviewed:.2f} 元"
    return RuleBroken(
        "FEE-02",
        field="event.amount",
        remedy=f"{known}{_beside(fees_agreed(file))}，住户同意的金额须为 {cost:.2f} 元；"
        "评审以外的费用，请由工程部主管登记「追加维修」",
        english=f"By the review this costs {cost:.2f} CNY; what comes beside it is recorded as further_work_agreed.",
    )


def _not_listed(listed: PriceItem, prices: PriceList, fees: Decimal) -> RuleBroken:
    whole = f"{listed.name}按收费标准 {prices.version} 每{listed.unit} {listed.whole:.2f} 元"
    alone = f"，只收人工的 {listed.whole - listed.material:.2f} 元" if listed.material else ""
    return RuleBroken(
        "FEE-03",
        field="event.amount",
        remedy=f"{whole}{alone}{_beside(fees)}；住户同意的金额须为单价乘整数数量"
        f"{'再加追加维修' if fees else ''}，如 {listed.whole + fees:.2f} 元；另有项目的，请登记「追加维修」",
        english=f"Price list {prices.version} makes {listed.code} {listed.whole:.2f} CNY each, and what was agreed to "
        f"beside it {fees:.2f}; agree to whole numbers of it, such as {listed.whole + fees:.2f}.",
    )


def _beside(fees: Decimal) -> str:
    return f"，已同意的追加维修 {fees:.2f} 元" if fees else ""


def _at_the_price_reviewed(asked: Question) -> bool:
    event = asked.event
    return (
        not isinstance(event, CostAgreed) or not is_reviewed(asked.file) or _is_reviewed_cost(event.amount, asked.file)
    )


def _of_what_was_found(asked: Question) -> bool:
    event = asked.event
    return not isinstance(event, WorkFinished) or {line.item for line in event.charges} <= chargeable(asked.file)


GATES = (
    Gate(
        rule="FEE-02",
        on=(CostAgreed,),
        holds=_at_the_price_reviewed,
        field="event.amount",
        remedy="清单外项目只能按评审金额（连同已同意的追加维修）由住户同意；另有费用，请由工程部主管登记「追加维修」",
        english="Work off the list is agreed to at the amount reviewed, with the fees of further work; what else there "
        "is comes as further_work_agreed.",
    ),
    Gate(
        rule="REP-33",
        on=(WorkFinished,),
        holds=_of_what_was_found,
        field="event.charges",
        remedy="收费项目与「现场确认」的项目不符：只收现场确认（或经评审）的项目与住户同意的追加维修；"
        "实际另有项目的，请先登记「追加维修」",
        english="Charge the item found on the site, or the one reviewed, and further work agreed to; what else was "
        "done is recorded as further_work_agreed first.",
    ),
)
"""What a listed item may come to is asked before, where its price is known (``check_cost``)."""
