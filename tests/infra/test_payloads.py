"""Payloads come back as they were, and nothing else comes in."""

import hashlib
import os
import random
import zlib

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError

from api.wire.text import LONGEST
from domain.events import Noted
from domain.events.on_site import ProgressReported, Surveyed
from domain.fullness import MOST_BESIDE, MOST_CHARACTERS, MOST_NEEDED, MOST_NEEDED_CHARACTERS, MOST_REMARKS
from infra.keys import KeyRing
from infra.packing import LARGEST, PHRASES
from infra.payloads import ENCODING, KEY_ID, REFUSED, SealingCodec, UnknownKey, data_converter
from tests.domain.story import Story, on, received
from workflows.messages import Carried

FIRST, SECOND = os.urandom(32), os.urandom(32)
CODEC = SealingCodec(KeyRing(current="c1", keys={"c1": FIRST}))


@given(data=st.binary(max_size=2000), encoding=st.binary(max_size=20))
def test_every_payload_comes_back_as_it_was(data: bytes, encoding: bytes) -> None:
    payload = Payload(metadata={"encoding": encoding}, data=data)

    sealed = CODEC.seal(payload)

    assert CODEC.open(sealed) == payload
    assert set(sealed.metadata) == {"encoding", KEY_ID}


def test_what_repeats_itself_becomes_smaller() -> None:
    payload = Payload(data="厨房水管漏水".encode() * 200)

    assert len(CODEC.seal(payload).data) < 300


def test_an_act_takes_less_than_half_of_what_it_would_without_the_phrases() -> None:
    story = Story(entries=[(received(), on("9:00"))])
    act = Carried(lineage="run", digest="", entries=tuple(story.file)).model_dump_json().encode()

    sealed = CODEC.seal(Payload(metadata={"encoding": b"json/plain"}, data=act))

    assert len(sealed.data) < len(zlib.compress(act)) / 2


def test_what_a_version_before_the_phrases_sealed_opens() -> None:
    payload = Payload(metadata={"encoding": b"json/plain"}, data="厨房水管漏水".encode() * 200)
    for packed in (b"\0" + payload.SerializeToString(), b"\1" + zlib.compress(payload.SerializeToString(), 1)):
        nonce = os.urandom(12)
        sealed = nonce + AESGCM(FIRST).encrypt(nonce, packed, b"c1")

        assert CODEC.open(Payload(metadata={"encoding": ENCODING, KEY_ID: b"c1"}, data=sealed)) == payload


def test_the_phrases_are_those_that_stored_payloads_were_packed_with() -> None:
    assert hashlib.sha256(PHRASES).hexdigest() == "0e91cf6ff0e6b9eed900f21d970c7b82d55cd82e45a0a02357699e3e573ebc5f"


def test_a_payload_in_clear_is_refused() -> None:
    opened = CODEC.open(Payload(metadata={"encoding": b"json/plain"}, data=b'"x"'))

    assert opened == Payload(metadata={"encoding": REFUSED})


@pytest.mark.parametrize("at", [0, 12, -1])
def test_a_changed_payload_is_refused(at: int) -> None:
    sealed = CODEC.seal(Payload(data=b"x"))
    changed = bytearray(sealed.data)
    changed[at] ^= 1
    sealed.data = bytes(changed)

    assert CODEC.open(sealed).metadata["encoding"] == REFUSED


@pytest.mark.parametrize("data", [b"", b"short", bytes(12), bytes(40)])
def test_a_payload_that_only_says_it_is_sealed_is_refused(data: bytes) -> None:
    claimed = Payload(metadata={"encoding": ENCODING, KEY_ID: b"c1"}, data=data)

    assert CODEC.open(claimed).metadata["encoding"] == REFUSED


def test_a_payload_that_swells_past_all_measure_is_refused() -> None:
    sealed = CODEC.seal(Payload(data=bytes(LARGEST + 1)))

    assert CODEC.open(sealed).metadata["encoding"] == REFUSED


def test_after_a_rotation_old_payloads_open_and_new_ones_take_the_new_key() -> None:
    old = CODEC.seal(Payload(data=b"old"))
    rotated = SealingCodec(KeyRing(current="c2", keys={"c1": FIRST, "c2": SECOND}))

    assert rotated.open(old).data == b"old"
    assert rotated.seal(Payload(data=b"new")).metadata[KEY_ID] == b"c2"


def test_a_key_that_is_not_in_the_settings_is_named() -> None:
    sealed = SealingCodec(KeyRing(current="c2", keys={"c2": SECOND})).seal(Payload(data=b"x"))

    with pytest.raises(UnknownKey, match="c2 is not among LIYUAN_CODEC_KEYS"):
        CODEC.open(sealed)


@pytest.mark.parametrize(("first", "last"), [(0x4E00, 0x9FFF), (0x1F300, 0x1FAFF)], ids=["Chinese", "emoji"])
def test_a_full_case_fits_into_what_temporal_carries_to_its_next_run(first: int, last: int) -> None:
    chance = random.Random(1)  # noqa: S311  # nothing secret

    def words(length: int) -> str:
        return "".join(chr(chance.randint(first, last)) for _ in range(length))

    story = Story(entries=[(received(), on("9:00"))])
    for _ in range(MOST_REMARKS):
        story.then(Noted(text=words(LONGEST)), on("9:01"))
    for _ in range(MOST_BESIDE):
        story.then(ProgressReported(text=words(MOST_CHARACTERS // MOST_BESIDE)), on("9:01"))
    for _ in range(MOST_NEEDED):
        story.then(Surveyed(finding=words(MOST_NEEDED_CHARACTERS // MOST_NEEDED)), on("9:01"))
    carried = Carried(lineage="run", digest="", entries=tuple(story.file))

    sealed = CODEC.seal(Payload(data=carried.model_dump_json().encode()))

    assert 1_000_000 < len(sealed.data) < 2_000_000


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (ApplicationError("请填写工号", type="rule_broken"), "请填写工号"),
        (ApplicationError("张先生", type="SomethingElse"), "Encoded failure"),
        (ValueError("张先生"), "Encoded failure"),
    ],
)
async def test_a_refusal_can_be_read_in_the_web_ui_and_no_other_error(fault: Exception, message: str) -> None:
    failure = Failure()

    await data_converter(KeyRing(current="c1", keys={"c1": FIRST})).encode_failure(fault, failure)

    assert failure.message == message
    assert "张先生".encode() not in failure.SerializeToString()
