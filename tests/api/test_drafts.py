"""What is kept of a form until its second look: an hour, for its own person, and not without bound."""

from api.drafts import KEPT_SECONDS, MOST, Drafts


def test_a_draft_is_found_as_often_as_it_is_asked_for_by_its_own_person_and_for_an_hour() -> None:
    now = [0.0]
    drafts = Drafts(lambda: now[0])
    name = drafts.keep("fd-1", "草稿")

    assert ["草稿", "草稿", None, None] == [
        drafts.of("fd-1", name), drafts.of("fd-1", name), drafts.of("fd-2", name), drafts.of("fd-1", "x"),
    ]  # fmt: skip
    now[0] = KEPT_SECONDS - 1
    assert "草稿" == drafts.of("fd-1", name)
    now[0] = KEPT_SECONDS
    assert None is drafts.of("fd-1", name)
    assert None is drafts.of("", "x")


def test_the_oldest_gives_way() -> None:
    drafts = Drafts()
    names = [drafts.keep("fd-1", number) for number in range(MOST + 1)]

    assert [None, 1, MOST] == [drafts.of("fd-1", names[number]) for number in (0, 1, MOST)]
