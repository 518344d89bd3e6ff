"""Where questions are taken in and answered, whatever brought them: no Discord here."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from bot.answers import Answer
from bot.conversation import Conversation
from bot.conversations import FILE as CONVERSATIONS
from bot.conversations import Conversations
from bot.discord_app.cards import Piece, answer_card, partial_card, plain_card
from bot.discord_app.cooldown import Cooldown
from bot.discord_app.guilds import Guilds, GuildSettings
from bot.discord_app.markdown import escaped
from bot.discord_app.metrics import Metrics
from bot.discord_app.queue import FairQueue, QueueFull
from bot.discord_app.records import FILE, KeptAnswer, Place, Records
from bot.discord_app.words import Words
from bot.errors import QuestionError
from bot.session import LONGEST_QUESTION, Session
from bot.settings import Settings
from index import CommentaryError

log = logging.getLogger(__name__)
Say = Callable[[Piece], None]

EXAMPLE = "Why does China matter for sanctions?"
FURTHER = 12  # sentences kept for the button More
_PER_PERSON = 5  # questions of one person that may wait


@dataclass(frozen=True)
class Request:
    """A question and where it was asked. `server` is empty outside servers; `key` names the conversation."""

    question: str
    key: str
    person: str
    server: str
    private: bool = False


class Desk:
    """One for the life of the process, while clients come and go. Belongs to one event loop."""

    def __init__(self, settings: Settings, session: Session) -> None:
        self.settings, self.session = settings, session
        self.records = Records(settings.data_dir / FILE, keep_days=settings.keep_days)
        file = settings.data_dir / CONVERSATIONS
        self.conversations = Conversations(file, lambda: session.index.documents, keep_days=settings.keep_days)
        self.guilds = Guilds(self.records)
        self.metrics = Metrics()
        self.queue = FairQueue(workers=settings.discord_workers, capacity=settings.discord_capacity, per_person=_PER_PERSON)
        self.closing = False
        self._asked, self._told = Cooldown(), Cooldown()
        self._clerk = ThreadPoolExecutor(1, thread_name_prefix="clerk")
        self._flights: set[asyncio.Task[object]] = set()
        self.metrics.watch("waiting", "Questions that wait for their turn", lambda: self.queue.waiting)
        self.metrics.watch("in_flight", "Questions between arrival and answer", lambda: len(self._flights))

    def refusal(self, person: str, server: str, settings: GuildSettings, words: Words) -> str:
        """Why this question is not taken now, in words; empty if it is."""
        if self.closing:
            return self._refused("closing", words("restarting"))
        wait = self._asked.wait(person, settings.per_minute or self.settings.discord_per_minute)
        if wait:
            return self._refused("cooldown", words("cooldown", when=_in(wait)))
        wait = self._asked.wait(f"server {server}", settings.server_per_minute or self.settings.discord_server_per_minute) if server else 0
        if wait:
            return self._refused("cooldown", words("server_cooldown", when=_in(wait)))
        if self.queue.waiting >= self.settings.discord_capacity:
            return self._refused("shed", words("busy"))
        return ""

    def _refused(self, outcome: str, text: str) -> str:
        self.metrics.questions.labels(outcome).inc()
        return text

    def may_tell(self, person: str) -> bool:
        """Whether a refusal may be posted for all to see: once a minute for each person."""
        return self._told.wait(person, 1) == 0

    async def answer(self, request: Request, words: Words, say: Say, *, heading: str = "", note: str = "") -> list[Piece]:
        """The card that answers the request, or the card that says why there is none; `say` gets what a chat model has said so far."""
        loop = asyncio.get_running_loop()

        def so_far(sentences: Sequence[str]) -> None:
            loop.call_soon_threadsafe(say, partial_card(sentences, heading=heading))

        def job() -> list[Piece]:
            answer, kept = self._ask(request, so_far)
            return answer_card(answer, words, kept=kept, heading=heading, note=note)

        return await self.off_loop(request.server, request.person, job, words)

    async def off_loop(self, server: str, person: str, job: Callable[[], list[Piece]], words: Words) -> list[Piece]:
        """What `job` makes in the pool, when its turn has come; whatever goes wrong becomes a sentence and a line in the log."""
        try:
            return await self.queue.run(server or person, person, job)
        except QueueFull:
            return plain_card(self._refused("shed", words("busy")))
        except Exception as error:
            return plain_card(self.failure(error, words))

    def failure(self, error: Exception, words: Words) -> str:
        """What to say of an error; all but questions that are none go to the log."""
        if isinstance(error, QuestionError):
            return self._refused("no question", _hint(error, words))
        if isinstance(error, CommentaryError):
            log.error("%s", error)
            return self._refused("unavailable", words("unavailable"))
        log.error("A question could not be answered", exc_info=error)
        return self._refused("failed", words("failed"))

    def _ask(self, request: Request, so_far: Callable[[Sequence[str]], None]) -> tuple[Answer, str]:
        """The answer, and the key it is kept under; empty if it could not be kept."""
        conversation = self.conversations.load(request.key)
        answer = self._streamed(request.question, conversation, so_far)
        self.metrics.questions.labels("answered" if answer.answered else "not said").inc()
        *_, turn = conversation
        self.conversations.add(request.key, turn, person=request.person)
        kept = _as_kept(request, answer)
        return answer, kept.id if self.records.keep(kept) else ""

    def _streamed(self, question: str, conversation: Conversation, so_far: Callable[[Sequence[str]], None]) -> Answer:
        sentences: list[str] = []
        for event in self.session.stream(question, conversation):
            if isinstance(event, Answer):
                return event
            sentences.append(event.text)
            so_far(tuple(sentences))
        raise ValueError("a stream of events ends with the answer")

    def note(self, write: Callable[..., object], *values: object) -> asyncio.Future[object]:
        """Have the records written, in the order of the calls, without waiting for the disk."""
        return asyncio.get_running_loop().run_in_executor(self._clerk, write, *values)

    @contextmanager
    def flight(self) -> Iterator[None]:
        """The current task answers somebody: it is waited for when the process ends."""
        task = asyncio.current_task()
        assert task is not None
        self._flights.add(task)
        try:
            yield
        finally:
            self._flights.discard(task)

    async def drain(self, seconds: float) -> None:
        """Take nothing more, give what is in flight `seconds` to finish, then cancel it, so that it can say it was interrupted."""
        self.closing = True
        if self._flights:
            _, late = await asyncio.wait(set(self._flights), timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=2.0)

    def close(self) -> None:
        """Write what is still to be written."""
        self.queue.close()
        self._clerk.shutdown(wait=True)
        self.records.close()


def _in(seconds: float) -> str:
    """A moment that Discord shows in the reader's own language: "in 20 seconds"."""
    return f"<t:{int(time.time() + seconds) + 1}:R>"


def _hint(error: QuestionError, words: Words) -> str:
    if "at most" in str(error):
        return words("too_long", limit=f"{LONGEST_QUESTION:,}")
    return words("type_question", example=escaped(EXAMPLE))


def _as_kept(request: Request, answer: Answer) -> KeptAnswer:
    shown = [*answer.quotes, *filter(None, [answer.nearest])]
    sentences = [(item.sentence, item.score) for item in answer.evidence if not any(item.sentence in quote for quote in shown)]
    further = [Place(one.document.id, one.start, one.end, score) for one, score in sentences]
    saved = answer.as_json(elapsed_ms=0)
    return KeptAnswer(secrets.token_hex(8), request.person, request.server, request.private, saved, tuple(further[:FURTHER]))
