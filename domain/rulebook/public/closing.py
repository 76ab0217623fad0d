"""PUB-02, PUB-03: what is left to do once a public facility is repaired."""

from datetime import time, timedelta

from domain.case_file import CaseFile
from domain.deadlines import Obligation
from domain.events.public import FacilityRepaired, SheetSignedFor
from domain.events.work import EngineeringNotified
from domain.ladder import Again, Breach, Warn
from domain.limits import BeforeTimeOfDay
from domain.people import Role
from domain.rulebook.open_values import OV_902
from domain.rulebook.public import reading

FETCH_REMINDER = time(16, 30)
"""As before every other cut-off of papers; proposed."""


def _sheet_left_to_fetch(file: CaseFile) -> bool:
    """What is dangerous waits for no paper; repaired, its sheet is still with the front desk, which has called."""
    repaired_first = reading.is_dangerous(file) and file.has(FacilityRepaired)
    return repaired_first and file.has(EngineeringNotified) and not file.has(SheetSignedFor)


SHEET_FETCHED = Obligation(
    rule="PUB-03",
    label="先修后领，补领巡视表并签收",
    owed_by=Role.ENGINEERING,
    counts_from=(EngineeringNotified, FacilityRepaired),
    met_by=(SheetSignedFor,),
    limit=BeforeTimeOfDay(OV_902),
    only_if=_sheet_left_to_fetch,
    ladder=(
        Warn(tell=(Role.ENGINEERING, Role.FRONT_DESK), clock=FETCH_REMINDER),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK)),
        Again(every=timedelta(days=1), tell=(Role.ENGINEERING_SUPERVISOR, Role.FRONT_DESK)),
    ),
)
"""The front desk hands it over when 工程部 comes; no document says by when 工程部 comes for it afterwards."""
