"""What a reading model is taught: questions on passages that the product's own splitter makes, and which sentences answer them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.nouns import Document, Paragraph, Passage
from index.passages import split_passages
from index.training.edits import Chance
from index.windows import Window

# A window shows at most this many characters: short ones are quick to learn from, long ones are whole passages.
REACHES, SHARES = (300, 550, 900), (0.30, 0.50, 0.20)


@dataclass(frozen=True)
class Lesson:
    """A question on a passage. `anchor` are its sentences (by place in the passage) that answer, or only seem to.

    `span` is [start, end) in the document, None if the answer's words are not known.
    """

    question: str
    passage: Passage
    anchor: tuple[int, ...]
    answerable: bool
    span: tuple[int, int] | None = None


@dataclass(frozen=True)
class Example:
    """A question, the window it is asked of, the sentences of it that answer (none: it does not), and the span where known."""

    question: str
    window: Window
    gold: tuple[int, ...]
    span: tuple[int, int] | None


def split_document(name: str, text: str, paragraphs: Sequence[Sequence[int]]) -> list[Passage]:
    """The passages that the index would make of a text with these [start, end) paragraphs."""
    numbered = tuple(Paragraph(number, start, end) for number, (start, end) in enumerate(paragraphs, start=1))
    return split_passages([Document(name, name, text, paragraphs=numbered)])


def lessons_at(question: str, passages: Iterable[Passage], span: tuple[int, int], *, known: bool = True) -> list[Lesson]:
    """One lesson for each passage that holds all of `span`; with `known` false, only the sentences are right, not the span."""
    found = [passage for passage in passages if passage.start <= span[0] and span[1] <= passage.end]
    anchored = [(passage, sentences_at(passage, span)) for passage in found]
    return [Lesson(question, passage, anchor, True, span if known else None) for passage, anchor in anchored if anchor]


def sentences_at(passage: Passage, span: tuple[int, int]) -> tuple[int, ...]:
    """The places in the passage of the sentences that share characters with the span."""
    return tuple(at for at, sentence in enumerate(passage.sentences) if sentence.start < span[1] and span[0] < sentence.end)


def show(lesson: Lesson, chance: Chance) -> Example:
    """A window of random reach over the lesson's passage that holds its anchor."""
    reach = int(chance.choice(REACHES, p=SHARES))
    count = len(lesson.passage.sentences)
    first, last = (min(lesson.anchor), max(lesson.anchor) + 1) if lesson.anchor else _somewhere(count, chance)
    return example(lesson, *_widened(lesson.passage, first, last, reach, chance))


def show_beside(lesson: Lesson, chance: Chance) -> Example | None:
    """A window next to the sentences that answer, without them or their words: it does not answer."""
    runs = [(0, min(lesson.anchor)), (max(lesson.anchor) + 1, len(lesson.passage.sentences))]
    runs = [(first, last) for first, last in runs if first < last and not _repeats(lesson, first, last)]
    if not runs:
        return None
    return example(Lesson(lesson.question, lesson.passage, (), False), *runs[chance.integers(len(runs))])


def example(lesson: Lesson, first: int, last: int) -> Example:
    """The lesson asked of the sentences [first, last) of its passage."""
    shown = lesson.passage.sentences[first:last]
    start = shown[0].start
    text = lesson.passage.document.text[start : shown[-1].end]
    window = Window(text, tuple((sentence.start - start, sentence.end - start) for sentence in shown))
    gold = tuple(at - first for at in lesson.anchor if first <= at < last) if lesson.answerable else ()
    span = (lesson.span[0] - start, lesson.span[1] - start) if lesson.span and gold else None
    return Example(lesson.question, window, gold, span)


def _repeats(lesson: Lesson, first: int, last: int) -> bool:
    sentences, document = lesson.passage.sentences, lesson.passage.document
    answer = document.text[slice(*lesson.span)] if lesson.span else ""
    return not answer or answer.casefold() in document.text[sentences[first].start : sentences[last - 1].end].casefold()


def _somewhere(count: int, chance: Chance) -> tuple[int, int]:
    at = int(chance.integers(count))
    return at, at + 1


def _widened(passage: Passage, first: int, last: int, reach: int, chance: Chance) -> tuple[int, int]:
    """Sentences are added before or after by chance while the window stays within `reach` characters."""
    sentences = passage.sentences
    while True:
        sides = [(first - 1, last)] * (first > 0) + [(first, last + 1)] * (last < len(sentences))
        sides = [(one, other) for one, other in sides if sentences[other - 1].end - sentences[one].start <= reach]
        if not sides:
            return first, last
        first, last = sides[chance.integers(len(sides))]
