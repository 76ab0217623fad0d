"""What keeps a process from starting: one sentence on the problem and one on the remedy.

CannotStart
  x WrongSettings      a setting is missing or wrong
  x WrongMigrations    the database and this version's migrations do not fit
"""


class CannotStart(Exception):
    """Shown to the operator without a traceback; carries no secret and no personal data."""

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(f"{problem}\n  Remedy: {remedy}")
        self.problem = problem
        self.remedy = remedy


class WrongSettings(CannotStart):
    pass


class WrongMigrations(CannotStart):
    pass
