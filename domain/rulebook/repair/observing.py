"""REP-47: what is done is watched for some days; a fault that comes back meanwhile reopens the case itself."""

from domain.case_file import CaseFile, Entry
from domain.events.on_site import WorkOrderFiled
from domain.events.repair import CustomerCopyGiven, FeedbackGiven, ReturnRegistered
from domain.periods import Period
from domain.rulebook.open_values import OV_901
from domain.rulebook.repair import reading
from domain.rulebook.repair.reading import WORK_ACCEPTED
from domain.rulebook.rows import Gate, Question, Stage

PAPERS = (CustomerCopyGiven, ReturnRegistered, WorkOrderFiled)
"""What a signed order still lacks: 第一联 with the customer, the others registered, and it is filed by 工程部."""


def is_settled(file: CaseFile) -> bool:
    """Signed for, its papers where they belong (REP-42, REP-45, REP-122), and the resident says that it is solved."""
    since = [entry.event for entry in file.since(*WORK_ACCEPTED)]
    given = (any(isinstance(event, kind) for event in since) for kind in PAPERS)
    said = [event for event in since if isinstance(event, FeedbackGiven)]
    return reading.accepted(file) and all(given) and bool(said) and said[-1].solved


GRACE = Period(
    rule="REP-47",
    part="观察期",
    label="修后观察期",
    counts_from=(*PAPERS, FeedbackGiven),
    length=OV_901,
    only_if=is_settled,
)
"""What shows within it reopens the case itself; later, it is a case of its own that names this one."""


def _is_settled(entry: Entry, file: CaseFile) -> bool:  # noqa: ARG001  # the shape of a condition
    return is_settled(file)


STAGE = Stage(name="修后观察", after=GRACE.counts_from, when=_is_settled)


def _not_solved_twice(asked: Question) -> bool:
    solved = isinstance(asked.event, FeedbackGiven) and asked.event.solved
    return not (solved and is_settled(asked.file))


GATES = (
    Gate(
        rule="REP-47",
        on=(FeedbackGiven,),
        holds=_not_solved_twice,
        field="event.solved",
        remedy="已反馈解决，正在修后观察；如又出现故障，请填「否」重新打开本单",
        english="It is solved already and being watched; say solved: false where the fault is back.",
    ),
)
