"""REP-38: who signs for which side under a refusal, also where 工程部主管 has the order himself."""

from domain.case_file import CaseFile
from domain.events.repair import RefusalSigned
from domain.people import Role
from domain.rulebook.repair import reading
from domain.rulebook.rows import Gate, Position, Right
from domain.rulebook.work import ON_THE_JOB

IN_HIS_STEAD = (Role.COMPANY_MANAGER, Role.CENTRE_MANAGER)
"""Who signs for 工程部主管 where he signs as the repairer."""

SIGNING = Right(rule="REP-38", events=(RefusalSigned,), posts=ON_THE_JOB, own_only=True, besides=IN_HIS_STEAD)


def supervisor_has_the_order(file: CaseFile) -> bool:
    """Whether the repairer has acted here as 工程部主管, who so can give one of the two signatures only."""
    mine = (entry for entry in file if entry.by.id == reading.repairer(file))
    return any(entry.by.holds(Role.ENGINEERING_SUPERVISOR) for entry in mine)


def _signs_for_a_side(position: Position) -> bool:
    if position.by.id == reading.repairer(position.file) or position.by.holds(Role.ENGINEERING_SUPERVISOR):
        return True
    return position.by.holds(*IN_HIS_STEAD) and supervisor_has_the_order(position.file)


GATES = (
    Gate(
        rule="REP-38",
        on=(RefusalSigned,),
        stands_open=_signs_for_a_side,
        field="by",
        remedy="须由本单维修人员与工程部主管签字；主管本人维修的，由公司经理或管理中心经理代主管一方签字",
        english="The repairer and the engineering supervisor sign; where they are one person, a manager signs for him.",
    ),
)
