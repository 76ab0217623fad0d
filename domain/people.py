"""Who acts and who is told: posts, actors and the people a case knows by role."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

StaffId = NewType("StaffId", str)
EstateCode = NewType("EstateCode", str)
CaseNo = NewType("CaseNo", str)


class Role(StrEnum):
    """A post of the company, or a party outside it; the value is what staff read."""

    FRONT_DESK = "前台客服员"
    CUSTOMER_SERVICE_SUPERVISOR = "客服部主管"
    ENGINEERING = "工程部"
    ENGINEERING_SUPERVISOR = "工程部主管"
    REPAIRER = "维修人员"
    FINANCE = "财务部"
    COMPANY_MANAGER = "公司经理"
    ESTATE_DIRECTOR = "管理处主任"
    CENTRE_MANAGER = "管理中心经理"
    DUTY_DIRECTOR = "值班主任"
    SECURITY = "护管部"
    CLEANING = "保洁"
    SYSTEM = "系统"
    RESIDENT = "住户"


POSTS = frozenset(Role) - {Role.SYSTEM, Role.RESIDENT}
"""Roles that somebody of the company holds, so that a roster can fill them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something: a member of staff, or a system without a person behind it.

    ``posts`` and ``estates`` are those held when the act was accepted.
    """

    id: StaffId
    name: str
    posts: frozenset[Role]
    estates: frozenset[EstateCode]

    def holds(self, *posts: Role) -> bool:
        return not self.posts.isdisjoint(posts)


CLOCKWORK = Actor(id=StaffId("system"), name="系统", posts=frozenset({Role.SYSTEM}), estates=frozenset())
"""The actor behind what a timer does."""
