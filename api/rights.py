"""Who may do what through the API: one row a verb, and the one question ``may``."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from domain.admission import right_for
from domain.assigning import SENDING
from domain.errors import NotPermitted
from domain.people import POSTS, Actor, EstateCode, Role, StaffId
from domain.rulebook import PROCEDURES
from domain.rulebook.rows import Procedure

E = TypeVar("E", bound=Callable[..., object])


class Verb(StrEnum):
    """What a route does; the value is what staff read. ``ANYTHING_PUBLIC`` needs no caller at all."""

    OPEN_CASE = "受理报修"
    REPORT_FACILITY = "受理公共报修"
    RECORD = "登记"
    LIST_CASES = "查询"
    FIND_BY_ROOM = "按房号查询"
    READ_CASE = "查看"
    READ_PERSONAL = "查看完整资料"
    CHOOSE_REPAIRER = "查询可派人员"
    PRINT = "打印"
    READ_TOLD = "查看告知记录"
    READ_INBOX = "查看通知"
    ACKNOWLEDGE = "通知已阅"
    READ_TASKS = "查看待办"
    READ_ALARMS = "查看告警"
    READ_COSTS = "查看成本分析"
    READ_PLANS = "查看例行计划"
    FOLLOW = "接收动态"
    LOG_IN = "登录"
    ANYTHING_PUBLIC = "公开"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What a right depends on of a case. ``at_work``: who has something of it to do; ``procedure``: its prefix."""

    estate: EstateCode
    procedure: str
    open: bool
    at_work: tuple[StaffId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """``own_order``: posts that have the right only while they are at work on the open order.

    ``where_shared``: posts that have it only in cases of a procedure that is shared with them.
    """

    rule: str
    posts: frozenset[Role]
    own_order: frozenset[Role] = frozenset()
    where_shared: frozenset[Role] = frozenset()

    def named(self, case: CaseFacts | None) -> list[str]:
        """The posts that have it in that case, those of its own people as such."""
        if case is None:
            return sorted(self.somewhere)
        shared = self.where_shared & set(PROCEDURES[case.procedure].shared_with)
        own = {f"本单{post}" for post in self.own_order} if case.open else set[str]()
        return sorted({str(post) for post in self.posts | shared} | own)

    @property
    def somewhere(self) -> frozenset[Role]:
        """The posts that have the right in some case."""
        return self.posts | self.own_order | self.where_shared


DESK = frozenset({Role.FRONT_DESK, Role.CUSTOMER_SERVICE_SUPERVISOR})
HEADS = frozenset({Role.ENGINEERING_SUPERVISOR, Role.COMPANY_MANAGER, Role.ESTATE_DIRECTOR, Role.CENTRE_MANAGER})
ON_DUTY = frozenset({Role.DUTY_DIRECTOR})
THE_REPAIRER = frozenset({Role.REPAIRER})
CLEANERS = frozenset({Role.CLEANING})
"""PRV-106: what a resident reported is no business of theirs."""


OPENS = {"REP": Verb.OPEN_CASE, "PUB": Verb.REPORT_FACILITY}
"""Of the procedures whose cases people open, by prefix, what opening one is called."""


def _opening(procedure: Procedure) -> Grant:
    """Whoever may open a case of the procedure."""
    rows = [right_for(kind, procedure.edition(date.max)) for kind in procedure.opens_with]
    rights = [right for right in rows if right is not None]
    return Grant(rule=rights[0].rule, posts=frozenset(post for right in rights for post in right.posts) & POSTS)


def _sending() -> Grant:
    """Whoever may give work to somebody in some procedure."""
    rows = [right for one in PROCEDURES.values() for right in one.edition(date.max).rights]
    rights = [right for right in rows if set(right.events) & set(SENDING)]
    return Grant(rule="REP-18", posts=frozenset(post for right in rights for post in right.posts))


GRANTS: Mapping[Verb, Grant] = {
    **{verb: _opening(PROCEDURES[prefix]) for prefix, verb in OPENS.items()},
    Verb.RECORD: Grant(rule="REP-18", posts=POSTS),  # which event, the rows of the procedure say
    Verb.LIST_CASES: Grant(rule="REP-13", posts=POSTS - CLEANERS, where_shared=CLEANERS),
    Verb.FIND_BY_ROOM: Grant(rule="PRV-106", posts=DESK | HEADS | ON_DUTY),  # it tells of which room a case is
    Verb.READ_CASE: Grant(rule="REP-13", posts=POSTS - CLEANERS, where_shared=CLEANERS),
    Verb.READ_PERSONAL: Grant(
        rule="PRV-106", posts=DESK | HEADS | ON_DUTY, own_order=THE_REPAIRER, where_shared=CLEANERS
    ),
    Verb.CHOOSE_REPAIRER: _sending(),
    Verb.PRINT: Grant(rule="REP-23", posts=DESK | HEADS, own_order=THE_REPAIRER),
    Verb.READ_TOLD: Grant(rule="REP-13", posts=DESK | HEADS | ON_DUTY),
    Verb.READ_INBOX: Grant(rule="REP-13", posts=POSTS),
    Verb.ACKNOWLEDGE: Grant(rule="REP-13", posts=POSTS),
    Verb.READ_TASKS: Grant(rule="REP-13", posts=POSTS),  # only those of the posts held
    Verb.READ_ALARMS: Grant(rule="REP-13", posts=HEADS | {Role.CUSTOMER_SERVICE_SUPERVISOR}),
    Verb.READ_COSTS: Grant(rule="FEE-01", posts=HEADS | {Role.FINANCE}),
    Verb.READ_PLANS: Grant(rule="PUB-105", posts=POSTS),
    Verb.FOLLOW: Grant(rule="REP-13", posts=POSTS),
}


def may(actor: Actor, verb: Verb, case: CaseFacts | None = None) -> bool:
    """Whether the actor's posts allow it; with a case, only in its estate."""
    grant = GRANTS[verb]
    if case is not None and case.estate not in actor.estates:
        return False
    if actor.holds(*grant.posts):
        return True
    if case is None:
        return False
    if actor.holds(*(post for post in PROCEDURES[case.procedure].shared_with if post in grant.where_shared)):
        return True
    return case.open and actor.holds(*grant.own_order) and actor.id in case.at_work


def listed(actors: Iterable[Actor]) -> list[str]:
    """The procedures, by prefix, of whose cases they may see which there are."""
    held = tuple(actors)
    if any(may(actor, Verb.LIST_CASES) for actor in held):
        return list(PROCEDURES)
    return [one.prefix for one in PROCEDURES.values() if any(actor.holds(*one.shared_with) for actor in held)]


def demand(actor: Actor, verb: Verb, case: CaseFacts | None = None) -> None:
    """Raises NotPermitted, which names the posts that may."""
    if not may(actor, verb, case):
        grant = GRANTS[verb]
        raise NotPermitted(verb, grant.named(case), grant.rule)


def demand_somewhere(actors: Iterable[Actor], verb: Verb) -> None:
    """Raises NotPermitted where none of them could have the right in any case; the case itself is looked at later."""
    grant = GRANTS[verb]
    if not any(actor.holds(*grant.somewhere) for actor in actors):
        raise NotPermitted(verb, sorted(grant.somewhere), grant.rule)


class NoRightDeclared(Exception):
    """A route says nothing of who may use it; the API does not start."""


def needs(verb: Verb) -> Callable[[E], E]:
    """Declares which right an endpoint asks for."""

    def declare(endpoint: E) -> E:
        _DECLARED[endpoint] = verb
        return endpoint

    return declare


def verb_of(endpoint: Callable[..., object], path: str) -> Verb:
    """Raises NoRightDeclared."""
    if endpoint not in _DECLARED:
        raise NoRightDeclared(f"{path} declares no right; put @needs(Verb.…) on it")
    return _DECLARED[endpoint]


_DECLARED: dict[Callable[..., object], Verb] = {}
