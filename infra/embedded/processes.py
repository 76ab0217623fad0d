"""The desk's children under watch: started in order, started again when they die, stopped in the opposite order."""

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from infra.embedded.child import Child, bound_to_us, start
from infra.errors import CannotStart

LONGEST_PAUSE = 60.0
STEADY_SECONDS = 60.0
"""A child that ran this long has recovered: its next death counts as the first."""
PATIENCE = 30.0


class Running(Protocol):
    """A started child: ``child`` tells whether it lives, ``stop`` asks it to end and waits for it."""

    @property
    def child(self) -> Child: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One of our own processes, ended by SIGTERM; a killed supervisor takes it along at once."""

    child: Child

    def stop(self) -> None:
        self.child.stop(by=signal.SIGTERM, patience=PATIENCE)


@dataclass(slots=True, kw_only=True)
class Watched:
    """What is to run under ``name``, and how its last attempts went."""

    name: str
    launch: Callable[[], Running]
    running: Running | None = None
    deaths: int = 0
    started: float = 0.0
    again_at: float = 0.0

    def begin(self) -> None:
        self.started = time.monotonic()
        self.running = self.launch()

    @property
    def alive(self) -> bool:
        return self.running is not None and self.running.child.running


def program(name: str, command: Sequence[str], *, logs: Path) -> Callable[[], Program]:
    """How to start one of our own processes; what it writes goes to ``logs``/name.log, the run before to name.log.1."""

    def launch() -> Program:
        log = logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        return Program(child=start(name, [*bound_to_us(signal.SIGKILL), *command], log=log))

    return launch


@dataclass(slots=True, kw_only=True)
class Household:
    """All children of one desk, in the order they were started. Use it from one lasting thread."""

    say: Callable[[str], None]
    members: list[Watched] = field(default_factory=list)

    def take_in(self, name: str, launch: Callable[[], Running]) -> Watched:
        """Start it and keep it running from now on; ``CannotStart`` if the first start fails."""
        member = Watched(name=name, launch=launch)
        member.begin()
        self.members.append(member)
        return member

    def tend(self) -> None:
        """Start again who has died, each after a pause that doubles up to a minute; call it a few times a second."""
        for member in self.members:
            if member.alive:
                continue
            now = time.monotonic()
            if member.running is not None:
                self._mourn(member, member.running.child, now)
            elif now >= member.again_at:
                self._revive(member, now)

    def _mourn(self, member: Watched, child: Child, now: float) -> None:
        member.running = None
        steady = now - member.started > STEADY_SECONDS
        member.deaths = 1 if steady else member.deaths + 1
        pause = min(LONGEST_PAUSE, 2.0 ** (member.deaths - 1))
        member.again_at = now + pause
        words = "".join(f"\n  {member.name} | {line}" for line in child.tail().splitlines()[-3:])
        self.say(f"{member.name} ended ({how(child)}); starting it again in {pause:.0f} s{words}")

    def _revive(self, member: Watched, now: float) -> None:
        try:
            member.begin()
        except (CannotStart, OSError) as problem:
            member.deaths += 1
            member.again_at = now + LONGEST_PAUSE
            self.say(f"{member.name} does not start: {problem}")
        else:
            self.say(f"{member.name} started again")

    def stop(self) -> None:
        """Stop all, the last started first; repeatable."""
        while self.members:
            member = self.members[-1]
            if member.running is not None:
                self.say(f"stopping {member.name}")
                member.running.stop()
            self.members.pop()

    def kill(self) -> None:
        """End everything at once; nothing acknowledged is lost by it, only the work in hand is done again."""
        for member in reversed(self.members):
            if member.running is not None:
                member.running.child.process.kill()


def how(child: Child) -> str:
    code = child.process.returncode
    return f"signal {-code}" if code is not None and code < 0 else f"exit {code}"
