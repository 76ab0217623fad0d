"""What is sent as one message: one notice, or a digest of many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from infra.messaging.channel import Message, clipped
from infra.postgres.outbox import Waiting

LATE_MARK = "补发"
MOST_BYTES = 1_900
"""A digest fits into the narrowest channel, WeCom's 2,048 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """``digest`` is set if the notices go out as one message."""

    notices: tuple[Waiting, ...]
    digest: UUID | None = None

    @property
    def key(self) -> str:
        """The dedup id: of the digest, or of the only notice."""
        return str(self.digest or self.notices[0].id)

    @property
    def age(self) -> timedelta:
        return max(notice.age for notice in self.notices)

    def message(self, *, urgent: bool, late_after: timedelta, still: Iterable[UUID]) -> Message:
        """``still``: those that are pending; what was acknowledged meanwhile is left out."""
        pending = frozenset(still)
        lines = [line(notice, late_after) for notice in self.notices if notice.id in pending]
        return Message(key=self.key, text=digest_text(lines) if self.digest else lines[0], urgent=urgent)


def line(notice: Waiting, late_after: timedelta) -> str:
    """The notice's text, marked 补发 when it comes late and does not say so itself."""
    late = notice.late or notice.age > late_after
    return f"【{LATE_MARK}】{notice.text}" if late and LATE_MARK not in notice.text else notice.text


def digest_text(lines: Sequence[str]) -> str:
    """All lines, or as many as fit and how many more stand in the inbox."""
    head = (
        f"【{LATE_MARK if any(LATE_MARK in each for each in lines) else '通知'}汇总】共{len(lines)}条，请到收件箱确认"
    )
    rest_room = len(f"\n另有{len(lines)}条见收件箱".encode())
    said = [head]
    for place, each in enumerate(lines, start=1):
        entry = f"{place}. {clipped(each, 400)}"
        if len("\n".join([*said, entry]).encode()) + rest_room > MOST_BYTES:
            said.append(f"另有{len(lines) - place + 1}条见收件箱")
            break
        said.append(entry)
    return "\n".join(said)
