"""What keeps a process from starting: one sentence on the problem and one on the remedy, in Chinese and in English.

CannotStart
  x WrongSettings      a setting is missing or wrong
  x WrongMigrations    the database and this version's migrations do not fit
"""


class CannotStart(Exception):
    """Shown to the operator without a traceback, Chinese first; carries no secret and no personal data.

    ``chinese`` is problem and remedy; what another program said stands in the English ``problem`` alone.
    """

    def __init__(self, problem: str, *, remedy: str, chinese: tuple[str, str]) -> None:
        super().__init__(f"{chinese[0]}\n  办法：{chinese[1]}\n{problem}\n  Remedy: {remedy}")
        self.problem = problem
        self.remedy = remedy


class WrongSettings(CannotStart):
    pass


class WrongMigrations(CannotStart):
    pass
