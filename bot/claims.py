"""What a chat model writes, held against the passages it was shown: what stands there becomes a quote, the rest is dropped. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.answers import Quote
from bot.citations import carries, fold, locate, quoted_inside, whole_sentences
from index import Evidence, Passage, terms

PASSAGES = 6  # that a chat model is shown, at most
AROUND = 2  # sentences before and after the evidence, in its paragraph
LONGEST = 600  # characters of one sentence
RECITED = 8  # words in a row of the instructions are no answer
SHARED = 0.5  # of a sentence's terms stand in the passages it names or in the question, where both are English
# Links, addresses, pings, markup: the sentences of an answer are plain words; what is linked is the corpus.
_MARKUP = re.compile(r"://|www\.|\w@\w|@\w|<[@#!/:a-z]|\]\(|[`*~|\\]|\b[^\W\d_][\w-]+\.[a-z]{2,}\b|&\w+;", re.IGNORECASE)
_MARKERS = re.compile(r"\s*\[\s*\d+(?:\s*[,;–-]\s*\d+)*\s*\]")
_NUMBER = re.compile(r"\d+(?:[.,\s]\d{3})*(?:[.,]\d+)?")
_DENIES = re.compile(r"\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|without)\b|n['’]t\b", re.IGNORECASE)
_REFUSES = re.compile(_DENIES.pattern + r"|\b(?:refus|fail|reject|den[iy]|lack|unable|unlikely|unwilling|absen|oppos)", re.IGNORECASE)


class Claim(BaseModel):
    """Words that a sentence rests on, and the number of the passage they are said to stand in."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    passage: int
    words: Annotated[str, Field(description="exact words of that passage")]


class Sentence(BaseModel):
    """One sentence of the answer with its claims."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    text: Annotated[str, Field(description="one sentence, in the language of the question")]
    quotes: list[Claim]


class Reply(BaseModel):
    """A whole reply: all that a chat model may say."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    sentences: list[Sentence]


@dataclass(frozen=True)
class Checked:
    """A sentence that may be shown: its quotes, widened to whole sentences, and how many of its claims did not hold."""

    text: str
    quotes: tuple[Quote, ...]
    dropped: int
    supported: bool


def passages_of(evidence: Sequence[Evidence]) -> tuple[Passage, ...]:
    """What a chat model is shown: the best sentences with their neighbours, best first, none twice."""
    by_row = {item.sentence.row: item.sentence for item in evidence}
    shown: list[Passage] = []
    for item in evidence:
        best = item.sentence
        if any(passage.document is best.document and passage.start <= best.start < passage.end for passage in shown):
            continue
        near = (by_row.get(row) for row in range(best.row - AROUND, best.row + AROUND + 1))
        taken = {sentence.row for passage in shown for sentence in passage.sentences}
        around = [one for one in near if one and (one.document, one.paragraph) == (best.document, best.paragraph) and one.row not in taken]
        run = [one for one in around if all(row in {other.row for other in around} for row in range(*sorted((one.row, best.row))))]
        shown.append(Passage(best.document, run[0].start, run[-1].end, tuple(run)))
        if len(shown) == PASSAGES:
            break
    return tuple(shown)


class Checker:
    """Holds sentences against the passages they name. `instructions` is what the model was told, which is not to be recited."""

    def __init__(self, question: str, evidence: Sequence[Evidence], *, instructions: str) -> None:
        self.passages = passages_of(evidence)
        self._question = question
        self._instructions = _words(instructions)
        self._scores = {item.sentence.row: item.score for item in evidence}

    def check(self, said: Sentence) -> Checked | None:
        """The sentence as it may be shown, supported or not; None if it may not be shown at all."""
        prose = _MARKERS.sub("", " ".join(said.text.split()))
        if not prose or len(prose) > LONGEST or _MARKUP.search(prose) or not prose.isprintable() or self._recites(prose):
            return None
        found = [self._find(claim) for claim in said.quotes]
        named = [self.passages[claim.passage - 1] for claim in said.quotes if 1 <= claim.passage <= len(self.passages)]
        spoken = self._spoken(prose, named)
        if spoken is None:
            return None
        prose, inner = spoken
        quotes = tuple(dict.fromkeys([*(quote for quote in found if quote), *inner]))
        supported = bool(quotes) and self._holds(prose, named, quotes)
        return Checked(prose, quotes if supported else (), sum(quote is None for quote in found), supported)

    def _find(self, claim: Claim) -> Quote | None:
        if not 1 <= claim.passage <= len(self.passages) or not carries(claim.words):
            return None
        return self._quote(claim.words, self.passages[claim.passage - 1])

    def _quote(self, words: str, passage: Passage) -> Quote | None:
        span = locate(words, passage)
        if span is None:
            return None
        whole = whole_sentences(span, passage)
        inside = (self._scores[one.row] for one in passage.sentences if whole.start <= one.start < whole.end)
        return Quote(whole.document, whole.start, whole.end, score=max(inside, default=0.0))

    def _spoken(self, prose: str, named: Sequence[Passage]) -> tuple[str, list[Quote]] | None:
        """The prose, with what it puts in quotation marks as the source has it, and the quotes among that; None if it is not there."""
        quotes: list[Quote] = []
        for start, end in reversed(quoted_inside(prose)):
            words = prose[start:end]
            passage = next((passage for passage in named if locate(words, passage)), None)
            span = locate(words, passage) if passage else None
            if passage is None or span is None:
                return None
            if carries(words) and (quote := self._quote(words, passage)):
                quotes.insert(0, quote)
            prose = prose[:start] + " ".join(span.text.split()) + prose[end:]
        return prose, quotes

    def _holds(self, prose: str, named: Sequence[Passage], quotes: Iterable[Quote]) -> bool:
        """Numbers and, in English, denials and most terms of the sentence are those of what it rests on, or of the question."""
        texts = "\n".join(passage.text for passage in named)
        around = "\n".join([texts, self._question, *map(_about, named)])
        if _numbers(prose) - _numbers(around):
            return False
        own, spoken = set(terms(prose)), set(terms(around))
        shared = len(own & spoken) >= SHARED * len(own)
        # A sentence of names and quotations has few little words and is English all the same if it shares the text's.
        if not _english(texts) or not (_english(prose) or shared):
            return True
        if _DENIES.search(prose) and not _REFUSES.search("\n".join([*(quote.text for quote in quotes), self._question])):
            return False
        return shared

    def _recites(self, prose: str) -> bool:
        said = _words(prose).split()
        return any(" ".join(said[at : at + RECITED]) in self._instructions for at in range(len(said) - RECITED + 1))


def numbered(checked: Checked, before: Sequence[Quote]) -> tuple[str, tuple[Quote, ...]]:
    """The sentence with the numbers of its quotes, and those of them that the answer does not have yet."""
    new = tuple(quote for quote in checked.quotes if quote not in before)
    places = [*before, *new]
    return " ".join([checked.text, "".join(f"[{places.index(quote) + 1}]" for quote in checked.quotes)]).rstrip(), new


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text).text))


def _numbers(text: str) -> set[str]:
    return {re.sub(r"\D", "", number) for number in _NUMBER.findall(unicodedata.normalize("NFKC", text))}


def _about(passage: Passage) -> str:
    document = passage.document
    return f"{document.author}\n{document.title}\n{document.date}\n{passage.section}"


def _english(text: str) -> bool:
    """English is full of words that carry no content and are no words of other languages."""
    return len(terms(text)) <= 0.75 * len(text.split())
