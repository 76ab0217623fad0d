"""FEE-13, REP-04, REP-30: what keeps anybody from being sent, and since when nothing did."""

from datetime import datetime

from domain.case_file import CaseFile, Entry
from domain.events.repair import Assigned, FeedbackGiven
from domain.events.review import ReviewConsent, SentToReview
from domain.rulebook.open_values import NEAR_BY
from domain.rulebook.repair import outside, quoting, surveying


def may_be_sent(file: CaseFile) -> bool:
    """No price is to be accepted before, and no survey made."""
    return not quoting.holds_up(file) and not surveying.is_held_up(file)


def could_be_sent_since(file: CaseFile) -> datetime | None:
    """When the last of what stood in the way was out of it; None: nothing ever stood there."""
    return _latest(quoting.price_settled_at(file), surveying.held_up_until(file))


def is_ours_to_do(file: CaseFile) -> bool:
    """Whoever sends somebody waits neither for the customer's answer to a quote nor for a survey."""
    return not quoting.awaits_answer(file) and not surveying.is_held_up(file)


def ours_to_do_since(file: CaseFile) -> datetime | None:
    """When he waited for the last of them no more; None: he never did."""
    return _latest(quoting.answered_at(file), surveying.held_up_until(file))


def may_come(file: CaseFile) -> bool:
    """Nor is it for the resident to say whether he wants what was reviewed."""
    return is_ours_to_do(file) and not _is_with_the_resident(file)


def could_come_since(file: CaseFile) -> datetime | None:
    """Since when he could; while others had it nobody of the company did (WAR-01)."""
    free = next((entry.at for entry in reversed(tuple(file)) if _agrees(entry) or outside.comes_back(entry)), None)
    return _latest(ours_to_do_since(file), free)


def still_ahead(moment: datetime | None, promised_at: datetime | None, since: datetime | None) -> datetime | None:
    """What was promised, unless that was before anybody could go, or be late, and by then it was past or near."""
    if moment is None or promised_at is None or since is None:
        return moment
    return None if promised_at < since and moment - since < NEAR_BY else moment


def _is_with_the_resident(file: CaseFile) -> bool:
    """From being sent to review until he agrees to it."""
    last = file.last_entry(SentToReview, ReviewConsent, Assigned, FeedbackGiven)
    return last is not None and isinstance(last.event, SentToReview)


def _agrees(entry: Entry) -> bool:
    return isinstance(entry.event, ReviewConsent) and entry.event.agreed


def _latest(*moments: datetime | None) -> datetime | None:
    return max(filter(None, moments), default=None)
