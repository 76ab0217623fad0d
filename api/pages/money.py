"""What a repair costs, as our pages show it: the items of a price list, and charges with their total."""

from collections.abc import Sequence

from api.pages.markup import Markup, Row, row, table, tag
from api.pages.names import Names
from domain.pricing import ChargeKind, ChargeLine, PriceItem, PriceList, total


def price_table(prices: PriceList) -> Markup:
    """By code, in CNY a unit."""
    heads = ("编号", "项目", "单位", *(kind.label for kind in ChargeKind), "单价合计（元）")
    return tag(
        "details",
        tag("summary", f"收费标准 {prices.version}"),
        table(heads, [_item(item) for item in prices.by_code]),
    )


def charges_table(title: str, lines: Sequence[ChargeLine], names: Names) -> Markup:
    """Each line and the grand total."""
    rows = [_line(line, names) for line in lines]
    whole = row("合计", "", "", "", "", tag("strong", f"{total(lines)} 元"))
    return table((title, "费用", "收费标准", "单价", "数量", "金额"), [*rows, whole])


def _item(item: PriceItem) -> Row:
    return row(item.code, item.name, item.unit, *(str(item.price(kind)) for kind in ChargeKind), str(item.whole))


def _line(line: ChargeLine, names: Names) -> Row:
    return row(
        names.item(line.item),
        line.kind.label,
        line.price_version,
        str(line.unit_price),
        f"{line.quantity.normalize():f}",
        f"{line.amount} 元",
    )
