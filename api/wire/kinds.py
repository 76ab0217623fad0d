"""The types of event that a caller may record: the code that is sent, its label, and which one a misspelt one meant."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from api.wire.events import EVENTS

LABELS: Mapping[str, str] = {kind: event.label for kind, event in EVENTS.items()}
CODES: Mapping[str, str] = {label: kind for kind, label in LABELS.items()}
SPELT: Mapping[str, str] = {kind.replace("_", ""): kind for kind in LABELS} | dict(CODES)
BETWEEN_WORDS = re.compile(r"[\s_-]+")
LONGEST = 60
"""What is longer is no slip of the pen, and comparing it would cost."""


def codes_of(words: Iterable[str]) -> list[str]:
    """As they are sent: a label becomes its code, all else stays."""
    return [CODES.get(word, word) for word in words]


def labels_of(codes: Iterable[str]) -> dict[str, str]:
    return {code: LABELS[code] for code in codes if code in LABELS}


def nearest(word: str) -> str | None:
    """The code that ``word``, a code or a label with a slip in it, was meant to be."""
    plain = BETWEEN_WORDS.sub("", word).lower()
    found = get_close_matches(plain, SPELT, n=1) if len(plain) <= LONGEST else []
    return SPELT[found[0]] if found else None
