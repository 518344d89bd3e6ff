"""Pure scorers: an answer and its gold row in, a judgement out. No model, no network, no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answers import Answer
from evals.gold import GoldRow


@dataclass(frozen=True)
class Scored:
    """One answer against its row. What does not apply is None: a false abstention has no quotes to be precise about."""

    row: GoldRow
    answer: Answer
    elapsed_ms: float
    right: bool
    evidence_hit: bool | None
    first_quote_hit: bool | None
    good_quotes: int
    verbatim: bool
    why: str


def score(row: GoldRow, answer: Answer, elapsed_ms: float) -> Scored:
    """An answerable row is right if every evidence group is quoted; any other if it is abstained on, or its premise corrected first."""
    groups = [any(snippet in quote.text for snippet in group for quote in answer.quotes) for group in row.evidence]
    good = [any(snippet in quote.text for group in row.evidence for snippet in group) for quote in answer.quotes]
    verbatim = all(quote.document.text[quote.start : quote.end] == quote.as_json()["text"] for quote in answer.quotes)
    if row.answerable:
        hit = answer.answered and all(groups)
        why = "every place is quoted" if hit else f"quotes {sum(groups)} of {len(groups)} places" if answer.answered else "abstains"
        return Scored(row, answer, elapsed_ms, hit, hit, bool(good and good[0]), sum(good), verbatim, why)
    corrected = bool(good and good[0])
    right = not answer.answered or corrected
    why = "abstains" if not answer.answered else "corrects the premise" if corrected else "answers what the text does not say"
    return Scored(row, answer, elapsed_ms, right, None, None, sum(good), verbatim, why)


def share(values: Sequence[bool]) -> float:
    """The share of true values; nan of none."""
    return sum(values) / len(values) if values else float("nan")


def summary(scored: Sequence[Scored]) -> dict[str, float | int]:
    """The figures of a run, each a share of 1 unless its name says otherwise."""
    answerable = [one for one in scored if one.row.answerable]
    quoted = [one for one in answerable if one.answer.answered]
    quotes = sum(len(one.answer.quotes) for one in quoted)
    times = sorted(one.elapsed_ms for one in scored)
    return {
        "questions": len(scored),
        "evidence_hit": share([bool(one.evidence_hit) for one in answerable]),
        "first_quote_hit": share([bool(one.first_quote_hit) for one in answerable]),
        "quote_precision": sum(one.good_quotes for one in quoted) / quotes if quotes else float("nan"),
        "false_abstention": share([not one.answer.answered for one in answerable]),
        "abstention_off_topic": share([one.right for one in scored if one.row.kind == "off-topic"]),
        "abstention_near_miss": share([one.right for one in scored if one.row.kind == "near-miss"]),
        "abstention_false_premise": share([one.right for one in scored if one.row.kind == "false-premise"]),
        "verbatim": share([one.verbatim for one in scored]),
        "p50_ms": times[len(times) // 2],
        "p95_ms": times[min(len(times) - 1, int(len(times) * 0.95))],
    }
