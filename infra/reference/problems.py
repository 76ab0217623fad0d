"""What is wrong in a folder of reference data: each fault with its file, line and field."""

from collections.abc import Iterable
from dataclasses import dataclass

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Carries no value of the file, which may be a name or a phone number. ``line`` 0: the file as a whole."""

    file: str
    line: int
    field: str
    chinese: str
    english: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return (
            f"{where} {self.field}: {self.chinese} / {self.english}"
            if self.field
            else (f"{where}: {self.chinese} / {self.english}")
        )


class WrongReference(Exception):
    """Nothing of the folder was loaded; ``problems`` says why, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def field_name(place: Place) -> str:
    """``("version", 1, "item", 3, "labour")`` becomes ``version[2].item[4].labour``: people count from one."""
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text
