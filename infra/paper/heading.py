"""What every printed form says alike: whose copy it is, when things happened, who signed, which box is ticked."""

from collections.abc import Sequence
from datetime import datetime

from domain.calendar import LOCAL
from domain.forms import Form, Sheet, Signature
from infra.paper.wording import Wording

Places = dict[str, object]
"""Strings, and lists or tables of them, by the place that the template knows them under."""

_MANY = {2: "两", 4: "四"}


def heading(sheet: Sheet, form: Form, wording: Wording) -> Places:
    """What stands on every sheet: its form, case and copy, and what was done by whom."""
    copies = "　".join(f"{copy.name} {copy.holder}（{copy.purpose}）" for copy in form.copies)
    return {
        "title": form.title,
        "estate": wording.short(sheet.estate),
        "no": wording.short(sheet.no),
        "round": f"第{sheet.round}轮" if sheet.round > 1 else "",
        "copy_number": sheet.copy.number,
        "copy_name": sheet.copy.name,
        "copy_holder": sheet.copy.holder,
        "copy_purpose": sheet.copy.purpose,
        "copies": f"本单一式{_MANY[len(form.copies)]}份：{copies}",
        "as_of": moment(sheet.as_of),
        "reprint": f"补打（第{sheet.reprint}次）" if sheet.reprint else "",
        "drill": "【演练】" if sheet.drill else "",
        "steps": [[_stepped(step.at, sheet), wording.text(step.what), wording.short(step.who)] for step in sheet.steps],
    }


def ticked(choices: Sequence[str], chosen: str, wording: Wording) -> str:
    """A full box before the one chosen; something that no box stands for is written after them."""
    boxes = "　".join(("■" if choice == chosen else "□") + choice for choice in choices)
    return boxes if chosen in ("", *choices) else f"{boxes}　{wording.short(chosen)}"


def signed(signature: Signature | None, wording: Wording) -> tuple[str, str]:
    return (wording.short(signature.name), moment(signature.at)) if signature else ("", "")


def moment(at: datetime | None) -> str:
    if at is None:
        return ""
    local = at.astimezone(LOCAL)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def _stepped(at: datetime, sheet: Sheet) -> str:
    """To the second where limits are judged by it, which is nothing to the customer."""
    local = at.astimezone(LOCAL)
    return f"{local:%Y-%m-%d %H:%M:%S}" if sheet.copy.internal else f"{local:%Y-%m-%d %H:%M}"
