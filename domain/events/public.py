"""What happens in the repair of a public facility, from the report to the tidied site."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from domain.events.base import Event, Spot
from domain.people import StaffId

OUTSIDE = "公共区域"
"""Where it is, outside all buildings."""


class FacilityChannel(StrEnum):
    """PUB-01, PUB-106, PUB-108: by whom or what the fault was found and told."""

    TELEPHONE = "电话"
    WECHAT = "微信"
    APP = "物业APP"
    FRONT_DESK = "前台登记"
    PATROL = "巡查"
    CLEANING = "保洁"
    DEVICE = "设备告警"
    OTHER = "其他"


class Facility(StrEnum):
    """What kind of facility it is."""

    LIFT = "电梯"
    WATER = "供水排水"
    POWER = "供电照明"
    FIRE_SAFETY = "消防设施"
    ACCESS = "门禁监控"
    ROAD = "道路井盖"
    BUILDING = "屋面外墙"
    OTHER = "其他"


class FacilityFault(StrEnum):
    """PUB-106, and the lines of the 《公共区域现场巡视表》."""

    ABNORMAL = "设施异常"
    DAMAGED = "设施损坏"
    BAD_WEATHER = "恶劣天气损坏"


class Hazard(StrEnum):
    """PUB-101: what disturbs daily life or endangers persons or property."""

    NONE = "无"
    NOISE = "设备噪声扰民"
    MANHOLE = "井盖缺失"
    SEWAGE = "污水外溢"
    WATER_ON_ROAD = "路面积水"
    ROOF_DRAIN = "屋面排水口堵塞"


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityFaultReported(Event):
    """PUB-01, PUB-101, PUB-106, PUB-108: the report as it came; opens the case and starts its clocks.

    ``building`` is a code of the estate's list, empty outside all of them; ``place`` says where in words.
    """

    type: Literal["facility_fault_reported"] = "facility_fault_reported"
    label: ClassVar[str] = "受理公共报修"
    public_words: ClassVar[frozenset[str]] = frozenset({"place"})
    channel: FacilityChannel
    place: str
    facility: Facility
    fault: FacilityFault
    content: str
    reporter: str
    building: str = ""
    hazard: Hazard = Hazard.NONE
    phone: str = ""
    found_at: datetime | None = None

    @property
    def spot(self) -> Spot:
        """The building, or what lies outside all of them; no room's code has a slash."""
        about = self.facility if self.hazard is Hazard.NONE else f"{self.facility}（{self.hazard}）"
        return Spot(place=f"public/{self.building}", name="同一楼栋或区域", about=about, where=self.place)

    @property
    def trade(self) -> str:
        return self.facility


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSignedFor(Event):
    """PUB-02, PUB-03: 第二联 is handed over, and the ``collector`` of 工程部 has signed for it."""

    type: Literal["sheet_signed_for"] = "sheet_signed_for"
    label: ClassVar[str] = "领单签收"
    collector: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairerArranged(Event):
    """PUB-04: who is sent to the facility."""

    type: Literal["repairer_arranged"] = "repairer_arranged"
    label: ClassVar[str] = "安排维修"
    repairer: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityRepaired(Event):
    """PUB-06, PUB-07: done; what was done with which ``parts``, and whether the site is tidied up."""

    type: Literal["facility_repaired"] = "facility_repaired"
    label: ClassVar[str] = "公共维修完成"
    notes: str
    parts: str
    site_cleared: bool


PublicEvent = FacilityFaultReported | SheetSignedFor | RepairerArranged | FacilityRepaired
