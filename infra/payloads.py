"""Temporal payloads: packed, then sealed with AES-256-GCM, and nothing in clear accepted back."""

import dataclasses
import os
from collections.abc import Sequence

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    PayloadConverter,
)
from temporalio.exceptions import ApplicationError

from domain.errors import DeskError
from infra.keys import KeyRing
from infra.packing import packed, unpacked

ENCODING = b"binary/encrypted"
REFUSED = b"binary/refused"
KEY_ID = "key-id"
NONCE_BYTES = 12
IN_CLEAR = {"UnknownPerson", *(kind.code for kind in DeskError.__subclasses__())}
"""Kinds of error whose message holds nothing but our own words, rule ids, posts and times."""

log = structlog.stdlib.get_logger(__name__)


class UnknownKey(Exception):
    """A payload was sealed with a key that is not in the settings: the case waits until the key is back."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"payload key {key_id} is not among LIYUAN_CODEC_KEYS; add it again")


class SealingCodec(PayloadCodec):
    """A payload in clear, or one that was tampered with, becomes a payload that no converter takes.

    So an update sent past the codec is rejected by itself; an exception here would fail every task of the case.
    """

    def __init__(self, ring: KeyRing) -> None:
        self._current = ring.current
        self._keys = {name: AESGCM(key) for name, key in ring.keys.items()}

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self.seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self.open(payload) for payload in payloads]

    def seal(self, payload: Payload) -> Payload:
        content = packed(payload.SerializeToString())
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self._current].encrypt(nonce, content, self._current.encode())
        return Payload(metadata={"encoding": ENCODING, KEY_ID: self._current.encode()}, data=nonce + sealed)

    def open(self, payload: Payload) -> Payload:
        """The payload as it was; a refused one if it was in clear or does not open. ``UnknownKey``."""
        if payload.metadata.get("encoding") != ENCODING:
            return _refused("clear")
        key_id = payload.metadata.get(KEY_ID, b"").decode(errors="replace")
        if key_id not in self._keys:
            raise UnknownKey(key_id)
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        try:
            content = self._keys[key_id].decrypt(nonce, sealed, key_id.encode())
        except (InvalidTag, ValueError):
            return _refused("tampered")
        plain = unpacked(content)
        return _refused("too_large") if plain is None else Payload.FromString(plain)


def _refused(why: str) -> Payload:
    log.warning("payload.refused", why=why)
    return Payload(metadata={"encoding": REFUSED})


class _RefusalsInClear(DefaultFailureConverterWithEncodedAttributes):
    """What a case refuses is told as it is: the Web UI opens no sealed error, and the words are ours."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        if isinstance(exception, ApplicationError) and exception.type in IN_CLEAR:
            _PLAINLY.to_failure(exception, payload_converter, failure)
        else:
            super().to_failure(exception, payload_converter, failure)


_PLAINLY = DefaultFailureConverter()


def data_converter(ring: KeyRing) -> DataConverter:
    """Pydantic models and dataclasses as JSON, sealed; errors and stack traces sealed too, but for refusals."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=SealingCodec(ring),
        failure_converter_class=_RefusalsInClear,
    )
