"""What breaks an invariant."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """``invariant`` is its number with a word (``06 digest``), ``subject`` a case number or id; nothing personal."""

    invariant: str
    subject: str
    text: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.subject}: {self.text}"
