"""The rulebook as code: one module a procedure, its rows under the numbers of the rules."""

from domain.rulebook.public import PUBLIC_REPAIR
from domain.rulebook.repair import REPAIR
from domain.rulebook.routine import ROUTINE
from domain.rulebook.rows import Edition, Gate, Procedure, Question, Right, Stage, Tell

PROCEDURES: dict[str, Procedure] = {row.prefix: row for row in (REPAIR, PUBLIC_REPAIR, ROUTINE)}
"""Every procedure, by the prefix of its case numbers."""

__all__ = [
    "PROCEDURES",
    "PUBLIC_REPAIR",
    "REPAIR",
    "ROUTINE",
    "Edition",
    "Gate",
    "Procedure",
    "Question",
    "Right",
    "Stage",
    "Tell",
]
