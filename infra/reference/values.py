"""Durations and times of day as they are written in files and settings."""

import re
from datetime import time, timedelta
from decimal import Decimal

_DURATION = re.compile(r"^P(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?$")
_FACTOR = re.compile(r"^\d{1,4}(?:\.\d{1,3})?$")
_CLOCK = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")


def parse_duration(text: str) -> timedelta:
    """ISO 8601 days, hours, minutes, seconds (``PT5M``, ``P7D``); ValueError otherwise and for no time at all."""
    match = _DURATION.fullmatch(text)
    parts = [int(part or 0) for part in match.groups()] if match else [0]
    if not any(parts):
        raise ValueError("a duration is written like PT5M, PT24H or P7D")
    days, hours, minutes, seconds = parts
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def parse_clock(text: str) -> time:
    """``HH:MM`` of a 24-hour clock; ValueError otherwise."""
    match = _CLOCK.fullmatch(text)
    if not match:
        raise ValueError("a time of day is written like 08:00")
    return time(int(match[1]), int(match[2]))


def parse_factor(text: str) -> Decimal:
    """``2`` or ``1.5``; ValueError otherwise and for zero."""
    if not _FACTOR.fullmatch(text) or not Decimal(text):
        raise ValueError("a factor is written like 2 or 1.5")
    return Decimal(text)
