"""PUB: who hears of what when it happens, and what staff call each stage."""

from domain.case_file import CaseFile, Entry
from domain.events import CaseEnded, Withdrawn
from domain.events.public import FacilityFaultReported, FacilityRepaired, RepairerArranged, SheetSignedFor
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from domain.people import Role
from domain.rulebook import sending
from domain.rulebook.public.reading import awaits_arranging, dangerous_then, nobody_sent, other_then, somebody_sent
from domain.rulebook.rows import Stage, Tell
from domain.rulebook.work import DESK, EXTENDED, NOT_CANCELLED, URGED


def _other_with_nobody_sent(entry: Entry, file: CaseFile) -> bool:
    return other_then(entry, file) and nobody_sent(entry, file)


def _never_sent(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    """Who gave the order back is replaced: that is 待改派, whatever of the paper comes after it."""
    return awaits_arranging(file)


ASK_FOR_FEEDBACK = Tell(
    rule="REP-11", on=(FacilityRepaired,), to=(Role.FRONT_DESK,), text="公共设施已修好，请将结果反馈报修人"
)


def _not_by_the_desk(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return not entry.by.holds(*DESK)


DESK_TOLD = Tell(
    rule="PUB-01",
    on=(FacilityFaultReported,),
    to=(Role.FRONT_DESK,),
    text="巡查上报公共故障，请通知工程部领单，备好巡视表",
    when=_not_by_the_desk,
)

NOT_TO_FETCH = Tell(
    rule="PUB-01",
    on=(Withdrawn,),
    to=(Role.ENGINEERING,),
    text="公共报修已撤单，不必再领取巡视表",
    when=_other_with_nobody_sent,
)

TELLS = (
    Tell(
        rule="PUB-101",
        on=(FacilityFaultReported,),
        to=(Role.ENGINEERING_SUPERVISOR, Role.ENGINEERING, Role.SECURITY),
        text="危急公共故障，请立即派人到场并看护现场，10分钟内须到",
        when=dangerous_then,
        urgent=True,
    ),
    Tell(
        rule="PUB-01",
        on=(FacilityFaultReported,),
        to=(Role.ENGINEERING,),
        text="公共设施报修，请到前台领取巡视表",
        when=other_then,
    ),
    Tell(
        rule="PUB-04",
        on=(SheetSignedFor,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="巡视表已签收，请安排维修人员",
        when=nobody_sent,
    ),
    Tell(rule="PUB-05", on=(RepairerArranged, Reassigned), to=(Role.REPAIRER,), text="安排您处理公共报修，请即到场"),
    Tell(
        rule="REP-10",
        on=(WorkStarted,),
        to=(Role.RESIDENT,),
        text="所在楼栋或区域的公共设施开始维修，预计完成时间见巡视表",
    ),
    Tell(rule="REP-12", on=(FacilityRepaired,), to=(Role.RESIDENT,), text="所在楼栋或区域的公共设施已修好"),
    ASK_FOR_FEEDBACK,
    Tell(
        rule="REP-13",
        on=(Withdrawn,),
        to=(Role.ENGINEERING_SUPERVISOR, Role.REPAIRER),
        text="公共报修已撤单，请停止处理",
        when=somebody_sent,
    ),
    Tell(
        rule="PUB-101",
        on=(Withdrawn,),
        to=(Role.ENGINEERING, Role.SECURITY),
        text="危急公共故障的报告已撤回，不必再到场看护",
        when=dangerous_then,
        urgent=True,
    ),
    NOT_TO_FETCH,
    URGED,
    EXTENDED,
    NOT_CANCELLED,
)

STAGES = (
    Stage(name="待领单", after=(FacilityFaultReported, EngineeringNotified), when=_never_sent),
    Stage(name="待派工", after=(SheetSignedFor,), when=_never_sent),
    sending.STAGE,
    Stage(name="待到场", after=(RepairerArranged, Reassigned), when=sending.leads_on),
    Stage(name="待开工", after=(ArrivedOnSite,), when=sending.leads_on),
    Stage(name="维修中", after=(WorkStarted,)),
    Stage(name="已修复", after=(FacilityRepaired,)),
    Stage(name="已撤单", after=(Withdrawn,), ends=True),
    Stage(name="已结案", after=(CaseEnded,), ends=True),
)
