"""The rulebook's rows as pages: docs/obligations.md, and docs/coverage.md with the modules and tests of each rule.

``python -m domain.rulebook.tables --write`` writes them, ``--check`` fails if one is stale.
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, time, timedelta
from pathlib import Path

from domain.deadlines import Obligation
from domain.ladder import Again, Breach, Climb, Level, Remind, Rung, Warn, WarnOnTheEve
from domain.limits import (
    BeforeDayOfMonth,
    BeforeTimeOfDay,
    ByTimeOfDay,
    Limit,
    OpenDuration,
    OpenTime,
    Promised,
    Within,
    WithinOrFromAppointment,
    WorkingDays,
)
from domain.rulebook import PROCEDURES, Procedure
from domain.rulebook.ids import RULES, rule_ids
from domain.rulebook.open_values import DURATIONS, TIMES

ROOT = Path(__file__).parents[2]
CODE = ("domain", "activities", "workflows", "infra", "workers", "api")
SUFFIXES = (".py", ".sql")
WRITTEN = "Written by `python -m domain.rulebook.tables --write`; do not edit."

RULE = re.compile(r"\b(REP|FEE|CAL|STA|PUB|CMP|CBK|INQ|EMG)-(\d{2,3})\b")
TEST_NAME = re.compile(r"(?<=[_ ])(rep|fee|cal|sta|pub|cmp|cbk|inq|emg)_(\d{2,3})(?=_)")
"""A rule is named in a test by its id or, as ``rep_26``, in the name of a function."""


def obligations() -> str:
    """docs/obligations.md: every row of every edition, and the lengths and times that a company sets itself."""
    lines = ["# Obligations", "", WRITTEN, ""]
    for procedure in PROCEDURES.values():
        for edition in procedure.editions:
            lines += [f"## {procedure.prefix} {procedure.name}, edition {edition.since.isoformat()}", ""]
            lines += _rows(edition.obligations)
            lines += [""]
    lines += [
        "## Open values",
        "",
        "What the documents leave open; a company sets its own, else the default holds.",
        "",
    ]
    lines += _table(("id", "default", "meaning"), [(value.id, _open(value.default), value.meaning) for value in OPEN])
    return "\n".join(lines) + "\n"


def coverage(root: Path = ROOT) -> str:
    """docs/coverage.md: each rule that the code or a test names, with its modules and its tests; then the others."""
    modules, tests = _named(root, CODE), _named(root, ("tests",))
    labels = defaultdict(list)
    for procedure in PROCEDURES.values():
        for row in _every_row(procedure):
            labels[row.rule].append(row.label)
    rules = sorted({*modules, *tests}, key=lambda rule: (rule[:3], int(rule[4:])))
    body = [
        (rule, "、".join(dict.fromkeys(labels[rule])) or "—", _links(modules[rule]), _links(tests[rule]))
        for rule in rules
    ]
    head = [
        "# Coverage",
        "",
        WRITTEN,
        "",
        "Found by the rules' ids in the project's own code and tests.",
        "",
    ]
    table = _table(("rule", "timed as", "carried out in", "named by"), body)
    return "\n".join([*head, *table, "", *_nowhere({*rules, *labels})]) + "\n"


def _nowhere(named: Collection[str]) -> list[str]:
    """What nothing of ours has begun to carry out, a line a prefix."""
    missing = [rule for rule in rule_ids() if rule not in named]
    lines = [
        f"- {prefix}: {', '.join(rule for rule in missing if rule.startswith(prefix)) or 'none'}" for prefix in RULES
    ]
    return [f"## Rules of {' and '.join(RULES)} without a row, code or test", "", *lines]


OPEN: tuple[OpenDuration | OpenTime, ...] = tuple(sorted((*DURATIONS, *TIMES), key=lambda value: int(value.id[3:])))
PAGES = {"docs/obligations.md": obligations, "docs/coverage.md": coverage}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m domain.rulebook.tables", description=__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true", help="write both pages")
    choice.add_argument("--check", action="store_true", help="fail if a page is stale")
    write = parser.parse_args(arguments).write
    stale = [name for name, page in PAGES.items() if not _is_current(ROOT / name, page())]
    for name in stale:
        if write:
            (ROOT / name).write_text(PAGES[name](), encoding="utf-8")
        else:
            sys.stderr.write(f"{name} is stale; run python -m domain.rulebook.tables --write\n")
    return 1 if stale and not write else 0


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
        case Promised(shift=shift) if shift:
            later = "; agreed later than that: the moment itself" if limit.agreed else ""
            return f"{_length(abs(shift))} {'before' if shift < timedelta() else 'after'} the moment agreed{later}"
        case Promised():
            return "by the moment agreed"
    raise TypeError(limit)


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
        case Warn():
            return "80 %"
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
    return _table(
        head,
        [
            (
                row.key,
                row.label + (f" (extendable by {row.extendable_by})" if row.extendable_by else ""),
                row.owed_by,
                "、".join(event.label for event in row.counts_from),
                "、".join(event.label for event in row.met_by),
                limit_text(row.limit),
                "<br>".join(rung_text(rung) for rung in row.ladder),
            )
            for row in rows
        ],
    )


def _table(head: Sequence[str], body: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *body)]


def _every_row(procedure: Procedure) -> Iterator[Obligation]:
    latest = procedure.edition(date.max)
    yield from latest.obligations


def _named(root: Path, folders: Sequence[str]) -> defaultdict[str, list[str]]:
    """The files that name each rule, by path."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                name = path.relative_to(root).as_posix()
                for rule in _rules(path.read_text(encoding="utf-8"), in_tests=folder == "tests"):
                    found[rule].append(name)
    return found


def _rules(text: str, *, in_tests: bool) -> set[str]:
    by_id = {f"{prefix}-{number}" for prefix, number in RULE.findall(text)}
    by_name = {f"{prefix.upper()}-{number}" for prefix, number in TEST_NAME.findall(text)} if in_tests else set()
    return by_id | by_name


def _links(paths: Iterable[str]) -> str:
    return "<br>".join(f"`{path}`" for path in paths) or "—"


def _is_current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
