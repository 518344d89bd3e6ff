"""Sentences end where a reader would end them, and no character is lost or stands in two of them."""

import random

import pytest

from index import split_sentences
from index.sentences import LONGEST


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param(["He was U.S. President.", "She left."], id="abbreviation before a name"),
        pytest.param(["He lives in the U.S.", "It is big."], id="abbreviation at the end"),
        pytest.param(["It brought together U.S. President Donald Trump and Kim Jong-un.", "It is early."], id="hyphenated name"),
        pytest.param(["J. R. R. Tolkien wrote it.", "It sold."], id="initials"),
        pytest.param(["It rose 3.5 percent.", "Then 1.2 fell."], id="decimals"),
        pytest.param(["“From this day forward.”", "He explained it."], id="closing quotation mark"),
        pytest.param(["“It is going well!” he wrote.", "Done."], id="speech goes on"),
        pytest.param(["He agreed.", "“No.”", "She left."], id="speech alone"),
        pytest.param(['He said "No."', "Then he left."], id="straight quotation mark"),
        pytest.param(["Use tools, e.g. hammers, i.e. these.", "Done."], id="e.g. and i.e."),
        pytest.param(["Dr. King met Mr. Smith vs. St. John.", "They spoke."], id="titles"),
        pytest.param(["No. 5 is here.", "On Jan. 5 he left."], id="No. and months"),
        pytest.param(["Wait... what?", "Yes."], id="three full stops"),
        pytest.param(["He paused … and left.", "Done."], id="ellipsis"),
        pytest.param(["Why?", "Because!", "Yes."], id="other ends"),
        pytest.param(["First line\nsecond line.", "Third\nfourth."], id="hard-wrapped"),
        pytest.param(["日本語です。", "次の文。"], id="no white space between"),
        pytest.param(["😀 Hello.", "😀 World."], id="astral"),
        pytest.param(["A\0b.", "C d."], id="nul"),
        pytest.param(["Ae\u0301 \udcffb.", "C\ud800c d."], id="lone surrogates"),
        pytest.param(["no end"], id="no full stop"),
        pytest.param(["."], id="nothing but a full stop"),
        pytest.param([], id="nothing"),
    ],
)
@pytest.mark.parametrize("gap", [" ", "\u00a0", "  "], ids=["space", "non-breaking space", "two spaces"])
def test_hard_cases(expected: list[str], gap: str) -> None:
    assert sentences(gap.join(expected)) == expected


@pytest.mark.parametrize("text", ["", " \n\t", "\u00a0\u2003"], ids=["empty", "blank", "wide blank"])
def test_white_space_has_no_sentence(text: str) -> None:
    assert split_sentences(text) == []


@pytest.mark.parametrize(
    "text",
    ["word " * 2000, "x" * 5000, "longword" * 200 + " " + "y" * 4100 + " z", "a\n" * 4000],
    ids=["words", "one word", "mixed", "lines"],
)
def test_what_runs_on_is_cut_at_white_space_and_nothing_is_lost(text: str) -> None:
    found = sentences(text)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert len(found) > 1 and max(map(len, found)) <= LONGEST
    cut_words = [piece for piece in found if len(piece) < LONGEST and not set(piece.split()) <= set(text.split())]
    assert len(cut_words) <= 1  # the tail of a word that is too long by itself


def test_every_character_of_300_random_texts_is_in_exactly_one_sentence() -> None:
    chance = random.Random(11)
    pieces = [
        "He ",
        "U.S. ",
        "said",
        ". ",
        "? ",
        "! ",
        "”",
        "“",
        '"',
        "(",
        ")",
        "...",
        "…",
        "\n",
        "\u00a0",
        "  ",
        "e.g. ",
        "3.5",
        "é",
        "e\u0301",
    ]
    pieces += [
        "😀",
        "。",
        "\u200b",
        "\u2028",
        "\0",
        "\udcff",
        "\t",
        "Dr. ",
        "\u202e",
        "[1]",
        "word " * 500,
        "x" * 2100,
        "\u3000",
        "\x1c",
        "\x85",
    ]
    for _ in range(300):
        text = "".join(chance.choice(pieces) for _ in range(chance.randint(0, 40)))
        covered = [at for start, end in split_sentences(text) for at in range(start, end)]
        assert len(covered) == len(set(covered)), repr(text)
        assert {at for at, char in enumerate(text) if not char.isspace()} <= set(covered), repr(text)
        assert all(found == found.strip() for found in sentences(text)), repr(text)
