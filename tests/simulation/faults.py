"""What goes wrong with the desk itself in a month: hours without it, slow and doubled deliveries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from domain.roster import Span
from tests.simulation.estate import DAY, HOUR


@dataclass(frozen=True, kw_only=True)
class Faults:
    """``closed``: nothing is taken on or happens. ``stopped``: what is taken on lies there, no alarm is raised."""

    closed: tuple[Span, ...] = ()
    stopped: tuple[Span, ...] = ()
    slow: float = 0.0
    doubled: float = 0.0

    def closed_until(self, at: datetime) -> datetime | None:
        return _over(self.closed, at)

    def stopped_until(self, at: datetime) -> datetime | None:
        """When cases go on; None: they do."""
        return _over((*self.closed, *self.stopped), at)

    def on_its_way(self, chance: Random) -> timedelta:
        """How long an act that was taken on is delivered after it."""
        if chance.random() < self.slow:
            return timedelta(seconds=chance.randint(5, 1500))
        return timedelta(milliseconds=chance.randint(20, 900))


NONE = Faults()


def drawn(chance: Random, start: datetime, days: int) -> Faults:
    """A random half of them is left out of each month."""

    def some(most: int) -> tuple[Span, ...]:
        begun = [start + DAY * days * chance.random() for _ in range(chance.randint(0, most))]
        return tuple(Span(start=at, end=at + HOUR * chance.uniform(0.2, 8)) for at in begun)

    return Faults(
        closed=some(3),
        stopped=some(3),
        slow=chance.choice((0.0, 0.03)),
        doubled=chance.choice((0.0, 0.05)),
    )


def _over(spans: tuple[Span, ...], at: datetime) -> datetime | None:
    """The end of what holds then, through whatever begins before it is over."""
    end: datetime | None = None
    while found := [span.end for span in spans if span.holds(end or at)]:
        end = max(found)
    return end
