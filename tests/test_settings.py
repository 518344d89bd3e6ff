"""Settings: one class, one prefix, an example file that lists all of them."""

import re
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import PREFIX, Settings, read_settings

EXAMPLE = Path(__file__).parents[1] / ".env.example"


def test_the_example_lists_every_setting_and_no_other() -> None:
    listed = re.findall(rf"^# ({PREFIX}\w+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)


def test_environment_wins_over_the_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("COMMENTARY_TOP=2\nCOMMENTARY_THRESHOLD=0.4\nOTHER=1\n")
    monkeypatch.setenv("COMMENTARY_TOP", "4")
    settings = read_settings()
    assert (settings.top, settings.threshold) == (4, 0.4)


@pytest.mark.parametrize(("name", "value"), [("TOP", "0"), ("TOP", "many"), ("THRESHOLD", "1.5")])
def test_a_bad_value_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError, match=PREFIX + name) as raised:
        read_settings()
    assert "many" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_an_empty_value_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMENTARY_CORPUS", "")
    assert read_settings().corpus is None
