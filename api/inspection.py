"""What one printed 《公共区域现场巡视表》 says of a case, read off its file."""

from datetime import datetime

from api.looking import Look
from api.paper import Words, steps_told
from domain.case_file import CaseFile
from domain.errors import RuleBroken
from domain.events import Event
from domain.events.public import FacilityFaultReported, FacilityRepaired, Hazard, SheetSignedFor
from domain.events.work import ArrivedOnSite, EngineeringNotified, WorkStarted
from domain.forms import FormCopy, InspectionSheet, Signature
from domain.rulebook.sending import crew, on_the_job


def inspection_of(
    look: Look, copy: FormCopy, words: Words, *, printing: int, as_of: datetime, of_round: int | None = None
) -> InspectionSheet:
    """Raises RuleBroken (PUB-02) where the report is not in the file yet, or can no longer be read."""
    file = look.file
    report, done = file.last(FacilityFaultReported), file.last(FacilityRepaired)
    if report is None:
        raise RuleBroken(
            "PUB-02", field="copy", remedy="巡视表尚无内容，不能打印", english="There is nothing on the form yet."
        )
    started = file.last(WorkStarted)
    return InspectionSheet(
        copy=copy,
        no=look.head.no,
        estate=words.estate,
        as_of=as_of,
        printing=printing,
        round=of_round or 1,
        drill=look.head.drill,
        place=report.place,
        facility=report.facility,
        fault=report.fault,
        hazard="" if report.hazard is Hazard.NONE else report.hazard,
        content=report.content,
        channel=report.channel,
        reporter=report.reporter,
        phone=report.phone,
        found_at=report.found_at,
        reported_at=look.head.received_at,
        notified_at=_at(file, EngineeringNotified),
        signed_for=_signed_for(file, words),
        repairer=words.people(dict.fromkeys((*on_the_job(file), *crew(file)))),
        arrived_at=_at(file, ArrivedOnSite),
        work_started_at=_at(file, WorkStarted),
        expected_done=started.expected_done if started else None,
        repaired=_repaired(file),
        notes=done.notes if done else "",
        parts=done.parts if done else "",
        cleared=done.site_cleared if done else None,
        steps=tuple(steps_told(look, copy)),
    )


def _at(file: CaseFile, kind: type[Event]) -> datetime | None:
    entry = file.last_entry(kind)
    return entry.at if entry else None


def _signed_for(file: CaseFile, words: Words) -> Signature | None:
    """PUB-03: the member of 工程部 who signed, whoever wrote it down."""
    signed, at = file.last(SheetSignedFor), _at(file, SheetSignedFor)
    return Signature(name=words.person(signed.collector), at=at) if signed and at else None


def _repaired(file: CaseFile) -> Signature | None:
    entry = file.last_entry(FacilityRepaired)
    return Signature(name=entry.by.name, at=entry.at) if entry else None
