"""Every fault of a folder is named with its file, line and field, and nothing of its content is repeated."""

from datetime import date
from pathlib import Path

import pytest

from infra.reference.checks import check
from infra.reference.folder import read_folder
from infra.reference.official import FOLDER, official_years
from infra.reference.problems import WrongReference
from tests.infra.reference.conftest import SAMPLE, Spoil, problems_of
from tests.infra.reference.seed_calendar import year_file


def line_with(folder: Path, file: str, text: str) -> int:
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_the_sample_estate_is_right() -> None:
    assert problems_of(SAMPLE) == []


def test_the_official_calendar_is_what_its_source_says_and_complete() -> None:
    assert [year.year for year in official_years()] == list(range(2004, 2027))
    for year in range(2004, 2027):
        assert (FOLDER / f"{year}.toml").read_text(encoding="utf-8") == year_file(year)


@pytest.mark.parametrize(
    ("file", "pattern", "text", "field", "marked"),
    [
        ("estate.toml", r'^code = "LY"$', 'code = "ly!"', "code", "ly!"),
        ("estate.toml", r'^name = "2栋"$', 'name = "2栋"\nfloors = 9', "building[2].floors", "floors"),
        ("rooms.csv", r"^2-101,2,住宅$", "2-101,9,住宅", "building", "2-101,9"),
        ("households.csv", r",19900000007$", ",电话不详", "phone", "电话不详"),
        ("households.csv", r"^LY-H003,1-103", "LY-H003,9-999", "", "9-999"),
        ("staff.toml", r'posts = \["客服部主管"\]', 'posts = ["住户"]', "staff[7].posts[1]", "住户"),
        ("staff.toml", r'"rp-7"\]$', '"rp-99"]', "team[1].members", "rp-99"),
        ("staff.toml", r'"电梯", "消防设施"', '"电梯", "飞机"', "staff[11].skills[13]", "飞机"),
        (
            "staff.toml",
            r'posts = \["客服部主管"\]',
            'posts = ["客服部主管"]\nskills = ["水"]',
            "staff[7].skills",
            "skills",
        ),
        ("staff.toml", r'skills = \["水", "供水排水"\]', 'skills = ["水", "水"]', "staff[14].skills", '["水", "水"]'),
        ("estate.toml", r'"水", "供水排水"', '"水", "飞机"', "operating_procedure[1].kinds[2]", "飞机"),
        ("estate.toml", r'"电", "供电照明"', '"水", "供电照明"', "operating_procedure[2].kinds", '"水", "供电照明"'),
        ("estate.toml", r'"WX-GC-01"', '"file://WX"', "operating_procedure[1].reference", "file://WX"),
        ("estate.toml", r'"WX-GC-01"', r'"WX\u0000"', "operating_procedure[1].reference", r"WX\u0000"),
        ("estate.toml", r'"WX-GC-01"', '"http://a b"', "operating_procedure[1].reference", "http://a b"),
        ("roster.toml", r'^shift = "夜班"$', 'shift = "早班"', "assignment[5].shift", "早班"),
        ("roster.toml", r'^ends = "17:30"$', 'ends = "24:00"', "shift[4].ends", "24:00"),
        ("roster.toml", r'^staff = \["cs-1"\]$', 'staff = ["fd-1"]', "assignment[13].staff", ""),
        ("prices.toml", r"labour = 20.00, material = 18.00", "labour = 20.00, material = 18.001", "", "18.001"),
        ("prices.toml", r'code = "W03"', 'code = "W02"', "version[1].items[3].code", "角阀更换"),
        ("prices.toml", r'code = "W03"', 'code = "EXTRA"', "version[1].items[3].code", "EXTRA"),
        ("prices.toml", r"^effective_from = 2026-01-01$", 'effective_from = "2026-01-01"', "", '"2026-01-01"'),
        ("open_values.toml", r'"PT5M"', '"5分钟"', "value[1].value", "5分钟"),
        ("open_values.toml", r'"OV-01".*\n.*$', '"OV-104"\nvalue = "PT10M"', "value[1].value", "PT10M"),
        ("open_values.toml", r'"OV-15"', '"OV-99"', "value[2].id", "OV-99"),
        ("routines.toml", r'^kind = "电梯"$', 'kind = "飞船"', "equipment[1].kind", "飞船"),
        ("routines.toml", r'^building = "1"$', 'building = "9"', "equipment[1].building", 'building = "9"'),
        ("routines.toml", r'^rule = "PUB-104"$', 'rule = "PUB-999"', "routine[1].rule", "PUB-999"),
        ("routines.toml", r'^equipment = "LIFT-1"$', 'equipment = "LIFT-9"', "routine[2].equipment", "LIFT-9"),
        ("routines.toml", r'^equipment = "PUMP-1"$', 'place = "地下"', "routine[3].equipment", ""),
        ("routines.toml", r"^day = 15$", "day = 29", "routine[2].day", "day = 29"),
        ("routines.toml", r"^weekday = 1", "weekday = 8", "routine[4].weekday", "weekday = 8"),
        ("routines.toml", r"^day = 20$", "day = 20\nweekday = 3", "routine[3]", ""),
        ("routines.toml", r'^post = "前台客服员"$', 'post = "工程部主管"', "routine[4].post", 'post = "工程部主管"'),
        ("routines.toml", r'^allowed = "P3D"', 'allowed = "三天"', "routine[1].allowed", "三天"),
        ("routines.toml", r'^code = "PUMP-1-M"$', 'code = "LIFT-1-M"', "routine[3].code", ""),
        ("open_values.toml", r'^id = "OV-15".*$', 'id = "OV-38"', "value[2].value", "17:00"),
        ("open_values.toml", r'^id = "OV-15".*$', 'id = "OV-53"', "value[2].value", "17:00"),
        ("calendar.toml", r'"09:00-12:00"', '"12:00-09:00"', "windows[1]", "12:00-09:00"),
        ("calendar.toml", r"\[1, 2, 3, 4, 5\]", "[1, 8]", "weekdays[2]", "[1, 8]"),
    ],
)
def test_a_fault_is_named_with_file_line_and_field(  # noqa: PLR0917 - one row of the table
    folder: Path, spoil: Spoil, file: str, pattern: str, text: str, field: str, marked: str
) -> None:
    spoil(file, pattern, text)

    found = problems_of(folder)

    assert len(found) == 1
    assert found[0][0] == file
    assert field in found[0][2]
    if marked:
        assert found[0][1] == line_with(folder, file, marked)


@pytest.mark.parametrize("reference", ["Q/LY-WX-01", "GB 50303-2015", "工程〔2026〕1号", "http://files.example/1?a=2"])
def test_rep_115_a_document_is_found_by_whatever_number_it_bears_or_by_an_address(
    folder: Path, spoil: Spoil, reference: str
) -> None:
    spoil("estate.toml", r'"WX-GC-01"', f'"{reference}"')

    read = read_folder(folder)
    check(read)

    assert reference == read.estate.operating_procedure[0].reference


def test_sta_102_the_printed_shift_table_is_refused_at_the_line_of_the_shift_that_ends_too_early(
    folder: Path, spoil: Spoil
) -> None:
    spoil("roster.toml", r'^starts = "08:00"$', 'starts = "09:00"')

    with pytest.raises(WrongReference) as refused:
        check(read_folder(folder))

    first = refused.value.problems[0]
    assert (first.file, first.field) == ("roster.toml", "shift[3].ends")
    assert first.line == line_with(folder, "roster.toml", 'name = "夜班"') + 2
    assert "前台客服员" in first.chinese
    assert "08:00 至 2024-01-01 09:00" in first.chinese


def test_a_leave_that_nobody_covers_is_refused(folder: Path) -> None:
    leave = '\n[[leave]]\nstaff = "fd-3"\nstarts_at = 2027-01-04T18:00:00\nends_at = 2027-01-04T19:00:00\n'
    with (folder / "roster.toml").open("a", encoding="utf-8") as roster:
        roster.write(leave)

    with pytest.raises(WrongReference, match="2027-01-04 18:00 至 2027-01-04 19:00"):
        check(read_folder(folder))


def test_sta_103_a_day_without_a_duty_director_is_refused(folder: Path, spoil: Spoil) -> None:
    spoil("roster.toml", r'^weekdays = \[4\]\nstaff = \["dd-4"\]$', 'weekdays = [3]\nstaff = ["dd-4"]')

    with pytest.raises(WrongReference, match="2024-01-04 没有排值班主任"):
        check(read_folder(folder))


def test_a_roster_that_ends_is_checked_to_its_last_hour_and_no_further(folder: Path, spoil: Spoil) -> None:
    spoil("roster.toml", r"^valid_from = 2024-01-01$", "valid_from = 2024-01-01\nvalid_until = 2024-06-30")

    assert problems_of(folder) == []
    assert read_folder(folder).roster.valid_until == date(2024, 6, 30)


def test_the_morning_before_the_first_shift_of_a_post_belongs_to_the_roster_before(folder: Path, spoil: Spoil) -> None:
    spoil("roster.toml", r'^starts = "00:00"\nends = "00:00"$', 'starts = "08:00"\nends = "08:00"')

    assert problems_of(folder) == []


def test_faults_of_all_files_are_reported_together(folder: Path, spoil: Spoil) -> None:
    spoil("estate.toml", r'^name = "荔园小区"$', "name = 5")
    spoil("rooms.csv", r"^1-101,1,住宅$", "1-101,1")
    (folder / "prices.toml").write_text("version = [", encoding="utf-8")
    (folder / "calendar.toml").unlink()

    files = [file for file, _, _ in problems_of(folder)]

    assert files == ["estate.toml", "rooms.csv", "prices.toml", "calendar.toml"]


def test_a_syntax_error_is_reported_on_its_line(folder: Path, spoil: Spoil) -> None:
    spoil("staff.toml", r'^name = "前台乙"$', "name = 前台乙")

    assert problems_of(folder) == [("staff.toml", line_with(folder, "staff.toml", "name = 前台乙"), "")]


def test_excels_utf_8_with_a_byte_order_mark_and_its_line_ends_are_read(folder: Path) -> None:
    text = (folder / "households.csv").read_text(encoding="utf-8").replace("\n", "\r\n")
    (folder / "households.csv").write_bytes(text.encode("utf-8-sig"))

    assert problems_of(folder) == []
    assert read_folder(folder).households[0].name == "住户001"


@pytest.mark.parametrize(("encoding", "word"), [("gb18030", "GB18030"), ("utf-16", "UTF-16")])
def test_another_encoding_is_named_with_the_remedy(folder: Path, encoding: str, word: str) -> None:
    text = (folder / "households.csv").read_text(encoding="utf-8")
    (folder / "households.csv").write_bytes(text.encode(encoding))

    with pytest.raises(WrongReference, match=f"{word}.*UTF-8"):
        read_folder(folder)


def test_no_name_or_phone_of_the_file_is_repeated_in_a_problem(folder: Path, spoil: Spoil) -> None:
    spoil("households.csv", r"^LY-H003,1-103,住户003,19900000003$", "LY-H003,1-103,绝密姓名\x01,绝密电话")

    with pytest.raises(WrongReference) as refused:
        read_folder(folder)

    assert len(refused.value.problems) == 2
    assert "绝密" not in str(refused.value)


def test_without_a_plan_nothing_is_done_regularly(folder: Path) -> None:
    (folder / "routines.toml").unlink()

    assert problems_of(folder) == []
    assert read_folder(folder).routines.routine == ()
