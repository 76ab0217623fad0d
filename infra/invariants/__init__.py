"""What must hold of the database and the histories at any moment: one function looks at all of it."""

from infra.invariants.check import violations
from infra.invariants.violation import Violation

__all__ = ["Violation", "violations"]
