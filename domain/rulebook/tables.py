"""The rulebook's rows as Markdown tables, in English with staff's own words for what they read."""

from collections.abc import Iterable, Sequence
from datetime import time, timedelta

from domain.deadlines import Obligation
from domain.ladder import Again, Breach, Climb, Level, Remind, Rung, Warn, WarnOnTheEve
from domain.limits import (
    BeforeDayOfMonth,
    BeforeTimeOfDay,
    ByTimeOfDay,
    Limit,
    OnceFree,
    OpenDuration,
    OpenFactor,
    OpenStart,
    OpenTime,
    Promised,
    UnlessAgreed,
    Within,
    WithinOrAsAppointed,
    WithinOrFromAppointment,
    WorkingDays,
)
from domain.periods import Period
from domain.rulebook import PROCEDURES
from domain.rulebook.open_values import DURATIONS, FACTORS, STARTS, TIMES


def obligations() -> str:
    """Every row of every edition, and the lengths and times that a company sets itself."""
    lines: list[str] = []
    for procedure in PROCEDURES.values():
        for edition in procedure.editions:
            lines += [f"## {procedure.prefix} {procedure.name}, edition {edition.since.isoformat()}", ""]
            lines += _rows(edition.obligations)
            lines += [""]
            if edition.periods:
                lines += ["Periods: at the end of each the desk itself goes on, and nobody is late with it.", ""]
                lines += _periods(edition.periods)
                lines += [""]
    lines += [
        "## Open values",
        "",
        "What the documents leave open; a company sets its own, else the default holds.",
        "",
    ]
    lines += table(("id", "default", "meaning"), [(value.id, _default(value), value.meaning) for value in OPEN])
    return "\n".join(lines) + "\n"


OPEN: tuple[OpenDuration | OpenTime | OpenFactor | OpenStart, ...] = tuple(
    sorted((*DURATIONS, *TIMES, *FACTORS, *STARTS), key=lambda value: [int(part) for part in value.id[3:].split("-")])
)


def limit_text(limit: Limit) -> str:  # noqa: PLR0911  # one a kind
    """``within 10 min``, ``before 17:00 (OV-15)``."""
    match limit:
        case Within(length=length):
            return f"within {_open(length)}"
        case WithinOrFromAppointment(length=length):
            return f"within {_open(length)}; an appointment beyond that: as long from it"
        case BeforeTimeOfDay(clock=clock):
            return f"before {_open(clock)}, from then on the next day's"
        case ByTimeOfDay(clock=clock):
            return f"by {_open(clock)}, after that the next day's"
        case BeforeDayOfMonth(day=day):
            return f"before day {day} of the month"
        case WorkingDays(count=count):
            return f"within {count} working days"
        case WithinOrAsAppointed(length=length):
            return f"within {_open(length)}; an appointment beyond that: the completion agreed, or as long from it"
        case Promised():
            return _promised(limit)
    return _around_another(limit)


def _around_another(limit: Limit) -> str:
    match limit:
        case UnlessAgreed(limit=inner, moment=moment):
            return f"{limit_text(inner)}; {moment.__name__.replace('_', ' ')} where that is later"
        case OnceFree(limit=inner):
            return f"{limit_text(inner)}, counted anew once nothing stands in the way"
    raise TypeError(limit)


def _promised(limit: Promised) -> str:
    if not limit.shift:
        return "by the moment agreed"
    later = "; agreed later than that: the moment itself" if limit.agreed else ""
    return f"{_length(abs(limit.shift))} {'before' if limit.shift < timedelta() else 'after'} the moment agreed{later}"


def rung_text(rung: Rung) -> str:
    """``80 % 提醒 维修人员; 催办 前台客服员``: when, how grave, to whom, and who is asked to press."""
    press = f"; {Level.URGING} {'、'.join(rung.press)}" if rung.press else ""
    return f"{_moment(rung)} {rung.level} {'、'.join(rung.tell)}{press}"


def _moment(rung: Rung) -> str:  # noqa: PLR0911  # one a kind
    match rung:
        case Warn(before=timedelta() as before):
            return f"{_length(before)} before"
        case Warn(clock=time() as clock):
            return f"{clock:%H:%M}"
        case Warn(share=share):
            return f"{share:.0%}".replace("%", " %")
        case WarnOnTheEve(clock=clock):
            return f"{clock:%H:%M} of the working day before"
        case Remind(after=after):
            return f"{_length(after)} after the start"
        case Breach():
            return "late"
        case Climb(after=after):
            return f"unread for {_length(after)}"
        case Again(every=every):
            return f"every {_length(every)}"
    raise TypeError(rung)


def _default(value: OpenDuration | OpenTime | OpenFactor | OpenStart) -> str:
    if isinstance(value, OpenStart):
        first, *others = (choice.label for choice in value.choices)
        return f"{first} (or {'、'.join(others)})"
    return f"{value.default} times" if isinstance(value, OpenFactor) else _open(value.default)


def _open(value: timedelta | time | OpenDuration | OpenTime) -> str:
    if isinstance(value, OpenDuration | OpenTime):
        return f"{_open(value.default)} ({value.id})"
    return f"{value:%H:%M}" if isinstance(value, time) else _length(value)


def _length(length: timedelta) -> str:
    for unit, name in ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        if length >= unit and length % unit == timedelta():
            return f"{length // unit} {name}"
    return f"{length.total_seconds():g} s"


def _rows(rows: Iterable[Obligation]) -> list[str]:
    head = ("rule", "label", "owed by", "counts from", "met by", "limit", "ladder")
    return table(
        head,
        [
            (
                row.key,
                row.label + (f" (extendable by {row.extendable_by})" if row.extendable_by else ""),
                row.owed_by,
                "、".join(event.label for event in row.counts_from)
                + (f" ({row.open_start.id}: one of them)" if row.open_start else ""),
                "、".join(event.label for event in row.met_by),
                limit_text(row.limit)
                + (f"; pauses move it by {_length(row.pausable)} at most" if row.pausable else ""),
                "<br>".join(rung_text(rung) for rung in row.ladder),
            )
            for row in rows
        ],
    )


def _periods(rows: Iterable[Period]) -> list[str]:
    head = ("rule", "label", "counts from", "ended by", "length")
    return table(
        head,
        [
            (
                row.key,
                row.label,
                "、".join(event.label for event in row.counts_from),
                "、".join(event.label for event in row.lapses_on) or "—",
                _open(row.length),
            )
            for row in rows
        ],
    )


def table(head: Sequence[str], body: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *body)]
