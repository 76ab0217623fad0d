"""What a person wrote, made fit for paper: every character either printed or named, none lost unseen."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

LONGEST = 3000
"""Characters of one text that a sheet carries; the rest is counted, and stands in the case."""
SHORT = 80
"""Likewise for a name."""

_GAP = "\u200b"
_WORD = 8
_NAMED = 12
_NEWLINE = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_LONG_RUN = re.compile(r"[^\s\u2e80-\U0003ffff]{20,}")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})
_CHOOSES_SHAPE = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Words for a font that shows ``covered``.

    What the font lacks, and what would steer the reader's eye without being seen (controls, direction marks, lone
    surrogates), stands as its code points: a box for it would be taken for one to be ticked. Long words get places to
    break.
    """

    covered: frozenset[int]

    def text(self, words: str) -> str:
        """What has room on the sheet: up to LONGEST characters, in lines."""
        return self._shown(words, LONGEST)

    def short(self, words: str) -> str:
        """Names, numbers and the like: up to SHORT characters, in one line."""
        return self._shown(words, SHORT).replace("\n", " ")

    def _shown(self, words: str, longest: int) -> str:
        kept = _CHOOSES_SHAPE.sub("", _NEWLINE.sub("\n", words[:longest])).replace("\t", "  ").strip()
        shown = "".join(_runs(kept, self.covered))
        left_out = len(words) - longest
        if left_out > 0:
            shown += f"……（余{left_out}字从略，见系统记录）"
        return _LONG_RUN.sub(_breakable, shown)


def _runs(text: str, covered: frozenset[int]) -> Iterator[str]:
    for known, run in groupby(text, key=lambda character: _shows(character, covered)):
        characters = "".join(run)
        if known:
            yield "".join(" " if _is_space(character) else character for character in characters)
        else:
            codes = " ".join(f"U+{ord(character):04X}" for character in characters[:_NAMED])
            more = f" 等{len(characters)}字" if len(characters) > _NAMED else ""
            yield f"（{codes}{more}）"


def _shows(character: str, covered: frozenset[int]) -> bool:
    if character == "\n" or _is_space(character):
        return True
    return ord(character) in covered and unicodedata.category(character) not in _UNSEEN


def _is_space(character: str) -> bool:
    return unicodedata.category(character) == "Zs"


def _breakable(run: re.Match[str]) -> str:
    word = run.group()
    return _GAP.join(word[start : start + _WORD] for start in range(0, len(word), _WORD))
