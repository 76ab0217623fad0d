"""A case as the invariants look at it: what was filed, opened, beside the rows derived from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from domain.case_file import CaseFile, Entry
from domain.filing import digest
from domain.people import CaseNo
from domain.rulebook import PROCEDURES
from domain.rulebook.rows import Edition, Procedure
from infra.invariants.violation import Violation
from infra.postgres.ledger import ENTRY, entry_place
from infra.postgres.places import case_owner, place_of
from infra.postgres.queries import load
from infra.sealing import Broken, Connection, Erased, NoMasterKey, Sealer
from workflows.messages import OpenCase

queries = load("invariants.sql")
PATIENCE = 600.0


class Row(Protocol):
    """Columns by name."""

    def __getitem__(self, column: str) -> Any: ...


@dataclass(kw_only=True)
class FiledCase:
    """One case. ``files``: its entries by run; ``run_id`` is the run that counts, None before the first step."""

    head: Row
    opening: OpenCase
    files: dict[str, list[Entry]] = field(default_factory=dict)
    duties: Sequence[Row] = field(default_factory=list)
    notices: Sequence[Row] = field(default_factory=list)
    charges: Sequence[Row] = field(default_factory=list)
    copies: Sequence[Row] = field(default_factory=list)

    @property
    def no(self) -> CaseNo:
        return self.opening.no

    @property
    def run_id(self) -> str | None:
        run: str | None = self.head["run_id"]
        return run

    @property
    def procedure(self) -> Procedure:
        return PROCEDURES[self.head["procedure"]]

    @property
    def edition(self) -> Edition:
        return self.procedure.edition(self.head["edition"])

    @property
    def file(self) -> CaseFile:
        return CaseFile(self.files.get(self.run_id or "", ()))

    def breaks(self, invariant: str, text: str, part: object = "") -> Violation:
        return Violation(invariant=invariant, subject=f"{self.no}/{part}" if part != "" else str(self.no), text=text)


async def read_case(connection: Connection, sealer: Sealer, head: Row) -> FiledCase | list[Violation]:
    """The case, or why it cannot be read; nothing at all of a case whose data key was destroyed on purpose."""
    no = CaseNo(head["no"])
    if head["opening"] is None:
        return []  # told by i04
    try:
        key = await sealer.existing_key(connection, case_owner(no))
        place = place_of(head["command"])
        case = FiledCase(head=head, opening=OpenCase.model_validate_json(key.open(place, head["opening"])))
        rows = await connection.fetch(queries["entries_to_check"], no, timeout=PATIENCE)
        found = []
        chains: dict[str, str] = {}
        for row in rows:
            entry = ENTRY.validate_json(key.open(entry_place(no, row["run_id"], row["number"]), row["body"]))
            case.files.setdefault(row["run_id"], []).append(entry)
            chains[row["run_id"]] = digest(chains.get(row["run_id"], ""), entry)
            found += _of_row(case, row, entry, chains[row["run_id"]])
    except (Erased, NoMasterKey):
        return []  # the second is told by 56
    except Broken as fault:
        return [Violation(invariant="06 sealed", subject=no, text=type(fault).__name__)]
    if any([entry.number for entry in file] != list(range(1, len(file) + 1)) for file in case.files.values()):
        found.append(case.breaks("06 gap", "条目不连续"))
    if found:
        return found
    if case.run_id is None:
        return case
    for name in ("duties", "notices", "charges"):
        setattr(case, name, await connection.fetch(queries[f"{name}_to_check"], no, case.run_id, timeout=PATIENCE))
    case.copies = await connection.fetch(queries["copies_to_check"], no, timeout=PATIENCE)
    return case


def _of_row(case: FiledCase, row: Row, entry: Entry, chained: str) -> list[Violation]:
    """Columns in clear say what the sealed body says, and each row is chained to the one before."""
    told = (row["number"], row["type"], row["label"], row["at"], row["recorded_at"], row["by_id"], row["source"])
    event = entry.event
    sealed = (entry.number, event.type, event.label, entry.at, entry.recorded_at, entry.by.id, entry.source)
    command = str(row["command_id"]) if row["command_id"] else None
    found = []
    if (*told, row["backdated"], command) != (*sealed, entry.backdated, entry.command_id):
        found.append(case.breaks("06 columns", "列与密封内容不符", row["number"]))
    if row["digest"] != chained:
        found.append(case.breaks("06 digest", "链接摘要不符", row["number"]))
    return found
