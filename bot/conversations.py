"""Conversations on disk, in one SQLite file that several processes may use at once.

No write-ahead log: it cannot be read in a read-only folder, and what somebody asked to be forgotten would live on in it.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.conversation import LONGEST, Conversation, Turn
from bot.errors import ConversationsError
from bot.kept_turns import as_kept, from_kept
from index import Document

log = logging.getLogger(__name__)

FILE = "conversations.db"  # in the data folder
BUSY = 5.0  # seconds to wait for another writer
_DAY = 86_400.0
_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS turns (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, person TEXT NOT NULL, at REAL NOT NULL, question TEXT NOT NULL, kept TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS turns_of_key ON turns (key, id);
CREATE INDEX IF NOT EXISTS turns_of_person ON turns (person);
CREATE INDEX IF NOT EXISTS turns_by_age ON turns (at);
COMMIT;
"""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_creating = threading.Lock()
T = TypeVar("T")


@dataclass(frozen=True)
class Kept:
    """A conversation on disk. `when` its last turn was, in seconds since 1970."""

    key: str
    when: float
    turns: int
    first_question: str


class Conversations:
    """Conversations under keys such as "terminal:default" or "discord:channel:123". Safe to share between threads and processes.

    A disk that is full or read-only, or a file that is damaged, costs the history: reading gives less, adding nothing, and a warning
    is logged once. Only who erases is told that it failed.
    """

    def __init__(self, path: Path, documents: Callable[[], Mapping[str, Document]], *, keep_days: float = 30.0) -> None:
        self._path, self._documents, self._keep_days = path, documents, keep_days
        self._lock = threading.Lock()  # SQLite polls for its own lock: threads of one process wait better here
        self._checked = self._warned = False

    def load(self, key: str) -> Conversation:
        """The last turns under `key`, none older than is kept, with quotes that are slices of today's documents."""
        query = "SELECT kept FROM turns WHERE key = ? AND at >= ? ORDER BY id DESC LIMIT ?"
        rows = self._read(lambda db: db.execute(query, (key, self._oldest(), LONGEST)).fetchall())
        return Conversation(reversed(list(self._turns(rows))))

    def add(self, key: str, turn: Turn, *, person: str = "") -> None:
        """Keep a turn of `person`; what is too old, or more than a conversation holds, goes. Never raises for the disk's sake."""

        def write(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM turns WHERE at < ?", (self._oldest(),))
            values = (key, person, time.time(), turn.question, as_kept(turn))
            db.execute("INSERT INTO turns (key, person, at, question, kept) VALUES (?, ?, ?, ?, ?)", values)
            beyond = "SELECT id FROM turns WHERE key = ? ORDER BY id DESC LIMIT -1 OFFSET ?"
            db.execute(f"DELETE FROM turns WHERE id IN ({beyond})", (key, LONGEST))

        try:
            self._run(write)
        except (sqlite3.Error, OSError) as error:
            self._warn(error)

    def reset(self, key: str) -> None:
        """Forget one conversation. Raises ConversationsError."""
        self._erase("key", key)

    def forget(self, person: str) -> int:
        """Forget every turn of one person, in all conversations: how many. Raises ConversationsError."""
        return self._erase("person", person) if person else 0

    def recent(self, *, limit: int = 20, prefix: str = "") -> list[Kept]:
        """The conversations whose keys begin with `prefix`, the last used first."""
        query = (
            "SELECT key, max(at), count(*), (SELECT question FROM turns AS t WHERE t.key = turns.key AND t.at >= ?1 ORDER BY id LIMIT 1)"
            " FROM turns WHERE at >= ?1 AND substr(key, 1, length(?2)) = ?2 GROUP BY key ORDER BY max(id) DESC LIMIT ?3"
        )
        return [Kept(*row) for row in self._read(lambda db: db.execute(query, (self._oldest(), prefix, limit)).fetchall())]

    def _turns(self, rows: list[tuple[str]]) -> Iterator[Turn]:
        documents = self._documents() if rows else {}
        for (line,) in rows:
            try:
                yield from_kept(line, documents)
            except ValueError as error:
                log.debug("a kept turn is left out: %s", error)

    def _oldest(self) -> float:
        return time.time() - self._keep_days * _DAY

    def _read(self, work: Callable[[sqlite3.Connection], list[T]]) -> list[T]:
        try:
            return self._run(work, writing=False) if self._path.exists() else []
        except (sqlite3.Error, OSError) as error:
            self._warn(error)
            return []

    def _erase(self, column: str, value: str) -> int:
        delete = f"DELETE FROM turns WHERE {column} = ?"
        try:
            return self._run(lambda db: db.execute(delete, (value,)).rowcount) if self._path.exists() else 0
        except (sqlite3.Error, OSError) as error:
            raise ConversationsError(
                f"Nothing could be erased from {self._path} ({error}); make room or make it writable, or delete that file"
            ) from error

    def _run(self, work: Callable[[sqlite3.Connection], T], *, writing: bool = True) -> T:
        """What `work` gives, in a transaction; a damaged file is moved out of the way first."""
        with self._lock:
            try:
                return self._in_transaction(work, writing)
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                    raise
                self._move_aside()
                return self._in_transaction(work, writing)

    def _in_transaction(self, work: Callable[[sqlite3.Connection], T], writing: bool) -> T:
        with self._opened() as db:
            db.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
            try:
                found = work(db)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # SQLite has rolled back by itself after some faults
                    db.execute("ROLLBACK")
                raise
            return found

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """A connection for one transaction: the file may be moved or replaced by another process between any two."""
        self._create()
        with closing(sqlite3.connect(self._path, timeout=BUSY, isolation_level=None, check_same_thread=False)) as db:
            db.text_factory = lambda raw: raw.decode("utf-8", "replace")
            db.execute("PRAGMA secure_delete = ON")  # what is forgotten is overwritten
            if not self._checked:
                found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
                if found != "ok":
                    raise _damaged(found)
                self._checked = True
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'turns'").fetchone():
                db.executescript(_SCHEMA)
            yield db

    def _create(self) -> None:
        """An empty file that only its owner may read. Under one lock: closing a database's file by hand would drop SQLite's locks on it."""
        with _creating:
            if not self._path.exists():
                self._path.parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.close(os.open(self._path, os.O_CREAT | os.O_EXCL, 0o600))
                except FileExistsError:
                    return  # another process was quicker

    def _move_aside(self) -> None:
        """Under a new name, with its journal, which belongs to it."""
        aside = self._path.with_name(f"{self._path.name}.damaged-{time.time_ns()}")
        journal = Path(f"{self._path}-journal")
        self._path.rename(aside)
        if journal.exists():
            journal.rename(f"{aside}-journal")
        log.warning("The conversations in %s were damaged; they are now in %s, and new ones are kept from here on", self._path, aside)

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            log.warning("Conversations cannot be kept in %s (%s); answers go on without", self._path, error)


def _damaged(reason: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(reason)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
