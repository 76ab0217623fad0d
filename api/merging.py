"""Whether a case may go into the one that is named: what can be said before either of them is asked."""

from api.door import Caller
from api.looking import Purpose
from api.recognising import ToRecognise, opening_of, recognised
from api.so_far import file_so_far
from domain.case_file import CaseFile
from domain.errors import OtherMatter, RuleBroken
from domain.events import AnyEvent
from domain.events.base import Spot, kind_in
from domain.events.joining import MergedInto, MergeTaken
from domain.rulebook import PROCEDURES
from domain.rulebook.joining import would_slow_down
from infra.postgres.acceptance import Into
from infra.postgres.records import CaseHead


async def merging_into(asking: Caller, head: CaseHead, event: AnyEvent) -> Into | None:
    """The other case, None for an event that merges nothing.

    RuleBroken for one that cannot take this one in; OtherMatter for one that seems to be another matter, unless it is
    said that it is the same.

    Whether it is open, and stands as it was looked at, is asked again with the acceptance, with what else is under way.
    """
    if not isinstance(event, MergedInto):
        return None
    desk = asking.house.desk
    into = await desk.reader.case(event.into)
    if into is None or (into.estate, into.procedure, into.drill) != (head.estate, head.procedure, head.drill):
        raise _refusal(
            "本小区没有该单，或不是同一类单；请核对单号",
            "The estate has no such case of this procedure; check it.",
        )
    if into.no == head.no:
        raise _refusal("不能并入本单自己，请核对单号", "A case cannot go into itself; check the number.")
    if not PROCEDURES[into.procedure].edition(into.edition).knows(MergeTaken):
        raise _refusal(
            "该单按旧版规程办理，不能接收并入；请在该单登记备注，本单照常办理",
            "That case runs under an edition that takes no other in; leave a remark in it instead.",
        )
    there = await file_so_far(desk, into.no)
    if not PROCEDURES[into.procedure].takes_callers(there):
        raise _refusal(
            "该单已转类、住户已签字或不同意维修，不再接收并入；住户已签字而仍未解决的，请先在该单登记「客户反馈」（未解决）",
            "That case was told apart, signed for or refused; record feedback_given there first if it is not solved.",
        )
    here = await file_so_far(desk, head.no)
    _refuse_to_slow_down(head, here, there)
    if into.open and not event.though_elsewhere:
        await _refuse_another_matter(asking, _recognisable(head, here), _recognisable(into, there))
    return Into(no=into.no, stage=into.stage)


async def _refuse_another_matter(asking: Caller, here: ToRecognise, there: ToRecognise) -> None:
    """Who called about the one is told of the other: another place, or kind of fault, is no slip of the pen."""
    if here.opening is None or there.opening is None:
        return
    differs = _differs(here.opening.spot, there.opening.spot)
    if differs:
        raise OtherMatter(differs, await recognised(asking, (here, there), Purpose.CORRECTION, what="merging"))


def _differs(here: Spot, there: Spot) -> str:
    unlike = {"房号或地点": here.place != there.place, "故障类别": kind_in(here.about) != kind_in(there.about)}
    return "、".join(what for what, is_so in unlike.items() if is_so)


def _recognisable(head: CaseHead, file: CaseFile) -> ToRecognise:
    opening = opening_of(file)
    return ToRecognise(
        no=head.no,
        estate=head.estate,
        procedure=head.procedure,
        stage=head.stage,
        received_at=head.received_at,
        about=opening.spot.about if opening else "",
        opening=opening,
    )


def _refuse_to_slow_down(head: CaseHead, here: CaseFile, there: CaseFile) -> None:
    if would_slow_down(PROCEDURES[head.procedure], here, there):
        raise _refusal(
            "本单紧急，该单普通，并入后紧急时限即失效；请将普通单并入紧急单，定级有误的请工程部先改定级",
            "This case cannot wait and that one can: merge the ordinary case into the urgent one instead, "
            "or have the grade mended first.",
        )


def _refusal(remedy: str, english: str) -> RuleBroken:
    return RuleBroken("REP-13", field="event.into", remedy=remedy, english=english)
