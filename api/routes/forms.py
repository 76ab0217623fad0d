"""/v1/cases/{no}/forms/repair-order: a copy of the 《维修单》 as a PDF; POST prints, GET shows again."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.body import WrongBody
from api.door import Caller, DeskRoute, caller
from api.looking import Look, look_at, unmask
from api.rights import Verb, needs
from api.sentences import fault
from api.sheet import sheet_of, words_for
from api.wire.answers import PROBLEMS
from domain.case_file import CaseFile
from domain.errors import RuleBroken
from domain.forms import REPAIR_ORDER, FormCopy
from domain.people import StaffId
from infra.paper.prints import Paper, Printing, printing_of, record_print
from infra.paper.renderer import render_repair_order
from infra.postgres.pool import acquired

PATH = "/v1/cases/{no}/forms/repair-order"
PURPOSE = "打印维修单"
MOST = 100_000

router = APIRouter(route_class=DeskRoute, tags=["单据"])
COPIES = {str(copy.number): copy for copy in REPAIR_ORDER.copies}
PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {}}, "description": "PDF/A，第二次起注明补打"}
}


def copy_wanted(
    copy: Annotated[str, Query(json_schema_extra={"enum": list(COPIES)})] = "1",
) -> FormCopy:
    if copy not in COPIES:
        labels = {number: f"{one.name}（{one.holder}）" for number, one in COPIES.items()}
        raise WrongBody(fault("enum", "copy", list(COPIES), labels))
    return COPIES[copy]


@router.post(PATH, summary="打印《维修单》的一联", response_class=Response, responses={**PROBLEMS, **PDF})
@needs(Verb.PRINT)
async def print_repair_order(
    no: str, asking: Annotated[Caller, Depends(caller)], copy: Annotated[FormCopy, Depends(copy_wanted)]
) -> Response:
    """A copy of the form as a PDF (REP-23). From the second printing of a copy on it says 补打.

    The same Idempotency-Key is the same printing. ``Content-Location`` is where it can be seen again.
    """
    look = await look_at(asking, no)
    await unmask(asking, look, Verb.PRINT, purpose=PURPOSE, what=_what(copy))
    return await _drawn(asking, look, copy, await counted(asking, look, copy))


@router.get(PATH, summary="查看已打印的一联", response_class=Response, responses={**PROBLEMS, **PDF})
@needs(Verb.PRINT)
async def get_repair_order(
    no: str,
    asking: Annotated[Caller, Depends(caller)],
    copy: Annotated[FormCopy, Depends(copy_wanted)],
    printing: Annotated[int | None, Query(ge=1, le=MOST)] = None,
) -> Response:
    """A printing that was counted, as it was printed; the last of the copy without a number. Counts nothing."""
    return await printed(asking, no, copy, printing)


async def printed(asking: Caller, no: str, copy: FormCopy, number: int | None) -> Response:
    """Raises RuleBroken where there was no such printing."""
    desk, look = asking.house.desk, await look_at(asking, no)
    await unmask(asking, look, Verb.PRINT, purpose=PURPOSE, what=_what(copy))
    async with acquired(desk.pool, desk.settings) as connection:
        printing = await printing_of(connection, _paper(look, copy), number)
    if printing is None:
        raise RuleBroken(
            "REP-23",
            field="copy",
            remedy="这一联没有这次打印，请先打印",
            english="There was no such printing of the copy; POST prints it.",
        )
    return await _drawn(asking, look, copy, printing)


async def counted(asking: Caller, look: Look, copy: FormCopy) -> Printing:
    """The printing under the caller's key: counted before it is drawn, so that there is never a second original."""
    desk = asking.house.desk
    sheet_of(look, copy, await words_for(desk, look), printing=1, as_of=datetime.now(UTC))
    async with acquired(desk.pool, desk.settings) as connection, connection.transaction():
        return await record_print(
            connection, _paper(look, copy), StaffId(asking.principal.id), key=asking.key, upto=look.file.last_number
        )


async def _drawn(asking: Caller, look: Look, copy: FormCopy, printing: Printing) -> Response:
    """With what stood in the file as it was printed."""
    desk = asking.house.desk
    if printing.upto is not None:
        look = replace(look, file=CaseFile(entry for entry in look.file if entry.number <= printing.upto))
    sheet = sheet_of(look, copy, await words_for(desk, look), printing=printing.number, as_of=printing.at)
    pdf = await asyncio.to_thread(render_repair_order, sheet, font=desk.settings.paper_font)
    name = f"{look.head.no}-{copy.number}.pdf"
    place = f"{PATH.format(no=look.head.no)}?copy={copy.number}&printing={printing.number}"
    told = {"Content-Disposition": f'inline; filename="{name}"', "Content-Location": place}
    return Response(pdf, media_type="application/pdf", headers=told)


def _paper(look: Look, copy: FormCopy) -> Paper:
    return Paper(case_no=look.head.no, form=REPAIR_ORDER, copy=copy)


def _what(copy: FormCopy) -> str:
    return f"repair_order/{copy.number}"
