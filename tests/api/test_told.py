"""Who was told what, when and under which clause, and who read what is personal, for any case."""

from tests.api.office import Office
from tests.api.pages import at_desk, words


async def test_a_supervisor_reads_who_was_told_what_under_which_clause_and_who_looked(office: Office) -> None:
    no = await office.reports("fd-1", hazard="井盖缺失", channel="电话", phone="19900000001")
    await office.get(f"/v1/cases/{no}", "fd-1", purpose="联系住户")

    record = (await office.get(f"/v1/cases/{no}/told", "cs-1")).json()
    page = words(await (await at_desk(office, "cs-1")).sees(f"/cases/{no}/told"))

    told = {(one["rule"], one["level"], one["post"]) for one in record["told"]}
    assert {("PUB-101", "告知", post) for post in ("工程部", "工程部主管", "护管部")} <= told
    assert all(no in one["text"] for one in record["told"])
    assert all(one["recipient"] for one in record["told"] if one["post"] == "工程部")
    assert [("fd-1", "联系住户")] == [(one["principal"], one["purpose"]) for one in record["readings"]]
    assert "PUB-101" in page
    assert "前台甲 fd-1 联系住户" in page


async def test_prv_106_it_is_for_the_desk_and_those_in_charge(office: Office) -> None:
    no = await office.call("fd-1")

    refused = await office.get(f"/v1/cases/{no}/told", "rp-1")
    of_nothing = await office.get("/v1/cases/REP-20200101-00001/told", "cs-1")

    assert (403, 404) == (refused.status_code, of_nothing.status_code)
    assert f"/cases/{no}/told" in await (await at_desk(office, "fd-1")).sees(f"/cases/{no}")
    assert f"/cases/{no}/told" not in await (await at_desk(office, "rp-1")).sees(f"/cases/{no}")
