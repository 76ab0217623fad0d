"""Which characters a font file can show, read from its cmap table: typst leaves a gap without a word otherwise."""

import mmap
from functools import lru_cache
from pathlib import Path
from struct import unpack_from

_COLLECTION = b"ttcf"
_UNICODE = frozenset({(3, 10), (3, 1), (0, 3), (0, 4), (0, 6)})


@lru_cache(maxsize=4)
def characters(font: Path, index: int) -> frozenset[int]:
    """Code points with a glyph in face ``index`` of ``font``; raises ValueError for a file without such a table."""
    with font.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        cmap = _cmap(view, index)
        covered: set[int] = set()
        (tables,) = unpack_from(">H", view, cmap + 2)
        for table in range(tables):
            platform, encoding, offset = unpack_from(">HHL", view, cmap + 4 + 8 * table)
            if (platform, encoding) in _UNICODE:
                covered |= _covered(view, cmap + offset)
    if not covered:
        raise ValueError(f"no Unicode cmap in face {index} of {font.name}")
    return frozenset(covered)


def _cmap(view: mmap.mmap, index: int) -> int:
    face = unpack_from(">L", view, 12 + 4 * index)[0] if view[:4] == _COLLECTION else 0
    (tables,) = unpack_from(">H", view, face + 4)
    for table in range(tables):
        tag, _, offset, _ = unpack_from(">4sLLL", view, face + 12 + 16 * table)
        if tag == b"cmap":
            return int(offset)
    raise ValueError(f"no cmap in face {index}")


def _covered(view: mmap.mmap, table: int) -> set[int]:
    kind = unpack_from(">H", view, table)[0]
    if kind == 4:  # noqa: PLR2004  the table formats have numbers, not names
        return _segments(view, table)
    if kind == 12:  # noqa: PLR2004  likewise
        return _groups(view, table)
    return set()


def _groups(view: mmap.mmap, table: int) -> set[int]:
    covered: set[int] = set()
    (groups,) = unpack_from(">L", view, table + 12)
    for group in range(groups):
        first, last, glyph = unpack_from(">LLL", view, table + 16 + 12 * group)
        covered.update(range(first if glyph else first + 1, last + 1))
    return covered


def _segments(view: mmap.mmap, table: int) -> set[int]:
    covered: set[int] = set()
    double = unpack_from(">H", view, table + 6)[0]
    for position in range(0, double, 2):
        (last,) = unpack_from(">H", view, table + 14 + position)
        first_at = table + 16 + double + position
        (first,) = unpack_from(">H", view, first_at)
        (delta,) = unpack_from(">H", view, first_at + double)
        offset_at = first_at + 2 * double
        (offset,) = unpack_from(">H", view, offset_at)
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code if not offset else unpack_from(">H", view, offset_at + offset + 2 * (code - first))[0]
            if glyph and (glyph + delta) & 0xFFFF:
                covered.add(code)
    return covered
