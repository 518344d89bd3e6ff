"""Text -> front matter, title lines, sections and paragraphs, all as offsets into the text. No file is touched here."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from markdown_it import MarkdownIt

from index.errors import UnreadableDocument
from index.nouns import Paragraph, Section
from index.sentences import split_sentences

FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\n(.*?\n)---[ \t]*\n", re.DOTALL)
BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
# A run-in head: one to six capitalised words and a full stop, opening a paragraph ("South Korea.").
RUN_IN_HEAD = re.compile(r"[A-Z][\w’'&-]*(?: (?:of|the|and|in|for|to|[A-Z][\w’'&-]*)){0,5}\.")
LONGEST_TITLE = 200
FACTS = ("title", "author", "date", "publisher", "source", "rights")

Block = tuple[int, int]


@dataclass(frozen=True)
class Outline:
    """What a document's text says of itself: its facts, and where its sections and paragraphs stand."""

    facts: Mapping[str, str]
    sections: tuple[Section, ...]
    paragraphs: tuple[Paragraph, ...]


def outline(text: str, *, markdown: bool, name: str) -> Outline:
    """Read the structure of `text`; `name` is its title where the text states none. Raises UnreadableDocument for bad front matter."""
    front, body = _front_matter(text)
    blocks, headings = _markdown_blocks(text, body) if markdown else (_plain_blocks(text, body), [])
    facts = {key: str(front[key]).strip() for key in FACTS if front.get(key) is not None}
    facts["title"] = facts.get("title") or _stated_title(text, blocks, headings) or name
    title_lines, blocks = _title_lines(text, blocks, headings, facts["title"])
    paragraphs = [Paragraph(0, *line) for line in title_lines]
    paragraphs += [Paragraph(number, *block) for number, block in enumerate(blocks, start=1)]
    heads = [] if headings else _run_in_heads(text, blocks)
    marks = [(start, text[title[0] : title[1]]) for start, title in headings if text[title[0] : title[1]] != facts["title"]]
    marks += [(start, text[start : end - 1]) for start, end in heads]
    marks += _declared_sections(text, blocks, front.get("sections"))
    return Outline(facts, _sections(marks, len(text)), tuple(sorted(paragraphs, key=lambda p: p.start)))


def _front_matter(text: str) -> tuple[dict[str, Any], int]:
    match = FRONT_MATTER.match(text)
    if match is None:
        return {}, 1 if text.startswith("\ufeff") else 0
    try:
        front = yaml.load(match[1], Loader=yaml.BaseLoader)  # BaseLoader builds strings, lists and dicts only
    except yaml.YAMLError as error:
        raise UnreadableDocument("its front matter is not valid YAML; correct the lines between the two '---'") from error
    if not isinstance(front, dict):
        raise UnreadableDocument("its front matter is not a list of 'name: value' lines")
    return front, match.end()


def _plain_blocks(text: str, body: int) -> list[Block]:
    """Blocks between blank lines, without the white space around them."""
    edges = [body]
    for gap in BLANK_LINES.finditer(text, body):
        edges += [gap.start(), gap.end()]
    edges.append(len(text))
    return list(_trimmed(text, zip(edges[::2], edges[1::2], strict=True)))


def _trimmed(text: str, spans: Any) -> Iterator[Block]:
    for start, end in spans:
        stretch = text[start:end]
        if stretch.strip():
            yield start + len(stretch) - len(stretch.lstrip()), end - len(stretch) + len(stretch.rstrip())


def _markdown_blocks(text: str, body: int) -> tuple[list[Block], list[tuple[int, Block]]]:
    """Paragraphs, and headings as (where the section starts, the title's own span), by CommonMark's rules."""
    source = text[body:]
    starts = [body]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    blocks: list[Block] = []
    headings: list[tuple[int, Block]] = []
    tokens = MarkdownIt("commonmark").parse(source)
    for token, content in itertools.pairwise(tokens):
        if token.type not in ("paragraph_open", "heading_open") or token.map is None or content.type != "inline":
            continue
        begin, end = starts[token.map[0]], min(starts[token.map[1]], len(text))
        first = content.content.split("\n")[0]
        begin = max(begin, text.find(first, begin, end))
        span = next(_trimmed(text, [(begin, end)]), None)
        if span is not None and token.type == "paragraph_open":
            blocks.append(span)
        elif span is not None and first:
            headings.append((span[0], (span[0], span[0] + len(first))))
    return blocks, headings


def _stated_title(text: str, blocks: list[Block], headings: list[tuple[int, Block]]) -> str:
    if headings and (not blocks or headings[0][0] < blocks[0][0]):
        return text[slice(*headings[0][1])]
    if blocks and not headings:
        first = text[slice(*blocks[0])]
        if len(blocks) > 1 and "\n" not in first and _is_title_like(first):
            return first
    return ""


def _title_lines(text: str, blocks: list[Block], headings: list[tuple[int, Block]], title: str) -> tuple[list[Block], list[Block]]:
    """The lines that state the title (and the dateline under it), apart from the paragraphs proper."""
    lines = [span for _, span in headings[:1] if text[slice(*span)] == title]
    if blocks and not headings and text[slice(*blocks[0])].split("\n")[0].strip() == title:
        start, end = blocks[0]
        under = text.find("\n", start, end) + 1 or end
        if all(_is_title_like(line.strip()) for line in text[under:end].split("\n")):
            under = end  # a dateline; else what follows is the first paragraph, blank line or not
        at, lines = start, []
        for line in text[start:under].split("\n"):
            lines += _trimmed(text, [(at, at + len(line))])
            at += len(line) + 1
        blocks = [*_trimmed(text, [(under, end)]), *blocks[1:]]
    return lines, blocks


def _is_title_like(line: str) -> bool:
    """Whether a line may be a title or dateline: short, and no sentence."""
    return len(line) <= LONGEST_TITLE and not line.endswith(tuple('.!?:;,”"'))


def _run_in_heads(text: str, blocks: list[Block]) -> list[Block]:
    """Paragraph openings that name a section. One alone may be a one-word sentence: heads come in sets."""
    heads = []
    for start, end in blocks:
        match = RUN_IN_HEAD.match(text, start, end)
        if match and match.end() < end and split_sentences(text[start:end])[0] == (0, match.end() - start):
            heads.append((start, match.end()))
    return heads if len(heads) > 1 else []


def _declared_sections(text: str, blocks: list[Block], declared: Any) -> list[tuple[int, str]]:
    """Sections that the front matter names by the opening words of a paragraph: no text marks where a run-in head's reach ends."""
    if not declared:
        return []
    if not isinstance(declared, dict):
        raise UnreadableDocument("'sections' in its front matter must be lines of 'Title: opening words of a paragraph'")
    marks = []
    for title, opening in declared.items():
        start = next((start for start, _ in blocks if text.startswith(str(opening), start)), None)
        if start is None:
            raise UnreadableDocument(f"its front matter says that section '{title}' opens with '{opening}', and no paragraph does")
        marks.append((start, str(title)))
    return marks


def _sections(marks: list[tuple[int, str]], length: int) -> tuple[Section, ...]:
    marks = sorted(marks)
    ends = [*(start for start, _ in marks[1:]), length]
    return tuple(Section(title, start, end) for (start, title), end in zip(marks, ends, strict=False))
