"""PUB: who may record what, and what a clause refuses."""

from domain.events import ExtensionGranted, Withdrawn
from domain.events.joining import CalledAgain
from domain.events.public import (
    FacilityChannel,
    FacilityFaultReported,
    FacilityRepaired,
    RepairerArranged,
    SheetSignedFor,
)
from domain.events.repair import Channel
from domain.events.work import ArrivedOnSite, EngineeringNotified, Reassigned, WorkStarted
from domain.people import Role
from domain.rulebook.rows import Gate, Question, Right
from domain.rulebook.work import (
    DESK,
    DONE_AHEAD,
    ENGINEERING,
    EXTENDABLE,
    EXTENDED_AHEAD,
    EXTENDING,
    ON_THE_JOB,
    REMARKS,
    URGING,
    words_given,
)

RIGHTS = (
    Right(rule="PUB-01", events=(FacilityFaultReported, EngineeringNotified), posts=DESK),
    Right(rule="PUB-02", events=(SheetSignedFor,), posts=(*DESK, *ENGINEERING, Role.REPAIRER)),
    Right(rule="PUB-04", events=(RepairerArranged, Reassigned), posts=(Role.ENGINEERING_SUPERVISOR,)),
    Right(rule="PUB-05", events=(ArrivedOnSite, WorkStarted, FacilityRepaired), posts=ON_THE_JOB, own_only=True),
    Right(rule="REP-13", events=(Withdrawn,), posts=(*DESK, Role.COMPANY_MANAGER)),
    URGING,
    REMARKS,
    EXTENDING,
)

ON_ROUNDS = (*ENGINEERING, Role.REPAIRER, Role.SECURITY, Role.DUTY_DIRECTOR)
"""Who comes by the facilities and reports himself what he finds; cleaners, who read no cases, tell the front desk."""

REPORTING = Right(rule="PUB-106", events=(FacilityFaultReported, CalledAgain), posts=(*DESK, *ON_ROUNDS))


def _found_by_himself(asked: Question) -> bool:
    event = asked.event
    if not isinstance(event, FacilityFaultReported | CalledAgain) or asked.by.holds(*DESK, Role.SYSTEM):
        return True
    return event.channel in {FacilityChannel.PATROL, Channel.PATROL}


FOUND_ON_ROUNDS = Gate(
    rule="PUB-106",
    on=(FacilityFaultReported, CalledAgain),
    holds=_found_by_himself,
    field="channel",
    remedy=f"前台以外的岗位只登记自己发现的故障，来源请填「{FacilityChannel.PATROL}」；他人的报修，请转前台登记",
    english="Other posts than the front desk report only what they found themselves on their rounds.",
)


def _told_of_the_work(asked: Question) -> bool:
    event = asked.event
    return not isinstance(event, FacilityRepaired) or all(word.strip() for word in (event.notes, event.parts))


def _site_cleared(asked: Question) -> bool:
    return not isinstance(asked.event, FacilityRepaired) or asked.event.site_cleared


GATES = (
    DONE_AHEAD,
    Gate(
        rule="PUB-06",
        on=(FacilityRepaired,),
        holds=_told_of_the_work,
        field="event.notes",
        remedy="请填写维修有关事项与所用材料配件；没有用料的，写「无」",
        english="Say what was done and which parts were used; where there were none, write 无.",
    ),
    Gate(
        rule="PUB-07",
        on=(FacilityRepaired,),
        holds=_site_cleared,
        field="event.site_cleared",
        remedy="请先收拾整理维修现场，再选「现场已清理：是」",
        english="Tidy up the site first, then say site_cleared: true.",
    ),
    Gate(
        rule="REP-13",
        on=(Withdrawn, Reassigned, ExtensionGranted),
        holds=words_given,
        field="event.reason",
        remedy="请填写原因",
        english="Give the reason.",
    ),
    EXTENDABLE,
    EXTENDED_AHEAD,
)
