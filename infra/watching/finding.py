"""What the watcher can find, and the words in which it tells of it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The value stands in ``alarms.kind`` and in the metrics."""

    DATABASE_UNREACHABLE = "database_unreachable"
    TEMPORAL_UNREACHABLE = "temporal_unreachable"
    SILENT_PROCESS = "silent_process"
    STUCK_COMMAND = "stuck_command"
    DEAD_LETTER = "dead_letter"
    NO_VERDICT = "no_verdict"
    CASE_WITHOUT_WORKFLOW = "case_without_workflow"
    WORKFLOW_WITHOUT_CASE = "workflow_without_case"
    PARKED_CASE = "parked_case"
    MISSED_SCHEDULE = "missed_schedule"
    UNDELIVERED_NOTICE = "undelivered_notice"
    UNREACHED_STAFF = "unreached_staff"
    UNCOVERED_POST = "uncovered_post"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Kind.DATABASE_UNREACHABLE: "数据库不可用",
    Kind.TEMPORAL_UNREACHABLE: "Temporal 不可用",
    Kind.SILENT_PROCESS: "进程无心跳",
    Kind.STUCK_COMMAND: "已受理未执行",
    Kind.DEAD_LETTER: "无法执行，须人工处理",
    Kind.NO_VERDICT: "时限已过而无结论",
    Kind.CASE_WITHOUT_WORKFLOW: "未结案件没有运行中的流程",
    Kind.WORKFLOW_WITHOUT_CASE: "运行中的流程没有未结案件",
    Kind.PARKED_CASE: "案件流程卡住",
    Kind.MISSED_SCHEDULE: "定时任务未执行",
    Kind.UNDELIVERED_NOTICE: "通知久未送达",
    Kind.UNREACHED_STAFF: "通知无法送达本人",
    Kind.UNCOVERED_POST: "未来一日岗位无人",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``subject`` tells it from others of its kind: a case number, process, schedule, post. No names, no free text."""

    kind: Kind
    subject: str
    text: str
