"""Where what belongs to a case is sealed, and with whose key."""

from uuid import UUID

from domain.people import CaseNo
from infra.sealing import Place


def case_owner(no: CaseNo) -> str:
    """Whose data key seals what belongs to the case; as a client of commands, the case that passes them on."""
    return f"case:{no}"


def place_of_words(no: CaseNo) -> Place:
    """Where the words of who called about a case are sealed."""
    return Place(table="calls", row=no, column="words")


def place_of(command: UUID) -> Place:
    """Where the message of a command is sealed."""
    return Place(table="commands", row=str(command), column="body")
