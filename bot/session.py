"""Questions in, answers out, over whatever generation of the index is in use: what a face holds on to."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answers import EXTRACTIVE, Answer, Piece
from bot.conversation import Asked, Conversation, Turn
from bot.errors import QuestionError
from bot.settings import Settings
from index import SPLITTING, Generations, IndexDamaged, IndexUnavailable, Manifest

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from bot.chain import ChatSteps
    from index import EvidenceModel, IndexReader

log = logging.getLogger(__name__)

LONGEST_QUESTION = 2000  # characters
LEDGER = "chat_models.sqlite"  # in the data folder
ANOTHER_BUILDER = 120.0  # seconds to wait for a process that is building the index already

Progress = Callable[[int, int], object]


def clean_question(text: str) -> str:
    """The question without what nobody can see, on one line. Raises QuestionError if nothing is left, or if it is far too long."""
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(f"The question has {len(text):,} characters; ask in at most {LONGEST_QUESTION:,}")
    readable = text.encode("utf-8", "replace").decode()
    kept = "".join(
        " " if char.isspace() else char
        for char in readable
        if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn") or char.isspace()
    )
    question = " ".join(kept.split())
    if not any(char.isalnum() for char in question):
        raise QuestionError('Type a question, for example: commentary ask "Why does China matter for sanctions?"')
    return question


@dataclass(frozen=True)
class Opened:
    """One generation of the index, what weighs its evidence, and the chain over both."""

    index: IndexReader
    model: EvidenceModel
    chain: Runnable[Asked, Answer]


class Session:
    """Answers questions; builds the index if there is none, and follows it when it is built anew. Safe to share between threads."""

    def __init__(self, settings: Settings, *, progress: Progress = lambda done, total: None) -> None:
        self._settings, self._progress = settings, progress
        self._generations = Generations(settings.data_dir)
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._opened: Opened | None = None
        self._chat = _chat_models(settings)

    @property
    def index(self) -> IndexReader:
        """The generation in use, opened. Raises IndexUnavailable, ModelUnavailable, DocumentsError."""
        return self._current().index

    @property
    def model(self) -> EvidenceModel:
        """What weighs the evidence of that generation. Raises as `index` does."""
        return self._current().model

    def ask(self, question: str, conversation: Conversation | None = None) -> Answer:
        """Answer a question and add the turn to its conversation. Raises QuestionError and what `index` raises."""
        conversation = Conversation() if conversation is None else conversation
        question = clean_question(question)
        started = time.perf_counter()
        answer = self._current().chain.invoke(Asked(question, conversation))
        conversation.add(Turn(question, answer, elapsed_ms=(time.perf_counter() - started) * 1000))
        return answer

    def stream(self, question: str, conversation: Conversation | None = None) -> Iterator[Piece | Answer]:
        """The answer as it comes: each sentence of a chat model once its quotes are verified, and last, always, the answer itself.

        Only the last event counts: it stands for all the pieces, or takes their place if the chat model broke off. Without a chat model
        it is the only one. The turn is added to the conversation when it comes. Raises as `ask` does.
        """
        conversation = Conversation() if conversation is None else conversation
        return self._streamed(Asked(clean_question(question), conversation))

    def _streamed(self, asked: Asked) -> Iterator[Piece | Answer]:
        started = time.perf_counter()
        for event in self._current().chain.stream(asked):
            if isinstance(event, Answer):
                asked.conversation.add(Turn(asked.question, event, elapsed_ms=(time.perf_counter() - started) * 1000))
            yield event

    def _current(self) -> Opened:
        """What was opened stays open for as long as somebody holds it, so a question in flight outlives a new generation."""
        with self._lock:
            stamp = self._generations.stamp()
            if self._opened is None or stamp != self._stamp:
                self._opened = self._open()
                self._stamp = self._generations.stamp()
            return self._opened

    def close(self) -> None:
        """Give back what the open index holds; the session answers no more."""
        with self._lock:
            if self._opened is not None:
                self._opened.index.close()

    def _open(self) -> Opened:
        from index import load_evidence_model

        with ThreadPoolExecutor(1) as pool:  # two models and Chroma take a second to load, less side by side
            loading = pool.submit(load_evidence_model, self._settings.evidence_model)
            try:
                index = self._open_index()
            except IndexDamaged as error:
                if self._opened is None:
                    raise
                log.warning("%s", error)  # what is open still answers
                return self._opened
            model = loading.result()(index)
        from bot.chain import build_chain

        threshold = model.threshold if self._settings.threshold is None else self._settings.threshold
        return Opened(index, model, build_chain(index, model, threshold=threshold, top=self._settings.top, chat=self._chat))

    def _open_index(self) -> IndexReader:
        """The index, built again if its files are damaged and nothing else answers. Raises IndexDamaged if something does."""
        from index import IndexReader  # imports what takes a second in an order that overlaps with reading the encoder

        try:
            return IndexReader.of(self._settings.data_dir, self._fitting())
        except IndexDamaged as error:
            if self._opened is not None:
                raise
            log.warning("%s; it is built again now", error)
            return IndexReader.of(self._settings.data_dir, self._build())

    def _fitting(self) -> Manifest:
        """The manifest in use if it was made with these settings, else of a new build."""
        manifest = self._generations.current()
        reason = unfit_reason(manifest, self._settings)
        if manifest and not reason:
            return manifest
        log.info("Building the index: %s", reason)
        try:
            return self._build()
        except IndexUnavailable as error:
            if manifest and manifest.model == self._settings.embedding_model:
                log.warning("%s. Answering from the index as it is", error)
                return manifest
            raise

    def _build(self) -> Manifest:
        from index import Builder

        manifest = None
        with contextlib.suppress(IndexDamaged):
            manifest = self._generations.current()
        roots = chosen_roots(manifest, self._settings)
        return (
            Builder(self._settings.data_dir, self._settings.embedding_model)
            .build(roots, wait=ANOTHER_BUILDER, progress=self._progress)
            .manifest
        )


def _chat_models(settings: Settings) -> ChatSteps | None:
    """What chat models do in the chain; without one nothing of it is imported. Raises SettingsError."""
    if settings.chat_model == EXTRACTIVE:
        return None
    from bot.chain import ChatSteps
    from bot.condensing import Rewriter
    from bot.generative import open_chat_models
    from bot.ledger import Ledger
    from bot.writer import Writer

    models = open_chat_models(settings)
    ledger = Ledger(settings.data_dir / LEDGER, daily_tokens=settings.chat_daily_tokens)
    return ChatSteps(Rewriter(models, ledger).rewrite, Writer(models, ledger, keep_unsupported=settings.keep_unsupported).write)


def chosen_roots(manifest: Manifest | None, settings: Settings) -> list[str]:
    """What to index: the corpus somebody set, else what was indexed before; none means the packaged commentary."""
    if settings.corpus is not None:
        return [str(settings.corpus.expanduser().resolve())]
    return list(manifest.roots) if manifest else []


def unfit_reason(manifest: Manifest | None, settings: Settings) -> str:
    """Why the index in use cannot answer under these settings; empty if it can."""
    if manifest is None:
        return "there is none yet"
    if manifest.model != settings.embedding_model:
        return f"it was made with the model {manifest.model}"
    if manifest.splitting != SPLITTING:
        return "it was made by another version of this program"
    if list(manifest.roots) != chosen_roots(manifest, settings):
        return "COMMENTARY_CORPUS names other documents"
    return ""
