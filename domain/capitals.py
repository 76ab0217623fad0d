"""Sums of money in Chinese capitals (大写金额), as they stand on bills and receipts."""

from decimal import Decimal

LARGEST = Decimal("99999999.99")

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_THOUSAND = 1000


def in_capitals(amount: Decimal) -> str:
    """CNY ``amount`` in capitals: 1409.50 is 壹仟肆佰零玖元伍角整, 325.04 is 叁佰贰拾伍元零肆分, 0 is 零元整.

    Raises ValueError for what no bill can say: below zero, above LARGEST, parts of a fen, not a number.
    """
    if not amount.is_finite() or not 0 <= amount <= LARGEST or amount != round(amount, 2):
        raise ValueError(f"no sum of money between 0 and {LARGEST}: {amount}")
    yuan, fen = divmod(int(amount * 100), 100)
    return _yuan(yuan) + _jiao_and_fen(*divmod(fen, 10), after_yuan=yuan > 0)


def _yuan(yuan: int) -> str:
    if yuan == 0:
        return ""
    upper, lower = divmod(yuan, 10_000)
    words = f"{_four(upper)}万" if upper else ""
    if upper and 0 < lower < _THOUSAND:
        words += "零"
    return f"{words}{_four(lower)}元"


def _four(number: int) -> str:
    """Up to four figures; a run of inner noughts is said once, those at the end not at all."""
    words = ""
    for place in (3, 2, 1, 0):
        figure = number // 10**place % 10
        if figure:
            words += _DIGITS[figure] + _PLACES[place]
        elif words and not words.endswith("零"):
            words += "零"
    return words.rstrip("零")


def _jiao_and_fen(jiao: int, fen: int, *, after_yuan: bool) -> str:
    if not jiao and not fen:
        return "整" if after_yuan else "零元整"
    tenths = f"{_DIGITS[jiao]}角" if jiao else ""
    if not fen:
        return f"{tenths}整"
    gap = "零" if after_yuan and not jiao else ""
    return f"{tenths}{gap}{_DIGITS[fen]}分"
