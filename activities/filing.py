"""Writing a case's step, and looking up who a supervisor in the Web UI says he is."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.assigning import Repairer
from domain.filing import Step
from domain.people import Actor, CaseNo, EstateCode, StaffId
from domain.ports import CommandBook, Ledger, StaffRegister


class FiledStep(BaseModel):
    """A step on its way to the ledger."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    step: Step


class NamedPerson(BaseModel):
    """Who somebody says he is, in which estate. ``at``: when he is to be given work; ``trade``: of what trade."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    staff: StaffId
    estate: EstateCode
    at: datetime | None = None
    trade: str = ""


class FoundPerson(BaseModel):
    """The actor, or nothing: no such active person there.

    ``crew``: the repairers of the estate where work is to be given; None where it is not, and in the histories of
    before shifts and trades were asked about, which have ``on_leave``.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    actor: Actor | None
    on_leave: bool = False
    crew: tuple[Repairer, ...] | None = None


class Moment(BaseModel):
    """A moment in a case."""

    model_config = ConfigDict(frozen=True)
    no: CaseNo
    at: datetime


class Filing:
    """The ledger's clerk."""

    def __init__(self, ledger: Ledger, register: StaffRegister, commands: CommandBook) -> None:
        self._ledger = ledger
        self._register = register
        self._commands = commands

    @activity.defn(name="登记入册")
    async def record(self, filed: FiledStep) -> None:
        """Idempotent: a step written before changes nothing."""
        await self._ledger.file(filed.step)

    @activity.defn(name="核对在途登记")
    async def catch_up(self, moment: Moment) -> None:
        """Nothing acknowledged by that moment is still under way; else a retryable error, to be asked again."""
        if await self._commands.under_way(moment.no, moment.at):
            raise ApplicationError("有在途登记，稍候再核对", type="UnderWay")

    @activity.defn(name="核对人员")
    async def identify(self, named: NamedPerson) -> FoundPerson:
        actor = await self._register.actor(named.staff, named.estate)
        if named.at is None:
            return FoundPerson(actor=actor)
        return FoundPerson(actor=actor, crew=tuple(await self._register.repairers(named.estate, named.trade, named.at)))
