"""What each place of the printed 《维修单》 says: a sheet turned into the strings that the template sets."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from domain.calendar import LOCAL
from domain.capitals import LARGEST, in_capitals
from domain.forms import MATERIAL_FINDINGS, REPAIR_ORDER, TRIAL_RESULTS, RepairOrderSheet, SheetCharge, Signature
from domain.pricing import total
from infra.paper.wording import Wording

Places = dict[str, object]
"""Strings, and lists or tables of them, by the place that the template knows them under."""

_BLANK_LINES = 4


def places(sheet: RepairOrderSheet, wording: Wording) -> Places:
    """Local times (Asia/Shanghai); whatever a person wrote goes through ``wording``."""
    return _head(sheet, wording) | _request(sheet, wording) | _work(sheet, wording) | _bill(sheet, wording)


def _head(sheet: RepairOrderSheet, wording: Wording) -> Places:
    copies = "　".join(f"{copy.name} {copy.holder}（{copy.purpose}）" for copy in REPAIR_ORDER.copies)
    return {
        "title": REPAIR_ORDER.title,
        "estate": wording.short(sheet.estate),
        "no": wording.short(sheet.no),
        "copy_number": sheet.copy.number,
        "copy_name": sheet.copy.name,
        "copy_holder": sheet.copy.holder,
        "copy_purpose": sheet.copy.purpose,
        "copies": f"本单一式四份：{copies}",
        "as_of": _moment(sheet.as_of),
        "reprint": f"补打（第{sheet.reprint}次）" if sheet.reprint else "",
        "drill": "【演练】" if sheet.drill else "",
    }


def _request(sheet: RepairOrderSheet, wording: Wording) -> Places:
    return {
        "household": wording.short(sheet.household),
        "phone": wording.short(sheet.phone),
        "address": wording.short(sheet.address),
        "received_at": _moment(sheet.received_at),
        "channel": wording.short(sheet.channel),
        "fault": wording.short(sheet.fault),
        "urgency": wording.short(sheet.urgency),
        "wanted": _moment(sheet.wanted) if isinstance(sheet.wanted, datetime) else sheet.wanted,
        "complete_by": _moment(sheet.complete_by),
        "content": wording.text(sheet.content),
        "repairer": wording.short(sheet.repairer),
        "expected": _moment(sheet.expected),
    }


def _work(sheet: RepairOrderSheet, wording: Wording) -> Places:
    return {
        "reported_item": wording.short(sheet.reported_item),
        "actual_item": wording.short(sheet.actual_item),
        "worked": _span(sheet.work_started_at, sheet.work_finished_at),
        "consent": wording.text(sheet.consent),
        "refusal_reason": wording.text(sheet.refusal_reason),
        "trial": _ticked(TRIAL_RESULTS, sheet.trial, wording),
        "material": _ticked(MATERIAL_FINDINGS, sheet.material, wording),
        "remarks": wording.text(sheet.remarks),
        "feedback": wording.text(sheet.feedback),
        "signatures": [
            ["住户签名", *_signed(sheet.resident_signed, wording)],
            ["维修人员签名", *_signed(sheet.repairer_signed, wording)],
            ["工程部主管签名", *_signed(sheet.supervisor_signed, wording)],
        ],
        "steps": [[_stepped(step.at, sheet), wording.text(step.what), wording.short(step.who)] for step in sheet.steps],
    }


def _bill(sheet: RepairOrderSheet, wording: Wording) -> Places:
    lines = sheet.charges or ()
    due = total(charge.line for charge in lines)
    known = sheet.charges is not None
    return {
        "price_version": wording.short(sheet.price_version),
        "paid": _ticked(("有偿", "无偿"), ("有偿" if due else "无偿") if known else "", wording),
        "charges": [_charge(position, charge, wording) for position, charge in enumerate(lines, start=1)],
        "blank_lines": 0 if known else _BLANK_LINES,
        "total": f"￥{due:,.2f}" if known else "￥",
        "capitals": _capitals(due) if known else "",
        "cost": f"￥{sheet.cost:,.2f}" if sheet.cost is not None else "",
        "shows_cost": sheet.copy.internal,
    }


def _charge(position: int, charge: SheetCharge, wording: Wording) -> list[str]:
    line = charge.line
    return [
        str(position),
        line.kind.label,
        wording.short(charge.name),
        f"{line.unit_price:,.2f}",
        f"{line.quantity.normalize():f}",
        wording.short(charge.unit),
        f"{line.amount:,.2f}",
    ]


def _capitals(due: Decimal) -> str:
    return in_capitals(due) if due <= LARGEST else "（超出大写位数，以小写金额为准）"


def _ticked(choices: Sequence[str], chosen: str, wording: Wording) -> str:
    """A full box before the one chosen; something that no box stands for is written after them."""
    boxes = "　".join(("■" if choice == chosen else "□") + choice for choice in choices)
    return boxes if chosen in ("", *choices) else f"{boxes}　{wording.short(chosen)}"


def _signed(signature: Signature | None, wording: Wording) -> tuple[str, str]:
    return (wording.short(signature.name), _moment(signature.at)) if signature else ("", "")


def _span(start: datetime | None, end: datetime | None) -> str:
    return f"{_moment(start)} 至 {_moment(end)}" if start or end else ""


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    local = at.astimezone(LOCAL)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def _stepped(at: datetime, sheet: RepairOrderSheet) -> str:
    """To the second where limits are judged by it, which is nothing to the customer."""
    local = at.astimezone(LOCAL)
    return f"{local:%Y-%m-%d %H:%M:%S}" if sheet.copy.internal else f"{local:%Y-%m-%d %H:%M}"
