"""What the demonstration must have brought about, asked of the API when the day is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from domain.calendar import LOCAL
from domain.rulebook.open_values import OV_15
from infra.demo.day import Day
from infra.demo.office import Office
from infra.demo.repair import duties, rung_reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """``true``: the API says so."""

    chinese: str
    english: str
    true: bool


async def claims(day: Day, office: Office) -> list[Claim]:
    closed, breached, flooded = [await office.case(one.no) for one in (day.closed, day.breached, day.flooded)]
    refused, withdrawn = [await office.case(one.no) for one in (day.refused, day.withdrawn)]
    levels = {notice["level"] for notice in await office.notices() if notice["no"] == day.breached.no}
    return [
        Claim(
            chinese="到场前提醒",
            english="a reminder before the limit",
            true=rung_reached(flooded, "REP-124", 0) and _states(flooded, "REP-124") == {"met"} and "提醒" in levels,
        ),
        Claim(
            chinese="到场超时",
            english="a breach of REP-26",
            true=_states(breached, "REP-26") == {"breached"} and "超时" in levels,
        ),
        Claim(
            chinese="超时升级至公司经理",
            english="its escalation",
            true=rung_reached(breached, "REP-26", 2) and "升级" in levels,
        ),
        Claim(
            chinese="17:00 前交回两联",
            english="copies back before 17:00",
            true=_states(closed, "REP-43") == {"met"} and _due_times(closed) == {OV_15.default},
        ),
        Claim(
            chinese="17:00 未返单即超时",
            english="copies not back at 17:00",
            true=_states(breached, "REP-43") == {"breached"}
            and _states(flooded, "REP-43") == {"met", "breached"}
            and _due_times(breached) == {OV_15.default},
        ),
        Claim(
            chinese="正常结案",
            english="a case closed",
            true=(closed["state"], closed["result"], closed["overdue"]) == ("closed", "已完成", False),
        ),
        Claim(
            chinese="住户不同意，两方签字备案",
            english="a refusal with two signatures",
            true=refused["result"] == "住户不同意" and _count(refused, "refusal_signed") == 2,  # noqa: PLR2004  # REP-38
        ),
        Claim(chinese="撤单", english="a withdrawal", true=withdrawn["result"] == "已撤单"),
    ]


def _states(case: Mapping[str, Any], rule: str) -> set[str]:
    return {duty["state"] for duty in duties(case, rule)}


def _due_times(case: Mapping[str, Any]) -> set[time]:
    """By which time of day; the last moment on time lies just before it."""
    due = (datetime.fromisoformat(duty["due_at"]) for duty in duties(case, "REP-43"))
    return {(moment.astimezone(LOCAL) + timedelta(seconds=1)).time().replace(microsecond=0) for moment in due}


def _count(case: Mapping[str, Any], event: str) -> int:
    return sum(entry["type"] == event for entry in case["events"])
