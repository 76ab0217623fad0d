"""Prints a 《维修单》: the sheet's words into the template, the template into a PDF."""

import json
import re
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

import typst

from domain.forms import RepairOrderSheet
from infra.paper.fonts import typeface
from infra.paper.repair_order import places
from infra.paper.wording import Wording

_TEMPLATE = Path(__file__).with_name("repair_order.typ")
_SAID_ANYWAY = b"/MarkInfo<</Marked true/Suspects false>>"
_LEFT_OUT = b"/MarkInfo<</Marked true>>".ljust(len(_SAID_ANYWAY))
"""false is the default of Suspects (ISO 32000-1, 14.7.1), and checkers built on Poppler before 25.12 call it an error;
of the same length, so that everything stays where the file's table says.
"""
_PARTICULARS = re.compile(r"[`\":].*", re.DOTALL)


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
    face = typeface(font)
    words = places(sheet, Wording(covered=face.covered))
    document = words | {"font": face.family, "dated": list(sheet.as_of.astimezone(UTC).timetuple()[:6])}
    try:
        pdf, warnings = typst.compile_with_warnings(
            _TEMPLATE,
            format="pdf",
            root=_TEMPLATE.parent,
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
