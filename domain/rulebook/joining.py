"""What binds a repair to its callers and to other cases (CAL-109, REP-13, REP-36, REP-102): rights, gates, notices."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from domain.callers import callers
from domain.case_file import CaseFile, Entry
from domain.deadlines import Obligation, always
from domain.events import AnyEvent, Event, Withdrawn
from domain.events.joining import (
    CalledAgain,
    CameAfter,
    Matter,
    MergedInto,
    MergeTaken,
    MergeUndone,
    Settled,
    ToldApart,
)
from domain.events.public import RepairerArranged
from domain.events.repair import Assigned
from domain.ladder import Again, Breach, Warn
from domain.limits import Within
from domain.passing import PassedOn
from domain.people import CaseNo, Role
from domain.rulebook import sending
from domain.rulebook.open_values import SETTLING
from domain.rulebook.rows import Gate, Position, Procedure, Right, Stage, Tell
from domain.rulebook.work import DESK, words_given

MERGED, TOLD_APART = "已并入", "已转类"
"""Results of a case that goes on elsewhere, and of one that was no repair."""

MOST_CALLERS = 50
"""Whom one merge takes along: all of them stand in one entry of the other file."""

ANY_TIME: tuple[type[Event], ...] = (CalledAgain, MergedInto, MergeTaken, MergeUndone, CameAfter, ToldApart)

RIGHTS = (
    Right(rule="REP-102", events=(CalledAgain,), posts=DESK),
    Right(rule="REP-36", events=(CameAfter,), posts=DESK),
    Right(rule="REP-13", events=(MergedInto, MergeTaken, MergeUndone), posts=DESK),
    Right(rule="CAL-109", events=(ToldApart,), posts=DESK, besides=(Role.ENGINEERING_SUPERVISOR, Role.DUTY_DIRECTOR)),
    Right(rule="CAL-109", events=(Settled,), posts=DESK),
)

TELL_URGENT_APART = (Role.CUSTOMER_SERVICE_SUPERVISOR, Role.ENGINEERING_SUPERVISOR, Role.DUTY_DIRECTOR)
"""Who ends every clock of a case that cannot wait by saying that it is no repair."""


def is_repair(file: CaseFile) -> bool:
    return not file.has(ToldApart)


def is_still_repair(position: Position) -> bool:
    return is_repair(position.file)


def _somebody_sent(file: CaseFile) -> bool:
    return file.has(Assigned, RepairerArranged)


def _nobody_sent(position: Position) -> bool:
    return not _somebody_sent(position.file)


def _has_callers_to_carry(position: Position) -> bool:
    return len(callers(position.file)) <= MOST_CALLERS


GATES = (
    Gate(
        rule="REP-13",
        on=(MergedInto,),
        holds=words_given,
        field="event.reason",
        remedy="请填写并入的原因",
        english="Say why it is the other case's matter.",
    ),
    Gate(
        rule="REP-13",
        on=(MergedInto,),
        stands_open=_has_callers_to_carry,
        field="event.type",
        remedy=f"本单来电人超过{MOST_CALLERS}位，不能并入他单；请将他单并入本单",
        english=f"More than {MOST_CALLERS} people called about this case; merge the other into it instead.",
    ),
    Gate(
        rule="CAL-109",
        on=(CalledAgain, MergeTaken),
        stands_open=is_still_repair,
        field="event.type",
        remedy="本单已转类，不再接来电与并入；请另立新单",
        english="The case was told apart and takes no callers any more; open a case of its own.",
    ),
    Gate(
        rule="CAL-109",
        on=(ToldApart,),
        stands_open=_nobody_sent,
        field="event.type",
        remedy="已派人的单不能转类；请照常办理，或按撤单、并入处理",
        english="Somebody has been sent; the case is told apart no more.",
    ),
    Gate(
        rule="CAL-109",
        on=(ToldApart,),
        stands_open=is_still_repair,
        field="event.type",
        remedy="本单已转类，办完请登记「办结」",
        english="The case is told apart already; record settled when it is done.",
    ),
)


def told_apart_by(is_urgent: Callable[[CaseFile], bool]) -> tuple[Gate, ...]:
    """What ends the clocks of a case that cannot wait is no clerk's decision; any other is the desk's alone."""
    return (
        Gate(
            rule="CAL-109",
            on=(ToldApart,),
            stands_open=partial(_may_tell_apart_urgent, is_urgent),
            field="by",
            remedy="本单紧急，转类须由客服部主管、工程部主管或值班主任登记；未转类前照常处置",
            english="The case cannot wait; only a supervisor or the duty director tells it apart.",
        ),
        Gate(
            rule="CAL-109",
            on=(ToldApart,),
            stands_open=partial(_may_tell_apart_ordinary, is_urgent),
            field="by",
            remedy="本单的转类由前台客服员或客服部主管登记",
            english="The front desk or its supervisor tells this case apart.",
        ),
    )


def _may_tell_apart_urgent(is_urgent: Callable[[CaseFile], bool], position: Position) -> bool:
    return not is_urgent(position.file) or position.by.holds(*TELL_URGENT_APART)


def _may_tell_apart_ordinary(is_urgent: Callable[[CaseFile], bool], position: Position) -> bool:
    return is_urgent(position.file) or position.by.holds(*DESK)


def opened_urgent(cannot_wait: Callable[[AnyEvent], bool], file: CaseFile) -> bool:
    """Whether it opened with what cannot wait."""
    return any(cannot_wait(entry.event) for entry in file.opening)


def would_slow_down(procedure: Procedure, here: CaseFile, there: CaseFile) -> bool:
    """The clocks of what cannot wait end with its case: it goes into one alone that has them too.

    What the call said outweighs what the fault was graded.
    """
    opened = partial(opened_urgent, procedure.cannot_wait)
    return any(urgent(here) and not urgent(there) for urgent in (opened, procedure.is_urgent))


def no_repair_any_more(*acts: type[Event]) -> Gate:
    """Refuses acts of a repair in a case that was told apart."""
    return Gate(
        rule="CAL-109",
        on=acts,
        stands_open=is_still_repair,
        field="event.type",
        remedy="本单已转类，不再按报修办理；办完请登记「办结」",
        english="The case is no repair any more; record settled when it is done.",
    )


def _with_somebody_sent(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return _somebody_sent(file)


def _with_nobody_sent(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return not _somebody_sent(file)


def _emergency(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return isinstance(entry.event, ToldApart) and entry.event.matter is Matter.EMERGENCY


def _no_emergency(entry: Entry, file: CaseFile) -> bool:
    return not _emergency(entry, file)


def several_called(file: CaseFile) -> bool:
    """Whoever of them says something, the others have to hear of it."""
    return len(callers(file)) > 1


def _others_called(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return several_called(file)


TELLS = (
    Tell(
        rule="REP-102",
        on=(Withdrawn,),
        to=(Role.RESIDENT,),
        text="有来电人撤单，本单已结，不再安排维修；您仍需维修的，请告知前台另立新单",
        when=_others_called,
    ),
    Tell(
        rule="REP-102",
        on=(CalledAgain,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="本单又有来电，请看来电内容，一并处理",
        when=_with_somebody_sent,
    ),
    Tell(
        rule="REP-102",
        on=(CalledAgain,),
        to=(Role.REPAIRER,),
        text="本单又有来电，请看来电内容，一并处理",
        when=sending.somebody_is_sent,
    ),
    Tell(
        rule="REP-102",
        on=(CalledAgain,),
        to=(Role.ENGINEERING,),
        text="本单又有来电，请看来电内容，尽快领单",
        when=_with_nobody_sent,
    ),
    Tell(
        rule="REP-13",
        on=(MergedInto,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="本单已并入另一单，请停止处理本单，按另一单办理",
        when=_with_somebody_sent,
    ),
    Tell(
        rule="REP-13",
        on=(MergedInto,),
        to=(Role.REPAIRER,),
        text="本单已并入另一单，请停止处理本单，按另一单办理",
        when=sending.somebody_is_sent,
    ),
    Tell(
        rule="REP-13",
        on=(MergedInto,),
        to=(Role.ENGINEERING,),
        text="本单已并入另一单，不必再领单",
        when=_with_nobody_sent,
    ),
    Tell(
        rule="REP-13",
        on=(MergeTaken,),
        to=(Role.FRONT_DESK, Role.ENGINEERING_SUPERVISOR),
        text="另有一单并入本单，其来电人见本单记录，结果须一并告知",
    ),
    Tell(
        rule="REP-13",
        on=(MergeUndone,),
        to=(Role.FRONT_DESK, Role.ENGINEERING_SUPERVISOR),
        text="误并入本单的一单已拆出另立，见本单记录；其来电人不再由本单告知",
    ),
    Tell(
        rule="REP-13",
        on=(MergeUndone,),
        to=(Role.REPAIRER,),
        text="误并入本单的一单已拆出另立，不必再一并处理",
        when=sending.somebody_is_sent,
    ),
    Tell(
        rule="CAL-109",
        on=(ToldApart,),
        to=(Role.CUSTOMER_SERVICE_SUPERVISOR, Role.ENGINEERING_SUPERVISOR, Role.SECURITY),
        text="来电属突发事件，请立即处置；系统尚无该类流程，本单由前台跟办",
        when=_emergency,
        urgent=True,
    ),
    Tell(
        rule="CAL-109",
        on=(ToldApart,),
        to=(Role.CUSTOMER_SERVICE_SUPERVISOR,),
        text="来电不属报修，已转类；系统尚无该类流程，本单由前台跟办",
        when=_no_emergency,
    ),
    Tell(
        rule="CAL-109",
        on=(ToldApart,),
        to=(Role.FRONT_DESK,),
        text="本单已转类，系统尚无该类流程，请跟办到底，办完登记「办结」",
    ),
    Tell(rule="CAL-109", on=(ToldApart,), to=(Role.ENGINEERING,), text="本单已转类，不必按报修到场"),
)

STAGES = (
    Stage(name="已并入", after=(MergedInto,), ends=True),
    Stage(name="转类待办", after=(ToldApart,)),
    Stage(name="已转类", after=(Settled,), ends=True),
)


SETTLED = Obligation(
    rule="CAL-109",
    label="转类事项办结",
    owed_by=Role.FRONT_DESK,
    counts_from=(ToldApart,),
    met_by=(Settled,),
    limit=Within(SETTLING),
    ladder=(
        Warn(tell=(Role.FRONT_DESK,)),
        Breach(tell=(Role.CUSTOMER_SERVICE_SUPERVISOR,)),
        Again(every=SETTLING, tell=(Role.CUSTOMER_SERVICE_SUPERVISOR, Role.FRONT_DESK)),
    ),
)


def limits(rows: Iterable[Obligation]) -> tuple[Obligation, ...]:
    """The rows of a repair, and the one that is left where it is none."""
    return (*while_a_repair(rows), SETTLED)


def while_a_repair(rows: Iterable[Obligation]) -> tuple[Obligation, ...]:
    """The rows, each owed only as long as the case has not been told apart."""
    return tuple(replace(row, only_if=_as_repair(row.only_if)) for row in rows)


def _as_repair(only_if: Callable[[CaseFile], bool]) -> Callable[[CaseFile], bool]:
    return is_repair if only_if is always else partial(_both, only_if)


def _both(only_if: Callable[[CaseFile], bool], file: CaseFile) -> bool:
    return only_if(file) and is_repair(file)


def passes_on(no: CaseNo, entry: Entry, file: CaseFile) -> tuple[PassedOn, ...]:
    """To the case it goes into, or was taken out of: which, and everybody who had called about it."""
    match entry.event:
        case MergedInto(into=other):
            taken = MergeTaken(merged=no, callers=callers(file))
            return (PassedOn(to=other, event=taken, by=entry.by, at=entry.recorded_at),)
        case CameAfter(after=merged, apart_from=other, callers=gone) if other:
            undone = MergeUndone(merged=merged, later=no, callers=gone)
            return (PassedOn(to=other, event=undone, by=entry.by, at=entry.recorded_at),)
    return ()
