"""What each place of the printed 《公共区域现场巡视表》 says: a sheet as the strings that the template sets."""

from domain.events.public import FacilityFault
from domain.forms import INSPECTION_SHEET, InspectionSheet
from infra.paper.heading import Places, heading, moment, signed, ticked
from infra.paper.wording import Wording


def places(sheet: InspectionSheet, wording: Wording) -> Places:
    """Local times (Asia/Shanghai); whatever a person wrote goes through ``wording``."""
    cleared = "" if sheet.cleared is None else "是" if sheet.cleared else "否"
    return heading(sheet, INSPECTION_SHEET, wording) | {
        "place": wording.short(sheet.place),
        "facility": wording.short(sheet.facility),
        "fault": ticked(tuple(FacilityFault), sheet.fault, wording),
        "hazard": wording.short(sheet.hazard),
        "content": wording.text(sheet.content),
        "channel": wording.short(sheet.channel),
        "reporter": wording.short(sheet.reporter),
        "phone": wording.short(sheet.phone),
        "found_at": moment(sheet.found_at),
        "reported_at": moment(sheet.reported_at),
        "notified_at": moment(sheet.notified_at),
        "repairer": wording.short(sheet.repairer),
        "arrived_at": moment(sheet.arrived_at),
        "work_started_at": moment(sheet.work_started_at),
        "expected_done": moment(sheet.expected_done),
        "notes": wording.text(sheet.notes),
        "parts": wording.text(sheet.parts),
        "cleared": ticked(("是", "否"), cleared, wording),
        "signatures": [
            ["工程部签收", *signed(sheet.signed_for, wording)],
            ["维修人员签名（完成）", *signed(sheet.repaired, wording)],
        ],
    }
