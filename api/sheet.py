"""What one printed 《维修单》 says of a case, read off its file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import chain

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
from domain.events.review import FoundUnlisted, SentToReview
from domain.events.work import WorkStarted
from domain.forms import TRIAL_RESULTS, FormCopy, RepairOrderSheet, Signature
from domain.pricing import REVIEWED_ITEM, total
from domain.rulebook.repair import completing, reading
from domain.rulebook.repair.charging import charges_in_force
from domain.rulebook.repair.copies import by_form, form_out
from domain.rulebook.repair.quoting import payment
from domain.rulebook.sending import crew, on_the_job


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One form of a case: what happened under it, and the case as it stood when that was over.

    ``before``: what was charged under those before it. ``visits``: what happened, cut where the resident said that it
    was not repaired.
    """

    paper: CaseFile
    before: Decimal
    stood: CaseFile
    visits: tuple[CaseFile, ...]


def sheet_of(
    look: Look, copy: FormCopy, words: Words, *, printing: int, as_of: datetime, of_round: int | None = None
) -> RepairOrderSheet:
    """Of the form that is out, or of the one ``of_round``. Raises RuleBroken (REP-22) before the form is filled."""
    file = look.file
    request, form = file.last(RequestReceived), file.last(FormFilled)
    if request is None or form is None:
        raise RuleBroken(
            "REP-22", field="copy", remedy="维修单尚未填好，不能打印", english="The form is not filled in yet."
        )
    out = form_out(file)
    leaf = _leaf(file, of_round or out)
    sheet = RepairOrderSheet(
        copy=copy,
        no=look.head.no,
        estate=words.estate,
        as_of=as_of,
        printing=printing,
        round=of_round or out,
        drill=look.head.drill,
        household=form.household,
        address=form.address,
        phone=form.phone,
        content=form.content,
        wanted=reading.appointment(leaf.stood) or AS_SOON_AS_POSSIBLE,
        fault=request.fault,
        channel=request.channel,
        received_at=look.head.received_at,
        steps=tuple(steps_told(look if of_round in (None, out) else replace(look, file=leaf.stood), copy)),
    )
    sheet = _with_work(_with_assignment(sheet, leaf, words), leaf, words)
    return _with_signatures(sheet, leaf)


def _leaf(file: CaseFile, number: int) -> Leaf:
    forms = by_form(file)
    paper = forms[number - 1]
    stood = tuple(chain.from_iterable(forms[:number]))
    visits: list[list[Entry]] = [[]]
    for entry in paper:
        visits[-1].append(entry)
        if reading.unsolved(entry):
            visits.append([])
    if number < len(forms):  # with its last entry the next began
        stood = stood[:-1]
    before = total(chain.from_iterable(charges_in_force(form) or () for form in forms[: number - 1]))
    return Leaf(paper=CaseFile(paper), before=before, stood=CaseFile(stood), visits=tuple(map(CaseFile, visits)))


def _with_assignment(sheet: RepairOrderSheet, leaf: Leaf, words: Words) -> RepairOrderSheet:
    paper, file = leaf.paper, leaf.stood
    graded, shown = file.last(Assessed), paper.last(PriceShown)
    version = shown.price_version if shown else ""
    named = _Items(words=words, version=version, file=file)
    return replace(
        sheet,
        urgency=graded.urgency if graded else "",
        repairer=words.people(dict.fromkeys((*on_the_job(file), *crew(file)))),
        complete_by=completing.complete_by(paper),
        expected_arrival=reading.expected_arrival(file),
        expected_done=reading.expected_done(file),
        reported_item=_each_once(map(named.reported, leaf.visits)),
        actual_item=_each_once(map(named.actual, leaf.visits)),
        price_version=version,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Items:
    """REP-33: what was reported and what was found, as the price list in that version, or the review, calls it."""

    words: Words
    version: str
    file: CaseFile

    def reported(self, visit: CaseFile) -> str:
        assigned = visit.last(Assigned)
        return self._called(assigned.item, visit, SentToReview) if assigned else ""

    def actual(self, visit: CaseFile) -> str:
        if not visit.has(FaultCompared, FoundUnlisted):
            return ""
        then = CaseFile(entry for entry in self.file if entry.number <= visit.last_number)
        return self._called(reading.item(then), visit, SentToReview, FoundUnlisted)

    def _called(self, item: str, visit: CaseFile, *asked: type[SentToReview | FoundUnlisted]) -> str:
        name = self.words.item(item, self.version)
        if item != REVIEWED_ITEM:
            return name
        reviewed = visit.last_entry(*asked) or self.file.last_entry(*asked)
        work = reviewed.event.work if reviewed and isinstance(reviewed.event, SentToReview | FoundUnlisted) else ""
        return f"{name}：{work}" if work else name


def _each_once(said: Iterable[str]) -> str:
    """In order, what is the same only once."""
    return "；".join(dict.fromkeys(filter(None, said)))


def _with_work(sheet: RepairOrderSheet, leaf: Leaf, words: Words) -> RepairOrderSheet:
    paper = leaf.paper
    started, finished = paper.last_entry(WorkStarted), paper.last_entry(WorkFinished)
    trial, said = paper.last(TrialDone), paper.last(FeedbackGiven)
    answers = (visit.last_entry(ConsentGiven, CostAgreed, ConsentRefused) for visit in leaf.visits)
    verified = paper.last(MaterialChecked)
    refused = paper.last(RefusalSigned)
    charges = charges_in_force(paper)
    return replace(
        sheet,
        charges=None if charges is None else tuple(words.charge(line) for line in charges),
        payment=payment(paper) or "",
        consent="；".join(_consent(answer) for answer in answers if answer),
        refusal_reason=refused.reason if refused else "",
        fault=finished.event.fault if finished and isinstance(finished.event, WorkFinished) else sheet.fault,
        work_started_at=started.at if started else None,
        work_finished_at=finished.at if finished else None,
        trial=TRIAL_RESULTS[0 if trial.passed else 1] if trial else "",
        material=verified.finding_of_material if verified else "",
        remarks="；".join((*remarks(paper), *_charged_before(leaf))),
        feedback=("已解决" if said.solved else "未解决") + (f"：{said.remark}" if said.remark else "") if said else "",
    )


def _charged_before(leaf: Leaf) -> Iterator[str]:
    if leaf.before:
        yield f"以前各轮费用 {leaf.before:.2f} 元，见前轮维修单，本单不含"


def _consent(answer: Entry) -> str:
    """REP-35: how much, who and how; when is in the log."""
    event = answer.event
    if isinstance(event, CostAgreed):
        return f"{event.label}，{event.amount:.2f} 元，{event.agreed_by}（{event.means}）"
    return event.label


def _with_signatures(sheet: RepairOrderSheet, leaf: Leaf) -> RepairOrderSheet:
    """REP-38, REP-41, REP-44: who has signed where; an excused signature says so in the resident's box."""
    paper, file = leaf.paper, leaf.stood
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
