"""Open cases as a page shows them to who has to tell which is which."""

from api.pages.markup import Child, Markup, row, table, tag
from api.pages.posted import Filled
from api.pages.views import moment
from domain.events.repair import FeedbackGiven
from domain.masking import HIDDEN

NOT_SOLVED = f"{FeedbackGiven.kind()}solved"
"""Where it is asked on the page of a case, as ``recording`` names the fields of its forms."""


def _reopening(no: str) -> Markup:
    """REP-47: no second case; the one that is done begins anew."""
    return tag("a", "仍未解决：到该单登记「客户反馈」（未解决）", href=f"/cases/{no}#{NOT_SOLVED}")


def to_look_at(heading: str, filled: Filled) -> Child:
    """REP-36, REP-13: where each is, and how it was told, before anything is done beside it or with it."""
    if not filled.open_there:
        return None
    return table(
        (heading, "受理于", "状态", "报修", "房号或地点", "来电内容"),
        [
            row(
                tag("a", one.no, href=f"/cases/{one.no}"),
                moment(one.received_at),
                [one.stage, tag("br"), _reopening(one.no)] if one.reopens else one.stage,
                one.what,
                one.where or HIDDEN,
                one.words or HIDDEN,
            )
            for one in filled.open_there
        ],
    )
