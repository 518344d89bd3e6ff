"""Evidence -> an answer in the author's own words, or the plain word that there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.answers import NOT_SAID, Answer, Quote
from index import Evidence, Judgement, Sentence, terms

# A further quote must be at least this probable beside the best one, and bring at least this share of terms not quoted yet.
# On tune questions (SQuAD, CLAPNQ, CANARD) 0.15 instead of 0.25 finds the evidence of 0.4, 2 and 5 in 100 more and changes precision by
# -2, -0.6 and +1.5 points.
BESIDE_BEST = 0.15
NEW_TERMS = 0.4
# A sentence that begins so, or says who spoke by "he" alone, says nothing without the one before it, which is quoted with it; that one
# may lean again, so far back.
_BACK = "They|It|He|She|His|Her|Their|Its|These|Those|This|That|Such|Both|Neither"
_LEANS = re.compile(
    rf"(?:{_BACK})\b|(?:But|And|Yet|So|Still|Then|However),? (?:{_BACK.lower()})\b|[“\"].*[”\"] (?:he|she|they)\b", re.DOTALL
)
STEPS_BACK = 2


def compose(question: str, standalone: str, judged: Judgement, *, threshold: float, top: int) -> Answer:
    """Answer with the best evidence if the text answers at least this probably, else abstain and show the nearest passage."""
    evidence, confidence = judged.evidence, judged.answerable
    if not evidence or confidence < threshold:
        nearest = as_quote(evidence[0]) if evidence else None
        return Answer(question, standalone, False, NOT_SAID, confidence=confidence, nearest=nearest, evidence=evidence)
    quotes = choose_quotes(evidence, top=top)
    text = "\n\n".join(quote.text for quote in quotes)
    return Answer(question, standalone, True, text, quotes=quotes, confidence=confidence, evidence=evidence)


def choose_quotes(evidence: Sequence[Evidence], *, top: int) -> tuple[Quote, ...]:
    """At most `top` quotes, best first: probable enough, none that repeats what the others say, neighbours merged."""
    floor = BESIDE_BEST * evidence[0].score
    chosen: list[Evidence] = []
    said: set[str] = set()
    for item in evidence:
        if len(chosen) == top or item.score < floor:
            break
        own = set(terms(item.sentence.text))
        if not chosen or len(own - said) >= NEW_TERMS * len(own):
            chosen.append(item)
            said |= own
    return merge_neighbours([*chosen, *_leant_on(chosen, evidence)])


def _leant_on(chosen: Sequence[Evidence], evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences right before those of `chosen` that lean on them, in their paragraph; no better than what leans on them."""
    by_row = {item.sentence.row: item.sentence for item in evidence}
    found = []
    for item in chosen:
        sentence = item.sentence
        for _ in range(STEPS_BACK):
            before = by_row.get(sentence.row - 1)
            if not before or not _LEANS.match(sentence.text) or not _share_a_paragraph(before, sentence):
                break
            found.append(Evidence(before, item.score))
            sentence = before
    return found


def _share_a_paragraph(one: Sentence, other: Sentence) -> bool:
    return one.document is other.document and one.paragraph == other.paragraph


def merge_neighbours(chosen: Iterable[Evidence]) -> tuple[Quote, ...]:
    """One quote for sentences that follow each other in a paragraph, with the score of the better; best first."""
    quotes: list[Quote] = []
    for quote in sorted(map(as_quote, chosen), key=lambda quote: (quote.document.id, quote.start)):
        last = quotes[-1] if quotes else None
        if (
            last
            and last.document is quote.document
            and last.paragraph == quote.paragraph
            and not last.document.text[last.end : quote.start].strip()
        ):
            quotes[-1] = Quote(last.document, last.start, quote.end, score=max(last.score, quote.score))
        else:
            quotes.append(quote)
    return tuple(sorted(quotes, key=lambda quote: -quote.score))


def as_quote(item: Evidence) -> Quote:
    """The whole sentence as a quote."""
    return Quote(item.sentence.document, item.sentence.start, item.sentence.end, score=item.score)
