"""What the rows of the routines ask of a case file."""

from datetime import datetime

from domain.case_file import CaseFile, Entry
from domain.events import RoutineDue
from domain.events.public import FacilityChannel, FacilityFaultReported, Hazard
from domain.events.routine import CleaningAsked, CostsReckoned, Defect, Routine, RoutineChecked
from domain.people import CaseNo, Role, StaffId
from domain.referrals import Referral


def nobody(role: Role, file: CaseFile) -> StaffId | None:  # noqa: ARG001  # the shape of WhoHolds
    """A routine is a post's, not a person's."""
    return None


def due(file: CaseFile) -> datetime | None:
    opened = file.last(RoutineDue)
    return opened.due if opened else None


def is_planned(routine: Routine, post: Role, entry: Entry) -> bool:
    """Whether the plan says so of what is to be done and who owes it."""
    event = entry.event
    return isinstance(event, RoutineDue) and event.routine is routine and event.post is post


def owed(routine: Routine, post: Role, entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return any(is_planned(routine, post, one) for one in file.opening)


def is_flagged(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return isinstance(entry.event, CostsReckoned) and entry.event.flagged > 0


def is_cleaning(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return file.has(CleaningAsked)


def is_plain(entry: Entry, file: CaseFile) -> bool:
    return not is_flagged(entry, file)


def refers(file: CaseFile, no: CaseNo) -> tuple[Referral, ...]:
    """PUB-104, PUB-107: each defect on record, with what opens its case; a danger is nothing to clean up (PUB-101)."""
    planned, checked = file.last(RoutineDue), file.last_entry(RoutineChecked)
    if planned is None or checked is None or not isinstance(checked.event, RoutineChecked):
        return ()
    return tuple(
        Referral(
            number=number,
            prefix="RTN" if is_dirt else "PUB",
            event=_cleaning(defect, no) if is_dirt else _fault(defect, planned, checked, no),
            building=planned.building,
            at=checked.recorded_at,
        )
        for number, defect in enumerate(checked.event.defects, start=1)
        for is_dirt in [planned.routine is Routine.HYGIENE and defect.hazard is Hazard.NONE]
    )


def _cleaning(defect: Defect, no: CaseNo) -> CleaningAsked:
    return CleaningAsked(check=no, where=defect.place, task=defect.content)


def _fault(defect: Defect, planned: RoutineDue, checked: Entry, no: CaseNo) -> FacilityFaultReported:
    """Found when it was checked, reported when that came to the desk."""
    return FacilityFaultReported(
        channel=FacilityChannel.PATROL,
        building=planned.building,
        place=defect.place,
        facility=defect.facility,
        fault=defect.fault,
        hazard=defect.hazard,
        content=f"{no} {planned.title}：{defect.content}",
        reporter=checked.by.name,
        found_at=checked.at,
    )
