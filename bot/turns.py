"""Turns that ask nothing new: more, go on, in context, where, who says so, shorter, are you sure, the second one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.answers import Answer, Quote
from bot.conversation import Conversation
from bot.extractive import merge_neighbours
from index import Document, Evidence, Judgement, Sentence, Span, terms

FIRST = "Ask a question first."
# A further quote must be at least this probable beside the best evidence: the rest of the text is no answer.
STILL_EVIDENCE = 0.05
FURTHER = 3  # quotes at a time
NEXT = 2  # sentences at a time

_THAT = r"(?:that|this|it|so|those|these)"
_SPEAKER = r"(?:he|she|it|they|you|the (?:author|writer|text|commentary|essay|article|document))"
_QUOTE = r"(?:quotes?|ones?|points?|items?|passages?|sentences?|evidence|parts?|reasons?)"
_PLEASE = r"(?: please| then| now)?"
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NTH = rf"(?P<nth>{'|'.join(_ORDINALS)}|last|\d(?:st|nd|rd|th)?|10(?:th)?)"
# The message without its punctuation, in lower case, must match as a whole: a word more may be a question.
_ASKED = {
    "more": rf"(?:(?:can|could|do) you (?:have |show |give |tell )?|(?:show|give|tell) me |is there |are there |got |and )*"
    rf"(?:any |some |the |a few |a bit |\d |two |three )?(?:anything |something |what )?(?:more|next|further|other|else)"
    rf"(?: {_QUOTE}| about {_THAT}| of {_THAT}| on {_THAT})*(?: does {_SPEAKER} say(?: about {_THAT})?)?{_PLEASE}",
    "next": rf"(?:please |and )?(?:(?:go|carry|read|move) on|continue(?: reading)?|keep (?:going|reading)|(?:and )?then(?: what)?"
    rf"|what (?:does {_SPEAKER} say|comes|happen(?:s|ed)|came) (?:next|then|after(?:wards)?|after {_THAT})"
    rf"|(?:the )?next (?:sentence|paragraph)){_PLEASE}",
    "where": rf"(?:and )?(?:where (?:does|did|do) {_SPEAKER} (?:say|write|state|mention|claim|get|find|read) {_THAT}(?: from)?"
    rf"|where (?:is|was|does|did) {_THAT}(?: from| written| said| stated| stand| come from)?|(?:what(?: is|s) (?:the|your) )?source"
    rf"|(?:in )?(?:which|what) (?:paragraph|section|part|page)(?: is {_THAT}(?: in| from)?)?){_PLEASE}",
    "context": rf"(?:(?:can|could) (?:you|i) )?(?:show|see|give|put|read)?(?: me)?(?: {_THAT}| the| quote)*(?: {_NTH})?(?: {_QUOTE})?"
    rf"(?: in| the| its| some| more| whole| full)* ?(?:context|paragraph)(?: of {_THAT})?{_PLEASE}",
    "who": rf"(?:and )?(?:says who|who (?:says|said|claims|states|argues|thinks) {_THAT}|who is (?:speaking|talking)"
    rf"|(?:whose|who[’']?s) (?:words|opinion|view|claim)s?(?: (?:is|are) {_THAT})?){_PLEASE}",
    "shorter": rf"(?:(?:can|could) you |make {_THAT} |be |a (?:bit|little) |much |too long |say {_THAT} )*"
    rf"(?:shorter|briefer|brief|briefly|in short|tl ?dr|in (?:one|a) (?:sentence|word|nutshell)|sum {_THAT} up|just the answer){_PLEASE}",
    "sure": rf"(?:but |and )?(?:(?:are|r) you (?:really |quite |absolutely |so )?(?:sure|certain|positive)(?: (?:about|of) {_THAT})?"
    rf"|how (?:sure|certain|confident) are you(?: (?:about|of) {_THAT})?|is {_THAT} (?:really )?(?:true|right|correct)|really"
    rf"|how do you know(?: {_THAT})?|prove {_THAT})",
    "item": rf"(?:and |what (?:about|was|is) |show me |give me |repeat |say )*(?:the )?{_NTH}"
    rf"(?: {_QUOTE}(?: again)?(?: what (?:was|is) {_THAT})?| what (?:was|is) {_THAT}| of {_THAT})(?: again)?{_PLEASE}",
}
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _ASKED.items()}


@dataclass(frozen=True)
class Move:
    """A turn that asks nothing new. `number` counts quotes from 1; 0 where none is named, -1 is the last."""

    kind: str
    number: int = 0


def move_of(message: str) -> Move | None:
    """What the whole message asks for, if it is such a turn."""
    words = " ".join(re.sub(r"[^\w\s'’]+", " ", message.casefold()).replace("’", "'").replace("'", "").split())
    for kind, pattern in _PATTERNS.items():
        match = pattern.fullmatch(words)
        if match:
            named = match.groupdict().get("nth")
            return Move(kind, _number(named) if named else 0)
    return None


def reply(message: str, conversation: Conversation, judge: Callable[[str], Judgement], *, threshold: float) -> Answer | None:
    """The answer to such a turn, out of the conversation and the text; None if the message is none. `judge` weighs a question again."""
    move = move_of(message)
    if move is None:
        return None
    last = conversation.last_answer
    if last is None:
        return Answer(message, message, False, FIRST)
    if move.kind == "more":
        return _more(message, last, conversation, judge(last.standalone_question), threshold)
    return _REPLIES[move.kind](message, last, conversation, move.number)


def _more(message: str, last: Answer, conversation: Conversation, judged: Judgement, threshold: float) -> Answer:
    """What answers the last question too, and was not shown in this conversation yet."""
    new = [item for item in judged.evidence if not _shown(item.sentence, conversation)]
    if last.answered and judged.answerable >= threshold:
        further = [item for item in new if item.score >= STILL_EVIDENCE * judged.evidence[0].score][:FURTHER]
        if further:
            return _answer(message, last, "", merge_neighbours(further))
    nearest = _quote(new[0].sentence, new[0].score) if new and not last.answered else None
    return Answer(message, last.standalone_question, False, "There is nothing more on this question.", nearest=nearest)


def _next(message: str, last: Answer, conversation: Conversation, _: int) -> Answer:
    """The sentences after the last quote, up to the end of a paragraph; after the nearest passage they are no answer either."""
    shown = _named((*filter(None, [last.nearest]), *last.quotes), -1)
    following = merge_neighbours(Evidence(sentence, shown.score) for sentence in _after(shown)[:NEXT]) if shown else ()
    if not following:
        return Answer(message, last.standalone_question, False, "The text ends there.")
    if last.answered:
        return _answer(message, last, "The text goes on:", following)
    return Answer(message, last.standalone_question, False, last.text, nearest=following[0], confidence=last.confidence)


def _where(message: str, last: Answer, conversation: Conversation, _: int) -> Answer:
    places = [f"{quote.section + ', ' if quote.section else ''}{_in(quote)} of {quote.document.title}" for quote in last.quotes]
    return _again(message, last, f"It stands in {'; '.join(dict.fromkeys(places))}.")


def _context(message: str, last: Answer, conversation: Conversation, number: int) -> Answer:
    """The whole paragraph of a quote."""
    quote = _named(last.quotes or tuple(filter(None, [last.nearest])), number or 1)
    if quote is None:
        return _none_such(message, last)
    paragraph = quote.document.paragraph_at(quote.start)
    start, end = (paragraph.start, paragraph.end) if paragraph else (quote.start, quote.end)
    whole = Quote(quote.document, start, max(end, quote.end), score=quote.score)
    if last.answered:
        return _answer(message, last, f"The whole of {_in(quote)}:", [whole])
    return Answer(message, last.standalone_question, False, last.text, nearest=whole, confidence=last.confidence)


def _who(message: str, last: Answer, conversation: Conversation, _: int) -> Answer:
    documents = dict.fromkeys(quote.document for quote in last.quotes)
    said = [f"{one.author or 'An author whom it does not name'} writes so in {one.title}." for one in documents]
    return _again(message, last, " ".join(said))


def _shorter(message: str, last: Answer, conversation: Conversation, _: int) -> Answer:
    """The one sentence of the best quote that shares most words with the question."""
    if not last.quotes:
        return _again(message, last, "")
    wanted, best = set(terms(last.standalone_question)), last.quotes[0]
    shortest = max(_sentences(best.document, best.start, best.end), key=lambda sentence: len(wanted & set(terms(sentence.text))))
    return _answer(message, last, "", [_quote(shortest, best.score)])


def _sure(message: str, last: Answer, conversation: Conversation, _: int) -> Answer:
    return _again(message, last, f"The confidence that the text answers this is {last.confidence:.0%}. It rests on these words:")


def _item(message: str, last: Answer, conversation: Conversation, number: int) -> Answer:
    """One quote of the last answer to this question that has so many."""
    same = [turn.answer for turn in conversation if turn.answer.standalone_question == last.standalone_question]
    answer = next((one for one in reversed(same) if len(one.quotes) >= max(number, 2)), last)
    quote = _named(answer.quotes, number)
    return _answer(message, last, "", [quote]) if quote else _none_such(message, last)


_REPLIES: dict[str, Callable[[str, Answer, Conversation, int], Answer]] = {
    "next": _next,
    "where": _where,
    "context": _context,
    "who": _who,
    "shorter": _shorter,
    "sure": _sure,
    "item": _item,
}


def _again(message: str, last: Answer, said: str) -> Answer:
    """The last answer's evidence once more; that of an abstention is no answer this time either."""
    if last.answered:
        return _answer(message, last, said, last.quotes)
    return Answer(message, last.standalone_question, False, last.text, nearest=last.nearest, confidence=last.confidence)


def _answer(message: str, last: Answer, said: str, quotes: Sequence[Quote]) -> Answer:
    text = "\n\n".join([*filter(None, [said]), *(quote.text for quote in quotes)])
    return Answer(message, last.standalone_question, True, text, quotes=tuple(quotes), confidence=last.confidence)


def _named(quotes: Sequence[Quote], number: int) -> Quote | None:
    """The quote of that number from 1, or from the end with -1."""
    return quotes[number - 1 if number > 0 else number] if 1 <= abs(number) <= len(quotes) else None


def _none_such(message: str, last: Answer) -> Answer:
    count = len(last.quotes)
    return Answer(message, last.standalone_question, False, f"The last answer has {count} quote{'' if count == 1 else 's'}.")


def _shown(span: Span, conversation: Conversation) -> bool:
    places = (quote for turn in conversation for quote in (*turn.answer.quotes, *filter(None, [turn.answer.nearest])))
    return any(one.document.id == span.document.id and one.start < span.end and span.start < one.end for one in places)


def _after(quote: Quote) -> list[Sentence]:
    """The sentences after a quote: the rest of its paragraph, or else the next paragraph that has any."""
    document = quote.document
    for paragraph in document.paragraphs:
        inside = _sentences(document, paragraph.start, paragraph.end) if paragraph.end > quote.end else []
        found = [sentence for sentence in inside if sentence.start >= quote.end and sentence.text[:-1] != sentence.section]
        if found:
            return found
    return []


def _sentences(document: Document, start: int, end: int) -> list[Sentence]:
    from index import split_sentences  # loads a library that most questions do without

    return [Sentence(document, start + first, start + last) for first, last in split_sentences(document.text[start:end])]


def _in(quote: Quote) -> str:
    return f"paragraph {quote.paragraph}" if quote.paragraph else "the title lines"


def _quote(span: Span, score: float) -> Quote:
    return Quote(span.document, span.start, span.end, score=score)


def _number(named: str) -> int:
    if named == "last":
        return -1
    return _ORDINALS.index(named) + 1 if named in _ORDINALS else int(re.sub(r"\D", "", named))
