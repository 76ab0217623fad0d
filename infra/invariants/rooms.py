"""A case is found by the room or other place that its call names."""

from collections.abc import AsyncIterator

from domain.events import Opening
from infra.invariants.filed import FiledCase
from infra.invariants.violation import Violation
from infra.postgres.rooms import is_noted
from infra.sealing import Connection, Erased, Sealer


async def found_by_room(connection: Connection, sealer: Sealer, case: FiledCase) -> AsyncIterator[Violation]:
    """04: the digest beside the case is that of its room (REP-36)."""
    request = case.opening.acts[0].event if case.opening.acts else None
    if not isinstance(request, Opening):
        return
    try:
        noted = await is_noted(connection, sealer, case.no, case.opening.estate, request.spot.place)
    except Erased:
        noted = False
    if not noted:
        yield case.breaks("04 room", "按房号查不到本单")
