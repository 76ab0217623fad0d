"""Prints a form: the sheet's words into its template, the template into a PDF."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path
from typing import TypeVar

import typst

from domain.forms import InspectionSheet, RepairOrderSheet, Sheet
from infra.paper import inspection_sheet, repair_order
from infra.paper.fonts import typeface
from infra.paper.heading import Places
from infra.paper.wording import Wording

_HERE = Path(__file__).parent
_SAID_ANYWAY = b"/MarkInfo<</Marked true/Suspects false>>"
_LEFT_OUT = b"/MarkInfo<</Marked true>>".ljust(len(_SAID_ANYWAY))
"""false is the default of Suspects (ISO 32000-1, 14.7.1), and checkers built on Poppler before 25.12 call it an error;
of the same length, so that everything stays where the file's table says.
"""
_PARTICULARS = re.compile(r"[`\":].*", re.DOTALL)


S = TypeVar("S", bound=Sheet)


class NotPrintable(Exception):
    """The template does not compile without a warning; carries typst's words up to what they quote."""

    def __init__(self, said: Sequence[str]) -> None:
        super().__init__("; ".join(_PARTICULARS.sub("…", words) for words in said))


def render_repair_order(sheet: RepairOrderSheet, *, font: Path | None) -> bytes:
    """One copy as a PDF/A-2u on A4: the same sheet gives the same bytes (REP-23).

    Blocks for some 20 ms a page without holding the interpreter lock: call it in a thread. ``font`` is the setting,
    a font file; without it the packaged font is used, then Debian's. Raises NoFont when there is none.
    No text of the sheet makes it fail: what the font lacks is shown as a box with its code point.
    """
    return _rendered("repair_order.typ", sheet, repair_order.places, font)


def render_inspection_sheet(sheet: InspectionSheet, *, font: Path | None) -> bytes:
    """One copy of a 《公共区域现场巡视表》, as the 《维修单》 is rendered (PUB-02)."""
    return _rendered("inspection_sheet.typ", sheet, inspection_sheet.places, font)


def _rendered(template: str, sheet: S, places: Callable[[S, Wording], Places], font: Path | None) -> bytes:
    face = typeface(font)
    words = places(sheet, Wording(covered=face.covered))
    document = words | {"font": face.family, "dated": list(sheet.as_of.astimezone(UTC).timetuple()[:6])}
    try:
        pdf, warnings = typst.compile_with_warnings(
            _HERE / template,
            format="pdf",
            root=_HERE,
            font_paths=face.fonts,
            ignore_system_fonts=True,
            sys_inputs={"sheet": json.dumps(document)},
            pdf_standards=["a-2u"],
        )
    except typst.TypstError as refused:
        raise NotPrintable([refused.message]) from None
    if warnings:
        raise NotPrintable([warning.message for warning in warnings])
    return pdf.replace(_SAID_ANYWAY, _LEFT_OUT)
