"""GET /v1/cases/{no}/forms/repair-order: a copy of the 《维修单》 as a PDF; every printing is counted."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.body import WrongBody
from api.door import Caller, DeskRoute, caller
from api.looking import look_at, unmask
from api.rights import Verb, needs
from api.sentences import fault
from api.sheet import sheet_of, words_for
from api.wire.answers import PROBLEMS
from domain.forms import REPAIR_ORDER, FormCopy
from domain.people import StaffId
from infra.paper.prints import record_print
from infra.paper.renderer import render_repair_order
from infra.postgres.pool import acquired

router = APIRouter(route_class=DeskRoute, tags=["单据"])
COPIES = {str(copy.number): copy for copy in REPAIR_ORDER.copies}
PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {}}, "description": "PDF/A，第二次起注明补打"}
}


@router.get(
    "/v1/cases/{no}/forms/repair-order",
    summary="打印《维修单》的一联",
    response_class=Response,
    responses={**PROBLEMS, **PDF},
)
@needs(Verb.PRINT)
async def print_repair_order(
    no: str,
    asking: Annotated[Caller, Depends(caller)],
    copy: Annotated[str, Query(json_schema_extra={"enum": list(COPIES)})] = "1",
) -> Response:
    """A copy of the form as a PDF (REP-23). From the second printing of a copy on it says 补打."""
    if copy not in COPIES:
        labels = {number: f"{one.name}（{one.holder}）" for number, one in COPIES.items()}
        raise WrongBody(fault("enum", "copy", list(COPIES), labels))
    return await printed(asking, no, COPIES[copy])


async def printed(asking: Caller, no: str, copy: FormCopy) -> Response:
    """The PDF. The printing is counted before it is made, so that there is never a second original."""
    desk = asking.house.desk
    look = await look_at(asking, no)
    await unmask(asking, look, Verb.PRINT, purpose="打印维修单", what=f"repair_order/{copy.number}")
    words, as_of = await words_for(desk, look), datetime.now(UTC)
    sheet_of(look, copy, words, printing=1, as_of=as_of)
    async with acquired(desk.pool, desk.settings) as connection, connection.transaction():
        printing = await record_print(connection, look.head.no, REPAIR_ORDER, copy, StaffId(asking.principal.id))
    sheet = sheet_of(look, copy, words, printing=printing, as_of=as_of)
    pdf = await asyncio.to_thread(render_repair_order, sheet, font=desk.settings.paper_font)
    name = f"{look.head.no}-{copy.number}.pdf"
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})
