"""Which rules there are under the prefixes that the desk has begun on: numbers only, so that none is missing unseen."""

from collections.abc import Mapping

RULES: Mapping[str, tuple[range, ...]] = {
    "FEE": (range(1, 17), range(101, 109)),
    "REP": (range(1, 49), range(101, 132)),
    "PUB": (range(1, 8), range(101, 109)),
}


def rule_ids() -> tuple[str, ...]:
    """Every rule of these prefixes as it is named everywhere else, in order."""
    return tuple(
        f"{prefix}-{number:02d}" for prefix, stretches in RULES.items() for numbers in stretches for number in numbers
    )
