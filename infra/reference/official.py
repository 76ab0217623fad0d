"""The official holidays and make-up working days that the desk ships, one TOML file a year."""

from pathlib import Path

from domain.calendar import CalendarYear
from infra.reference.problems import WrongReference
from infra.reference.schemas import YearTable
from infra.reference.texts import Unreadable, parse_toml, read_text

FOLDER = Path(__file__).parents[2] / "reference" / "calendar"


def official_years(folder: Path = FOLDER) -> tuple[CalendarYear, ...]:
    """In order of year. A file that cannot be read raises WrongReference: it is part of the program."""
    try:
        tables = [
            YearTable.model_validate(parse_toml(path.name, read_text(folder, path.name)))
            for path in sorted(folder.glob("[0-9]*.toml"))
        ]
    except Unreadable as fault:
        raise WrongReference([fault.problem]) from None
    return tuple(table.to_year() for table in tables)
