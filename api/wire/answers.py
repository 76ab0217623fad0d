"""What the API answers, as its description shows it."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.people import CaseNo, EstateCode


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True)


class Fault(Answer):
    field: str
    remedy: str
    english: str
    allowed: list[str] = []
    labels: dict[str, str] = {}


class OpenThere(Answer):
    """A case that is open in the place of a request, or one of two that are to be merged."""

    no: CaseNo
    stage: str
    what: str
    received_at: datetime
    where: str
    """The room, or the place as it was told; empty to whom personal data is not shown (PRV-106)."""
    words: str
    """How its first caller's words begin; likewise. That they were shown is on record."""
    reopens: bool
    """Its work is done: it takes no callers, and feedback_given with solved false reopens it."""


class Problem(Answer):
    """``application/problem+json``. ``field`` names what is wrong, ``remedy`` what to do, ``allowed`` what would do."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str
    english: str
    field: str
    allowed: list[str]
    """What would do, as it is sent: codes of events, values, posts."""
    labels: dict[str, str]
    """The Chinese name of each code in ``allowed``; empty where the values are Chinese or names themselves."""
    errors: list[Fault]
    cases: list[OpenThere] = []
    """Of ``already_open``: what stands open there; name the numbers in ``beside`` once they were looked at. Of
    ``other_matter``: the two that are to be merged, the one that would end first."""


class Acknowledgement(Answer):
    no: CaseNo
    command: UUID
    accepted_at: datetime
    message: str
    english: str


class Accepted(Acknowledgement):
    """202: it is kept under this number and will take effect, and the case has not answered yet.

    ``state`` is ``dead`` where the desk could not deliver it: a person has been told.
    """

    state: Literal["accepted", "dead"]


class SameRoom(Answer):
    """REP-36: another case of the room or place, open or refused by the resident; ``what`` is the kind of fault.

    ``reopens``: the work there is signed for, so a new call is no 又来电: feedback_given with solved false reopens it.
    ``may_precede``: it was done shortly before, and is of the same kind: a later case may name it in ``after``.
    """

    no: CaseNo
    procedure_name: str
    received_at: datetime
    open: bool
    stage: str
    result: str | None
    refused_at: datetime | None
    what: str
    reopens: bool
    may_precede: bool


class Linked(Answer):
    """A case that this one is bound to. ``kind``: 并入的单, 并入本单的单, 前单 or 后续单."""

    no: CaseNo
    kind: str
    received_at: datetime
    open: bool
    stage: str
    result: str | None


class Opened(Acknowledgement):
    """201: the case stands open."""

    state: Literal["applied"]
    received_at: datetime
    stage: str
    next: list[str]
    """What the case waits for, in Chinese."""
    same_room: list[SameRoom]
    """REP-36: look at them first; newest first."""
    after: CaseNo | None
    """The case that this is a later one of."""


class Taken(Acknowledgement):
    """200: ``number`` is that of the entry in the case file, ``stage`` that of the case with it."""

    state: Literal["applied"]
    number: int
    stage: str


class DutyAnswer(Answer):
    """``due_at`` is the last moment on time; ``state`` is open, met, breached, waived or superseded."""

    rule: str
    key: str
    cycle: int
    label: str
    owed_by: str
    owed_by_id: str | None
    started_at: datetime
    first_due_at: datetime
    due_at: datetime
    provisional: bool
    state: str
    owed: bool
    ended_at: datetime | None
    breached_at: datetime | None


class PeriodAnswer(Answer):
    """What runs by itself: at ``ends_at`` the desk goes on, and nobody is late with it."""

    rule: str
    label: str
    ends_at: datetime


class EntryAnswer(Answer):
    """``event`` is masked unless a purpose was given; None once the case's personal data are destroyed."""

    number: int
    type: str
    label: str
    at: datetime
    recorded_at: datetime
    by: str
    by_posts: list[str]
    source: str
    backdated: bool
    rule: str | None
    event: dict[str, Any] | None


class CaseLine(Answer):
    """A case in a list: nothing personal in it.

    ``about``: the kind of fault, or the name of the plan. ``waiting_posts``: all that may record what is waited for.
    ``owing_posts``: those that owe something now, the most pressing first.
    ``next_due_at``: of what is not late yet. ``missed_due_at``: the earliest due time that passed with the duty unmet.
    """

    no: CaseNo
    procedure: str
    procedure_name: str
    estate: EstateCode
    building: str
    about: str
    channel: str
    received_at: datetime
    drill: bool
    state: Literal["opening", "open", "closed"]
    stage: str
    waiting_for: list[str]
    waiting_posts: list[str]
    owing_posts: list[str]
    overdue: bool
    next_due_at: datetime | None
    missed_due_at: datetime | None
    closed_at: datetime | None
    result: str | None


class Guidance(Answer):
    """What to mind at this stage, under its rule."""

    rule: str
    text: str


class OperatingProcedureAnswer(Answer):
    """REP-115: the company's 维修操作规程 for such a fault. ``reference``: its number, or an http(s) address."""

    title: str
    reference: str


class CaseAnswer(CaseLine):
    edition: str
    masked: bool
    reopened: int
    """REP-47: how often feedback said that it was not solved."""
    to_put_right: str | None
    """REP-40, REP-123: what was found wrong with the work since it was finished last; masked as the events are."""
    last_progress_at: datetime | None
    """REP-131: when a department last said how far it is."""
    guidance: list[Guidance]
    operating_procedure: OperatingProcedureAnswer | None
    crew: list[str]
    """Those whose order it is: the repairer first, then who was sent to help him."""
    same_room: list[SameRoom]
    linked: list[Linked]
    callers: int
    """How many calls the case is of; all of them hear of it."""
    obligations: list[DutyAnswer]
    periods: list[PeriodAnswer]
    events: list[EntryAnswer]


class Candidate(Answer):
    """A repairer to whom the work could be given. ``on_duty_until``: the end of his shift, None when he is off."""

    id: str
    name: str
    trained: bool
    """REP-05: for this kind of fault."""
    on_duty: bool
    on_duty_until: datetime | None
    on_leave: bool
    in_hand: int
    """Open cases on which something is his to do."""
    declined: bool
    """Whether he has given this very order back."""
    choosable: bool
    remark: str
    """Why he is not to be chosen, or what has to be said when he is; empty where nothing is in the way."""


class Candidates(Answer):
    """In the order in which the desk proposes them; ``trade`` is the kind of fault that they are to be trained for."""

    no: CaseNo
    trade: str
    cannot_wait: bool
    """An emergency: no rule of who may go holds it up."""
    repairers: list[Candidate]


class CasePage(Answer):
    """``next`` is the cursor of the page that follows, None on the last one."""

    cases: list[CaseLine]
    next: str | None


class DutyAtWork(Answer):
    rule: str
    label: str
    owed_by: str
    late: bool


class Span(Answer):
    """From ``start`` until just before ``end``. ``ended_by``: what happened then, or which limit passed."""

    start: datetime
    end: datetime
    seconds: float
    stage: str
    waiting_for: list[str]
    owed_by: list[str]
    duties: list[DutyAtWork]
    late: bool
    ended_by: list[str]


class Timeline(Answer):
    """The spans follow each other without a gap; their ``seconds`` add up to ``total_seconds``."""

    no: CaseNo
    start: datetime
    end: datetime
    total_seconds: float
    late_seconds: float
    spans: list[Span]


class NoticeAnswer(Answer):
    """``recipient``: whom it went to, empty for the post itself while nobody was on duty.

    ``yours``: it went to the caller, or to a post held while nobody was on duty; only then may he acknowledge it.
    ``building``, ``about``: of its case, as in the list.
    """

    id: UUID
    no: CaseNo
    estate: EstateCode
    building: str
    about: str
    level: str
    rule: str
    post: str
    recipient: str
    text: str
    due_at: datetime | None
    late: bool
    urgent: bool
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    yours: bool


class ToldAnswer(Answer):
    """``recipient``: staff number, empty for the post itself while nobody was on duty. ``late``: 补发.

    ``channel`` and its ``receipt``: by which it was delivered last; empty before that.
    """

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


class ReadingAnswer(Answer):
    """Somebody read what is personal: who, for what ``purpose``, and whether of the case, a form or a search."""

    at: datetime
    principal: str
    purpose: str
    what: str


class CaseTold(Answer):
    no: CaseNo
    told: list[ToldAnswer]
    readings: list[ReadingAnswer]


class Inbox(Answer):
    notices: list[NoticeAnswer]
    next: str | None


class TaskAnswer(Answer):
    """Something a person must do so that the desk can be right again."""

    id: int
    estate: EstateCode
    kind: str
    subject: str
    post: str
    text: str
    created_at: datetime


class Tasks(Answer):
    tasks: list[TaskAnswer]


class AlarmAnswer(Answer):
    """``told_at``: when a channel of the watcher took it; None while nobody has been told."""

    id: UUID
    kind: str
    subject: str
    text: str
    raised_at: datetime
    told_at: datetime | None


class Alarms(Answer):
    alarms: list[AlarmAnswer]


class Acknowledged(Answer):
    """``command`` is the act that keeps the ladder from climbing, None where there is none to keep."""

    id: UUID
    acknowledged_at: datetime
    acknowledged_by: str
    command: UUID | None


class CostLineAnswer(Answer):
    """A kind of fault: the month itself, and the twelve months that end with it. CNY; ``mean`` is rounded here only."""

    fault: str
    month_orders: int
    month_total: Decimal
    orders: int
    total: Decimal
    mean: Decimal


class CostFlagAnswer(Answer):
    """An order of the month above the factor times the mean of its kind."""

    no: CaseNo
    fault: str
    amount: Decimal
    mean: Decimal


class CostReportAnswer(Answer):
    """A month as it was reckoned at ``made_at``; it stays. ``factor``: OV-38 of that time."""

    estate: EstateCode
    month: str
    factor: Decimal
    made_at: datetime
    lines: list[CostLineAnswer]
    flagged: list[CostFlagAnswer]


class CostReports(Answer):
    """Of each estate in which the caller may read it and the month is reckoned."""

    reports: list[CostReportAnswer]


class EquipmentAnswer(Answer):
    """A line of the 设施设备台账; ``building`` is a code, empty outside all of them."""

    estate: EstateCode
    code: str
    name: str
    kind: str
    place: str
    building: str


class PlanAnswer(Answer):
    """What is done regularly. ``when``: day and local time; ``allowed_seconds``: how long from then on it may take."""

    estate: EstateCode
    code: str
    rule: str
    title: str
    place: str
    building: str
    equipment: str
    when: str
    post: str
    allowed_seconds: float


class Plans(Answer):
    equipment: list[EquipmentAnswer]
    plans: list[PlanAnswer]


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}, "description": words}
    for status, words in {
        401: "没有有效的密钥或令牌",
        403: "岗位无此权限",
        404: "没有，或不归您知道",
        409: "现在不行：不合规程、时间不对、重复的键",
        413: "超过 64 KB",
        422: "填写有误，逐项指明",
        429: "过于频繁",
        503: "暂时不可用，请稍后重试",
    }.items()
}
