"""What the bot keeps beside conversations, in one SQLite file: answers, ratings, servers' settings, unfinished interactions.

Every call may be made from any thread. Nothing here raises for a full or read-only disk: it costs what was to be kept, is logged
once, and questions are answered all the same.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

MOST_ANSWERS = 50_000
FILE = "discord.sqlite3"  # in the data folder
TOKEN_LIFE = 15 * 60.0  # seconds that Discord accepts an interaction's token
_TRIM_EVERY = 500
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    id TEXT PRIMARY KEY, made REAL NOT NULL, person TEXT NOT NULL, server TEXT NOT NULL, private INTEGER NOT NULL,
    question TEXT NOT NULL, answered INTEGER NOT NULL, answer TEXT NOT NULL, further TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_made ON answers (made);
CREATE INDEX IF NOT EXISTS answers_server ON answers (server, private, answered, made);
CREATE INDEX IF NOT EXISTS answers_person ON answers (person);
CREATE TABLE IF NOT EXISTS ratings (
    answer TEXT NOT NULL, person TEXT NOT NULL, helpful INTEGER NOT NULL,
    PRIMARY KEY (answer, person)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS servers (id TEXT PRIMARY KEY, settings TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unfinished (
    token TEXT PRIMARY KEY, application TEXT NOT NULL, language TEXT NOT NULL, made REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS registered (application TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Place:
    """Where in the sources a sentence stands, as it is kept: (document, start, end, score)."""

    document: str
    start: int
    end: int
    score: float


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as its buttons need it. `answer` is its JSON; `further` are the sentences that were weighed but not quoted, best first."""

    id: str
    person: str
    server: str
    private: bool
    answer: Mapping[str, Any]
    further: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Unfinished:
    """An interaction that was acknowledged and not answered yet. The token writes into a message: it is a secret, for 15 minutes."""

    token: str
    application: int
    language: str


class Records:
    """The file at `path`, readable by its owner only."""

    def __init__(self, path: Path, *, keep_days: float) -> None:
        self._path, self._keep_days = path, keep_days
        self._lock = threading.Lock()
        self._complained = False
        self._since_trim = 0
        self._database = self._open()

    def _open(self) -> sqlite3.Connection:
        """The file; where it cannot be written or is damaged, memory."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            return self._connect(str(self._path))
        except (OSError, sqlite3.Error) as error:
            self._complain(error)
            return self._connect(":memory:")

    @staticmethod
    def _connect(path: str) -> sqlite3.Connection:
        database = sqlite3.connect(path, timeout=2.0, isolation_level=None, check_same_thread=False)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA secure_delete = ON")
        database.executescript(_SCHEMA)
        return database

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def keep(self, kept: KeptAnswer) -> bool:
        """Keep an answer; whether it was kept."""
        further = json.dumps([[one.document, one.start, one.end, one.score] for one in kept.further])
        row = (kept.id, time.time(), kept.person, kept.server, kept.private, kept.answer["question"], kept.answer["answered"])
        stored = self._write("INSERT OR REPLACE INTO answers VALUES (?,?,?,?,?,?,?,?,?)", *row, json.dumps(kept.answer), further)
        self._since_trim += 1
        if self._since_trim >= _TRIM_EVERY:
            self._since_trim = 0
            self._trim()
        return stored >= 0

    def _trim(self) -> None:
        self._write("DELETE FROM answers WHERE made < ?", time.time() - self._keep_days * 86400)
        oldest = "SELECT made FROM answers ORDER BY made DESC LIMIT 1 OFFSET ?"
        self._write(f"DELETE FROM answers WHERE made <= ({oldest})", MOST_ANSWERS)
        self._write("DELETE FROM ratings WHERE answer NOT IN (SELECT id FROM answers)")
        self._write("DELETE FROM unfinished WHERE made < ?", time.time() - TOKEN_LIFE)

    def find(self, identity: str) -> KeptAnswer | None:
        """The kept answer, if it still is."""
        rows = self._read("SELECT id, person, server, private, answer, further FROM answers WHERE id = ?", identity)
        if not rows:
            return None
        identity, person, server, private, answer, further = rows[0]
        return KeptAnswer(identity, person, server, bool(private), json.loads(answer), tuple(Place(*one) for one in json.loads(further)))

    def rate(self, kept: KeptAnswer, person: str, helpful: bool) -> bool:
        """One person's verdict on an answer; a changed mind replaces the earlier one. Whether it was kept."""
        return self._write("INSERT OR REPLACE INTO ratings VALUES (?,?,?)", kept.id, person, helpful) >= 0

    def asked(self, server: str, person: str, *, limit: int) -> list[str]:
        """Public questions of a server that were answered, newest first; outside servers, a person's own."""
        where = "server = ? AND private = 0" if server else "person = ? AND server = ''"
        rows = self._read(
            f"SELECT question, MAX(made) FROM answers WHERE {where} AND answered = 1 GROUP BY question ORDER BY 2 DESC LIMIT ?",
            server or person,
            limit,
        )
        return [question for question, _ in rows]

    def harvest(self) -> Iterator[dict[str, Any]]:
        """Public answers that abstained or that somebody found unhelpful: what `commentary eval --harvest` reads."""
        for saved, verdict in self._read(
            "SELECT answers.answer, MIN(ratings.helpful) FROM answers LEFT JOIN ratings ON ratings.answer = answers.id "
            "WHERE answers.private = 0 GROUP BY answers.id HAVING answers.answered = 0 OR MIN(ratings.helpful) = 0 ORDER BY answers.made"
        ):
            yield {**json.loads(saved), **({} if verdict is None else {"helpful": bool(verdict)})}

    def forget(self, person: str) -> tuple[int, int]:
        """Delete a person's answers and ratings; how many of each."""
        ratings = self._write("DELETE FROM ratings WHERE person = ? OR answer IN (SELECT id FROM answers WHERE person = ?)", person, person)
        answers = self._write("DELETE FROM answers WHERE person = ?", person)
        self._read("PRAGMA wal_checkpoint(TRUNCATE)")  # what is forgotten must not live on in the log
        return max(0, answers), max(0, ratings)

    def servers(self) -> dict[str, Any]:
        """The settings of every server."""
        return {identity: json.loads(settings) for identity, settings in self._read("SELECT id, settings FROM servers")}

    def configure(self, server: str, settings: Mapping[str, Any]) -> bool:
        """Keep a server's settings; whether they were kept."""
        return self._write("INSERT OR REPLACE INTO servers VALUES (?,?)", server, json.dumps(settings)) >= 0

    def forget_server(self, server: str) -> None:
        """Delete what belongs to a server that the bot has left."""
        self._write("DELETE FROM servers WHERE id = ?", server)

    def begin(self, unfinished: Unfinished) -> None:
        """An interaction was acknowledged: until `end`, somebody sees it thinking."""
        row = (unfinished.token, str(unfinished.application), unfinished.language, time.time())
        self._write("INSERT OR REPLACE INTO unfinished VALUES (?,?,?,?)", *row)

    def end(self, token: str) -> None:
        self._write("DELETE FROM unfinished WHERE token = ?", token)

    def unfinished(self) -> list[Unfinished]:
        """What an earlier process left thinking and can still be reached; what cannot is deleted."""
        self._write("DELETE FROM unfinished WHERE made < ?", time.time() - TOKEN_LIFE)
        rows = self._read("SELECT token, application, language FROM unfinished ORDER BY made")
        return [Unfinished(token, int(application), language) for token, application, language in rows]

    def registered(self, application: int) -> str:
        """The digest of the commands that Discord was last told; empty if none."""
        rows = self._read("SELECT digest FROM registered WHERE application = ?", str(application))
        return str(rows[0][0]) if rows else ""

    def register(self, application: int, digest: str) -> None:
        self._write("INSERT OR REPLACE INTO registered VALUES (?,?)", str(application), digest)

    def _write(self, statement: str, *values: object) -> int:
        """Rows that were changed; -1 if nothing could be written."""
        with self._quietly(), self._lock:
            return self._database.execute(statement, values).rowcount
        return -1

    def _read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._quietly(), self._lock:
            return self._database.execute(statement, values).fetchall()
        return []

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self._complain(error)

    def _complain(self, error: Exception) -> None:
        if not self._complained:
            self._complained = True
            log.warning("%s cannot be used (%s): answers go on, nothing is kept. Free some space or correct its rights", self._path, error)
