"""What one printed 《维修单》 says of a case, read off its file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from api.desk import Desk
from api.looking import Look
from domain.case_file import CaseFile, Entry
from domain.errors import RuleBroken
from domain.events import Noted, RungReached, Urged
from domain.events.base import AS_SOON_AS_POSSIBLE
from domain.events.repair import (
    Assessed,
    Assigned,
    ConsentGiven,
    ConsentRefused,
    CopiesConfirmed,
    FaultCompared,
    FeedbackGiven,
    FormFilled,
    PriceShown,
    RefusalSigned,
    RequestReceived,
    ResidentSigned,
    SignatureExcused,
    TrialDone,
    WorkFinished,
)
from domain.events.work import WorkStarted
from domain.forms import SEEN_BY_CUSTOMERS, TRIAL_RESULTS, FormCopy, RepairOrderSheet, SheetCharge, Signature, StepLine
from domain.pricing import ChargeLine, PriceBook, PriceItem
from domain.rulebook import PROCEDURES
from domain.rulebook.repair import reading
from domain.rulebook.repair.charging import charges_in_force
from domain.rulebook.repair.copies import on_this_form


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the file does not hold: names of staff, the estate and the items of its price list."""

    estate: str
    names: Mapping[str, str]
    prices: PriceBook

    def item(self, code: str, version: str) -> str:
        """The item's name in that version of the list, or in the newest; its code where neither has it."""
        listed = self._listed(code, version)
        return listed.name if listed else code

    def charge(self, line: ChargeLine) -> SheetCharge:
        listed = self._listed(line.item, line.price_version)
        return SheetCharge(name=listed.name if listed else line.item, unit=listed.unit if listed else "", line=line)

    def _listed(self, code: str, version: str) -> PriceItem | None:
        newest = max(self.prices.versions, key=lambda one: one.effective_from, default=None)
        prices = self.prices.version(version) or newest
        return next((item for item in prices.items if item.code == code), None) if prices else None


async def words_for(desk: Desk, look: Look) -> Words:
    staff = {entry.by.id for entry in look.file} | {repairer for repairer in [reading.repairer(look.file)] if repairer}
    return Words(
        estate=await desk.reader.estate_name(look.head.estate),
        names=await desk.reader.staff_names(sorted(staff)),
        prices=await desk.reference.price_book(look.head.estate),
    )


def sheet_of(look: Look, copy: FormCopy, words: Words, *, printing: int, as_of: datetime) -> RepairOrderSheet:
    """Raises RuleBroken (REP-22) before the form is filled."""
    file = look.file
    request, form = file.last(RequestReceived), file.last(FormFilled)
    if request is None or form is None:
        raise RuleBroken(
            "REP-22", field="copy", remedy="维修单尚未填好，不能打印", english="The form is not filled in yet."
        )
    sheet = RepairOrderSheet(
        copy=copy,
        no=look.head.no,
        estate=words.estate,
        as_of=as_of,
        printing=printing,
        drill=look.head.drill,
        household=form.household,
        address=form.address,
        phone=form.phone,
        content=form.content,
        wanted=reading.appointment(file) or AS_SOON_AS_POSSIBLE,
        fault=request.fault,
        channel=request.channel,
        received_at=look.head.received_at,
        steps=tuple(_steps(look, copy)),
    )
    paper = CaseFile(on_this_form(file))
    sheet = _with_work(_with_assignment(sheet, file, paper, words), paper, words)
    return _with_signatures(sheet, file, paper)


def _with_assignment(sheet: RepairOrderSheet, file: CaseFile, paper: CaseFile, words: Words) -> RepairOrderSheet:
    assigned, graded = paper.last(Assigned), file.last(Assessed)
    repairer = reading.repairer(file)
    compared = paper.last(FaultCompared)
    shown = paper.last(PriceShown)
    version = shown.price_version if shown else ""
    reported = assigned.item if assigned else ""
    actual = (compared.actual_item or reported) if compared else ""
    return replace(
        sheet,
        urgency=graded.urgency if graded else "",
        repairer=words.names.get(repairer, repairer) if repairer else "",
        complete_by=reading.complete_by(paper),
        expected=reading.expected_arrival(file),
        reported_item=words.item(reported, version),
        actual_item=words.item(actual, version),
        price_version=version,
    )


def _with_work(sheet: RepairOrderSheet, paper: CaseFile, words: Words) -> RepairOrderSheet:
    started, finished = paper.last_entry(WorkStarted), paper.last_entry(WorkFinished)
    trial, said = paper.last(TrialDone), paper.last(FeedbackGiven)
    answer = paper.last_entry(ConsentGiven, ConsentRefused)
    refused = paper.last(RefusalSigned)
    charges = charges_in_force(paper)
    return replace(
        sheet,
        charges=None if charges is None else tuple(words.charge(line) for line in charges),
        consent=answer.event.label if answer else "",
        refusal_reason=refused.reason if refused else "",
        fault=finished.event.fault if finished and isinstance(finished.event, WorkFinished) else sheet.fault,
        work_started_at=started.at if started else None,
        work_finished_at=finished.at if finished else None,
        trial=TRIAL_RESULTS[0 if trial.passed else 1] if trial else "",
        remarks=trial.remark if trial else "",
        feedback=("已解决" if said.solved else "未解决") + (f"：{said.remark}" if said.remark else "") if said else "",
    )


def _with_signatures(sheet: RepairOrderSheet, file: CaseFile, paper: CaseFile) -> RepairOrderSheet:
    """REP-38, REP-41, REP-44: who has signed where; an excused signature says so in the resident's box."""
    resident = paper.last_entry(ResidentSigned, SignatureExcused)
    supervisor = paper.last_entry(CopiesConfirmed) or _refusal_by(file, own=False)
    repairer = paper.last_entry(WorkFinished) or _refusal_by(file, own=True)
    return replace(
        sheet,
        resident_signed=Signature(name=_signer(resident), at=resident.at) if resident else None,
        repairer_signed=Signature(name=repairer.by.name, at=repairer.at) if repairer else None,
        supervisor_signed=Signature(name=supervisor.by.name, at=supervisor.at) if supervisor else None,
    )


def _signer(entry: Entry) -> str:
    return entry.event.signer if isinstance(entry.event, ResidentSigned) else f"免签（{entry.by.name}批准）"


def _refusal_by(file: CaseFile, *, own: bool) -> Entry | None:
    holder = reading.repairer(file)
    signed = (entry for entry in reading.refusal_signatures(file) if (entry.by.id == holder) == own)
    return next(signed, None)


def _steps(look: Look, copy: FormCopy) -> Iterator[StepLine]:
    """The whole log on the company's own copies; on the customer's what concerns him, without anybody's remarks."""
    for entry in look.file:
        if copy.internal:
            yield StepLine(at=entry.at, what=_in_full(entry, look), who=entry.by.name)
        elif isinstance(entry.event, tuple(SEEN_BY_CUSTOMERS)):
            yield StepLine(at=entry.at, what=entry.event.label, who=entry.by.name)


def _in_full(entry: Entry, look: Look) -> str:
    event = entry.event
    name = PROCEDURES[look.head.procedure].edition(look.head.edition).name_of(event)
    if isinstance(event, RungReached):
        return f"{name}（{event.rule}）"
    words = event.text if isinstance(event, Noted | Urged) else ""
    return f"{name}：{words}" if words else name
