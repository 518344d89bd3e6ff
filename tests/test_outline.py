"""Front matter, title lines, sections and paragraphs are found, each as an exact slice of the text."""

import random

import pytest

from index import Document
from index.errors import UnreadableDocument
from index.outline import Outline, outline

FRONT = """---
title: The Light
author: A. Writer
date: 2018-07-09
publisher: 'House: of Light'
source: https://example.org/light
rights: © 2018
other: ignored
---
"""


def read(text: str, *, markdown: bool = False) -> Outline:
    return outline(text, markdown=markdown, name="file name")


def paragraphs(text: str, *, markdown: bool = False) -> list[tuple[int, str]]:
    return [(found.number, text[found.start : found.end]) for found in read(text, markdown=markdown).paragraphs]


def sections(text: str, *, markdown: bool = False) -> list[tuple[str, str]]:
    """(title, the text it covers, without the white space around it)."""
    return [(found.title, text[found.start : found.end].strip()) for found in read(text, markdown=markdown).sections]


def test_front_matter_states_the_facts_and_is_no_paragraph() -> None:
    assert read(FRONT + "One. Two.\n").facts == {
        "title": "The Light",
        "author": "A. Writer",
        "date": "2018-07-09",
        "publisher": "House: of Light",
        "source": "https://example.org/light",
        "rights": "© 2018",
    }
    assert paragraphs(FRONT + "One. Two.\n") == [(1, "One. Two.")]


@pytest.mark.parametrize(
    ("text", "markdown", "title"),
    [
        pytest.param("A Title\n\nBody text.", False, "A Title", id="first line"),
        pytest.param("A sentence.\n\nAnother.", False, "file name", id="a sentence is no title"),
        pytest.param("He said “no”\n\nAnother.", False, "file name", id="speech is no title"),
        pytest.param("Only line", False, "file name", id="the only line is no title"),
        pytest.param("Two\nlines\n\nBody.", False, "file name", id="two lines are no title"),
        pytest.param("x" * 201 + "\n\nBody.", False, "file name", id="too long for a title"),
        pytest.param(FRONT + "Another Title\n\nBody.", False, "The Light", id="front matter wins"),
        pytest.param("# A Title\n\nBody.", True, "A Title", id="heading"),
        pytest.param("A Title\n=======\n\nBody.", True, "A Title", id="underlined heading"),
        pytest.param("Body first.\n\n# Later\n\nMore.", True, "file name", id="a later heading is no title"),
    ],
)
def test_the_title_is_what_the_text_states_or_the_name_of_the_file(text: str, markdown: bool, title: str) -> None:
    assert read(text, markdown=markdown).facts["title"] == title


@pytest.mark.parametrize(
    "text",
    ["---\ntitle: [\n---\nText.", "---\n- a\n---\nText.", "---\nsections: End\n---\nText.", "---\nsections:\n  End: None such\n---\nText."],
    ids=["not yaml", "a list", "sections that are no table", "a section that opens nowhere"],
)
def test_front_matter_that_cannot_be_read_is_said_to_be_wrong(text: str) -> None:
    with pytest.raises(UnreadableDocument, match="front matter"):
        read(text)


def test_paragraphs_count_from_1_and_title_lines_are_0() -> None:
    text = "---\ntitle: The Light\n---\n\n   The Light  \nJuly 9, 2018\n\nOne. Two.\n\n\n  \t\nThree.\nFour.  \n\n"
    assert paragraphs(text) == [(0, "The Light"), (0, "July 9, 2018"), (1, "One. Two."), (2, "Three.\nFour.")]


@pytest.mark.parametrize("body", ["One. Two.", "A line that is\nwrapped. Two."], ids=["a sentence", "a wrapped one"])
def test_a_paragraph_right_under_the_title_is_no_title_line(body: str) -> None:
    assert paragraphs(f"---\ntitle: The Light\n---\nThe Light\n{body}\n\nThree.") == [(0, "The Light"), (1, body), (2, "Three.")]


def test_a_markdown_title_is_line_0_once() -> None:
    text = "# The *Light*\n\nOne.\n\n## Part\n\nTwo.\n"
    assert paragraphs(text, markdown=True) == [(0, "The *Light*"), (1, "One."), (2, "Two.")]


def test_run_in_heads_open_sections() -> None:
    text = "It came before. All of it.\n\nSouth Korea. It has a treaty.\n\nMore of it.\n\nBank of the West. It lends.\n"
    assert sections(text) == [
        ("South Korea", "South Korea. It has a treaty.\n\nMore of it."),
        ("Bank of the West", "Bank of the West. It lends."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Nonsense. The plan failed.\n\nThe end came soon. It hurt.",
        "It failed. The plan was bad.\n\nWe lost. The plan was bad.",
        "Mr. King wrote it. We read it.\n\nDr. Moon read it. We did too.",
        "U.S. troops left. We stayed.\n\nU.N. troops came. We left.",
        "Japan.\n\nChina.\n\nThe list ends here. So it does.",
        "One Two Three Four Five Six Seven. It is long.\n\nOne Two Three Four Five Six Seven Eight. It is long.",
    ],
    ids=["one alone", "sentences", "titles of persons", "abbreviations", "nothing follows", "too many words"],
)
def test_what_is_no_run_in_head_opens_no_section(text: str) -> None:
    assert sections(text) == []


def test_declared_sections_start_where_their_paragraph_opens() -> None:
    text = "---\nsections:\n  Middle: Now we\n  End: 'Last: words'\n---\nFirst we came.\n\nNow we go. Last: words.\n\nLast: words said.\n"
    assert sections(text) == [("Middle", "Now we go. Last: words."), ("End", "Last: words said.")]


def test_the_commentary_has_seven_sections_and_21_paragraphs(commentary: Document) -> None:
    assert [section.title for section in commentary.sections] == [
        *("South Korea", "Japan", "China", "United Nations"),
        *("Conclusion", "About the author", "About the publisher"),
    ]
    assert [paragraph.number for paragraph in commentary.paragraphs] == [0, 0, *range(1, 22)]
    assert commentary.section_at(commentary.text.index("Some 90 percent")) == "China"
    assert commentary.section_at(commentary.text.index("It is almost a month")) == ""


MARKDOWN = """# The Light

One two
three.

## First *part* ##

- item one
- item two
  goes on

  1. deep item

> A quoted
> line.

Second part
-----------

Plain with `code`.

```python
fenced = "code"
```

    indented = "code"

<div>html</div>

| a | b |
"""


def test_markdown_paragraphs_are_those_of_commonmark() -> None:
    assert paragraphs(MARKDOWN, markdown=True) == [
        (0, "The Light"),
        (1, "One two\nthree."),
        (2, "item one"),
        (3, "item two\n  goes on"),
        (4, "deep item"),
        (5, "A quoted\n> line."),
        (6, "Plain with `code`."),
        (7, "| a | b |"),
    ]


def test_markdown_sections_run_from_heading_to_heading() -> None:
    found = sections(MARKDOWN, markdown=True)
    assert [title for title, _ in found] == ["First *part*", "Second part"]
    assert found[0][1].startswith("First *part* ##\n\n- item one") and found[0][1].endswith("> line.")
    assert found[1][1].startswith("Second part\n---") and found[1][1].endswith("| a | b |")


def test_in_plain_text_markdown_means_nothing() -> None:
    assert paragraphs("# One\n- two\n\n    three.") == [(1, "# One\n- two"), (2, "three.")]


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    text = "The light was kept\nby a woman for forty\nyears. She left.\n\nThen it\nwent out.\n"
    assert paragraphs(text) == [(1, "The light was kept\nby a woman for forty\nyears. She left."), (2, "Then it\nwent out.")]


def random_markdown(seed: int) -> tuple[str, list[str]]:
    """A text of random blocks, and each of its paragraphs, in order."""
    chance, counter = random.Random(seed), iter(range(10_000))
    blocks, expected = ["# Title"], []
    for _ in range(chance.randint(1, 12)):
        lines = [" ".join(f"wörd{next(counter)}" for _ in range(chance.randint(1, 4))) for _ in range(chance.randint(1, 3))]
        kind = chance.choice(["plain", "list", "quote", "heading", "code"])
        if kind == "plain":
            expected.append("\n".join(lines))
        elif kind in ("list", "quote"):
            expected += lines[:1] if kind == "quote" else lines
        mark = {"plain": "", "list": "- ", "quote": "> ", "heading": "## ", "code": "    "}[kind]
        blocks.append("\n".join(mark + line for line in (lines[:1] if kind in ("quote", "heading") else lines)))
        blocks.append("<!-- apart -->")  # so that neighbours do not flow together
    return "\n\n".join(blocks), expected


def test_every_block_of_300_random_texts_is_one_exact_slice() -> None:
    for seed in range(300):
        text, expected = random_markdown(seed)
        assert [found for number, found in paragraphs(text, markdown=True) if number] == expected, text


def test_spans_of_300_random_texts_are_in_order_apart_and_without_white_space_around_them() -> None:
    pieces = [
        "> ",
        "- ",
        "1. ",
        "    ",
        "```\n",
        "\n",
        "\n\n",
        "word ",
        "South Korea. ",
        "É “x.” ",
        "<div>\n",
        "\\",
        "*",
        "[a]: /u\n",
        "😀",
        "\t",
    ]
    for seed in range(300):
        chance = random.Random(seed)
        text = "".join(chance.choice(pieces) for _ in range(chance.randint(1, 25)))
        for markdown in (True, False):
            spans = [(found.start, found.end) for found in read(text, markdown=markdown).paragraphs]
            edges = [edge for span in spans for edge in span]
            assert edges == sorted(edges) and all(text[start:end] == text[start:end].strip() != "" for start, end in spans), text
