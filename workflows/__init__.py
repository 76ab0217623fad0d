"""The procedures as durable workflows. Callers use ``workflows.messages`` and ``CASES``."""

from workflows.repair import RepairWorkflow

CASES = {RepairWorkflow.rows.prefix: RepairWorkflow}
"""Every case type, by the prefix of its numbers."""
