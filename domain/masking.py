"""What of a name, a phone number or a room may be shown where the whole is not needed."""

import re

HIDDEN = "**"
HIDDEN_DIGITS = "****"
BUILDING = re.compile(r"\s*(?:[0-9]{1,4}|[A-Za-z]|[一二三四五六七八九十]{1,3})(?:号楼|栋|座|幢)")
LONG_ENOUGH_FOR_HEAD = 11
LONG_ENOUGH_FOR_TAIL = 7


def mask_name(name: str) -> str:
    """张小明 and 张三 alike become 张**, so that not even the length shows."""
    stripped = name.strip()
    return stripped[:1] + HIDDEN if stripped else ""


def mask_phone(phone: str) -> str:
    """13800138000 becomes 138****8000; a shorter number keeps its last four digits, an extension none."""
    digits = "".join(c for c in phone if c.isdecimal())
    if len(digits) >= LONG_ENOUGH_FOR_HEAD:
        return digits[:3] + HIDDEN_DIGITS + digits[-4:]
    if len(digits) >= LONG_ENOUGH_FOR_TAIL:
        return HIDDEN_DIGITS + digits[-4:]
    return HIDDEN_DIGITS if phone.strip() else ""


def mask_room(room: str) -> str:
    """3栋2单元1502 becomes 3栋**; what does not begin with a building is hidden, for it may be anything."""
    if not room.strip():
        return ""
    building = BUILDING.match(room)
    return (building[0].strip() if building else "") + HIDDEN
