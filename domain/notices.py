"""What an entry makes the desk tell whom: the rulebook's notices and the rungs of its ladders, as text for staff."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.callers import callers
from domain.case_file import CaseFile, Entry
from domain.deadlines import Duty
from domain.docket import Docket
from domain.events import RungReached
from domain.ladder import Level
from domain.limits import due_text
from domain.people import CaseNo, Role, StaffId
from domain.rulebook.rows import Edition, Procedure, Tell

DRILL_MARK = "【演练】"
LATE_MARK = "【补发】"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing told to one post. ``person`` is set where the case knows who; else the roster of ``raised_at`` does.

    ``key`` is the duty's, or the rule of a plain notice. ``raised_at`` is when the case took the entry in: an act told
    late is told to those on duty then. ``urgent``: it goes before others and into no digest. The text holds a number,
    a verb and a time, nothing personal.
    """

    entry_number: int
    key: str
    cycle: int
    rule: str
    level: Level
    rung: int
    post: Role
    person: StaffId | None
    text: str
    due_at: datetime | None
    late: bool
    urgent: bool
    raised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What notices are written from: the case's number and rows, its file and docket after the entry."""

    no: CaseNo
    drill: bool
    procedure: Procedure
    edition: Edition
    file: CaseFile
    docket: Docket

    @property
    def cannot_wait(self) -> bool:
        """Whether the case is of those that go before others (REP-104, REP-124)."""
        return any(self.procedure.cannot_wait(entry.event) for entry in self.file.opening)


def notices_of(entry: Entry, setting: Setting) -> tuple[Notice, ...]:
    """Everything that entry makes the desk say, in the order of the rows."""
    if isinstance(entry.event, RungReached):
        return tuple(_rung_notices(entry, entry.event, setting))
    tells = [tell for tell in setting.edition.tells if tell.is_told(entry, setting.file, setting.docket)]
    return tuple(notice for tell in tells for notice in _told(tell, entry, setting))


def _told(tell: Tell, entry: Entry, setting: Setting) -> Iterator[Notice]:
    level = Level.URGING if tell.whoever_owes else Level.TOLD
    owing = dict.fromkeys(duty.row.owed_by for duty in setting.docket.owed) if tell.whoever_owes else {}
    for role in (*tell.to, *owing):
        post, words = _addressed(role, tell.text, setting.file)
        told = tell.each(entry, setting.file) if tell.each else (setting.procedure.who(post, setting.file),)
        for person in told:
            yield Notice(
                entry_number=entry.number,
                key=tell.rule,
                cycle=0,
                rule=tell.rule,
                level=level,
                rung=0,
                post=post,
                person=person,
                text=_text(setting, level, f"{words}（{tell.rule}）", late=False),
                due_at=None,
                late=False,
                urgent=tell.urgent or setting.cannot_wait,
                raised_at=entry.recorded_at,
            )


def _rung_notices(entry: Entry, reached: RungReached, setting: Setting) -> Iterator[Notice]:
    duty = setting.docket.find(reached.key, reached.cycle)
    if duty is None:
        return
    rung = duty.rung(reached.rung)
    said = "已超时" if rung.level in {Level.BREACH, Level.ESCALATION} else "须办结"
    body = f"{duty.row.label}：时限 {due_text(duty.due.at)}，{said}，责任：{duty.owner}（{duty.row.rule}）"
    told = [(role, rung.level, body) for role in rung.tell]
    press = () if _is_governed(duty, setting.docket) else rung.press
    pressed = [(role, Level.URGING, f"请跟催：{body}") for role in press]
    for role, level, text in (*told, *pressed):
        post, words = _addressed(role, text, setting.file)
        yield Notice(
            entry_number=entry.number,
            key=duty.key,
            cycle=duty.cycle,
            rule=duty.row.rule,
            level=level,
            rung=reached.rung,
            post=post,
            person=setting.procedure.who(post, setting.file),
            text=_text(setting, level, words, late=reached.late),
            due_at=duty.due.at,
            late=reached.late,
            urgent=rung.level is Level.ESCALATION or duty.row.urgent or setting.cannot_wait,
            raised_at=entry.recorded_at,
        )


def _is_governed(duty: Duty, docket: Docket) -> bool:
    """Whether a stricter limit of the same act runs beside it: of two, that one presses."""
    others = filter(None, map(docket.find, duty.row.yields_to))
    return any(other.owed and other.due.at < duty.due.at for other in others)


def _addressed(role: Role, words: str, file: CaseFile) -> tuple[Role, str]:
    """A resident hears through the front desk, the house's one voice to them; so does everybody who called."""
    if role is not Role.RESIDENT:
        return role, words
    all_of_them = len(callers(file))
    return Role.FRONT_DESK, f"请转告住户{f'（共{all_of_them}位来电人，逐一告知）' if all_of_them > 1 else ''}：{words}"


def _text(setting: Setting, level: Level, words: str, *, late: bool) -> str:
    marks = (DRILL_MARK if setting.drill else "") + (LATE_MARK if late else "")
    return f"{marks}【{level}】{setting.no} {words}"
