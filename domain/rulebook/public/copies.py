"""PUB: where each copy of a 《公共区域现场巡视表》 is, read off the case file."""

from domain.case_file import CaseFile
from domain.copies import CopyPlace
from domain.events.public import FacilityFaultReported, SheetSignedFor

DESK, ENGINEERING = "前台客服员", "工程部"
OUT = 2
"""PUB-02: the copy that goes to 工程部; the first stays with the front desk."""


def copy_places(file: CaseFile) -> tuple[CopyPlace, ...]:
    """Both copies are with the front desk from the report on, until 工程部 has signed for the second."""
    report, signed = file.last_entry(FacilityFaultReported), file.last_entry(SheetSignedFor)
    if report is None:
        return ()
    kept = [CopyPlace(copy=1, round=1, holder=DESK, since=report.at, entry_number=report.number)]
    given, holder = (signed, ENGINEERING) if signed else (report, DESK)
    return (*kept, CopyPlace(copy=OUT, round=1, holder=holder, since=given.at, entry_number=given.number))
