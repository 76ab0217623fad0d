"""HTML made of Python: every text is escaped where it enters, and nothing else can enter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

VOID = frozenset({"input", "meta", "link", "br"})


class Markup(str):
    """Text that is HTML already; only ``tag`` and ``page`` make it."""

    __slots__ = ()


Child = str | Markup | None | Iterable["Child"]


def tag(name: str, *children: Child, **attributes: str | None) -> Markup:
    """An element. ``class_`` and ``for_`` give the attributes of those names; None leaves one out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{''.join(_written(children))}</{name}>")


def page(title: str, *body: Child, refresh_seconds: int | None = None) -> str:
    """A whole document; no scripts, no styles but our own sheet."""
    again = tag("meta", http_equiv="refresh", content=str(refresh_seconds)) if refresh_seconds else None
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        again,
        tag("title", title),
        tag("link", rel="icon", href="/static/icon.png"),
        tag("link", rel="stylesheet", href="/static/desk.css"),
    )
    return f"<!doctype html>{tag('html', head, tag('body', *body), lang='zh-CN')}"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table, drawn once it is known under which heads its cells stand."""

    cells: tuple[Child, ...]
    class_: str | None = None


def table(heads: Sequence[str], rows: Iterable[Row], *, class_: str | None = None) -> Markup:
    """Each cell knows its head, which stands beside it where a narrow screen shows the rows one below the other."""
    top = tag("thead", tag("tr", [tag("th", head) for head in heads]))
    return tag("table", top, tag("tbody", [_drawn(heads, one) for one in rows]), class_=class_)


def row(*cells: Child, class_: str | None = None) -> Row:
    return Row(cells, class_)


def _drawn(heads: Sequence[str], line: Row) -> Markup:
    cells = [tag("td", cell, data_label=head or None) for head, cell in zip(heads, line.cells, strict=True)]
    return tag("tr", cells, class_=line.class_)


def _written(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, Markup):
            yield str(child)
        elif isinstance(child, str):
            yield escape(child)
        else:
            yield from _written(child)
