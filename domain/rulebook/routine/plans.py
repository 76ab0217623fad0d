"""RTN: what an estate may plan: under which rule, and which posts may owe it."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.events.routine import Routine
from domain.people import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Plannable:
    """``posts``: of them a plan names one, and each may record it. ``told``: who hears that it was missed; proposed."""

    rule: str
    routine: Routine
    posts: tuple[Role, ...]
    told: tuple[Role, ...]


PLANNABLE = (
    Plannable(
        rule="PUB-104",
        routine=Routine.FACILITIES,
        posts=(Role.REPAIRER, Role.ENGINEERING),
        told=(Role.ENGINEERING_SUPERVISOR,),
    ),
    Plannable(
        rule="PUB-105",
        routine=Routine.EQUIPMENT,
        posts=(Role.ENGINEERING, Role.REPAIRER),
        told=(Role.ESTATE_DIRECTOR,),
    ),
    Plannable(
        rule="PUB-107",
        routine=Routine.HYGIENE,
        posts=(Role.FRONT_DESK, Role.CUSTOMER_SERVICE_SUPERVISOR),
        told=(Role.CUSTOMER_SERVICE_SUPERVISOR,),
    ),
)

BY_RULE: Mapping[str, Plannable] = {row.rule: row for row in PLANNABLE}
BY_ROUTINE: Mapping[Routine, Plannable] = {row.routine: row for row in PLANNABLE}
