"""The copies of a paper form, tracked one by one; where an event puts them, its procedure says."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlace:
    """Who holds a copy since when. ``round`` counts from 1: how often the case has issued its form."""

    copy: int
    round: int
    holder: str
    since: datetime
    reference: str = ""
    entry_number: int
