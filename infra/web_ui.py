"""The way into the Temporal Web UI: the questions supervisors ask most, each a query behind a link.

``python -m infra.web_ui --write`` writes the table into docs/主管看板.md, ``--check`` fails when it is stale.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from domain.people import Role
from domain.rulebook import PROCEDURES
from infra.settings import Settings
from workflows.visibility import BUILDING, DRILL, ESTATE, OVERDUE, OWED, STAGE, WAITING_POSTS, YES

PAGE = Path(__file__).parent.parent / "docs" / "主管看板.md"
BEGIN, END = "<!-- 以下由 python -m infra.web_ui --write 生成 -->", "<!-- 生成到此 -->"
RETURN_RULE = "REP-43"
WAITED_FOR = (
    Role.FRONT_DESK,
    Role.ENGINEERING,
    Role.ENGINEERING_SUPERVISOR,
    Role.REPAIRER,
    Role.CUSTOMER_SERVICE_SUPERVISOR,
)
OPEN = "ExecutionStatus='Running'"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A question in the supervisors' words, and the list filter of Temporal that answers it."""

    group: str
    name: str
    query: str


def saved_queries(estate: str | None = None, buildings: Iterable[str] = ()) -> list[SavedQuery]:
    """For one estate or for all; only cases that are open."""
    where = f"{OPEN} AND {ESTATE.name}='{estate}'" if estate else OPEN
    return [
        SavedQuery(group=group, name=name, query=f"{where} AND {condition}" if condition else where)
        for group, name, condition in _asked(buildings)
    ]


def _asked(buildings: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    copies = " OR ".join(f"{OWED.name}='{label}'" for label in _labels(RETURN_RULE))
    yield "要紧的", "谁超时", f"{OVERDUE.name}='{YES}'"
    yield "要紧的", "第二联或第三联待交回", f"({copies})"
    yield "要紧的", "联单待交回，且单上有超时", f"({copies}) AND {OVERDUE.name}='{YES}'"
    yield "要紧的", "程序卡住的单", "TemporalReportedProblems IS NOT NULL"
    for post in WAITED_FOR:
        yield "等谁", f"等{post}", f"{WAITING_POSTS.name}='{post}'"
    for stage in dict.fromkeys(name for one in PROCEDURES.values() for name in one.open_stages):
        yield "到哪一步", stage, f"{STAGE.name}='{stage}'"
    for building in buildings:
        yield "按楼栋", building, f"{BUILDING.name}='{building}'"
    yield "其他", "全部未结", ""
    yield "其他", "演练", f"{DRILL.name}='{YES}'"


def _labels(rule: str) -> list[str]:
    """What the duties under the rule are called, whatever the edition."""
    rows = (row for one in PROCEDURES.values() for edition in one.editions for row in edition.obligations)
    return list(dict.fromkeys(row.label for row in rows if row.rule == rule))


def link(query: str, *, web_ui_url: str, namespace: str) -> str:
    return f"{web_ui_url}/namespaces/{namespace}/workflows?query={quote(query, safe='')}"


def table(settings: Settings) -> str:
    """The part of the page that is generated; its links lead to the embedded desk's own Web UI."""
    address = {"web_ui_url": settings.web_ui_url, "namespace": settings.temporal_namespace}
    rows = [
        f"| {one.group} | [{one.name}]({link(one.query, **address)}) | `{one.query}` |"
        for one in saved_queries(buildings=["1栋"])
    ]
    return "\n".join([BEGIN, "", "| 类别 | 查询 | 条件 |", "| --- | --- | --- |", *rows, "", END])


def _with_table(page: str, made: str) -> str:
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + made + after


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.web_ui", description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    default = Settings.model_construct()
    page = PAGE.read_text(encoding="utf-8")
    wanted = _with_table(page, table(default))
    if given.write:
        PAGE.write_text(wanted, encoding="utf-8")
    elif page != wanted:
        sys.stderr.write(f"{PAGE.name} is stale: run python -m infra.web_ui --write\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
