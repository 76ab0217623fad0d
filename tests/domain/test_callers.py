"""Who is to hear of a case: everybody who called, each once, and nobody who was taken off it again."""

from domain.callers import callers
from domain.events import AnyEvent
from domain.events.joining import CalledAgain, Caller, CameAfter, MergeTaken, MergeUndone
from domain.events.repair import Channel
from domain.people import CaseNo
from tests.domain.rulebook.beginnings import RECEIVED
from tests.domain.story import Story, on

ONE, OTHER = CaseNo("REP-20261122-00001"), CaseNo("REP-20261122-00002")
A = Caller(channel="电话", content="漏水", phone="19900000007")
B = Caller(channel="微信", content="还在漏", phone="19900000008")
AGAIN = CalledAgain(channel=Channel.TELEPHONE, content="漏水", phone="19900000007")


def on_the_case(*events: AnyEvent) -> list[str]:
    story = Story(entries=[RECEIVED, *((event, on("9:05")) for event in events)])
    return [one.phone for one in callers(story.file)][1:]


def test_who_came_with_a_case_goes_with_it_when_it_is_taken_out_again() -> None:
    taken = MergeTaken(merged=ONE, callers=(A, B))

    assert [A.phone, B.phone] == on_the_case(taken)
    assert [] == on_the_case(taken, MergeUndone(merged=ONE, later=OTHER, callers=(A, B)))


def test_of_what_came_by_way_of_another_only_its_own_go() -> None:
    taken = MergeTaken(merged=OTHER, callers=(B, A))

    assert [B.phone] == on_the_case(taken, MergeUndone(merged=ONE, later=OTHER, callers=(A,)))


def test_who_called_about_this_case_too_in_the_same_words_stays_on_it_once() -> None:
    taken = MergeTaken(merged=ONE, callers=(A,))

    assert [A.phone] == on_the_case(AGAIN, taken, MergeUndone(merged=ONE, later=OTHER, callers=(A,)))


def test_on_the_case_taken_out_everybody_is_who_called_about_it_before_and_its_reporter_once() -> None:
    story = Story(entries=[RECEIVED])
    (reporter,) = callers(story.file)

    assert [A.phone] == on_the_case(CameAfter(after=ONE, reason=".", apart_from=OTHER, callers=(reporter, A)))
