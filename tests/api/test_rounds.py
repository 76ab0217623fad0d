"""Over HTTP: a repair done, filed and reopened has a form for each round, and what they charge is what is charged."""

import io
import re
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from tests.api.office import Office
from tests.api.pages import at_desk, words
from tests.api.test_case import walk
from tests.api.test_paths import DESK, REPAIRER, SUPERVISOR, finished

FINANCE = 3
"""第三联: what 财务部 charges by."""

FIRST, SECOND = Decimal(170), Decimal("45.00")


async def print_of(office: Office, no: str, of_round: int | None = None, *, copy: int = FINANCE) -> Any:
    wanted = "" if of_round is None else f"&round={of_round}"
    return await office.post(f"/v1/cases/{no}/forms/repair-order?copy={copy}{wanted}", None, DESK)


async def paper(office: Office, no: str, of_round: int | None = None, *, copy: int = FINANCE) -> str:
    """What the copy says, without its blanks."""
    answer = await print_of(office, no, of_round, copy=copy)
    assert answer.status_code == 200, answer.text
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return "".join("".join(page.extract_text() for page in pages).split()).replace("\u200b", "")


def due(text: str) -> Decimal:
    """The total of the form; nothing while it is blank."""
    found = re.search(r"（小写）￥([0-9,.]*)", text)
    assert found
    return Decimal(found[1].replace(",", "") or 0)


async def on_record(office: Office, no: str) -> Decimal:
    """What the table charges."""
    return Decimal(await office.pool.fetchval("select sum(amount) from charges where case_no = $1", no))


async def on_the_page(office: Office, no: str) -> tuple[Decimal, list[Decimal]]:
    """What the case page charges in all, and under each form."""
    desk = await at_desk(office, DESK)
    shown = words(await desk.sees(f"/cases/{no}"))
    parts = [Decimal(one) for one in re.findall(r"合计 ([0-9.]+) 元", shown)]
    whole = re.search(r"各轮收费共计 ([0-9.]+) 元", shown)
    return Decimal(whole[1]) if whole else sum(parts, start=Decimal(0)), parts


async def reopened(office: Office) -> str:
    """Done for 170, signed, filed, and not repaired after all."""
    no = await office.call(DESK)
    await walk(office, no, SUPERVISOR, solved=False)
    return no


@pytest.fixture(scope="module")
async def told(office: Office) -> dict[str, Any]:
    """What the forms, the page and the table say before somebody is sent again, while he is at it, and at the end."""
    no, seen = await reopened(office), dict[str, Any]()

    async def look(name: str, rounds: int) -> None:
        seen[name] = (
            [await paper(office, no, number) for number in range(1, rounds + 1)],
            await on_the_page(office, no),
            await on_record(office, no),
        )

    await look("reopened", 1)
    await walk(office, no, SUPERVISOR, after="assessed", until="assigned")
    await look("sent again", 2)
    await walk(office, no, SUPERVISOR, after="assigned", until="arrived_on_site")
    await office.did(no, {"type": "fault_compared", "matches": False, "actual_item": "W02"}, REPAIRER)
    await office.did(no, {"type": "price_shown"}, REPAIRER)
    await walk(office, no, SUPERVISOR, after="price_shown", until="work_started", cost=str(SECOND))
    await office.did(no, finished({"item": "W02"}), REPAIRER)
    await look("done again", 2)
    await walk(office, no, SUPERVISOR, after="work_finished")
    await look("closed", 2)
    seen["no"] = no
    return seen


@pytest.mark.parametrize(
    ("moment", "sums"),
    [
        ("reopened", [FIRST]),
        ("sent again", [FIRST, Decimal(0)]),
        ("done again", [FIRST, SECOND]),
        ("closed", [FIRST, SECOND]),
    ],
)
def test_rep_47_fee_03_the_forms_of_all_rounds_charge_what_the_page_and_the_table_do(
    told: dict[str, Any], moment: str, sums: list[Decimal]
) -> None:
    papers, (page, parts), table = told[moment]

    assert sums == [due(one) for one in papers]
    assert [one for one in sums if one] == parts
    assert sum(sums) == page == table


@pytest.mark.parametrize("moment", ["reopened", "sent again", "done again", "closed"])
def test_rep_47_the_form_of_the_first_round_stays_as_it_was_signed(told: dict[str, Any], moment: str) -> None:
    first = told[moment][0][0]

    assert "第2轮" not in first
    for said in ("同意收费并维修，170.00元，住户001（当面）", "水龙头更换", "■合格", "未解决", "维修人员签名"):
        assert said in first, said
    assert "阀芯" not in first
    assert "45.00" not in first


def test_rep_47_the_form_of_the_second_says_its_round_and_what_was_charged_before(told: dict[str, Any]) -> None:
    middle, end = told["sent again"][0][1], told["closed"][0][1]

    assert all("第2轮" in one for one in (middle, end))
    assert all("以前各轮费用170.00元，见前轮维修单" in one for one in (middle, end))
    assert "同意收费并维修" not in middle.partition("办理记录")[0]
    assert "同意收费并维修，45.00元，住户001（当面）" in end
    assert "水龙头阀芯更换" in end


async def test_rep_23_each_form_has_originals_of_its_own_and_is_seen_again_as_it_was(
    office: Office, told: dict[str, Any]
) -> None:
    no = told["no"]

    prints = [await print_of(office, no, number, copy=2) for number in (1, 2, 2)]
    out = await print_of(office, no, copy=2)
    again = await office.get(prints[1].headers["content-location"], DESK)
    third = await print_of(office, no, 3)

    texts = [PdfReader(io.BytesIO(answer.content)).pages[0].extract_text() for answer in (*prints, out, again)]
    assert ["补打" in text for text in texts] == [False, False, True, True, False]
    assert ["第2轮" in text for text in texts] == [False, True, True, True, True]
    assert texts[1] == texts[4]
    assert (409, "round") == (third.status_code, third.json()["field"])


async def test_rep_47_the_page_prints_the_form_of_either_round(office: Office, told: dict[str, Any]) -> None:
    desk = await at_desk(office, DESK)
    page = await desk.sees(f"/cases/{told['no']}")
    drawn = re.findall(r'<form[^>]*/print".*?</form>', page, re.DOTALL)

    places = []
    for form in drawn:
        key, number = (re.search(rf'name="{name}" value="([^"]*)"', form) for name in ("key", "round"))
        assert key
        assert number
        sent = {"key": key[1], "round": number[1], "copy": "4"}
        places.append((await desk.sends(f"/cases/{told['no']}/print", sent)).headers["location"])
        await desk.sees_paper(places[-1])

    assert [f"/cases/{told['no']}/print/4/1?round={number}" for number in (2, 1)] == places
