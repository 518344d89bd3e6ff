"""Pure scorers: an answer and its gold row in, marks out, each with its reason. No model, no network, no file.

A figure is the sum of what was got over the sum of what could be got, over all questions that a scorer applies to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.answers import EXTRACTIVE, Answer
from evals.gold import UNANSWERABLE, GoldRow
from index import split_sentences, terms

# The number of a quote behind a chat model's sentence is none of its own numbers.
_CITED = re.compile(r"\s*\[\d+\]")
SUPPORT = 0.5  # of a sentence's terms must stand in one quote


@dataclass(frozen=True)
class Mark:
    """`got` of `of`, and why."""

    got: float
    of: float
    why: str


@dataclass(frozen=True)
class Scored:
    """One answer against its row: the marks of every scorer that applies, by its name."""

    row: GoldRow
    answer: Answer
    elapsed_ms: float
    marks: Mapping[str, Mark]

    @property
    def right(self) -> bool:
        return self.marks["right"].got == 1

    @property
    def why(self) -> str:
        return self.marks["right"].why


def score(row: GoldRow, answer: Answer, sources: Mapping[str, str], elapsed_ms: float) -> Scored:
    """Every mark of an answer; `sources` are the documents' texts, read apart from the index."""
    marks = {name: mark for name, scorer in _SCORERS.items() if (mark := scorer(row, answer))}
    if answer.quotes:
        marks["verbatim"] = verbatim(answer, sources)
    return Scored(row, answer, elapsed_ms, marks)


def right(row: GoldRow, answer: Answer) -> Mark:
    """An answerable row is right if every evidence group is quoted; any other if it is abstained on, or its premise corrected first."""
    return evidence_hit(row, answer) or _left_alone(row, answer)


def evidence_hit(row: GoldRow, answer: Answer) -> Mark | None:
    """Of every group a snippet is quoted."""
    if not row.answerable:
        return None
    if not answer.answered:
        return Mark(0, 1, "abstains")
    missing = [group[0] for group in row.evidence if not any(_holds(quote.text, group) for quote in answer.quotes)]
    found = len(row.evidence) - len(missing)
    why = f"quotes {found} of {len(row.evidence)} places; not “{missing[0]}”" if missing else "every place is quoted"
    return Mark(not missing, 1, why)


def first_quote_hit(row: GoldRow, answer: Answer) -> Mark | None:
    """The first quote holds a snippet."""
    if not row.answerable:
        return None
    hit = _first_is_good(row, answer)
    return Mark(hit, 1, "the first quote is evidence" if hit else "the first quote is not evidence" if answer.quotes else "abstains")


def quote_precision(row: GoldRow, answer: Answer) -> Mark | None:
    """The share of quotes that hold a snippet, of those given to an answerable question."""
    if not row.answerable or not answer.quotes:
        return None
    good = [_holds(quote.text, row.snippets) for quote in answer.quotes]
    return Mark(sum(good), len(good), f"{sum(good)} of {len(good)} quotes are evidence")


def verbatim(answer: Answer, sources: Mapping[str, str]) -> Mark:
    """The share of quotes whose words, as they are printed, are whole words of the source file at the offsets that are printed."""
    wrong = [quote["text"] for quote in answer.as_json(elapsed_ms=0)["quotes"] if not _stands(quote, sources)]
    why = f"not in the source as printed: “{wrong[0]}”" if wrong else "every quote is its slice of the source"
    return Mark(len(answer.quotes) - len(wrong), len(answer.quotes), why)


def answer_facts(row: GoldRow, answer: Answer) -> Mark | None:
    """The share of the required facts that the answer states."""
    if not row.answerable or not row.facts:
        return None
    said = " ".join([answer.text, *(quote.text for quote in answer.quotes)]).casefold() if answer.answered else ""
    missing = [fact for fact in row.facts if fact.casefold() not in said]
    return Mark(len(row.facts) - len(missing), len(row.facts), f"does not say {missing[0]!r}" if missing else "states every fact")


def false_abstention(row: GoldRow, answer: Answer) -> Mark | None:
    """An answerable question is abstained on."""
    if not row.answerable:
        return None
    return Mark(not answer.answered, 1, "answers" if answer.answered else "abstains from what the text says")


def follow_up(row: GoldRow, answer: Answer) -> Mark | None:
    """A question that leans on earlier ones is answered, or abstained on, rightly."""
    return right(row, answer) if row.history else None


def supported_sentences(row: GoldRow, answer: Answer) -> Mark | None:
    """The share of the answer's sentences that a quote supports: word for word, or with most of its terms and all of its numbers.

    It measures shared words, not meaning: a sentence that turns the quote's words round counts as supported.
    """
    text = answer.text if answer.model == EXTRACTIVE else _CITED.sub("", answer.text)
    sentences = [part[start:end].strip() for part in text.split("\n\n") for start, end in split_sentences(part)]
    if not answer.answered or not sentences:
        return None
    loose = [sentence for sentence in sentences if not any(_supports(quote.text, sentence) for quote in answer.quotes)]
    return Mark(
        len(sentences) - len(loose), len(sentences), f"no quote supports “{loose[0]}”" if loose else "quotes support every sentence"
    )


def _of_kind(kind: str, row: GoldRow, answer: Answer) -> Mark | None:
    return _left_alone(row, answer) if row.kind == kind and not row.answerable else None


def _left_alone(row: GoldRow, answer: Answer) -> Mark:
    if not answer.answered:
        return Mark(1, 1, "abstains")
    if _first_is_good(row, answer):
        return Mark(1, 1, "corrects the premise")
    return Mark(0, 1, "answers what the text does not say")


def _first_is_good(row: GoldRow, answer: Answer) -> bool:
    return bool(answer.quotes) and _holds(answer.quotes[0].text, row.snippets)


def _holds(text: str, snippets: Sequence[str]) -> bool:
    return any(snippet in text for snippet in snippets)


def _stands(quote: Mapping[str, str | int], sources: Mapping[str, str]) -> bool:
    source, start, end = sources.get(str(quote["document"]), ""), int(quote["start"]), int(quote["end"])
    cut = any(0 < at < len(source) and source[at - 1].isalnum() and source[at].isalnum() for at in (start, end))
    return bool(quote["text"]) and source[start:end] == quote["text"] and not cut


def _supports(quote: str, sentence: str) -> bool:
    if sentence in quote:
        return True
    said, own = set(terms(quote)), set(terms(sentence))
    numbers = {term for term in own if any(char.isdigit() for char in term)}
    return numbers <= said and len(own & said) >= SUPPORT * len(own) and bool(own)


_SCORERS: dict[str, Callable[[GoldRow, Answer], Mark | None]] = {
    "right": right,
    "evidence_hit": evidence_hit,
    "first_quote_hit": first_quote_hit,
    "quote_precision": quote_precision,
    "answer_facts": answer_facts,
    "false_abstention": false_abstention,
    **{f"abstention_{kind.replace('-', '_')}": partial(_of_kind, kind) for kind in UNANSWERABLE},
    "follow_up": follow_up,
    "supported_sentences": supported_sentences,
}
