"""As whom a caller acts in an estate: himself, a member of staff that a system names, or the system."""

from api.desk import Desk
from domain.errors import Malformed, NotPermitted
from domain.people import Actor, EstateCode, StaffId
from infra.postgres.principals import Principal


async def acting(desk: Desk, principal: Principal, estate: EstateCode, by: str | None) -> Actor:
    """The actor. A system lends a person no post that it does not hold, and acts with few of them itself.

    Raises Malformed for an estate that is not the caller's or where nobody of that number works there, NotPermitted
    where a person speaks for another.
    """
    own, lent = principal.recorder(estate), principal.actor(estate)
    if own is None or lent is None:
        raise Malformed(
            field="estate",
            remedy="没有这个小区，或您的密钥不能用于它；请从可选值中选择",
            english="There is no such estate, or your key is not for it; choose one of the allowed values.",
            allowed=sorted(principal.estates),
        )
    if by is None or by == principal.id:
        return own
    if principal.is_person:
        raise NotPermitted("代他人登记", ["本人"], "REP-13")
    person = await desk.register.actor(StaffId(by), estate)
    if person is None:
        raise Malformed(
            field="by",
            remedy="请填写本小区在职人员的工号",
            english="Give the number of an active member of staff of this estate.",
        )
    return Actor(id=person.id, name=person.name, posts=person.posts & lent.posts, estates=person.estates)
