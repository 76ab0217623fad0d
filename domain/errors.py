"""What the desk refuses, each with the field and the remedy, in Chinese and English.

DeskError
  x Malformed          a value cannot be read                              422
  x NotPermitted       the actor's posts do not allow it                   403
  x ChannelOff         the company takes nothing over that channel      403
  x UnknownCase        no such case, or not yours to know                  404
  x UnknownNotice      no such notice, or not told to you                  404
  x NotExpected        the case is not waiting for that                    409
  x RuleBroken         a clause forbids it as things stand                 409
  x AlreadyOpen        what seems to be the same is open there             409
  x OtherMatter        what is to be merged seems to be another matter     409
  x CaseClosed         the case takes no more of this                      409
  x BadTime            the time given cannot be right                      409
  x Conflicting        the idempotency key carried something else before   409
  x NobodyOnDuty       the roster has no one in that post                  503
  x Unavailable        the desk cannot take it now; try again              503
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from domain.calendar import LOCAL


class DeskError(Exception):
    """A refusal. ``title`` and ``remedy`` are Chinese, ``english`` is one sentence; ``field`` may be empty."""

    code = "desk_error"
    title = "无法办理"

    def __init__(self, *, remedy: str, english: str, field: str = "", allowed: Sequence[str] = ()) -> None:
        super().__init__(f"{self.title}：{remedy}")
        self.remedy = remedy
        self.english = english
        self.field = field
        self.allowed = tuple(allowed)


class Malformed(DeskError):
    code = "malformed"
    title = "填写有误"


class NotPermitted(DeskError):
    """The right is missing; the posts that have it are named."""

    code = "not_permitted"
    title = "无权办理"

    def __init__(self, verb: str, posts: Sequence[str], rule: str) -> None:
        who = "、".join(posts)
        super().__init__(
            field="by",
            remedy=f"「{verb}」须由{who}办理（{rule}）",
            english=f"Only {who} may record {verb} ({rule}).",
            allowed=posts,
        )


class ChannelOff(DeskError):
    """``setting`` opens it."""

    code = "channel_off"
    title = "渠道未开通"

    def __init__(self, channel: str, setting: str, rule: str) -> None:
        super().__init__(
            field="channel",
            remedy=f"「{channel}」渠道未开通，需要时请管理员设置 {setting}（{rule}）",
            english=f"Nothing is taken over this channel until {setting} is set ({rule}).",
        )


class UnknownCase(DeskError):
    code = "unknown_case"
    title = "查无此单"

    def __init__(self) -> None:
        super().__init__(
            field="no", remedy="请核对单号", english="No case of that number is known here; check the number."
        )


class UnknownNotice(DeskError):
    code = "unknown_notice"
    title = "查无此通知"

    def __init__(self) -> None:
        super().__init__(
            field="notice",
            remedy="请用收件箱所列通知的 id",
            english="No notice of that id was sent to you; take the id from your inbox.",
        )


class NotExpected(DeskError):
    code = "not_expected"
    title = "现在不能登记"

    def __init__(self, verb: str, expected: Sequence[str]) -> None:
        steps = "、".join(expected) or "无"
        super().__init__(
            field="event.type",
            remedy=f"现在不能登记「{verb}」；待办：{steps}",
            english=f"The case does not wait for {verb}; it waits for: {steps}.",
            allowed=expected,
        )


class RuleBroken(DeskError):
    """A clause forbids the act as things stand; ``rule`` is its id."""

    code = "rule_broken"
    title = "不符合规程"

    def __init__(
        self, rule: str, *, remedy: str, english: str, field: str = "event", allowed: Sequence[str] = ()
    ) -> None:
        super().__init__(field=field, remedy=f"{remedy}（{rule}）", english=f"{english} ({rule})", allowed=allowed)
        self.rule = rule


@dataclass(frozen=True, slots=True, kw_only=True)
class StillOpen:
    """A case that is open: in which stage, of what, since when; as text nothing personal.

    ``where`` and ``words``, of which the beginning: what its first caller told, empty to whom it is not shown.
    ``reopens``: its work is done; it takes no callers, but feedback that it is not solved reopens it.
    """

    no: str
    stage: str
    what: str
    received_at: datetime
    where: str = ""
    words: str = ""
    reopens: bool = False

    def __str__(self) -> str:
        return f"{self.no}（{self.what}，{self.stage}，{self.received_at.astimezone(LOCAL):%m-%d %H:%M} 受理）"


class ShowsCases(DeskError):
    """Refused until somebody has looked at these ``cases``."""

    def __init__(
        self, cases: Sequence[StillOpen], *, remedy: str, english: str, field: str, allowed: Sequence[str] = ()
    ) -> None:
        super().__init__(remedy=remedy, english=english, field=field, allowed=allowed)
        self.cases = tuple(cases)


class AlreadyOpen(ShowsCases):
    """A second case is opened only by who has seen the ``cases`` that are open there (REP-36, REP-47)."""

    code = "already_open"
    title = "已有未结单据"

    def __init__(self, cases: Sequence[StillOpen]) -> None:
        joins = any(not one.reopens for one in cases)
        done = [one.no for one in cases if one.reopens]
        super().__init__(
            cases,
            field="beside",
            remedy=f"同一房号或地点已有：{'、'.join(map(str, cases))}。"
            + ("同一件事的，请在该单登记「又来电」；" if joins else "")
            + (f"{'、'.join(done)} 已完工，仍未解决的由前台在该单登记「客户反馈」（未解决），即重开；" if done else "")
            + "另一件事的，请在 beside 中写明看过的单号，连同原内容重新提交。本次所填未保存（REP-36）",
            english="Cases are open there that may be the same matter: "
            + ("record called_again in one of them, " if joins else "")
            + (f"record feedback_given with solved false in {' or '.join(done)}, whose work is done, " if done else "")
            + "or name their numbers in beside and send the request again. Nothing of it was kept (REP-36).",
            allowed=[one.no for one in cases],
        )


class OtherMatter(ShowsCases):
    """A case goes into one of another place or kind of fault only where somebody says that he has seen it (REP-13)."""

    code = "other_matter"
    title = "似非同一件事"

    def __init__(self, differs: str, cases: Sequence[StillOpen]) -> None:
        super().__init__(
            cases,
            field="event.though_elsewhere",
            remedy=f"两单{differs}不同：{'、'.join(map(str, cases))}。确属同一件事的（如楼上漏到楼下），"
            "请选「房号或故障类别不同，仍并入：是」并在原因中写明；否则请核对单号（REP-13）",
            english="The two cases are of different places or kinds of fault. If they are one matter all the same, "
            "such as a leak between floors, say though_elsewhere: true and why; else check the number (REP-13).",
        )


class CaseClosed(DeskError):
    code = "case_closed"
    title = "已结案"

    def __init__(self) -> None:
        super().__init__(
            field="no",
            remedy="此单已结案，备注、催办等也不再登记；须补充或再办的，请另立新单，并写明前单单号与接续原因",
            english="The case is closed and takes no remarks: open a new one that names it in after, with a reason.",
        )


class FileFull(DeskError):
    code = "file_full"
    title = "登记已满"

    def __init__(self, full: str) -> None:
        super().__init__(
            field="event",
            remedy=f"本单{full}，请直接联系主管；其他登记不受影响",
            english="The case holds all that it can carry of this; other events are still taken.",
        )


class Untimely(Enum):
    """What is wrong with a moment, in Chinese and in English."""

    FUTURE = ("不能晚于现在", "it lies in the future.")
    TOO_FAR_BACK = ("早于允许的补录时限，须由主管补录", "too far back; a supervisor must record it.")
    BEFORE_ITS_TURN = (
        "不能早于上一步发生的时间，请按先后次序填写",
        "it lies before the step that it follows upon; give a moment after that.",
    )


class BadTime(DeskError):
    code = "bad_time"
    title = "时间不对"

    def __init__(self, at: datetime, against: datetime, wrong: Untimely) -> None:
        remedy, english = wrong.value
        super().__init__(
            field="at",
            remedy=f"发生时间{remedy}",
            english=f"{at.isoformat()} against {against.isoformat()}: {english}",
        )


class Conflicting(DeskError):
    code = "conflicting"
    title = "重复提交内容不一致"

    def __init__(self) -> None:
        super().__init__(
            field="Idempotency-Key",
            remedy="同一 Idempotency-Key 已用于不同内容，请换新的键重新提交",
            english="This Idempotency-Key was used with other content or by another caller; use a new key.",
        )


class NobodyOnDuty(DeskError):
    code = "nobody_on_duty"
    title = "无人值班"

    def __init__(self, post: str) -> None:
        super().__init__(
            remedy=f"{post}此刻无人值班，请更正排班表", english=f"The roster has nobody as {post} now; correct it."
        )


class Unavailable(DeskError):
    code = "unavailable"
    title = "暂时无法受理"

    def __init__(self) -> None:
        super().__init__(
            remedy="系统暂时不可用，请用同一 Idempotency-Key 稍后重试",
            english="The desk cannot take this now; try again soon with the same Idempotency-Key.",
        )
