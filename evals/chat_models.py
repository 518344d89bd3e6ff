"""`python -m evals.chat_models PROVIDER:MODEL [N]`: what of a chat model's words holds, in our chain and in the stock one.

The settings apply (COMMENTARY_CHAT_BASE_URL ...). Prints the rows of BENCHMARKS.md, for a sample of the answerable gold questions that
stand alone, drawn with a fixed seed: small models are slow.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Sequence

from langchain_core.messages import AIMessageChunk, HumanMessage

from bot.answers import EXTRACTIVE
from bot.citations import carries, locate, quoted_inside
from bot.claims import Checker, Claim, Sentence
from bot.conversation import Conversation
from bot.errors import ChatModelError
from bot.generative import ChatModel
from bot.session import Session
from bot.settings import Settings, read_settings
from evals.baselines.stock_langchain import StockLangChain
from evals.gold import GoldRow, load_gold, packaged_gold
from evals.run import Run, run
from evals.systems import Ours
from index import Document, Span, default_corpus, load_documents

SEED = 7
# What a stock chain tells its model, with a request for quotes: the words of a baseline are not ours, so they are not in `prompts/`.
STOCK = (
    "Use the following pieces of context to answer the question at the end. Prove the answer by quoting the exact words of the context "
    'in quotation marks.\n\n{context}\n\nQuestion: {question}\nHelpful Answer, with a quote from the context in "quotation marks":'
)


def main(model: str, count: str = "30") -> None:
    """Ask ours, then the stock chain, the same questions of the same model."""
    settings = read_settings().model_copy(update={"chat_model": model, "corpus": None})
    documents = load_documents([default_corpus()]).documents
    rows = [row for row in load_gold(packaged_gold(), documents) if row.answerable and not row.history]
    rows = random.Random(SEED).sample(rows, min(int(count), len(rows)))
    session = Session(settings)
    _ours(run(Ours(session), rows, {document.id: document.text for document in documents}))
    _overhead(Session(settings.model_copy(update={"chat_model": EXTRACTIVE})), rows)
    _stock(settings, rows, documents)


def _ours(done: Run) -> None:
    answers = [one.answer for one in done.scored]
    worded = [answer for answer in answers if answer.model != EXTRACTIVE]
    usages = [answer.usage for answer in answers if answer.usage]
    print(f"n = {len(answers)}; answered {sum(answer.answered for answer in answers)}, in the chat model's words {len(worded)}")
    print(f"dropped: {sum(one.dropped_quotes for one in usages)} quotes, {sum(one.dropped_sentences for one in usages)} sentences")
    for name in ("verbatim", "supported_sentences", "evidence_hit", "quote_precision", "false_abstention"):
        figure = done.figures[name]
        print(f"{name}: {figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f}), n = {figure.n}")


def _overhead(session: Session, rows: Sequence[GoldRow]) -> None:
    """Milliseconds to verify an answer of four sentences with two quotes each, passages included."""
    times = []
    for row in rows:
        evidence = session.ask(row.question).evidence
        started = time.perf_counter()
        checker = Checker(row.question, evidence, instructions=STOCK)
        for passage in checker.passages[:4]:
            claims = [Claim(passage=checker.passages.index(passage) + 1, words=one.text) for one in passage.sentences[:2]]
            checker.check(Sentence(text=passage.sentences[0].text, quotes=claims))
        times.append((time.perf_counter() - started) * 1000)
    print(f"verification of an answer: p50 {statistics.median(times):.2f} ms, longest {max(times):.2f} ms, n = {len(times)}")


def _stock(settings: Settings, rows: Sequence[GoldRow], documents: Sequence[Document]) -> None:
    chain, model = StockLangChain(documents), ChatModel(settings.chat_model, settings)
    wholes = [Span(document, 0, len(document.text)) for document in documents]
    quoted = stands = with_quotes = 0
    for row in rows:
        context = "\n\n".join(quote.text for quote in chain.ask(row.question, Conversation()).quotes)
        reply = _reply(model, STOCK.format(context=context, question=row.question))
        claims = [reply[start:end] for start, end in quoted_inside(reply) if carries(reply[start:end])]
        quoted, with_quotes = quoted + len(claims), with_quotes + bool(claims)
        stands += sum(any(locate(claim, whole) for whole in wholes) for claim in claims)
    print(f"stock chain: {with_quotes} of {len(rows)} answers quote; of {quoted} quotes {stands} are in the text")


def _reply(model: ChatModel, request: str) -> str:
    parts: list[AIMessageChunk] = []
    try:
        parts.extend(model.stream([HumanMessage(request)]))
    except ChatModelError as error:
        print(f"commentary: {error}", file=sys.stderr)
    return "".join(part.text for part in parts)


if __name__ == "__main__":
    main(*sys.argv[1:])
