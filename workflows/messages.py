"""What is sent to a case and what it answers: the public messages, small and only ever added to."""

from datetime import date, datetime, time, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from domain.admission import Act
from domain.calendar import WorkingCalendar
from domain.case_file import Entry
from domain.limits import Terms
from domain.people import CaseNo, EstateCode, StaffId


class Message(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class TermsOfCase(Message):
    """The company's settings of the day the case opened; they hold for it to the end."""

    durations: dict[str, timedelta] = Field(default_factory=dict)
    times: dict[str, time] = Field(default_factory=dict)
    starts: dict[str, str] = Field(default_factory=dict)
    teams: dict[str, str] = Field(default_factory=dict)
    calendar: WorkingCalendar = WorkingCalendar()

    @classmethod
    def of(cls, terms: Terms) -> Self:
        return cls(
            durations=dict(terms.durations),
            times=dict(terms.times),
            starts=dict(terms.starts),
            teams=dict(terms.teams),
            calendar=terms.calendar,
        )

    def terms(self) -> Terms:
        return Terms(
            durations=self.durations, times=self.times, starts=self.starts, teams=self.teams, calendar=self.calendar
        )


class Carried(Message):
    """What a run hands to the next one of the same case."""

    lineage: str
    digest: str
    entries: tuple[Entry, ...]


class OpenCase(Message):
    """Opens a case: its number, its edition and terms, and the acts it begins with, in order.

    ``page`` is where our own pages of cases stand (a URL), for the link in the Web UI.
    """

    no: CaseNo
    estate: EstateCode
    building: str
    edition: date
    drill: bool = False
    terms: TermsOfCase
    acts: tuple[Act, ...]
    page: str = ""
    carried: Carried | None = None


class RecordAct(Message):
    """Somebody did something; the same ``command_id`` again has no second effect."""

    act: Act


class Recorded(Message):
    """The act stands in the file under this number; its record is committed."""

    number: int
    stage: str


class FromWebUi(Message):
    """What a supervisor sends from the Web UI; ``by`` is his staff number, since the UI names nobody."""

    by: StaffId = Field(max_length=40)
    text: str = Field(default="", max_length=500)
    repairer: StaffId = StaffId("")
    key: str = ""
    until: datetime | None = None
    override_reason: str = Field(default="", max_length=500)
