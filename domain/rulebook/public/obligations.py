"""PUB: every limit of a public-facility repair, one row each."""

from dataclasses import replace
from datetime import timedelta

from domain.deadlines import Obligation
from domain.events.public import FacilityFaultReported, FacilityRepaired, RepairerArranged, SheetSignedFor
from domain.events.work import ArrivedOnSite, EngineeringNotified
from domain.ladder import Breach, Remind, Warn, WarnOnTheEve
from domain.limits import Within, WorkingDays
from domain.people import Role
from domain.rulebook.open_values import OV_01, OV_53, OV_139
from domain.rulebook.public import reading
from domain.rulebook.work import FOLLOWS, MORNING

ENGINEERING_TOLD = Obligation(
    rule="PUB-01",
    label="通知工程部领单",
    owed_by=Role.FRONT_DESK,
    counts_from=(FacilityFaultReported,),
    met_by=(EngineeringNotified,),
    limit=Within(timedelta(minutes=10)),
    ladder=(
        Remind(after=timedelta(minutes=8), tell=(Role.FRONT_DESK,)),
        Breach(tell=(Role.CUSTOMER_SERVICE_SUPERVISOR,)),
    ),
)

ARRANGED = Obligation(
    rule="PUB-04",
    label="安排维修人员",
    owed_by=Role.ENGINEERING_SUPERVISOR,
    counts_from=(SheetSignedFor,),
    met_by=(RepairerArranged,),
    limit=Within(OV_01),
    only_if=reading.awaits_arranging,
    ladder=(
        Warn(tell=(Role.ENGINEERING_SUPERVISOR,), press=FOLLOWS),
        Breach(tell=(Role.COMPANY_MANAGER, Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)

DANGER_ON_SITE = Obligation(
    rule="PUB-101",
    label="危急公共故障到场",
    owed_by=Role.REPAIRER,
    counts_from=(FacilityFaultReported,),
    met_by=(ArrivedOnSite,),
    limit=Within(timedelta(minutes=10)),
    only_if=reading.is_dangerous,
    extendable_by=Role.CENTRE_MANAGER,
    urgent=True,
    ladder=(
        Remind(after=timedelta(minutes=7), tell=(Role.REPAIRER,), press=FOLLOWS),
        Breach(tell=(Role.ESTATE_DIRECTOR, Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)

ON_SITE = Obligation(
    rule="PUB-05",
    label="公共报修到场",
    owed_by=Role.REPAIRER,
    counts_from=(SheetSignedFor,),
    met_by=(ArrivedOnSite,),
    limit=Within(timedelta(minutes=15)),
    only_if=reading.awaits_arrival,
    yields_to=(DANGER_ON_SITE.key,),
    ladder=(
        Remind(after=timedelta(minutes=12), tell=(Role.REPAIRER,), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, Role.COMPANY_MANAGER, *FOLLOWS)),
    ),
)
"""Of a dangerous fault both limits run, and the stricter presses."""

ON_SITE_AS_SET = replace(ON_SITE, counts_from=OV_53.choices, open_start=OV_53)

DANGER_ENDED = Obligation(
    rule="PUB-102",
    label="危急公共故障完成",
    owed_by=Role.REPAIRER,
    counts_from=(ArrivedOnSite,),
    met_by=(FacilityRepaired,),
    limit=Within(OV_139),
    only_if=reading.is_dangerous,
    urgent=True,
    ladder=(
        Warn(tell=(Role.REPAIRER,), press=FOLLOWS),
        Breach(tell=(Role.ESTATE_DIRECTOR, Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)

REPAIRED = Obligation(
    rule="PUB-103",
    label="公共维修完成",
    owed_by=Role.REPAIRER,
    counts_from=(FacilityFaultReported,),
    met_by=(FacilityRepaired,),
    limit=WorkingDays(3),
    only_if=reading.is_other,
    extendable_by=Role.CENTRE_MANAGER,
    ladder=(
        WarnOnTheEve(clock=MORNING, tell=(Role.REPAIRER,), press=FOLLOWS),
        Breach(tell=(Role.ENGINEERING_SUPERVISOR, *FOLLOWS)),
    ),
)

OBLIGATIONS = (ENGINEERING_TOLD, ARRANGED, DANGER_ON_SITE, ON_SITE, DANGER_ENDED, REPAIRED)
WITH_ITS_START_SET = tuple(ON_SITE_AS_SET if row is ON_SITE else row for row in OBLIGATIONS)
