"""What happens to a repair that the price list does not name: reviewed, answered, and agreed to."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

from domain.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SentToReview(Event):
    """REP-28: 工程部主管 finds that the list has no such item. ``work``: what would have to be done."""

    type: Literal["sent_to_review"] = "sent_to_review"
    label: ClassVar[str] = "转收费评审"
    work: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUnlisted(Event):
    """REP-33: on the site the fault is another one than reported, and the list has no such item."""

    type: Literal["found_unlisted"] = "found_unlisted"
    label: ClassVar[str] = "现场确认为清单外"
    work: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed(Event):
    """REP-28, FEE-02: whether it can be done, and if so for how much (CNY)."""

    type: Literal["reviewed"] = "reviewed"
    label: ClassVar[str] = "收费评审"
    feasible: bool
    amount: Decimal | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAnswered(Event):
    """REP-29: the resident was told whether it can be done, and at what price."""

    type: Literal["review_answered"] = "review_answered"
    label: ClassVar[str] = "回复住户可否维修"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewConsent(Event):
    """REP-30: the resident's two answers; somebody is sent only after two times yes."""

    type: Literal["review_consent"] = "review_consent"
    label: ClassVar[str] = "住户答复评审"
    cost_accepted: bool
    repair_agreed: bool

    @property
    def agreed(self) -> bool:
        return self.cost_accepted and self.repair_agreed


ReviewEvent = SentToReview | FoundUnlisted | Reviewed | ReviewAnswered | ReviewConsent
