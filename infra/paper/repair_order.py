"""What each place of the printed 《维修单》 says: a sheet turned into the strings that the template sets."""

from datetime import datetime
from decimal import Decimal

from domain.capitals import LARGEST, in_capitals
from domain.forms import MATERIAL_FINDINGS, REPAIR_ORDER, TRIAL_RESULTS, RepairOrderSheet, SheetCharge
from domain.pricing import total
from infra.paper.heading import Places, heading, moment, signed, ticked
from infra.paper.wording import Wording

_BLANK_LINES = 4


def places(sheet: RepairOrderSheet, wording: Wording) -> Places:
    """Local times (Asia/Shanghai); whatever a person wrote goes through ``wording``."""
    return (
        heading(sheet, REPAIR_ORDER, wording) | _request(sheet, wording) | _work(sheet, wording) | _bill(sheet, wording)
    )


def _request(sheet: RepairOrderSheet, wording: Wording) -> Places:
    return {
        "household": wording.short(sheet.household),
        "phone": wording.short(sheet.phone),
        "address": wording.short(sheet.address),
        "received_at": moment(sheet.received_at),
        "channel": wording.short(sheet.channel),
        "fault": wording.short(sheet.fault),
        "urgency": wording.short(sheet.urgency),
        "wanted": moment(sheet.wanted) if isinstance(sheet.wanted, datetime) else sheet.wanted,
        "complete_by": moment(sheet.complete_by),
        "content": wording.text(sheet.content),
        "repairer": wording.short(sheet.repairer),
        "expected": moment(sheet.expected),
        "expected_done": moment(sheet.expected_done),
    }


def _work(sheet: RepairOrderSheet, wording: Wording) -> Places:
    return {
        "reported_item": wording.short(sheet.reported_item),
        "actual_item": wording.short(sheet.actual_item),
        "worked": _span(sheet.work_started_at, sheet.work_finished_at),
        "consent": wording.text(sheet.consent),
        "refusal_reason": wording.text(sheet.refusal_reason),
        "trial": ticked(TRIAL_RESULTS, sheet.trial, wording),
        "material": ticked(MATERIAL_FINDINGS, sheet.material, wording),
        "remarks": wording.text(sheet.remarks),
        "feedback": wording.text(sheet.feedback),
        "signatures": [
            ["住户签名", *signed(sheet.resident_signed, wording)],
            ["维修人员签名", *signed(sheet.repairer_signed, wording)],
            ["工程部主管签名", *signed(sheet.supervisor_signed, wording)],
        ],
    }


def _bill(sheet: RepairOrderSheet, wording: Wording) -> Places:
    lines = sheet.charges or ()
    due = total(charge.line for charge in lines)
    known = sheet.charges is not None
    return {
        "price_version": wording.short(sheet.price_version),
        "paid": ticked(("有偿", "无偿"), ("有偿" if due else "无偿") if known else "", wording),
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


def _span(start: datetime | None, end: datetime | None) -> str:
    return f"{moment(start)} 至 {moment(end)}" if start or end else ""
