"""The generated pages: every row stands in the one, every rule named by code and tests in the other."""

import re
from pathlib import Path

from domain.rulebook import PROCEDURES
from domain.rulebook.ids import rule_ids
from domain.rulebook.tables import obligations
from infra.rulebook_pages import PAGES, coverage, page

DAYS = ("2026-01-01", "2026-11-01")
RULE = re.compile(r"(?:REP|FEE|PUB)-\d+")


def test_every_row_of_every_edition_stands_in_the_page() -> None:
    page = obligations()

    for procedure in PROCEDURES.values():
        for row in (row for edition in procedure.editions for row in edition.obligations):
            assert f"| {row.key} | {row.label}" in page
    assert "| REP-43/第二联 | 交回第二联 | 维修人员 |" in page
    assert "before 17:00 (OV-15), from then on the next day's" in page


def test_every_period_stands_in_the_page_of_its_edition_with_its_length() -> None:
    page = obligations()

    assert "| REP-47/观察期 | 修后观察期 | 第一联交客户、返单登记、工程部存档、客户反馈 | — | 3 d (OV-901) |" in page
    assert "| REP-30/期满 | 等候住户答复期满 | 回复住户可否维修 | 住户答复评审、转类 | 7 d (OV-40-3) |" in page
    first, second = (page.partition(f"## REP 住户报修, edition {day}")[2].partition("## ")[0] for day in DAYS)
    assert ("Periods" in first, "Periods" in second) == (False, True)


def test_a_rule_is_found_by_its_id_in_code_and_by_id_or_name_in_tests(tmp_path: Path) -> None:
    (tmp_path / "domain").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "domain" / "a.py").write_text('"""REP-26 and SHA-256."""', encoding="utf-8")
    (tmp_path / "tests" / "test_a.py").write_text("def test_rep_26_is_kept() -> None: ...", encoding="utf-8")

    page = coverage(tmp_path)

    assert "| REP-26 | 接单后到场 | `domain/a.py` | `tests/test_a.py` |" in page
    assert "SHA-256" not in page


def test_a_rule_that_nothing_names_stands_among_those_without_row_code_or_test(tmp_path: Path) -> None:
    for folder in ("domain", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "domain" / "a.py").write_text('"""REP-02."""', encoding="utf-8")
    (tmp_path / "tests" / "test_a.py").write_text("def test_rep_25_is_kept() -> None: ...", encoding="utf-8")

    rest = coverage(tmp_path).split("without a row, code or test")[1]

    rows = {
        row.rule for procedure in PROCEDURES.values() for edition in procedure.editions for row in edition.obligations
    }
    assert set(rule_ids()) - {"REP-02", "REP-25", *rows} == set(RULE.findall(rest))


def test_a_page_says_how_it_is_written() -> None:
    assert all("`python -m infra.rulebook_pages --write`" in page(name) for name in PAGES)
