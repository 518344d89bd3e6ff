"""Ask every gold question and score the answers: of the product, and of the baselines in the same run."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.conversation import Conversation
from evals.figures import Figure, Marks, Reply, reply, summary
from evals.gold import GoldRow
from evals.needs import installed
from evals.retrieval import DEPTH, Ranking, score_rankings
from evals.scorers import Scored, score
from evals.systems import System, cut
from index import Document, Span


@dataclass(frozen=True)
class Run:
    """One system's answers to every question, in order, and its figures. `cut`: they were shortened to the length of ours."""

    name: str
    scored: tuple[Scored, ...]
    figures: Mapping[str, Figure]
    cut: bool = False

    @property
    def marks(self) -> Marks:
        """The marks of each question, by a key that changes with its words, so that only like is compared with like."""
        return {key(one.row): one.marks for one in self.scored}

    @property
    def replies(self) -> Mapping[str, Reply]:
        """The same of what is not a share of marks."""
        return {key(one.row): reply(one) for one in self.scored}


def key(row: GoldRow) -> str:
    """What a question is compared by between runs: its id and its words."""
    return "\n".join([row.id, *row.history, row.question])


def run(system: System, rows: Sequence[GoldRow], sources: Mapping[str, str]) -> Run:
    """Ask and score each row in a conversation of its own; `sources` are the documents' texts, read apart from the index."""
    system.ask(rows[0].question, Conversation())  # the first question pays for what is loaded late
    scored = [_asked(system, row, sources) for row in rows]
    rankings = {one.row.id: _ranking(system, one) for one in scored if one.row.answerable}
    marks = score_rankings(rankings)
    return _run(system, [replace(one, marks={**one.marks, **marks.get(one.row.id, {})}) for one in scored])


def run_cut(system: System, whole: Run, ours: Run, sources: Mapping[str, str]) -> Run:
    """The same answers cut to as many characters as ours quote for that question: to our mean where we quote nothing."""
    lengths = [sum(len(quote.text) for quote in one.answer.quotes) for one in ours.scored]
    mean = round(float(np.mean([length for length in lengths if length] or [0])))
    scored = [
        score(theirs.row, cut(theirs.answer, length or mean), sources, theirs.elapsed_ms)
        for theirs, length in zip(whole.scored, lengths, strict=True)
    ]
    return replace(_run(system, scored), name=f"{whole.name}, as many characters as ours", cut=True)


def baselines(documents: Sequence[Document]) -> list[System]:
    """Every baseline that is installed: LlamaIndex is an extra of its own."""
    from evals.baselines.bm25 import Bm25
    from evals.baselines.stock_langchain import StockLangChain

    found: list[System] = [StockLangChain(documents), Bm25(documents)]
    if installed("llama-index"):
        from evals.baselines.stock_llama_index import StockLlamaIndex

        found.append(StockLlamaIndex(documents))
    return found


def _run(system: System, scored: Sequence[Scored]) -> Run:
    return Run(system.name, tuple(scored), summary(scored, probabilities=system.probabilities))


def _asked(system: System, row: GoldRow, sources: Mapping[str, str]) -> Scored:
    conversation = Conversation()
    for earlier in row.history:
        system.ask(earlier, conversation)
    started = time.perf_counter()
    answer = system.ask(row.question, conversation)
    return score(row, answer, sources, (time.perf_counter() - started) * 1000)


def _ranking(system: System, scored: Scored) -> Ranking:
    relevant = [_name(span) for span in system.passages if any(snippet in span.text for snippet in scored.row.snippets)]
    retrieved = system.retrieve(scored.answer.standalone_question, DEPTH)
    return Ranking([_name(span) for span in retrieved], relevant)


def _name(span: Span) -> str:
    return f"{span.document.id} {span.start}:{span.end}"
