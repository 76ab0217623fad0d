"""What a person wrote, as it goes on paper, whatever the font can show."""

from infra.paper.wording import LONGEST, SHORT, Wording

EVERYTHING = Wording(covered=frozenset(range(0x110000)))
LETTERS = Wording(covered=frozenset(map(ord, "漏水abc")))


def test_what_steers_the_eye_unseen_is_shown_even_if_the_font_has_it() -> None:
    assert EVERYTHING.text("a\u202eb\u200dc\ue000\x07") == "a（U+202E）b（U+200D）c（U+E000 U+0007）"


def test_what_the_font_lacks_is_shown_by_its_code_and_a_long_row_is_counted() -> None:
    assert LETTERS.text("漏😀水") == "漏（U+1F600）水"
    assert LETTERS.text("😀" * 13) == "（" + " ".join(["U+1F600"] * 12) + " 等13字）"


def test_every_kind_of_line_end_is_one_and_a_short_place_has_one_line() -> None:
    words = "a\r\nb\rc\u2028a\u0085b"

    assert LETTERS.text(words) == "a\nb\nc\na\nb"
    assert LETTERS.short(words) == "a b c a b"


def test_selectors_of_a_shape_leave_the_character_itself() -> None:
    assert LETTERS.text("漏\ufe0f水\U000e0100") == "漏水"


def test_a_long_word_may_break_and_an_ordinary_one_stays_whole() -> None:
    assert LETTERS.text("a" * 20) == "\u200b".join(["a" * 8, "a" * 8, "a" * 4])
    assert LETTERS.text("a" * 19) == "a" * 19


def test_what_is_too_long_is_cut_at_its_length_and_counted() -> None:
    assert EVERYTHING.text("漏" * LONGEST) == "漏" * LONGEST
    assert EVERYTHING.text("漏" * (LONGEST + 1)) == "漏" * LONGEST + "……（余1字从略，见系统记录）"
    assert EVERYTHING.short("漏" * (SHORT + 2)) == "漏" * SHORT + "……（余2字从略，见系统记录）"
