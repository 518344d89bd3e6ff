"""BM25 over the chunks of stock LangChain, as the readme of bm25s shows it: English stop words, Snowball stems."""

from __future__ import annotations

from collections.abc import Sequence

import bm25s
import Stemmer

from bot.answers import Answer
from bot.conversation import Conversation
from evals.baselines.stock_langchain import NEAREST, split
from evals.systems import Found, answer_of
from index import Document, Span


class Bm25:
    """Answers with the four chunks that share most with the question; it knows no conversation."""

    name = "BM25"
    probabilities = False

    def __init__(self, documents: Sequence[Document]) -> None:
        self.passages = split(documents)
        self._stemmer = Stemmer.Stemmer("english")
        self._ranker = bm25s.BM25()
        self._ranker.index(self._tokens([span.text for span in self.passages]), show_progress=False)

    def ask(self, question: str, conversation: Conversation) -> Answer:
        return answer_of(question, self._found(question, NEAREST), model=self.name)

    def retrieve(self, question: str, count: int) -> list[Span]:
        return [found.span for found in self._found(question, count)]

    def _found(self, question: str, count: int) -> list[Found]:
        rows, scores = self._ranker.retrieve(self._tokens([question]), k=min(count, len(self.passages)), show_progress=False)
        # s / (1 + s) keeps the order and fits between 0 and 1, as a confidence must
        return [Found(self.passages[row], float(score) / (1 + float(score))) for row, score in zip(rows[0], scores[0], strict=True)]

    def _tokens(self, texts: list[str]) -> list[list[str]]:
        tokens: list[list[str]] = bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, return_ids=False, show_progress=False)
        return tokens
