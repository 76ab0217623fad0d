"""Settings are read, checked and explained without showing a secret."""

import base64
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra import settings_page
from infra.errors import WrongSettings
from infra.keys import decode_key, kept_key, new_key
from infra.settings import Settings, load_settings

Setter = Callable[[str, str], None]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Setter:
    for name in os.environ:
        if name.startswith("LIYUAN_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LIYUAN_DATA_FOLDER", str(tmp_path / "data"))
    return lambda name, value: monkeypatch.setenv(f"LIYUAN_{name}", value)


def _server(environment: Setter) -> None:
    environment("MODE", "server")
    environment("POSTGRES_DSN", "postgresql://u:hidden-word@h/d")
    environment("MASTER_KEYS", f'{{"m1": "{new_key()}"}}')
    environment("CODEC_KEYS", f'{{"c1": "{new_key()}"}}')


def test_without_any_setting_the_desk_is_embedded(environment: Setter, tmp_path: Path) -> None:
    settings = load_settings()

    assert settings.mode == "embedded"
    assert settings.dsn.startswith("postgresql://liyuan@/liyuan?host=/tmp/liyuan-")
    assert len(settings.master_ring().keys["embedded-1"]) == 32


def test_the_embedded_keys_are_made_once_and_are_ours_alone(environment: Setter, tmp_path: Path) -> None:
    first = load_settings().master_ring()

    again = load_settings().master_ring()

    assert first == again
    assert first.keys != load_settings().codec_ring().keys
    kept = tmp_path / "data" / "keys" / "master.key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_processes_that_make_the_key_at_once_have_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as several:
        rings = list(several.map(lambda _: kept_key(tmp_path / "k" / "master.key"), range(32)))

    assert all(ring == rings[0] for ring in rings)
    assert len(list((tmp_path / "k").iterdir())) == 1


@pytest.mark.parametrize("missing", ["POSTGRES_DSN", "MASTER_KEYS", "CODEC_KEYS"])
def test_server_mode_names_what_it_was_not_told(
    environment: Setter, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    _server(environment)
    monkeypatch.delenv(f"LIYUAN_{missing}")

    with pytest.raises(WrongSettings, match=f"mode server needs LIYUAN_{missing}"):
        load_settings()


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (bytes(32), "placeholder"),
        (b"changeme" * 4, "placeholder"),
        (bytes(range(32)), "placeholder"),
        (bytes(range(7, 112, 7)) + b"x", "32 bytes, not 16"),
    ],
)
def test_a_default_or_short_key_is_refused(environment: Setter, key: bytes, says: str) -> None:
    _server(environment)
    text = base64.b64encode(key).decode()
    environment("MASTER_KEYS", f'{{"m1": "{text}"}}')

    with pytest.raises(WrongSettings, match=says) as refused:
        load_settings()

    assert "LIYUAN_MASTER_KEYS" in refused.value.problem
    assert text not in str(refused.value)


def test_one_key_for_both_purposes_is_refused(environment: Setter) -> None:
    _server(environment)
    ring = f'{{"k1": "{new_key()}"}}'
    environment("MASTER_KEYS", ring)
    environment("CODEC_KEYS", ring)

    with pytest.raises(WrongSettings, match="are the same"):
        load_settings()


def test_a_key_in_use_must_be_listed(environment: Setter) -> None:
    _server(environment)
    environment("MASTER_KEY", "m2")

    with pytest.raises(WrongSettings, match="not among the keys"):
        load_settings()


def test_the_named_key_is_the_one_in_use(environment: Setter) -> None:
    _server(environment)
    environment("MASTER_KEYS", f'{{"m1": "{new_key()}", "m2": "{new_key()}"}}')

    assert load_settings().master_ring().current == "m2"

    environment("MASTER_KEY", "m1")

    assert load_settings().master_ring().current == "m1"


def test_a_wrong_value_is_named_but_not_shown(environment: Setter) -> None:
    environment("API_PORT", "99999999")

    with pytest.raises(WrongSettings, match=r"LIYUAN_API_PORT: .*less than or equal to 65535") as refused:
        load_settings()

    assert "99999999" not in str(refused.value)


@pytest.mark.parametrize("text", ["not json", '["hidden"]', '{"m1": "hidden'])
def test_keys_that_are_no_json_object_are_named_but_not_shown(environment: Setter, text: str) -> None:
    environment("MASTER_KEYS", text)

    with pytest.raises(WrongSettings) as refused:
        load_settings()

    assert "LIYUAN_MASTER_KEYS" in str(refused.value)
    assert "hidden" not in str(refused.value)
    assert text not in str(refused.value)


def test_a_misspelt_setting_is_noticed(environment: Setter) -> None:
    environment("API_PROT", "8000")

    with pytest.raises(WrongSettings, match="LIYUAN_API_PROT: unknown; did you mean LIYUAN_API_PORT"):
        load_settings()


def test_secrets_are_not_in_the_settings_text(environment: Setter) -> None:
    _server(environment)

    settings = load_settings()

    assert "hidden-word" not in repr(settings)
    assert "hidden-word" not in settings.model_dump_json()
    assert "hidden-word" in settings.dsn
    assert repr(settings.master_ring()) == "KeyRing(current='m1')"


def test_the_environment_wins_over_the_file(environment: Setter, tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_text('api_port = 9000\nqueue_cases = "from-file"\n')
    environment("SETTINGS_FILE", str(file))
    environment("API_PORT", "9001")

    settings = load_settings()

    assert (settings.api_port, settings.queue_cases) == (9001, "from-file")


def test_an_unknown_name_in_the_file_is_refused(environment: Setter, tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_text("api_prot = 9000\n")
    environment("SETTINGS_FILE", str(file))

    with pytest.raises(WrongSettings, match="LIYUAN_API_PROT"):
        load_settings()


def test_a_settings_file_that_is_not_there_is_refused(environment: Setter) -> None:
    environment("SETTINGS_FILE", "nowhere.toml")

    with pytest.raises(WrongSettings, match="not there"):
        load_settings()


def test_every_setting_says_what_it_means() -> None:
    for settings in settings_page.documented():
        for name, field in settings.model_fields.items():
            assert field.description, name


def test_the_page_of_settings_is_not_stale() -> None:
    assert settings_page.PAGE.read_text(encoding="utf-8") == settings_page.page()


def test_settings_are_frozen(environment: Setter) -> None:
    settings = Settings()

    with pytest.raises(ValueError, match="frozen"):
        settings.api_port = 1  # type: ignore[misc]  # the point


def test_a_key_of_other_text_is_refused_without_showing_it() -> None:
    with pytest.raises(ValueError, match="must be base64") as refused:
        decode_key("秘密")

    assert "秘密" not in str(refused.value)
