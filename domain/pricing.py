"""《有偿维修收费标准》: dated price lists, and what a repair costs by them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from domain.calendar import LOCAL
from domain.errors import Malformed, RuleBroken

_FEN = Decimal("0.01")
_MOST = Decimal(10) ** 7

REVIEWED_ITEM, FURTHER_ITEM = "REVIEWED", "EXTRA"
"""FEE-02, FEE-106: stand in place of an item of the list where the price was reviewed, or agreed for further work."""

OFF_THE_LIST: Mapping[str, str] = {REVIEWED_ITEM: "评审项目", FURTHER_ITEM: "追加维修"}
"""What staff call them."""


MEASURED = frozenset({"米", "延米", "平方米", "立方米", "小时", "千克", "公斤", "升"})
"""Units of which a part is charged too; of every other there are only whole ones."""


class ChargeKind(StrEnum):
    LABOUR = "labour"
    MATERIAL = "material"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {"labour": "人工费", "material": "材料费", "other": "其他费用"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceItem:
    """One item of the list; prices are CNY a ``unit``. ``category`` is the fault kind it belongs to."""

    code: str
    name: str
    category: str
    unit: str
    labour: Decimal
    material: Decimal
    other: Decimal = Decimal(0)

    @property
    def whole(self) -> Decimal:
        """What one unit costs, all kinds together."""
        return self.labour + self.material + self.other

    @property
    def is_counted(self) -> bool:
        """Whether there are only whole numbers of it."""
        return self.unit not in MEASURED

    def can_come_to(self, amount: Decimal) -> bool:
        """Whether so much of it costs that, with the material or without."""
        if not self.is_counted:
            return amount > 0
        prices = {self.whole, self.whole - self.material} - {Decimal(0)}
        return amount > 0 and any(amount % price == 0 for price in prices)

    def price(self, kind: ChargeKind) -> Decimal:
        return {
            ChargeKind.LABOUR: self.labour,
            ChargeKind.MATERIAL: self.material,
            ChargeKind.OTHER: self.other,
        }[kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """One version, in force from the beginning of ``effective_from`` (Asia/Shanghai)."""

    version: str
    effective_from: date
    items: tuple[PriceItem, ...]

    @property
    def by_code(self) -> tuple[PriceItem, ...]:
        return tuple(sorted(self.items, key=lambda item: item.code))

    def lists(self, code: str) -> bool:
        return any(item.code == code for item in self.items)

    def item(self, code: str) -> PriceItem:
        """Raises RuleBroken (FEE-03) for an item that this version does not list."""
        for item in self.items:
            if item.code == code:
                return item
        raise RuleBroken(
            "FEE-03",
            field="item",
            remedy=f"项目「{code}」不在收费标准 {self.version} 内，请选标准内项目，或送工程部主管评审",
            english=f"Item {code} is not in price list {self.version}; choose a listed one or have it reviewed.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """Every version of an estate's list."""

    versions: tuple[PriceList, ...]

    def in_force(self, at: datetime) -> PriceList:
        """The version in force at the aware moment ``at``; raises RuleBroken (FEE-03) before the first."""
        day = at.astimezone(LOCAL).date()
        begun = [version for version in self.versions if version.effective_from <= day]
        if not begun:
            raise RuleBroken(
                "FEE-03",
                field="at",
                remedy=f"{day.isoformat()} 尚无生效的收费标准，请先载入",
                english=f"No price list is in force on {day.isoformat()}; load one first.",
            )
        return max(begun, key=lambda version: version.effective_from)

    def version(self, name: str) -> PriceList | None:
        return next((version for version in self.versions if version.version == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedCharge:
    """What a repairer writes down; ``amount`` is what was typed, if anything was."""

    item: str
    kind: ChargeKind
    quantity: Decimal = Decimal(1)
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    """``price_version`` is empty for what the list does not name."""

    item: str
    kind: ChargeKind
    price_version: str
    unit_price: Decimal
    quantity: Decimal
    amount: Decimal


def charge(requested: Sequence[RequestedCharge], prices: PriceList) -> tuple[ChargeLine, ...]:
    """Price every line by the list (FEE-03), rounded half up to the fen, as the database checks.

    Raises RuleBroken (FEE-03) for an unlisted item or a typed amount that differs from the list,
    Malformed for a quantity that is not positive, finer than three decimals, or a part of what is counted.
    """
    return tuple(_line(wanted, prices, position) for position, wanted in enumerate(requested))


def charge_off_the_list(item: str, agreed: Mapping[str, Decimal], field: str) -> ChargeLine:
    """FEE-02, FEE-106: once, at the amount reviewed or agreed; ``field``: of the request.

    Raises RuleBroken (FEE-02) where there is no such amount.
    """
    amount = agreed.get(item)
    if amount is None:
        raise RuleBroken(
            "FEE-02",
            field=field,
            remedy=f"本单没有经评审或住户同意的「{OFF_THE_LIST[item]}」费用",
            english=f"No amount was reviewed or agreed to for {item} in this case.",
        )
    amount = amount.quantize(_FEN)
    return ChargeLine(
        item=item, kind=ChargeKind.OTHER, price_version="", unit_price=amount, quantity=Decimal(1), amount=amount
    )


def total(lines: Iterable[ChargeLine]) -> Decimal:
    return sum((line.amount for line in lines), start=Decimal("0.00"))


def _line(wanted: RequestedCharge, prices: PriceList, position: int) -> ChargeLine:
    quantity = wanted.quantity
    if not (quantity.is_finite() and 0 < quantity < _MOST and quantity == round(quantity, 3)):
        raise Malformed(
            field=f"charges.{position}.quantity",
            remedy="数量须大于零，最多三位小数",
            english="The quantity must be positive, with at most three decimals.",
        )
    listed = prices.item(wanted.item)
    if listed.is_counted and quantity != quantity.to_integral_value():
        raise Malformed(
            field=f"charges.{position}.quantity",
            remedy=f"{listed.name}按{listed.unit}计，数量须为整数",
            english=f"{listed.code} is counted by {listed.unit}, so the quantity is a whole number.",
        )
    unit_price = listed.price(wanted.kind)
    amount = (unit_price * quantity).quantize(_FEN, rounding=ROUND_HALF_UP)
    if wanted.amount is not None and wanted.amount != amount:
        raise RuleBroken(
            "FEE-03",
            field=f"charges.{position}.amount",
            remedy=f"{wanted.kind.label}按收费标准 {prices.version} 应为 {amount} 元，未经评审不得改价",
            english=f"Price list {prices.version} makes this {amount} CNY; another amount needs a reviewed price.",
        )
    return ChargeLine(
        item=wanted.item,
        kind=wanted.kind,
        price_version=prices.version,
        unit_price=unit_price,
        quantity=quantity,
        amount=amount,
    )
