"""The types of event that a caller may record: the code that is sent, its label, and which one a misspelt one meant."""

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from api.wire.events import EVENTS
from domain.rulebook.rows import Procedure

LABELS: Mapping[str, str] = {kind: event.label for kind, event in EVENTS.items()}
CODES: Mapping[str, str] = {label: kind for kind, label in LABELS.items()}
SPELT: Mapping[str, str] = {kind.replace("_", ""): kind for kind in LABELS} | dict(CODES)
BETWEEN_WORDS = re.compile(r"[\s_-]+")
MOST_NEAR = 5
LONGEST = 60
"""What is longer is no slip of the pen, and comparing it would cost."""


def codes_of(words: Iterable[str]) -> list[str]:
    """As they are sent: a label becomes its code, all else stays."""
    return [CODES.get(word, word) for word in words]


def labels_of(codes: Iterable[str]) -> dict[str, str]:
    return {code: LABELS[code] for code in codes if code in LABELS}


def kinds_of(procedure: Procedure) -> tuple[str, ...]:
    """Codes of what may be recorded in its cases."""
    return tuple(kind for kind, event in EVENTS.items() if event in procedure.vocabulary)


def nearest(word: str, among: Collection[str] = LABELS) -> list[str]:
    """The codes that ``word``, a code or a label with a slip in it, may have been meant to be; the likeliest first."""
    plain = BETWEEN_WORDS.sub("", word).lower()
    spelt = [one for one, kind in SPELT.items() if kind in among]
    found = get_close_matches(plain, spelt, n=MOST_NEAR) if len(plain) <= LONGEST else []
    return list(dict.fromkeys(SPELT[one] for one in found))
