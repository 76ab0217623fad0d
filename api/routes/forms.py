"""/v1/cases/{no}/forms/{form}: a copy of a case's paper form as a PDF; POST prints, GET shows again."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Generic, Protocol, TypeVar

from fastapi import APIRouter, Depends, Query, Response
from fastapi import Path as PathParameter

from api.body import WrongBody
from api.door import Caller, DeskRoute, caller
from api.inspection import inspection_of
from api.looking import Look, look_at, unmask
from api.paper import Words, words_for
from api.rights import Verb, needs
from api.sentences import fault
from api.sheet import sheet_of
from api.wire.answers import PROBLEMS
from domain.case_file import CaseFile
from domain.errors import RuleBroken
from domain.forms import INSPECTION_SHEET, REPAIR_ORDER, Form, FormCopy, Sheet
from domain.people import StaffId
from domain.rulebook import PROCEDURES
from infra.paper.prints import Paper, Printing, printing_of, record_print
from infra.paper.renderer import render_inspection_sheet, render_repair_order
from infra.postgres.pool import acquired

S = TypeVar("S", bound=Sheet)
S_co = TypeVar("S_co", bound=Sheet, covariant=True)
S_contra = TypeVar("S_contra", bound=Sheet, contravariant=True)

PATH = "/v1/cases/{no}/forms/{form}"
MOST = 100_000


class SheetOf(Protocol[S_co]):
    def __call__(
        self, look: Look, copy: FormCopy, words: Words, *, printing: int, as_of: datetime, of_round: int | None
    ) -> S_co: ...


class Render(Protocol[S_contra]):
    def __call__(self, sheet: S_contra, *, font: Path | None) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Printable(Generic[S]):
    """A kind of form: what a sheet of it says of a case, and how that is drawn."""

    form: Form
    sheet_of: SheetOf[S]
    render: Render[S]


PRINTABLES: Mapping[str, Printable[Any]] = {
    one.form.slug: one
    for one in (
        Printable(form=REPAIR_ORDER, sheet_of=sheet_of, render=render_repair_order),
        Printable(form=INSPECTION_SHEET, sheet_of=inspection_of, render=render_inspection_sheet),
    )
}
"""By the name in the address."""

router = APIRouter(route_class=DeskRoute, tags=["单据"])
PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {}}, "description": "PDF/A，第二次起注明补打"}
}
NUMBERS = sorted({str(copy.number) for one in PRINTABLES.values() for copy in one.form.copies})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A copy of a form; of a case that was reopened, of the one that is out unless ``of_round`` says which."""

    printable: Printable[Any]
    copy: FormCopy
    of_round: int | None = None

    @property
    def purpose(self) -> str:
        return f"打印{self.printable.form.title}"

    @property
    def what(self) -> str:
        return f"{self.printable.form.code}/{self.copy.number}"

    def paper(self, look: Look) -> Paper:
        """Raises RuleBroken (REP-23) where the case has no such form."""
        out = forms_of(look)
        number = self.of_round or out
        if number > out:
            raise RuleBroken(
                "REP-23",
                field="round",
                remedy=f"本单只有 {out} 轮《{self.printable.form.title}》",
                english=f"The case has {out} of that form; round counts from 1.",
            )
        return Paper(case_no=look.head.no, form=self.printable.form, copy=self.copy, round=number)


def forms_of(look: Look) -> int:
    """How many forms the case has had: one, and another for each time that it was reopened after its return."""
    places = PROCEDURES[look.head.procedure].copies(look.file)
    return max((place.round for place in places), default=1)


def copy_wanted(
    form: Annotated[str, PathParameter(json_schema_extra={"enum": list(PRINTABLES)})],
    copy: Annotated[str, Query(json_schema_extra={"enum": NUMBERS})] = "1",
    of_round: Annotated[int | None, Query(alias="round", ge=1, le=MOST)] = None,
) -> Wanted:
    if form not in PRINTABLES:
        titles = {slug: f"《{one.form.title}》" for slug, one in PRINTABLES.items()}
        raise WrongBody(fault("enum", "form", list(PRINTABLES), titles))
    return replace(wanted_of(PRINTABLES[form], copy), of_round=of_round)


def wanted_of(printable: Printable[Any], copy: str) -> Wanted:
    copies = {str(one.number): one for one in printable.form.copies}
    if copy not in copies:
        labels = {number: f"{one.name}（{one.holder}）" for number, one in copies.items()}
        raise WrongBody(fault("enum", "copy", list(copies), labels))
    return Wanted(printable=printable, copy=copies[copy])


@router.post(PATH, summary="打印单据的一联", response_class=Response, responses={**PROBLEMS, **PDF})
@needs(Verb.PRINT)
async def print_form(
    no: str, asking: Annotated[Caller, Depends(caller)], wanted: Annotated[Wanted, Depends(copy_wanted)]
) -> Response:
    """A copy of the form as a PDF (REP-23). From the second printing of a copy on it says 补打.

    The same Idempotency-Key is the same printing. ``Content-Location`` is where it can be seen again.
    """
    look = await look_at(asking, no)
    await unmask(asking, look, Verb.PRINT, purpose=wanted.purpose, what=wanted.what)
    return await _drawn(asking, look, wanted, await counted(asking, look, wanted))


@router.get(PATH, summary="查看已打印的一联", response_class=Response, responses={**PROBLEMS, **PDF})
@needs(Verb.PRINT)
async def get_form(
    no: str,
    asking: Annotated[Caller, Depends(caller)],
    wanted: Annotated[Wanted, Depends(copy_wanted)],
    printing: Annotated[int | None, Query(ge=1, le=MOST)] = None,
) -> Response:
    """A printing that was counted, as it was printed; the last of the copy without a number. Counts nothing."""
    return await printed(asking, no, wanted, printing)


async def printed(asking: Caller, no: str, wanted: Wanted, number: int | None) -> Response:
    """Raises RuleBroken where there was no such printing."""
    desk, look = asking.house.desk, await look_at(asking, no)
    await unmask(asking, look, Verb.PRINT, purpose=wanted.purpose, what=wanted.what)
    async with acquired(desk.pool, desk.settings) as connection:
        printing = await printing_of(connection, wanted.paper(look), number)
    if printing is None:
        raise RuleBroken(
            "REP-23",
            field="copy",
            remedy="这一联没有这次打印，请先打印",
            english="There was no such printing of the copy; POST prints it.",
        )
    return await _drawn(asking, look, wanted, printing)


async def counted(asking: Caller, look: Look, wanted: Wanted) -> Printing:
    """The printing under the caller's key: counted before it is drawn, so that there is never a second original."""
    desk = asking.house.desk
    _refuse_other_forms(look, wanted)
    paper, words = wanted.paper(look), await words_for(desk, look)
    wanted.printable.sheet_of(look, wanted.copy, words, printing=1, as_of=datetime.now(UTC), of_round=paper.round)
    async with acquired(desk.pool, desk.settings) as connection, connection.transaction():
        return await record_print(
            connection, paper, StaffId(asking.principal.id), key=asking.key, upto=look.file.last_number
        )


async def _drawn(asking: Caller, look: Look, wanted: Wanted, printing: Printing) -> Response:
    """With what stood in the file as it was printed."""
    desk, number = asking.house.desk, wanted.paper(look).round
    if printing.upto is not None:
        look = replace(look, file=CaseFile(entry for entry in look.file if entry.number <= printing.upto))
    sheet = wanted.printable.sheet_of(
        look, wanted.copy, await words_for(desk, look), printing=printing.number, as_of=printing.at, of_round=number
    )
    pdf = await asyncio.to_thread(wanted.printable.render, sheet, font=desk.settings.paper_font)
    name = f"{look.head.no}-{wanted.copy.number}.pdf"
    path = PATH.format(no=look.head.no, form=wanted.printable.form.slug)
    place = f"{path}?copy={wanted.copy.number}&round={number}&printing={printing.number}"
    told = {"Content-Disposition": f'inline; filename="{name}"', "Content-Location": place}
    return Response(pdf, media_type="application/pdf", headers=told)


def _refuse_other_forms(look: Look, wanted: Wanted) -> None:
    own, form = PROCEDURES[look.head.procedure].form, wanted.printable.form
    if form != own:
        raise RuleBroken(
            "REP-23",
            field="form",
            remedy=f"本单用《{own.title}》，没有《{form.title}》" if own else f"本单没有《{form.title}》",
            english="The case is not kept on that form.",
        )
