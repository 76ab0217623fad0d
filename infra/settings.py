"""The settings of every process: from LIYUAN_* variables, else from a TOML file, else the default.

``python -m infra.settings --write`` writes docs/settings.md, ``--check`` fails when that page is stale.
"""

import difflib
import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from infra.access import AccessSettings
from infra.embedded import address
from infra.errors import WrongSettings
from infra.keys import NAME, KeyRing, decode_key, kept_key
from infra.messaging.settings import DeliverySettings, MessagingSettings
from infra.watching.settings import WatcherSettings

PREFIX = "LIYUAN_"
NESTED = "__"
FILE_VARIABLE = "LIYUAN_SETTINGS_FILE"
HOW_TO_MAKE_A_KEY = "make one with: python -c 'import base64,os; print(base64.b64encode(os.urandom(32)).decode())'"

Port = Annotated[int, Field(ge=1, le=65535)]
PortOrOff = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(gt=0, le=600)]


class Settings(BaseSettings):
    """Frozen; built once in an entry point by ``load_settings`` and passed down."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        env_ignore_empty=True,
        env_nested_delimiter=NESTED,
    )

    mode: Literal["embedded", "server"] = Field(
        "embedded", description="`embedded`: the desk starts PostgreSQL and Temporal itself; `server`: it is told them."
    )
    data_folder: Path = Field(Path(".data"), description="Folder of the embedded servers' data and generated keys.")

    postgres_dsn: SecretStr | None = Field(
        None, description="PostgreSQL 17 or newer, `postgresql://…`; required in `server` mode."
    )
    postgres_pool_size: int = Field(10, ge=1, le=200, description="Most connections of one process.")
    postgres_acquire_timeout: Seconds = Field(
        1.0, description="Seconds to wait for a free connection before the answer is 503."
    )
    postgres_statement_timeout: Seconds = Field(
        5.0, description="Seconds after which PostgreSQL gives up a statement; the client waits one second longer."
    )
    postgres_pgbouncer: bool = Field(
        default=False, description="Behind PgBouncer in transaction mode: no prepared statements are kept."
    )
    postgres_binaries: Path | None = Field(
        None, description="Embedded mode: another PostgreSQL 17+ `bin` folder instead of the packaged one."
    )
    postgres_service_user: str | None = Field(
        None, description="Embedded mode as root: the user PostgreSQL runs as (default: `postgres`, else `nobody`)."
    )

    temporal_address: str = Field("127.0.0.1:7233", description="Temporal frontend, `host:port`.")
    temporal_namespace: str = Field("default", min_length=1, description="Temporal namespace.")
    temporal_profile: str | None = Field(
        None, description="Profile of `temporal.toml`; if set, it gives address, namespace, TLS and API key."
    )
    temporal_retention_days: int = Field(
        3650, ge=1, le=36500, description="Days that Temporal keeps closed cases (records in PostgreSQL stay)."
    )
    temporal_time_skipping: bool = Field(
        default=False, description="Cases are started so that their clocks can be wound forward; for demonstrations."
    )
    temporal_ui_port: Port = Field(8233, description="Embedded mode: port of the Temporal Web UI.")
    queue_cases: str = Field("cases", min_length=1, description="Task queue of ordinary cases.")
    queue_emergencies: str = Field("emergencies", min_length=1, description="Task queue of emergencies.")

    api_host: str = Field("127.0.0.1", description="Address the API listens on.")
    api_port: Port = Field(8000, description="Port the API listens on.")
    public_url: str = Field("http://127.0.0.1:8000", description="Base URL under which staff reach the API and pages.")
    web_ui_url: str = Field("http://127.0.0.1:8233", description="Base URL of the Temporal Web UI.")

    metrics_port: PortOrOff = Field(
        0, description="Port of this process's own Prometheus metrics where it has no HTTP server; 0 is off."
    )
    temporal_metrics_port: PortOrOff = Field(0, description="Port of the Temporal SDK's Prometheus metrics; 0 is off.")

    master_keys: dict[str, SecretStr] = Field(
        default={},
        description="Keys that wrap the data keys, JSON of id to base64 of 32 bytes; required in `server` mode.",
    )
    master_key: str = Field("", description="Id of the master key in use; empty: the last one listed.")
    codec_keys: dict[str, SecretStr] = Field(
        default={},
        description="Keys of the Temporal payloads, JSON of id to base64 of 32 bytes; required in `server` mode.",
    )
    codec_key: str = Field("", description="Id of the payload key in use; empty: the last one listed.")

    messaging: MessagingSettings = Field(
        MessagingSettings(), description="Channels to staff, JSON or `__` for its parts: see docs/notices.md."
    )
    notifier: DeliverySettings = Field(
        DeliverySettings(), description="How notices are delivered: see docs/notices.md."
    )
    watcher: WatcherSettings = Field(
        WatcherSettings(), description="What the watcher asks and tells: see docs/notices.md."
    )

    access: AccessSettings = Field(
        AccessSettings(),
        description="The API's tokens, rates and patience, JSON or `__` for its parts: see docs/api.md.",
    )
    paper_font: Path | None = Field(None, description="Font file of printed forms instead of the packaged one.")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    log_format: Literal["json", "console"] = Field("console", description="`json` for machines, `console` for people.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = os.environ.get(FILE_VARIABLE)
        if not file:
            return (init_settings, env_settings)
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=Path(file)))

    @field_validator("master_keys", "codec_keys")
    @classmethod
    def _keys_are_real(cls, keys: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, key in keys.items():
            if not NAME.fullmatch(name):
                raise ValueError("a key id is lower-case letters, digits, - and _, at most 32")
            try:
                decode_key(key.get_secret_value())
            except ValueError as wrong:
                raise ValueError(f"key {name}: {wrong}; {HOW_TO_MAKE_A_KEY}") from None
        return keys

    @field_validator("public_url", "web_ui_url")
    @classmethod
    def _url_without_slash(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _server_mode_is_told_everything(self) -> Self:
        if self.mode == "server":
            missing = [n for n in ("postgres_dsn", "master_keys", "codec_keys") if not getattr(self, n)]
            if missing:
                names = ", ".join(PREFIX + n.upper() for n in missing)
                raise ValueError(f"mode server needs {names}; keys: {HOW_TO_MAKE_A_KEY}")
        for ring, current in ((self.master_keys, self.master_key), (self.codec_keys, self.codec_key)):
            if current and ring and current not in ring:
                raise ValueError("the key in use is not among the keys; name one of them or leave it empty")
        if {k.get_secret_value() for k in self.master_keys.values()} & {
            k.get_secret_value() for k in self.codec_keys.values()
        }:
            raise ValueError("a master key and a codec key are the same; make another one")
        return self

    @property
    def dsn(self) -> str:
        """The address of the database, with its password; never log it."""
        return self.postgres_dsn.get_secret_value() if self.postgres_dsn else address.dsn(self.data_folder)

    def master_ring(self) -> KeyRing:
        return self._ring(self.master_keys, self.master_key, "master.key")

    def codec_ring(self) -> KeyRing:
        return self._ring(self.codec_keys, self.codec_key, "codec.key")

    def _ring(self, given: dict[str, SecretStr], current: str, file: str) -> KeyRing:
        texts = {name: key.get_secret_value() for name, key in given.items()}
        if not texts:
            if self.mode != "embedded":
                raise WrongSettings(
                    "no keys are given",
                    remedy=HOW_TO_MAKE_A_KEY,
                    chinese=("没有给出密钥", "按下面的命令生成，写入 LIYUAN_MASTER_KEYS 和 LIYUAN_CODEC_KEYS"),
                )
            texts = kept_key(self.data_folder / "keys" / file)
        return KeyRing(current=current or list(texts)[-1], keys={n: decode_key(t) for n, t in texts.items()})


def load_settings() -> Settings:
    """Read the settings; ``WrongSettings`` names each wrong one and its remedy, and never shows its value."""
    file = os.environ.get(FILE_VARIABLE)
    if file and not Path(file).is_file():
        raise WrongSettings(
            f"{FILE_VARIABLE} names a file that is not there: {file}",
            remedy="correct it or unset it",
            chinese=(f"{FILE_VARIABLE} 所指的文件不存在：{file}", "更正或取消它"),
        )
    misspelt = _misspelt_variables()
    if misspelt:
        raise WrongSettings(
            "\n".join(misspelt),
            remedy="see docs/settings.md for the names",
            chinese=("有设置项的名称写错，见下", "名称见 docs/settings.md"),
        )
    try:
        return Settings()
    except ValidationError as wrong:
        lines = [_say(error["loc"], error["msg"]) for error in wrong.errors(include_input=False, include_url=False)]
        raise WrongSettings(
            "\n".join(lines),
            remedy="see docs/settings.md for each setting's type and unit",
            chinese=("有设置项填写有误，见下", "各项的类型与单位见 docs/settings.md"),
        ) from None
    except ValueError as wrong:
        raise WrongSettings(
            f"settings cannot be read: {type(wrong).__name__}",
            remedy="LIYUAN_MASTER_KEYS and LIYUAN_CODEC_KEYS must be JSON objects, and the settings file TOML",
            chinese=("设置读不出来", "LIYUAN_MASTER_KEYS 和 LIYUAN_CODEC_KEYS 须为 JSON 对象，设置文件须为 TOML"),
        ) from None


def _say(loc: tuple[int | str, ...], message: str) -> str:
    name = PREFIX + str(loc[0]).upper() if loc else "settings"
    return f"{name}: {message.removeprefix('Value error, ')}"


def _misspelt_variables() -> list[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {FILE_VARIABLE}
    given = {name.split(NESTED)[0] for name in os.environ if name.startswith(PREFIX)}
    strange = sorted(given - known)
    guesses = ((name, difflib.get_close_matches(name, known, n=1, cutoff=0.85)) for name in strange)
    return [f"{name}: unknown; did you mean {guess[0]}?" for name, guess in guesses if guess]


if __name__ == "__main__":
    from infra.settings_page import main

    main()
