"""What the rows of the public-facility repair ask of a case file."""

from domain.callers import callers
from domain.case_file import CaseFile, Entry
from domain.events import Event
from domain.events.public import FacilityChannel, FacilityFaultReported, FacilityRepaired, Hazard, RepairerArranged
from domain.events.repair import FeedbackGiven
from domain.events.work import ArrivedOnSite
from domain.rulebook import feedback, sending

FROM_OUTSIDE = frozenset(
    {FacilityChannel.TELEPHONE, FacilityChannel.WECHAT, FacilityChannel.APP, FacilityChannel.FRONT_DESK}
)
"""The channels of residents; by the others a fault comes from the company's own people and devices."""

DONE = "已修复"
"""The result of a public repair that was carried out."""


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


def awaits_arranging_anew(file: CaseFile) -> bool:
    """PUB-04, also where it was not solved (REP-47)."""
    return not _done_in_this_round(file, RepairerArranged)


def awaits_arrival_anew(file: CaseFile) -> bool:
    return not _done_in_this_round(file, ArrivedOnSite)


def is_repaired(file: CaseFile) -> bool:
    """And nobody has said since that it is not."""
    return _done_in_this_round(file, FacilityRepaired)


def _done_in_this_round(file: CaseFile, kind: type[Event]) -> bool:
    return file.has(kind) and any(isinstance(entry.event, kind) for entry in feedback.this_round(file))


def somebody_wants_to_know(file: CaseFile) -> bool:
    """REP-11: of those who called about it a resident can be asked whether it is solved, whoever called first."""
    return any(one.channel in FROM_OUTSIDE and bool(one.phone.strip()) for one in callers(file))


def awaits_feedback(file: CaseFile) -> bool:
    """REP-47: it is repaired, and somebody is still to say whether it is solved; if not, the case reopens."""
    return is_repaired(file) and somebody_wants_to_know(file) and not _is_said_of(file)


def _is_said_of(file: CaseFile) -> bool:
    return any(isinstance(entry.event, FeedbackGiven) for entry in file.since(FacilityRepaired))


def begins_round(entry: Entry) -> bool:
    return not isinstance(entry.event, FeedbackGiven) or feedback.unsolved(entry)


repairer = sending.repairer


def dangerous_then(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return is_dangerous(file)


def other_then(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return is_other(file)


def somebody_sent(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return repairer(file) is not None


def nobody_sent(entry: Entry, file: CaseFile) -> bool:
    return not somebody_sent(entry, file)


def unsolved_then(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return feedback.unsolved(entry)


def asked_then(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return somebody_wants_to_know(file)


def not_asked_then(entry: Entry, file: CaseFile) -> bool:
    return not asked_then(entry, file)
