"""Settings of the API's door: signed tokens and how often one caller may ask."""

import base64
from datetime import timedelta

import limits
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from infra.keys import decode_key


class AccessSettings(BaseModel):
    """Rates are such as ``500/second``; they are counted in each process."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)

    token_keys: dict[str, SecretStr] = {}
    """Keys of signed tokens (JWT, HS256) by key id (``kid``), base64 of 32 bytes; without one no token is taken."""
    token_issuer: str = "liyuan"  # noqa: S105  # a name
    """The ``iss`` that a token must carry."""
    token_audience: str = "liyuan-desk"  # noqa: S105  # a name
    """The ``aud`` that a token must carry."""
    token_longest: timedelta = timedelta(hours=12)
    """A token valid for longer than this from its ``iat`` is refused."""
    session_length: timedelta = timedelta(hours=12)
    """How long the staff pages keep a person logged in."""
    rate_system: str = "1000/second"
    """Requests of one system key."""
    rate_person: str = "30/second"
    """Requests of one person's key."""
    rate_failures: str = "30/minute"
    """Failed keys and tokens from one address; beyond it they are answered 429. Good ones are not held up."""
    answer_patience: timedelta = Field(default=timedelta(seconds=3), gt=timedelta(0), le=timedelta(seconds=30))
    """How long a write waits for its outcome before it is answered 202."""

    device_alarms: bool = False
    """Whether a system may report faults of facilities on its own (设备告警, PUB-108)."""

    @field_validator("token_keys")
    @classmethod
    def _keys_are_real(cls, keys: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for key in keys.values():
            decode_key(key.get_secret_value())
        return keys

    @field_validator("rate_system", "rate_person", "rate_failures")
    @classmethod
    def _rate_is_readable(cls, rate: str) -> str:
        limits.parse(rate)
        return rate

    def token_key(self, name: str) -> bytes | None:
        key = self.token_keys.get(name)
        return base64.b64decode(key.get_secret_value()) if key else None
