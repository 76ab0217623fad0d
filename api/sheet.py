"""What one printed 《维修单》 says of a case, read off its file."""

from dataclasses import replace
from datetime import datetime

from api.looking import Look
from api.paper import Words, steps_told
from api.remarks import remarks
from domain.case_file import CaseFile, Entry
from domain.errors import RuleBroken
from domain.events.base import AS_SOON_AS_POSSIBLE
from domain.events.on_site import CostAgreed, MaterialChecked
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
from domain.events.review import FoundUnlisted
from domain.events.work import WorkStarted
from domain.forms import TRIAL_RESULTS, FormCopy, RepairOrderSheet, Signature
from domain.rulebook.repair import completing, reading
from domain.rulebook.repair.charging import charges_in_force
from domain.rulebook.repair.copies import on_this_form
from domain.rulebook.repair.quoting import payment
from domain.rulebook.sending import crew, on_the_job


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
        steps=tuple(steps_told(look, copy)),
    )
    paper = CaseFile(on_this_form(file))
    sheet = _with_work(_with_assignment(sheet, file, paper, words), paper, words)
    return _with_signatures(sheet, file, paper)


def _with_assignment(sheet: RepairOrderSheet, file: CaseFile, paper: CaseFile, words: Words) -> RepairOrderSheet:
    assigned, graded = paper.last(Assigned), file.last(Assessed)
    compared = paper.last(FaultCompared)
    shown = paper.last(PriceShown)
    version = shown.price_version if shown else ""
    reported = assigned.item if assigned else ""
    actual = (compared.actual_item or reported) if compared else ""
    unlisted = paper.last(FoundUnlisted)
    return replace(
        sheet,
        urgency=graded.urgency if graded else "",
        repairer=words.people(dict.fromkeys((*on_the_job(file), *crew(file)))),
        complete_by=completing.complete_by(paper),
        expected_arrival=reading.expected_arrival(file),
        expected_done=reading.expected_done(file),
        reported_item=words.item(reported, version),
        actual_item=unlisted.work if unlisted and not compared else words.item(actual, version),
        price_version=version,
    )


def _with_work(sheet: RepairOrderSheet, paper: CaseFile, words: Words) -> RepairOrderSheet:
    started, finished = paper.last_entry(WorkStarted), paper.last_entry(WorkFinished)
    trial, said = paper.last(TrialDone), paper.last(FeedbackGiven)
    answer = paper.last_entry(ConsentGiven, CostAgreed, ConsentRefused)
    verified = paper.last(MaterialChecked)
    refused = paper.last(RefusalSigned)
    charges = charges_in_force(paper)
    return replace(
        sheet,
        charges=None if charges is None else tuple(words.charge(line) for line in charges),
        payment=payment(paper) or "",
        consent=_consent(answer) if answer else "",
        refusal_reason=refused.reason if refused else "",
        fault=finished.event.fault if finished and isinstance(finished.event, WorkFinished) else sheet.fault,
        work_started_at=started.at if started else None,
        work_finished_at=finished.at if finished else None,
        trial=TRIAL_RESULTS[0 if trial.passed else 1] if trial else "",
        material=verified.finding_of_material if verified else "",
        remarks="；".join(remarks(paper)),
        feedback=("已解决" if said.solved else "未解决") + (f"：{said.remark}" if said.remark else "") if said else "",
    )


def _consent(answer: Entry) -> str:
    """REP-35: how much, who and how; when is in the log."""
    event = answer.event
    if isinstance(event, CostAgreed):
        return f"{event.label}，{event.amount:.2f} 元，{event.agreed_by}（{event.means}）"
    return event.label


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
