"""Reads a printed form back, as whoever holds the paper would."""

import unicodedata
from io import BytesIO
from typing import Any

from pypdf import PdfReader

MILLIMETRE = 72 / 25.4


def pages_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def text_of(pdf: bytes) -> str:
    return "\n".join(pages_of(pdf))


def unbroken(pdf: bytes) -> str:
    """The text without what line breaks do to it."""
    return "".join(text_of(pdf).split()).replace("\u200b", "")


def furthest_right(pdf: bytes) -> float:
    """Where the longest line of any page ends at least, in millimetres; single upright letters aside."""
    ends: list[float] = []

    def visit(text: str, matrix: Any, _text_matrix: Any, _font: Any, size: float) -> None:
        line = text.strip()
        if len(line) > 1:
            ends.append((matrix[4] + width(line) * size) / MILLIMETRE)

    for page in PdfReader(BytesIO(pdf)).pages:
        page.extract_text(visitor_text=visit)
    return max(ends)


def width(line: str) -> float:
    """In ems, rather too little than too much for Latin letters and punctuation that may be set tight."""
    return sum(1.0 if unicodedata.category(letter) == "Lo" else 0.2 if letter == " " else 0.4 for letter in line)
