"""The procedures as durable workflows. Callers use ``workflows.messages`` and ``CASES``."""

from workflows.case import Case
from workflows.public_repair import PublicRepairWorkflow
from workflows.repair import RepairWorkflow
from workflows.routine import RoutineWorkflow

CASES: dict[str, type[Case]] = {
    case.rows.prefix: case for case in (RepairWorkflow, PublicRepairWorkflow, RoutineWorkflow)
}
"""Every case type, by the prefix of its numbers."""
