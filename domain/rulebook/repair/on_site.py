"""REP-110 to REP-117, MAT-03, REP-131: what is done in a home beside the repair, and kept on record."""

from itertools import chain

from domain.case_file import CaseFile
from domain.events.on_site import (
    MaterialChecked,
    MaterialSupplied,
    ProblemFound,
    ProgressReported,
    ResourceUsed,
    SiteChecked,
    SiteItem,
)
from domain.events.repair import WorkFinished
from domain.events.work import ArrivedOnSite, WorkStarted
from domain.people import Role
from domain.rulebook.repair import own_material, reading
from domain.rulebook.rows import Gate, Guide, Position, Question, Right, Tell
from domain.rulebook.work import DESK, ENGINEERING, ON_THE_JOB

BEFORE_DONE = frozenset({SiteItem.MAT_LAID, SiteItem.KEPT_CLEAN})

RIGHTS = (
    Right(
        rule="REP-110",
        events=(SiteChecked, MaterialChecked, ResourceUsed, ProblemFound),
        posts=ON_THE_JOB,
        own_only=True,
    ),
    Right(rule="MAT-03", events=(MaterialSupplied,), posts=(*DESK, *ON_THE_JOB), own_only=True),
    Right(rule="REP-131", events=(ProgressReported,), posts=(*ENGINEERING, *DESK, Role.REPAIRER), own_only=True),
)


def ticked(file: CaseFile) -> frozenset[SiteItem]:
    """What of the checklist is done in this round."""
    checks = (entry.event.items for entry in reading.this_round(file) if isinstance(entry.event, SiteChecked))
    return frozenset(chain.from_iterable(checks))


def _work_confirmed(position: Position) -> bool:
    return SiteItem.CONTENT_CONFIRMED in ticked(position.file)


def _site_kept(position: Position) -> bool:
    return ticked(position.file) >= BEFORE_DONE


def _still_to_keep(position: Position) -> tuple[str, ...]:
    return tuple(item for item in SiteItem if item in BEFORE_DONE - ticked(position.file))


def _resource_agreed(asked: Question) -> bool:
    return not isinstance(asked.event, ResourceUsed) or asked.event.consented


def _who_agreed_is_said(asked: Question) -> bool:
    return not isinstance(asked.event, ResourceUsed) or bool(asked.event.agreed_by.strip())


def _somebody_is_there(position: Position) -> bool:
    return reading.arrived(position.file)


def _something_ticked(asked: Question) -> bool:
    return not isinstance(asked.event, SiteChecked) or bool(asked.event.items)


GATES = (
    Gate(
        rule="REP-110",
        on=(SiteChecked, MaterialChecked, ResourceUsed, ProblemFound),
        stands_open=_somebody_is_there,
        field="event.type",
        remedy="到场之后才能登记，请先登记「到场」",
        english="That is recorded on the site; record arrived_on_site first.",
    ),
    Gate(
        rule="REP-110",
        on=(SiteChecked,),
        holds=_something_ticked,
        field="event.items",
        remedy="请至少勾选一项",
        english="Tick at least one item.",
    ),
    Gate(
        rule="REP-112",
        on=(WorkStarted,),
        stands_open=_work_confirmed,
        opened_by=(SiteChecked,),
        field="event.type",
        remedy="开工前须与业主再次确认维修内容，请在「现场检查单」勾选",
        english="The content is confirmed with the owner before work starts; tick it with site_checked.",
    ),
    *own_material.GATES,
    Gate(
        rule="REP-116",
        on=(ResourceUsed,),
        holds=_resource_agreed,
        field="event.consented",
        remedy="使用业主水、电须事先征得同意，请勾选并填写同意人",
        english="The owner's water and power are used only with consent: say consented: true and who agreed_by.",
    ),
    Gate(
        rule="REP-116",
        on=(ResourceUsed,),
        holds=_who_agreed_is_said,
        field="event.agreed_by",
        remedy="请填写同意使用的人",
        english="Say in agreed_by who agreed to it.",
    ),
    Gate(
        rule="REP-113",
        on=(WorkFinished,),
        stands_open=_site_kept,
        opened_by=(SiteChecked,),
        field="event.type",
        remedy="完工前须铺设防护垫、保持整洁并装袋垃圾，请在「现场检查单」勾选；还缺",
        english="Mat and tidiness of the site are ticked with site_checked before the work is finished. Missing:",
        would_do=_still_to_keep,
    ),
)

TELLS = (
    Tell(rule="REP-117", on=(ProblemFound,), to=(Role.RESIDENT,), text="维修中发现其他问题，情况与处理建议见维修单"),
    Tell(
        rule="REP-110",
        on=(ArrivedOnSite,),
        to=(Role.REPAIRER,),
        text="入户须知：整理工具着装、敲门征得同意、出示证件、确认维修内容",
    ),
)

GUIDES = (
    Guide(rule="REP-108", stages=("待接单", "待到场"), text="先与住户联系，确认报修内容与到达时间"),
    Guide(rule="MAT-01", stages=("待接单", "待到场"), text="带齐工具与备件"),
    Guide(rule="REP-08", stages=("待到场",), text="尽快到场；出发与到场随时登记"),
    Guide(rule="REP-110", stages=("现场确认",), text="整理工具着装，敲门或按铃，征得业主同意后入户"),
    Guide(rule="REP-111", stages=("现场确认",), text="出示工作证件，说明来意"),
    Guide(rule="REP-112", stages=("现场确认", "待住户同意", "待开工"), text="开工前与业主再次确认维修内容"),
    Guide(rule="REP-116", stages=("待开工", "维修中", "整改中"), text="用业主水、电或其他物品，须事先征得同意"),
    Guide(rule="REP-113", stages=("待开工", "维修中"), text="作业区铺设防护垫，不损坏业主物品"),
    Guide(rule="REP-114", stages=("维修中", "整改中"), text="保持现场整洁，垃圾及时装袋"),
    Guide(rule="REP-115", stages=("维修中", "整改中"), text="严格按维修操作规程作业"),
    Guide(rule="REP-117", stages=("维修中", "整改中"), text="发现其他问题或隐患，立即告知业主并提出合理建议"),
    Guide(rule="REP-119", stages=("待试用检查", "待验收"), text="演示正常使用，确认业主会用"),
    Guide(rule="REP-120", stages=("待验收",), text="请业主验收；满意后签字"),
    Guide(rule="REP-123", stages=("整改中",), text="及时整改，直到业主满意"),
)
"""What to mind at each stage, for who does it: conduct, which the desk shows and claims nothing more of."""
