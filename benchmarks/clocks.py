"""Processor time and memory of other processes, as the kernel counts them (Linux)."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A process by its id; ``family``: its direct children count too (PostgreSQL has one a connection)."""

    pid: int
    family: bool = False

    def members(self) -> list[int]:
        return [self.pid, *(_children(self.pid) if self.family else ())]


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads since the process began; nanoseconds exact."""
    return time.clock_gettime(_clock_of(pid))


def resident_bytes(pid: int) -> int:
    """Resident memory, without what is mapped from files."""
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)


def read(groups: Mapping[str, Group]) -> dict[str, dict[int, float]]:
    """The clocks of every group's processes now."""
    return {name: dict(_readings(group.members())) for name, group in groups.items()}


def spent(before: Mapping[str, Mapping[int, float]], after: Mapping[str, Mapping[int, float]]) -> dict[str, float]:
    """Seconds by group between two readings; a process that was born in between counts from its birth."""
    return {
        name: sum(clock - before[name].get(pid, 0.0) for pid, clock in clocks.items()) for name, clocks in after.items()
    }


def _readings(pids: Iterable[int]) -> Iterable[tuple[int, float]]:
    for pid in pids:
        try:
            yield pid, cpu_seconds(pid)
        except OSError:  # ended meanwhile
            continue


def _children(parent: int) -> list[int]:
    listed = (PROC / str(parent) / "task").glob("*/children")
    return [int(child) for task in listed for child in task.read_text().split()]


def _clock_of(pid: int) -> int:
    # How Linux numbers the processor clock of a process: see clock_getcpuclockid(3).
    return (~pid << 3) | 2
