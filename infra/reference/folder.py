"""A folder of reference data, read by its schemas; all that is wrong is said at once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from infra.reference.problems import Place, Problem, WrongReference, field_name
from infra.reference.routine_schemas import RoutinesFile
from infra.reference.schemas import (
    CalendarFile,
    EstateFile,
    HouseholdRow,
    OpenValuesFile,
    PricesFile,
    RoomRow,
    RosterFile,
    StaffFile,
    Table,
)
from infra.reference.texts import Unreadable, parse_csv, parse_toml, read_text
from infra.reference.toml_lines import line_of, lines_of
from infra.reference.words import findings

ESTATE, ROOMS, HOUSEHOLDS = "estate.toml", "rooms.csv", "households.csv"
STAFF, ROSTER, PRICES = "staff.toml", "roster.toml", "prices.toml"
OPEN_VALUES, CALENDAR, ROUTINES = "open_values.toml", "calendar.toml", "routines.toml"

AnyTable = TypeVar("AnyTable", bound=Table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """``digests``: sha256 of each file, by name. ``places``: on which line what stands, by file."""

    estate: EstateFile
    rooms: tuple[RoomRow, ...]
    households: tuple[HouseholdRow, ...] = field(repr=False)
    staff: StaffFile = field(repr=False)
    roster: RosterFile
    prices: PricesFile
    open_values: OpenValuesFile
    calendar: CalendarFile
    routines: RoutinesFile
    digests: Mapping[str, str]
    places: Mapping[str, Mapping[Place, int]] = field(repr=False)

    def problem(self, file: str, place: Place, chinese: str, english: str) -> Problem:
        """``place`` in a CSV file begins with the index of the row; the field is then the column alone."""
        line = line_of(self.places[file], place)
        named = place[1:] if place and isinstance(place[0], int) else place
        return Problem(file=file, line=line, field=field_name(named), chinese=chinese, english=english)

    @property
    def digest(self) -> bytes:
        """One sha256 over all files, by name."""
        text = "".join(f"{name} {digest}\n" for name, digest in sorted(self.digests.items()))
        return hashlib.sha256(text.encode()).digest()


def read_folder(path: Path) -> Folder:
    """WrongReference lists everything that does not fit its schema; references between files are not looked at.

    Without routines.toml nothing is planned.
    """
    reading = _Reading(path)
    estate = reading.toml(ESTATE, EstateFile)
    rooms = reading.csv(ROOMS, RoomRow)
    households = reading.csv(HOUSEHOLDS, HouseholdRow)
    staff = reading.toml(STAFF, StaffFile)
    roster = reading.toml(ROSTER, RosterFile)
    prices = reading.toml(PRICES, PricesFile)
    open_values = reading.toml(OPEN_VALUES, OpenValuesFile)
    calendar = reading.toml(CALENDAR, CalendarFile)
    routines = reading.toml(ROUTINES, RoutinesFile) if (path / ROUTINES).exists() else RoutinesFile()
    if reading.problems or not (estate and staff and roster and prices and open_values and calendar and routines):
        raise WrongReference(reading.problems)
    return Folder(
        estate=estate,
        rooms=rooms,
        households=households,
        staff=staff,
        roster=roster,
        prices=prices,
        open_values=open_values,
        calendar=calendar,
        routines=routines,
        digests=reading.digests,
        places=reading.places,
    )


class _Reading:
    """Reads file after file and keeps what is wrong with each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.digests: dict[str, str] = {}
        self.places: dict[str, Mapping[Place, int]] = {}

    def toml(self, name: str, schema: type[AnyTable]) -> AnyTable | None:
        try:
            text = self._text(name)
            content = parse_toml(name, text)
        except Unreadable as fault:
            self.problems.append(fault.problem)
            return None
        self.places[name] = lines_of(text)
        return self._fitted(name, schema, content, ())

    def csv(self, name: str, schema: type[AnyTable]) -> tuple[AnyTable, ...]:
        """The place of a row is its index; the place of a cell adds the column."""
        try:
            rows = parse_csv(name, self._text(name), tuple(schema.model_fields))
        except Unreadable as fault:
            self.problems.append(fault.problem)
            return ()
        self.places[name] = {(index,): line for index, (line, _) in enumerate(rows)}
        fitted = (self._fitted(name, schema, cells, (index,)) for index, (_, cells) in enumerate(rows))
        return tuple(row for row in fitted if row is not None)

    def _text(self, name: str) -> str:
        text = read_text(self.folder, name)
        self.digests[name] = hashlib.sha256(text.encode()).hexdigest()
        return text

    def _fitted(
        self, name: str, schema: type[AnyTable], content: Mapping[str, object], place: Place
    ) -> AnyTable | None:
        try:
            return schema.model_validate(content)
        except ValidationError as fault:
            for found, chinese, english in findings(fault):
                where = (*place, *found)
                line = line_of(self.places[name], where)
                shown = field_name(found) if place else field_name(where)
                self.problems.append(Problem(file=name, line=line, field=shown, chinese=chinese, english=english))
            return None
