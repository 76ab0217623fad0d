"""The rulebook's pages: docs/obligations.md, and docs/coverage.md with the modules and tests of each rule.

``python -m infra.rulebook_pages --write`` writes them, ``--check`` fails if one is stale.
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from pathlib import Path

from domain.rulebook import PROCEDURES
from domain.rulebook.ids import RULES, rule_ids
from domain.rulebook.tables import obligations, table

ROOT = Path(__file__).parents[1]
CODE = ("domain", "activities", "workflows", "infra", "workers", "api")
SUFFIXES = (".py", ".sql")
COMMAND = "python -m infra.rulebook_pages"

RULE = re.compile(r"\b(REP|FEE|CAL|STA|PUB|CMP|CBK|INQ|EMG)-(\d{2,3})\b")
TEST_NAME = re.compile(r"(?<=[_ ])(rep|fee|cal|sta|pub|cmp|cbk|inq|emg)_(\d{2,3})(?=_)")
"""A rule is named in a test by its id or, as ``rep_26``, in the name of a function."""


def coverage(root: Path = ROOT) -> str:
    """Each rule that the code or a test names, with its modules and its tests; then the others."""
    modules, tests = _named(root, CODE), _named(root, ("tests",))
    labels = defaultdict(list)
    for procedure in PROCEDURES.values():
        for row in procedure.edition(date.max).obligations:
            labels[row.rule].append(row.label)
    rules = sorted({*modules, *tests}, key=lambda rule: (rule[:3], int(rule[4:])))
    body = [
        (rule, "、".join(dict.fromkeys(labels[rule])) or "—", _links(modules[rule]), _links(tests[rule]))
        for rule in rules
    ]
    head = ["Found by the rules' ids in the project's own code and tests.", ""]
    lines = table(("rule", "timed as", "carried out in", "named by"), body)
    return "\n".join([*head, *lines, "", *_nowhere({*rules, *labels})]) + "\n"


def _nowhere(named: Collection[str]) -> list[str]:
    """What nothing of ours has begun to carry out, a line a prefix."""
    missing = [rule for rule in rule_ids() if rule not in named]
    lines = [
        f"- {prefix}: {', '.join(rule for rule in missing if rule.startswith(prefix)) or 'none'}" for prefix in RULES
    ]
    return [f"## Rules of {' and '.join(RULES)} without a row, code or test", "", *lines]


PAGES = {
    "docs/obligations.md": ("Obligations", obligations),
    "docs/coverage.md": ("Coverage", coverage),
}


def page(name: str) -> str:
    title, body = PAGES[name]
    return f"# {title}\n\nWritten by `{COMMAND} --write`; do not edit.\n\n{body()}"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true", help="write both pages")
    choice.add_argument("--check", action="store_true", help="fail if a page is stale")
    write = parser.parse_args(arguments).write
    stale = [name for name in PAGES if not _is_current(ROOT / name, page(name))]
    for name in stale:
        if write:
            (ROOT / name).write_text(page(name), encoding="utf-8")
        else:
            sys.stderr.write(f"{name} is stale; run {COMMAND} --write\n")
    return 1 if stale and not write else 0


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
