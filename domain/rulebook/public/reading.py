"""What the rows of the public-facility repair ask of a case file."""

from domain.case_file import CaseFile, Entry
from domain.events.public import FacilityFaultReported, Hazard, RepairerArranged
from domain.events.work import ArrivedOnSite
from domain.rulebook import sending


def is_dangerous(file: CaseFile) -> bool:
    """PUB-101: it disturbs daily life, or endangers persons or property."""
    report = file.last(FacilityFaultReported)
    return report is not None and report.hazard is not Hazard.NONE


def is_other(file: CaseFile) -> bool:
    """PUB-103."""
    return not is_dangerous(file)


def awaits_arranging(file: CaseFile) -> bool:
    """PUB-04: to what is dangerous somebody may have been sent before the sheet was signed for."""
    return not file.has(RepairerArranged)


def awaits_arrival(file: CaseFile) -> bool:
    """PUB-05: likewise somebody may have arrived."""
    return not file.has(ArrivedOnSite)


repairer = sending.repairer


def dangerous_then(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return is_dangerous(file)


def other_then(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return is_other(file)


def somebody_sent(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return repairer(file) is not None


def nobody_sent(entry: Entry, file: CaseFile) -> bool:
    return not somebody_sent(entry, file)
