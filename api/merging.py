"""Whether a case may go into the one that is named: what can be said before either of them is asked."""

from api.desk import Desk
from domain.errors import RuleBroken
from domain.events import AnyEvent
from domain.events.joining import MergedInto, MergeTaken
from domain.people import CaseNo
from domain.rulebook import PROCEDURES
from infra.postgres.records import CaseHead


async def merging_into(desk: Desk, head: CaseHead, event: AnyEvent) -> CaseNo | None:
    """The other case, None for an event that merges nothing; RuleBroken for one that cannot take this one in.

    Whether it is open is asked again with the acceptance, together with what else is under way.
    """
    if not isinstance(event, MergedInto):
        return None
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
    return into.no


def _refusal(remedy: str, english: str) -> RuleBroken:
    return RuleBroken("REP-13", field="event.into", remedy=remedy, english=english)
