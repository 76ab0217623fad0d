"""The 《维修单》 has the four copies that the rulebook gives it."""

from domain.forms import REPAIR_ORDER


def test_rep_23_the_order_has_four_copies_each_with_a_holder() -> None:
    holders = {copy.name: copy.holder for copy in REPAIR_ORDER.copies}

    assert holders == {"第一联": "客户", "第二联": "客服部", "第三联": "财务部", "第四联": "客服前台"}
    assert [copy.number for copy in REPAIR_ORDER.copies] == [1, 2, 3, 4]


def test_only_the_customers_copy_leaves_the_company() -> None:
    assert [copy.internal for copy in REPAIR_ORDER.copies] == [False, True, True, True]


def test_a_copy_is_found_by_its_number_and_no_fifth_exists() -> None:
    assert [REPAIR_ORDER.copy(3), REPAIR_ORDER.copy(5), REPAIR_ORDER.copy(0)] == [REPAIR_ORDER.copies[2], None, None]
