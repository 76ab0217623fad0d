"""What stands in 备注栏 of a printed 《维修单》: what was found, agreed and warned of under that form."""

from collections.abc import Iterator
from datetime import datetime

from domain.calendar import LOCAL
from domain.case_file import CaseFile
from domain.events import AnyEvent
from domain.events.on_site import (
    AcceptanceStated,
    FurtherWorkAgreed,
    MaterialChecked,
    ProblemFound,
    QuoteAccepted,
    Quoted,
    ResourceUsed,
    Surveyed,
)
from domain.events.outside import HandedToOthers, OthersReported
from domain.events.repair import TrialDone
from domain.events.review import FoundUnlisted, Reviewed, SentToReview
from domain.events.work import Paused


def remarks(paper: CaseFile) -> Iterator[str]:
    """In the order of the file; MAT-04 to MAT-06, REP-04, REP-09, REP-116 to REP-118, WAR-01, FEE-02, FEE-12, FEE-13,
    FEE-106.
    """
    for entry in paper:
        event = entry.event
        if said := _found(event) or _reviewed(event) or _agreed(event) or _waits(event):
            yield said


def _found(event: AnyEvent) -> str:
    match event:
        case TrialDone(remark=remark):
            return remark
        case Surveyed(finding=finding):
            return f"现场勘查：{finding}"
        case ProblemFound(problem=problem, proposal=proposal):
            return f"发现：{problem}；建议：{proposal}"
        case AcceptanceStated(satisfied=False, remark=remark):
            return f"验收不满意{'：' if remark else ''}{remark}"
    return ""


def _reviewed(event: AnyEvent) -> str:
    match event:
        case SentToReview(work=work) | FoundUnlisted(work=work):
            return f"清单外项目：{work}"
        case Reviewed(amount=amount, remark=remark):
            found = "不可维修" if amount is None else f"可以维修，{amount:.2f} 元"
            return f"收费评审：{found}{'，' if remark else ''}{remark}"
    return ""


def _agreed(event: AnyEvent) -> str:
    match event:
        case Quoted(amount=amount):
            return f"前台报价 {amount:.2f} 元"
        case QuoteAccepted(agreed_by=agreed_by):
            return f"{agreed_by}认可报价"
        case MaterialChecked():
            return _material(event)
        case ResourceUsed(resource=resource, agreed_by=agreed_by):
            return f"使用业主{resource}，{agreed_by}同意"
        case FurtherWorkAgreed(work=work, fee=fee, agreed_by=agreed_by, finish_by=by):
            return f"追加维修：{work}，{fee:.2f} 元，{_moment(by)} 前完成，{agreed_by}同意"
    return ""


def _waits(event: AnyEvent) -> str:
    """REP-09, WAR-01: for what or for whom, and until when; what somebody remarked of it is the company's."""
    match event:
        case Paused(waits_for=waits_for, resumes_at=resumes_at):
            return f"暂停：{waits_for}，预计 {_moment(resumes_at)} 恢复"
        case HandedToOthers(others=others, unit=unit, answer_by=answer_by):
            return f"转{others}：{unit}，预计 {_moment(answer_by)} 答复"
        case OthersReported(settled=settled, text=text):
            return f"保修或外单位{'已' if settled else '未'}处理：{text}"
    return ""


def _moment(at: datetime) -> str:
    return f"{at.astimezone(LOCAL):%m-%d %H:%M}"


def _material(event: MaterialChecked) -> str:
    warned = "，已提示使用不当材料的后果" if event.warned else ""
    remark = f"（{event.remark}）" if event.remark else ""
    chosen = f"，住户选择{event.choice}" if event.choice else ""
    return f"自备材料{event.finding_of_material}{remark}{warned}{chosen}"
