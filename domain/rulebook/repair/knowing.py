"""PRV-106: who of those sent to a home may still read whose it is: as long as something of the order is his to do."""

from domain.case_file import CaseFile
from domain.people import StaffId
from domain.rulebook import sending
from domain.rulebook.repair import reading
from domain.rulebook.repair.copies import REPAIRER, copy_places


def needs_to_know(file: CaseFile) -> tuple[StaffId, ...]:
    """The crew until the work is signed for, then the repairer until the last copy has left his hands.

    Nobody while it is others' to do, or reopened by feedback, until somebody is sent again.
    """
    if not reading.accepted(file):
        return sending.crew(file)
    holder = reading.repairer(file)
    return (holder,) if holder and any(place.holder == REPAIRER for place in copy_places(file)) else ()
