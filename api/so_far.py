"""What is in the file of a case by now."""

from api.desk import Desk
from domain.admission import opening_entry
from domain.case_file import CaseFile
from domain.people import CaseNo
from infra.postgres.records import case_file


async def file_so_far(desk: Desk, no: CaseNo) -> CaseFile:
    """Also where nothing of it is filed yet but that it was opened."""
    if entries := await desk.reader.entries(no):
        return case_file(entries)
    acts = (await desk.commands.opening_as_written(no)).acts
    return CaseFile(opening_entry(act, number, act.accepted_at) for number, act in enumerate(acts, start=1))
