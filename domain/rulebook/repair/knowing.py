"""PRV-106: who of those sent to a home may still read whose it is: as long as something of the order is his to do."""

from domain.case_file import CaseFile
from domain.events.outside import HandedToOthers
from domain.events.repair import Assigned
from domain.events.work import Reassigned
from domain.people import StaffId
from domain.rulebook import sending
from domain.rulebook.repair import reading
from domain.rulebook.repair.copies import REPAIRER, copy_places


def needs_to_know(file: CaseFile) -> tuple[StaffId, ...]:
    """The crew until the work is signed for, then the repairer until the last copy has left his hands.

    Nobody while it is others' to do, or reopened by feedback, until somebody is sent again.
    """
    if not _somebody_is_sent(file):
        return ()
    if not reading.accepted(file):
        return sending.crew(file)
    holder = reading.repairer(file)
    return (holder,) if holder and any(place.holder == REPAIRER for place in copy_places(file)) else ()


def _somebody_is_sent(file: CaseFile) -> bool:
    for entry in reversed(tuple(file)):
        if isinstance(entry.event, Assigned | Reassigned):
            return True
        if isinstance(entry.event, HandedToOthers) or reading.unsolved(entry):
            return False
    return False
