"""REP-10: the 预计完成时间 that the resident was told is changed, or said anew by whoever took the work over."""

from dataclasses import replace

from domain.events.on_site import ExpectedDoneChanged
from domain.events.work import WorkStarted
from domain.people import Role
from domain.rulebook.repair import completing, reading
from domain.rulebook.rows import Gate, Position, Question, Right, Tell
from domain.rulebook.work import DONE_AHEAD, ON_THE_JOB, lies_ahead, words_given

RIGHTS = (Right(rule="REP-10", events=(ExpectedDoneChanged,), posts=ON_THE_JOB, own_only=True),)


def _under_way(position: Position) -> bool:
    begun = any(isinstance(entry.event, WorkStarted) for entry in reading.this_round(position.file))
    return begun and not reading.accepted(position.file)


def _done_ahead(asked: Question) -> bool:
    return not isinstance(asked.event, ExpectedDoneChanged) or lies_ahead(asked.event.expected_done, asked.at)


GATES = (
    Gate(
        rule="REP-10",
        on=(ExpectedDoneChanged,),
        stands_open=_under_way,
        field="event.type",
        remedy="开始维修之后、住户签字之前才能改预计完成时间；尚未开工的，在「开始维修」时填写",
        english="The completion expected is changed after the work has started and before it is signed for.",
    ),
    replace(DONE_AHEAD, on=(ExpectedDoneChanged,), holds=_done_ahead),
    Gate(
        rule="REP-10",
        on=(ExpectedDoneChanged,),
        holds=words_given,
        field="event.reason",
        remedy="请填写改预计完成时间的原因",
        english="Say why the completion expected has changed.",
    ),
)

TELLS = (
    Tell(rule="REP-10", on=(ExpectedDoneChanged,), to=(Role.RESIDENT,), text="预计完成时间已改，新的时间见维修单"),
    Tell(
        rule="REP-10",
        on=(ExpectedDoneChanged,),
        to=(Role.ENGINEERING_SUPERVISOR,),
        text="改后的预计完成时间超出完成时限，请督办",
        as_owed=completing.expected_beyond_limit,
    ),
)
"""前台客服员 hears of it with what is passed on to the resident."""
