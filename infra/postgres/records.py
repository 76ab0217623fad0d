"""What the API reads: cases, entries, duties and notices as they are filed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.case_file import CaseFile, Entry
from domain.people import CaseNo, EstateCode, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHead:
    """A case with its view; ``number`` is None until the first step is filed.

    ``missed_due_at``: the earliest last moment on time that passed, of what is still owed. ``about``: the kind of
    fault, or the name of the plan. ``owing_posts``: who owes something now, the most pressing first.
    """

    no: CaseNo
    procedure: str
    estate: EstateCode
    building: str
    edition: date
    channel: str
    received_at: datetime
    drill: bool
    created_at: datetime
    run_id: str | None
    number: int | None
    stage: str
    waiting_for: list[str]
    waiting_posts: list[str]
    open: bool
    overdue: bool
    next_due_at: datetime | None
    missed_due_at: datetime | None
    about: str
    owing_posts: list[str]
    closed_at: datetime | None
    result: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledEntry:
    """An entry as filed; ``entry`` is None when the case's data key was destroyed."""

    number: int
    type: str
    label: str
    at: datetime
    recorded_at: datetime
    by_id: str
    by_posts: list[str]
    source: str
    backdated: bool
    rule: str | None
    entry: Entry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledDuty:
    key: str
    cycle: int
    rule: str
    label: str
    owed_by: str
    owed_by_id: str | None
    started_at: datetime
    first_due_at: datetime
    due_at: datetime
    provisional: bool
    state: str
    ended_at: datetime | None
    breached_at: datetime | None

    @property
    def owed(self) -> bool:
        return self.state == "open" or (self.state == "breached" and self.ended_at is None)


TO_THE_POST = ""
"""The recipient of a notice that went to a post while nobody was on duty: it stands in the post's own inbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledNotice:
    """A notice to be acknowledged; ``key``, ``cycle`` and ``rung`` name the duty's alarm."""

    id: UUID
    case_no: CaseNo
    estate: EstateCode
    key: str
    cycle: int
    rung: int
    level: str
    post: str
    recipient: str
    acknowledged_at: datetime | None
    acknowledged_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notice of a case and what became of it. ``channel`` and ``receipt`` are empty until it was delivered."""

    raised_at: datetime
    level: str
    rule: str
    post: str
    recipient: str
    text: str
    due_at: datetime | None
    late: bool
    sent_at: datetime | None
    channel: str
    receipt: str
    acknowledged_at: datetime | None
    acknowledged_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Somebody read what is personal of a case. ``what``: the case, a form, the search that found its room."""

    at: datetime
    principal: str
    purpose: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCount:
    """How many cases of a building are open in a stage, and how many of them late."""

    estate: EstateCode
    procedure: str
    building: str
    stage: str
    cases: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list is narrowed to; None does not count. ``after``: the place the page before ended at.

    ``no``: a part of the number. ``rooms``: digests of a room, by which ``Rooms.sought`` finds it. ``opened_from``,
    ``opened_to``: when the call came, both included.
    """

    estates: Sequence[str]
    procedure: str | None = None
    open: bool | None = None
    overdue: bool | None = None
    waiting_post: str | None = None
    stage: str | None = None
    waiting_for: str | None = None
    owes: str | None = None
    returned: bool | None = None
    due_before: datetime | None = None
    no: str | None = None
    rooms: Sequence[bytes] | None = None
    building: str | None = None
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    after: tuple[datetime, str] | None = None
    limit: int = 50

    @property
    def by_age(self) -> bool:
        """Oldest first; ``after`` is then a place in that order."""
        return self.owes is not None or self.returned is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Whose inbox: a principal's id with its posts by estate."""

    id: str
    held: Mapping[EstateCode, frozenset[Role]]

    @property
    def pairs(self) -> tuple[list[str], list[str]]:
        rows = [(str(estate), post.value) for estate, posts in self.held.items() for post in sorted(posts)]
        return [estate for estate, _ in rows], [post for _, post in rows]


def case_file(entries: Sequence[FiledEntry]) -> CaseFile:
    """The file as the domain reads it; what can no longer be opened is left out from there on."""
    file = CaseFile()
    for filed in entries:
        if filed.entry is None:
            break
        file.append(filed.entry)
    return file
