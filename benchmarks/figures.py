"""Figures beside what must be and what is aimed at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """``must`` and ``aim`` are upper bounds, lower ones where ``more_is_better``; None: goals.md sets none."""

    goal: int
    what: str
    value: float
    unit: str
    must: float | None = None
    aim: float | None = None
    more_is_better: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.must is None:
            return ""
        if self._within(self.aim if self.aim is not None else self.must):
            return "aim" if self.aim is not None else "must"
        return "must" if self._within(self.must) else "MISSED"

    def _within(self, bound: float) -> bool:
        return self.value >= bound if self.more_is_better else self.value <= bound


def table(figures: list[Figure]) -> str:
    lines = ["| goal | what | figure | must | aim | reached | note |", "| --- | --- | --- | --- | --- | --- | --- |"]
    lines += [
        f"| {f.goal} | {f.what} | {f.value:.4g} {f.unit} | {_bound(f, f.must)} | {_bound(f, f.aim)}"
        f" | {f.verdict} | {f.note} |"
        for f in figures
    ]
    return "\n".join(lines)


def _bound(figure: Figure, bound: float | None) -> str:
    return "" if bound is None else f"{'>=' if figure.more_is_better else '<='} {bound:g}"
