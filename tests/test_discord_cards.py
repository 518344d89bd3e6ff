"""Cards and Markdown: what is shown is the source's text to the letter, in pieces that Discord takes. No Discord needed."""

import random
import re

import pytest

from bot.answers import NOT_SAID, Answer, Quote
from bot.discord_app.cards import LIMIT, MOST_PIECES, Piece, answer_card, context_card
from bot.discord_app.markdown import cut, escaped, length, link, shortened
from bot.discord_app.marks import ContextMark, MoreMark, RateMark, SourcesMark, parse
from bot.discord_app.words import languages, words_for
from bot.render import safe
from index import Document
from index.nouns import Paragraph

ENGLISH = words_for("en")
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
# What Discord would act on, where it is not behind a backslash.
ACTIVE = re.compile(
    r"[*_~`|<>\[\]()#@]|https?:|:\w+:|^\s*(?:[-+]\s|\d+\.\s|>)",
    re.MULTILINE,
)
TRAPS = [
    "**bold** __under__ ~~gone~~ ||spoiler|| `code` ```block```",
    "1. first",
    "- a list",
    "+ another",
    "# a head",
    "-# subtext",
    "> a quotation",
    ">>> an endless one",
    "<@8101> <@&7001> <#7101> <:e:1> <a:e:1> <t:1700000000:R> </cmd:5> <id:guide>",
    "@everyone and @here",
    "https://example.com/x_(y) and http://[::1]",
    "[click](https://example.com)",
    ":smile: at 10:30",
    "a\\b \\* \\\\",
    "snake_case_word 2*3*4",
    "\u202egnp.exe\u202c \u200bzero\u2060width\ufeff",
    "¯\\_(ツ)_/¯ 👩‍👩‍👧‍👦 e\u0301",
]


def rendered(markdown: str) -> str:
    """The text Discord shows for escaped Markdown, once nothing in it is active."""
    return _ESCAPE.sub(r"\1", markdown)


@pytest.mark.parametrize("text", TRAPS)
def test_escaped_text_is_shown_to_the_letter_and_does_nothing(text: str) -> None:
    assert rendered(escaped(text)) == safe(text)
    assert ACTIVE.search(_ESCAPE.sub("x", escaped(text))) is None


def test_five_hundred_fuzzed_texts_are_shown_to_the_letter() -> None:
    random.seed(7)
    letters = [*"ab 1.\n\t*_~`|<>[]()#@:\\-+/!\"'&", *TRAPS, "\u0301" * 40, "\u202e", "\x00", "한국", "👩‍👩‍👧‍👦", "\U000e0041"]
    for _ in range(500):
        text = "".join(random.choices(letters, k=random.randint(1, 120)))
        shown = escaped(text)
        assert rendered(shown) == safe(text) and ACTIVE.search(_ESCAPE.sub("x", shown)) is None
        pieces = list(cut(shown, 60))
        assert all(0 < length(piece) <= 60 for piece in pieces)
        assert all(rendered(piece).count("\\") == piece.count("\\\\") for piece in pieces), "an escape was parted from its character"


def test_text_is_cut_between_sentences() -> None:
    text = "One two three. Four five six! Seven eight? Nine ten eleven twelve."
    assert list(cut(text, 32)) == ["One two three. Four five six!", "Seven eight?", "Nine ten eleven twelve."]


def test_text_without_ends_is_cut_at_white_space_and_else_between_graphemes() -> None:
    assert list(cut("aaaa bbbb cccc dddd", 10)) == ["aaaa bbbb", "cccc dddd"]
    family = "👩‍👩‍👧‍👦"
    assert list(cut(family * 5, 2 * length(family))) == [family * 2, family * 2, family]
    assert list(cut("a" + "\u0301" * 100 + " end", 50)) == ["end"]


def test_only_web_addresses_become_links_and_titles_cannot_break_out() -> None:
    assert link("A [title](x)", "https://example.org/a") == r"[A \[title\]\(x\)](<https://example.org/a>)"
    for unsafe in ("javascript:alert(1)", "https://a.b/> [x](<https://evil", "ftp://x", "", "https://a.b/x y"):
        assert link("Title", unsafe) == "Title"


@pytest.mark.parametrize(
    "mark",
    [ContextMark("0123abcd", 5, 99, "89abcdef"), MoreMark("0123456789abcdef", 12), SourcesMark("0" * 16), RateMark("f" * 16, True)],
)
def test_a_mark_comes_back_from_its_custom_id(mark: ContextMark | MoreMark | SourcesMark | RateMark) -> None:
    assert parse(mark.custom_id) == mark and len(mark.custom_id) <= 100


def document(*paragraphs: str) -> Document:
    text, found = "", []
    for number, paragraph in enumerate(paragraphs, start=1):
        found.append(Paragraph(number, len(text), len(text) + len(paragraph)))
        text += paragraph + "\n\n"
    return Document("a/b.txt", "A *title*", text, source="https://example.org/essay", paragraphs=tuple(found))


def whole(source: Document) -> Answer:
    quotes = tuple(Quote(source, one.start, one.end, 0.9) for one in source.paragraphs)
    return Answer("Why?", "Why?", True, "\n\n".join(quote.text for quote in quotes), quotes, 0.9)


def quoted_text(pieces: list[Piece]) -> str:
    lines = [line.removeprefix("> ") for piece in pieces for line in piece.text.split("\n") if line.startswith("> ")]
    return rendered(" ".join(lines))


@pytest.mark.parametrize("size", [10, 1700, 1790, 1801, 1990, 2000, 2500, 5000])
def test_every_piece_fits_and_the_quotes_are_the_source(size: int) -> None:
    words = "He_said *that* [x](y) is so. "
    source = document((words * (size // len(words) + 1))[:size].strip(), "Short one.")
    pieces = answer_card(whole(source), ENGLISH, kept="0" * 16)
    assert all(0 < length(piece.text) <= LIMIT for piece in pieces)
    assert quoted_text(pieces) == f"{source.text[: source.paragraphs[0].end]} Short one."
    assert [bool(piece.rows) for piece in pieces] == [False] * (len(pieces) - 1) + [True]


def test_what_does_not_fit_into_five_messages_is_counted() -> None:
    pieces = answer_card(whole(document(*["A long sentence of words. " * 60] * 9)), ENGLISH)
    assert len(pieces) == MOST_PIECES and pieces[-1].text.endswith("-# 4 more quotes did not fit here.")
    assert all(length(piece.text) <= LIMIT for piece in pieces)


def test_a_place_stays_with_its_quote() -> None:
    pieces = answer_card(whole(document(*["Eight words of a sentence stand here now. " * 20] * 3)), ENGLISH)
    assert all(not piece.text.startswith("-# ") for piece in pieces)


def test_words_of_a_document_cannot_leave_their_quotation() -> None:
    source = document("First.\n> @everyone\n# Head\nhttps://evil.example")
    text = answer_card(whole(source), ENGLISH)[0].text
    assert text.splitlines()[0] == r"> First. \> \@everyone \# Head https\://evil.example"


def test_the_context_marks_the_quote_in_its_paragraph() -> None:
    source = document("Before it. The quote. After it.")
    assert context_card(Quote(source, 11, 21), ENGLISH)[0].text.splitlines()[0] == "> Before it. **The quote.** After it."
    assert context_card(Quote(source, 0, 31), ENGLISH)[0].text.splitlines()[0] == "> Before it. The quote. After it."


def test_words_of_a_chat_model_come_before_the_quotes() -> None:
    source = document("The quote.")
    answer = Answer("Why?", "Why?", True, "Because of *this* [1].", (Quote(source, 0, 10),), 0.7, model="openai:x")
    assert answer_card(answer, ENGLISH)[0].text.splitlines()[:2] == [r"Because of \*this\* \[1\].", "> The quote."]


def test_small_talk_has_no_buttons_and_no_confidence() -> None:
    assert answer_card(Answer("hi", "hi", False, "Hello. Ask me."), ENGLISH, kept="0" * 16) == [Piece("Hello. Ask me.")]


def test_an_abstention_without_any_passage_is_one_line() -> None:
    assert answer_card(Answer("x", "x", False, NOT_SAID), ENGLISH)[0].text == "**The commentary does not say.**"


def test_every_language_says_everything_with_the_same_blanks() -> None:
    english = ENGLISH.said
    for code in languages():
        said = words_for(code).said
        assert said.keys() == english.keys()
        assert all(set(re.findall(r"{(\w+)}", said[name])) == set(re.findall(r"{(\w+)}", english[name])) for name in english), code
        assert all(len(text) <= 100 for name, text in said.items() if name.startswith("describe:")), code


def test_names_are_shortened_between_graphemes() -> None:
    assert shortened("a" * 50, 10) == "a" * 9 + "…" and length(shortened("👩‍👩‍👧‍👦" * 20, 90)) <= 90
