"""Writing a case's step, and looking up who a supervisor in the Web UI says he is."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.filing import Step
from domain.people import Actor, CaseNo, EstateCode, StaffId
from domain.ports import CommandBook, Ledger, StaffRegister


class FiledStep(BaseModel):
    """A step on its way to the ledger."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    step: Step


class NamedPerson(BaseModel):
    """Who somebody says he is, in which estate. ``at``: the moment to say of whether he is on leave."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    staff: StaffId
    estate: EstateCode
    at: datetime | None = None


class FoundPerson(BaseModel):
    """The actor, or nothing: no such active person there; and whether he is on leave."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    actor: Actor | None
    on_leave: bool = False


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
        away = named.at is not None and await self._register.on_leave(named.staff, named.estate, named.at)
        return FoundPerson(actor=actor, on_leave=away)
