"""The font that forms are set in: a setting, the packaged one, or Debian's; nothing of the system besides."""

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from struct import error as StructError  # noqa: N812  an exception is named as one

import typst

from infra.errors import CannotStart
from infra.paper.coverage import characters

DEBIAN_NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
PACKAGE = "manimgx_fonts_cjk"

_FILES = frozenset({".ttf", ".otf", ".ttc", ".otc"})
_SIMPLIFIED = " SC"
_NEEDED = frozenset(map(ord, "维修单第一联客户住签名元整□■￥0123456789"))


class NoFont(CannotStart):
    """No usable Chinese font: what was looked at and what to do."""

    def __init__(self, problem: str, chinese: str) -> None:
        super().__init__(
            problem,
            remedy="install manimgx-fonts-cjk, or Debian's fonts-noto-cjk, or name a font file in the settings",
            chinese=(chinese, "安装 manimgx-fonts-cjk，或 Debian 的 fonts-noto-cjk，或在设置中指定字体文件"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeface:
    """A font family, the only one typst is given, and the code points it can show."""

    family: str
    fonts: typst.Fonts
    covered: frozenset[int]


def typeface(setting: Path | None) -> Typeface:
    """The typeface of ``setting``, or of the first place that has one; raises NoFont.

    A setting that does not lead to a Chinese font is an error, never passed over in silence.
    """
    if setting is not None:
        return _load(setting.resolve())
    for place in _places():
        if place.is_file():
            return _load(place.resolve())
    raise NoFont("no Chinese font for printed forms is installed", "没有安装打印单据用的中文字体")


def _places() -> tuple[Path, ...]:
    packaged: tuple[Path, ...] = ()
    found = importlib.util.find_spec(PACKAGE)
    if found is not None and found.origin is not None:
        inside = Path(found.origin).parent.iterdir()
        packaged = tuple(sorted(path for path in inside if path.suffix.lower() in _FILES))
    return (*packaged, DEBIAN_NOTO)


@lru_cache(maxsize=4)
def _load(file: Path) -> Typeface:
    if not file.is_file() or file.suffix.lower() not in _FILES:
        kinds = ", ".join(sorted(_FILES))
        raise NoFont(f"the font {file} is missing or not one of {kinds}", f"字体 {file} 不存在，或不是 {kinds}")
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[file.parent])
    faces = [face for face in fonts.fonts() if face.path is not None and Path(face.path) == file]
    if faces:
        face = min(faces, key=lambda face: (not face.family.endswith(_SIMPLIFIED), face.index))
        covered = _covered(file, face.index)
        if covered >= _NEEDED:
            return Typeface(family=face.family, fonts=fonts, covered=covered)
    raise NoFont(f"the font {file} lacks Chinese characters that every form needs", f"字体 {file} 缺少单据必需的汉字")


def _covered(file: Path, index: int) -> frozenset[int]:
    try:
        return characters(file, index)
    except (ValueError, OSError, StructError) as broken:
        raise NoFont(f"the font {file} cannot be read", f"字体 {file} 读不出来") from broken
