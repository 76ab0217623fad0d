"""What the documents leave open: each value once, with the default that holds until the company sets its own."""

from datetime import time, timedelta
from decimal import Decimal

from domain.events.public import FacilityFaultReported, SheetSignedFor
from domain.events.work import EngineeringNotified
from domain.limits import OpenDuration, OpenFactor, OpenStart, OpenTime

OV_01 = OpenDuration(id="OV-01", default=timedelta(minutes=5), meaning="立即安排：主管派工时限")
OV_02 = OpenDuration(id="OV-02", default=timedelta(hours=4), meaning="低优先级报修的响应时限")
OV_03 = OpenDuration(id="OV-03", default=timedelta(days=7), meaning="低优先级报修的完成时限")
OV_04 = OpenDuration(id="OV-04", default=timedelta(hours=24), meaning="复杂问题现场勘查的时限")
OV_08 = OpenDuration(id="OV-08", default=timedelta(minutes=30), meaning="及时：返回说明的时限")
OV_10 = OpenDuration(id="OV-10", default=timedelta(days=1), meaning="维修完成后征询反馈的时限")
OV_15 = OpenTime(id="OV-15", default=time(17, 0), meaning="每日交回联单的截止时刻")
OV_38 = OpenFactor(id="OV-38", default=Decimal(2), meaning="维修成本异常：高于同类故障十二个月均值的倍数")
OV_40_1 = OpenDuration(id="OV-40-1", default=timedelta(hours=4), meaning="等候住户答复评审或报价：首次提醒")
OV_40_2 = OpenDuration(id="OV-40-2", default=timedelta(hours=24), meaning="等候住户答复评审或报价：再次提醒")
OV_40_3 = OpenDuration(id="OV-40-3", default=timedelta(days=7), meaning="等候住户答复：期满，评审的按未回复结案")
OV_41 = OpenTime(id="OV-41", default=time(17, 0), meaning="未维修的维修单备案截止时刻")
OV_42 = OpenTime(id="OV-42", default=time(18, 0), meaning="主管确认、移交与返单登记的截止时刻")
OV_53 = OpenStart(
    id="OV-53",
    choices=(SheetSignedFor, EngineeringNotified, FacilityFaultReported),
    meaning="公共报修15分钟到场的起算",
)
OV_104 = OpenDuration(id="OV-104", default=timedelta(minutes=5), meaning="紧急维修的出发时限")
OV_105 = OpenDuration(id="OV-105", default=timedelta(minutes=15), meaning="接派单后联系住户的时限")
OV_111 = OpenDuration(id="OV-111", default=timedelta(hours=4), meaning="半天：简易维修的完成时限")
OV_125 = OpenDuration(id="OV-125", default=timedelta(minutes=1), meaning="立即通知的容许时长")
OV_136 = OpenDuration(id="OV-136", default=timedelta(days=1), meaning="住户签字后工程部存档的时限")
OV_137 = OpenDuration(id="OV-137", default=timedelta(hours=4), meaning="及时：水浸停电停水堵塞到场后的处理时限")
OV_138 = OpenDuration(id="OV-138", default=timedelta(minutes=30), meaning="及时：报修后派人的时限")
OV_139 = OpenDuration(id="OV-139", default=timedelta(hours=4), meaning="及时：危急公共故障到场后的完成时限")
OV_901 = OpenDuration(
    id="OV-901", default=timedelta(days=3), meaning="修后观察期：期内反馈未解决即重新打开本单（规程未载）"
)
OV_902 = OpenTime(
    id="OV-902", default=time(17, 0), meaning="危急公共故障先修后领：巡视表领单签收的截止时刻（规程未载）"
)
OV_903 = OpenDuration(
    id="OV-903", default=timedelta(minutes=15), meaning="公共报修：工程部接通知后到前台领单签收的时限（规程未载）"
)

DURATIONS = (
    OV_01, OV_02, OV_03, OV_04, OV_08, OV_10, OV_40_1, OV_40_2, OV_40_3, OV_104, OV_105, OV_111, OV_125, OV_136, OV_137,
    OV_138, OV_139, OV_901, OV_903,
)  # fmt: skip
TIMES = (OV_15, OV_41, OV_42, OV_902)
FACTORS = (OV_38,)
STARTS = (OV_53,)

SILENCE = timedelta(minutes=15)
"""How long nobody may have acknowledged a breach before it climbs; proposed, the documents name none."""

BACKDATING = timedelta(minutes=30)
"""How far back an act may lie when it is recorded without a supervisor; proposed, beyond it is 补录."""

NEAR_BY = timedelta(minutes=15)
"""REP-27: an appointment nearer than this has the ten minutes of REP-26 beside it; proposed."""

MOST_PAUSED = timedelta(days=7)
"""How far the pauses of a repair may move a limit that may be paused, in all; proposed, the documents name none."""

SAME_MATTER = timedelta(hours=24)
"""How far apart two calls of one place and one kind of fault count as the same matter until somebody has looked."""

DONE_LATELY = timedelta(days=30)
"""How long before a call a repair of the same place and kind may have ended for the call to be shown it (REP-36): about
as long as whoever calls still speaks of it as the same fault; proposed."""

SETTLING = timedelta(days=1)
"""Within what a matter told apart is settled by the front desk, until its own procedure is there; proposed."""

ALIKE = 0.7
"""Which share of the shorter of two reports has to stand in the other for both to seem to be the same; proposed."""
