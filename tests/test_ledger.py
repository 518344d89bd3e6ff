"""Replies are kept and tokens counted in a file that several processes share; without the file everything goes on."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from bot import ledger
from bot.ledger import Ledger, Spent, key_of


def test_a_reply_comes_back_under_its_key_alone(tmp_path: Path) -> None:
    kept = Ledger(tmp_path / "new" / "ledger.sqlite")
    kept.keep(key_of("model", "question"), "reply")
    assert kept.reply(key_of("model", "question")) == "reply"
    assert kept.reply(key_of("modelquestion")) is None
    assert stat.S_IMODE((tmp_path / "new" / "ledger.sqlite").stat().st_mode) == 0o600


def test_the_oldest_replies_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "KEPT", 3)
    kept = Ledger(tmp_path / "ledger.sqlite")
    for number in range(5):
        kept.keep(str(number), "reply")
    assert [number for number in range(5) if kept.reply(str(number))] == [2, 3, 4]


def test_the_day_is_summed_over_models_and_the_cost_where_it_is_known(tmp_path: Path) -> None:
    kept = Ledger(tmp_path / "ledger.sqlite")
    assert kept.today() == Spent()
    kept.spend("a", Spent(1, 100, 10))
    assert kept.today() == Spent(1, 100, 10, None)
    kept.spend("a", Spent(1, 100, 10, 0.5))
    kept.spend("b", Spent(1, 1, 1, 0.25))
    assert kept.today() == Spent(3, 201, 21, 0.75) and kept.today().tokens == 222


def test_another_day_begins_at_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Ledger(tmp_path / "ledger.sqlite")
    kept.spend("a", Spent(1, 100, 10))
    monkeypatch.setattr(ledger, "_today", lambda: "2999-01-01")
    assert kept.today() == Spent()


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [
        threading.Thread(target=lambda: [Ledger(tmp_path / "ledger.sqlite").spend("a", Spent(1, 1, 1)) for _ in range(20)])
        for _ in range(5)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert Ledger(tmp_path / "ledger.sqlite").today() == Spent(100, 100, 100)


@pytest.mark.parametrize("damage", ["a folder", "no database"])
def test_a_file_that_cannot_be_used_costs_the_memory_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str) -> None:
    path = tmp_path / "ledger.sqlite"
    if damage == "a folder":
        path.mkdir()
    else:
        path.write_bytes(b"no database at all" * 100)
    kept = Ledger(path)
    kept.keep("key", "reply")
    assert (kept.reply("key"), kept.today()) == (None, Spent())
    assert "is not kept and not counted" in caplog.text
