"""Whether two callers seem to tell of the same thing, by their words."""

from difflib import SequenceMatcher

from domain.rulebook.open_values import ALIKE

COMPARED = 200
"""Characters of each that are looked at: what is wrong is said first, and comparing costs."""

FEWEST = 2
"""Characters in a row; a single one in common says nothing."""


def alike(one: str, other: str) -> bool:
    """Most of the shorter text stands in the longer, in the same order; marks and spaces do not count."""
    ours, theirs = _plain(one), _plain(other)
    shorter = min(len(ours), len(theirs))
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    common = sum(block.size for block in blocks if block.size >= min(FEWEST, shorter))
    return shorter > 0 and common >= ALIKE * shorter


def _plain(text: str) -> str:
    return "".join(character.lower() for character in text if character.isalnum())[:COMPARED]
