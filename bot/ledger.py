"""What chat models replied and what it cost, in one SQLite file: a cache of replies and a total for each day."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

KEPT = 10_000  # replies; the oldest go first
_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, reply TEXT NOT NULL, made TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS spent (
    day TEXT NOT NULL, model TEXT NOT NULL, replies INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cost REAL, PRIMARY KEY (day, model)
);
"""
_SPEND = """
INSERT INTO spent VALUES (?, ?, 1, ?, ?, ?) ON CONFLICT (day, model) DO UPDATE SET replies = replies + 1,
    input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens,
    cost = CASE WHEN cost IS NULL AND excluded.cost IS NULL THEN NULL ELSE coalesce(cost, 0) + coalesce(excluded.cost, 0) END
"""
_TODAY = (
    "SELECT coalesce(sum(replies), 0), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), sum(cost) FROM spent WHERE day = ?"
)


@dataclass(frozen=True)
class Spent:
    """Of one day (UTC), over all models. `cost` is None where no provider reported one."""

    replies: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None

    def __add__(self, other: Spent) -> Spent:
        costs = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Spent(
            self.replies + other.replies,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            sum(costs) if costs else None,
        )

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


def key_of(*parts: str) -> str:
    """One key for all that a reply depends on."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


class Ledger:
    """Where the file cannot be read or written, nothing is remembered and nothing fails: the log says so."""

    def __init__(self, path: Path, *, daily_tokens: int | None = None) -> None:
        self._path, self._daily_tokens = path, daily_tokens

    @property
    def exhausted(self) -> bool:
        """Whether today's tokens have reached the limit, if there is one."""
        return self._daily_tokens is not None and self.today().tokens >= self._daily_tokens

    def reply(self, key: str) -> str | None:
        """The reply kept under `key`. Whoever reads it verifies it as if it were new."""
        rows = self._run("SELECT reply FROM replies WHERE key = ?", key)
        return str(rows[0][0]) if rows else None

    def keep(self, key: str, reply: str) -> None:
        """Keep a reply, and forget the oldest ones past the limit."""
        self._run("INSERT OR REPLACE INTO replies VALUES (?, ?, ?)", key, reply, datetime.now(UTC).isoformat())
        self._run("DELETE FROM replies WHERE key IN (SELECT key FROM replies ORDER BY made DESC LIMIT -1 OFFSET ?)", KEPT)

    def spend(self, model: str, spent: Spent) -> None:
        """Add one reply of `model` to today's total."""
        self._run(_SPEND, _today(), model, spent.input_tokens, spent.output_tokens, spent.cost)

    def today(self) -> Spent:
        """What was spent since midnight, UTC."""
        rows = self._run(_TODAY, _today())
        return Spent(*rows[0]) if rows else Spent()

    def _run(self, statement: str, *values: Any) -> list[Any]:
        """The rows of one statement, through a connection of its own: threads and processes share the file."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)  # what people asked shows in what was replied
            with contextlib.closing(sqlite3.connect(self._path, timeout=5)) as file, file:
                file.executescript(_SCHEMA)
                return file.execute(statement, values).fetchall()
        except (sqlite3.Error, OSError) as error:
            log.warning("%s cannot be used (%s): what chat models reply is not kept and not counted", self._path, error)
            return []


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
