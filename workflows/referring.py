"""What a case hands on becomes a case of its own: beside the script, as the watch is, and they meet in the file."""

import asyncio

from domain.events import Referred
from domain.referrals import outstanding
from workflows import desk
from workflows.journal import Journal


class Referring:
    """Opens what the file asks for, one after the other, and says in it which case that is."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._stirred = asyncio.Event()
        journal.on_change(self._stirred.set)

    async def keep(self) -> None:
        """Until the case has ended. What was opened and not named before a run ended is found again by its key."""
        journal, opening = self._journal, self._journal.opening
        while not journal.file.ended:
            self._stirred.clear()
            for referral in outstanding(journal.procedure.refers, journal.file, opening.no):
                await journal.commit()
                no = await desk.hand_on(referral, opening)
                journal.add_own(Referred(defect=referral.number, case_no=no))
                await journal.commit()
                break
            else:
                await self._stirred.wait()
