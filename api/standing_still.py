"""How far a pause carries, told with its answer: what it moves stands still up to a budget, and all else runs on."""

from collections.abc import Mapping

from api.desk import Desk
from api.routes.cases import edition_of
from domain.events.work import Paused
from domain.limits import due_text
from infra.postgres.records import CaseHead


async def told_of(desk: Desk, head: CaseHead, pause: Paused) -> Mapping[str, str]:
    """``message`` and ``english``: when what the pause moves falls due all the same, as the case stands now."""
    budgets = {row.key: row.pausable for row in edition_of(head).obligations if row.pausable is not None}
    moved = [duty for duty in await desk.reader.duties(head.no) if duty.key in budgets and duty.state == "open"]
    if not moved:
        return {
            "message": "已登记；本单没有可因暂停顺延的时限，各时限照常计算",
            "english": "It stands in the case file. No limit of the case is moved by a pause; all run on.",
        }
    first = min(moved, key=lambda duty: duty.due_at)
    most, due = budgets[first.key].days, due_text(first.due_at)
    early = first.due_at < pause.resumes_at
    return {
        "message": f"已登记；暂停累计至多顺延 {most} 日，其余时限照常计算。「{first.label}」至迟 {due} 到期"
        + ("，早于预计恢复时间，届时未完成即为超时" if early else ""),
        "english": f"It stands in the case file. Pauses move a limit by {most} days in all, and no other limit: "
        f"{first.key} falls due at {first.due_at.isoformat()} at the latest"
        + (", before the work is expected to go on." if early else "."),
    }
