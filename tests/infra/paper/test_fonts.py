"""Which font is taken, what it covers, and what is said when there is none."""

from importlib.util import find_spec
from pathlib import Path
from struct import pack

import pytest
import typst

from infra.paper import fonts
from infra.paper.coverage import characters
from infra.paper.fonts import NoFont, typeface


@pytest.fixture
def packaged() -> Path:
    found = find_spec(fonts.PACKAGE)
    assert found is not None
    assert found.origin is not None
    return next(Path(found.origin).parent.glob("*.ttc"))


def test_without_a_setting_the_packaged_font_is_taken_in_its_simplified_form() -> None:
    assert typeface(None).family == "Noto Sans CJK SC"


def test_a_font_file_of_the_setting_is_taken(packaged: Path, tmp_path: Path) -> None:
    (tmp_path / "own.ttc").symlink_to(packaged)

    assert typeface(tmp_path / "own.ttc").family == "Noto Sans CJK SC"


def test_a_setting_that_leads_nowhere_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(
        NoFont,
        match=r"(?s)missing\.ttf 不存在.*安装 manimgx-fonts-cjk.*missing\.ttf is missing.*install manimgx-fonts-cjk",
    ):
        typeface(tmp_path / "missing.ttf")


@pytest.mark.parametrize("content", [b"", b"no font at all", b"ttcf" + b"\x00" * 64])
def test_a_file_that_is_no_font_is_an_error(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(content)

    with pytest.raises(NoFont, match=r"broken\.ttf"):
        typeface(tmp_path / "broken.ttf")


def test_the_system_is_asked_after_the_package_and_then_the_remedy_is_named(
    packaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "PACKAGE", "no_such_package")
    monkeypatch.setattr(fonts, "DEBIAN_NOTO", tmp_path / "noto.ttc")

    with pytest.raises(NoFont, match="fonts-noto-cjk"):
        typeface(None)
    (tmp_path / "noto.ttc").symlink_to(packaged)

    assert typeface(None).family == "Noto Sans CJK SC"


@pytest.mark.parametrize("character", "维㛃䶮𠮷□■￥😀☐☑\u200b\u0627龘𪚥")
def test_typst_agrees_on_what_the_font_covers(character: str) -> None:
    face = typeface(None)
    dated = "#set document(date: datetime(year: 2025, month: 3, day: 11))"
    source = f'{dated}\n#set text(font: "{face.family}")\n#"\\u{{{ord(character):x}}}"'

    try:
        typst.compile(
            source.encode(), format="pdf", font_paths=face.fonts, ignore_system_fonts=True, pdf_standards=["a-2u"]
        )
        shown = True
    except typst.TypstError:
        shown = False

    assert shown is (ord(character) in face.covered or character == "\u200b"), "the break without width needs no glyph"


def test_both_kinds_of_table_are_read(tmp_path: Path) -> None:
    segments = pack(
        ">HHHHHHH 3H H 3H 3H 3H 2H",
        *(4, 44, 0, 6, 0, 0, 0),
        *(0x42, 0x61, 0xFFFF),
        0,
        *(0x41, 0x60, 0xFFFF),
        *(0, 5, 1),
        *(0, 4, 0),
        *(0, 7),
    )
    groups = pack(">HHLLL 6L", 12, 0, 40, 0, 2, 0x4E00, 0x4E02, 9, 0x20BB7, 0x20BB8, 0)
    cmap = pack(">HH HHL HHL", 0, 2, 3, 1, 20, 3, 10, 20 + len(segments)) + segments + groups
    font = tmp_path / "made.ttf"
    font.write_bytes(pack(">LHHHH 4sLLL", 0x10000, 1, 16, 0, 0, b"cmap", 0, 28, len(cmap)) + cmap)

    covered = characters(font, 0)

    assert covered == {0x41, 0x42, 0x61, 0x4E00, 0x4E01, 0x4E02, 0x20BB8}
