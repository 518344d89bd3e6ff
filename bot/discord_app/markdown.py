"""Text as Discord's Markdown: what it renders is the text to the letter, and nothing in it formats, links or mentions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

import regex

from bot.render import safe

# Discord shows a backslash and any character but letters, digits and white space as that character. ":" opens emoji names and ends
# the scheme of a bare link; "." after digits opens an ordered list; "-" and "+" open a list at the start of a line only.
_ALWAYS = re.compile(r"[\\*_~`|<>\[\]()#@]|:(?=\S)")
_LIST = re.compile(r"^(\s*)([-+](?=\s)|\d{1,9}(?=\.\s))", re.MULTILINE)
_GRAPHEME = regex.compile(r"\\?\X")
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[\"”’')\]\\]*\s+")
_PRESENTABLE_LINK = re.compile(r"https?://[^\s<>()\[\]\\\"`*|]{1,400}")


def escaped(text: str) -> str:
    """`text` on one line, every character that Markdown could act on behind a backslash; invisible and steering characters are dropped."""
    return _LIST.sub(_escape_list, _ALWAYS.sub(r"\\\g<0>", safe(text)))


def _escape_list(match: re.Match[str]) -> str:
    marker = match[2]
    return match[1] + (f"{marker}\\" if marker[0].isdecimal() else f"\\{marker}")


def quoted(text: str) -> str:
    """Escaped lines as a block quotation: "> " before every line, blank ones too."""
    return "\n".join(f"> {line}" for line in text.split("\n"))


def dim(text: str) -> str:
    """A line of subtext."""
    return f"-# {text}"


def bold(text: str) -> str:
    """`text`, escaped, in bold."""
    return f"**{escaped(text)}**"


def link(title: str, url: str) -> str:
    """A masked link without preview; the bare title if `url` is no plain web address."""
    return f"[{escaped(title)}](<{url}>)" if _PRESENTABLE_LINK.fullmatch(url) else escaped(title)


def length(text: str) -> int:
    """Characters as Discord's clients count them: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> Iterator[str]:
    """Escaped one-line text in pieces of at most `limit` characters: at the end of a sentence, else at white space, else between graphemes.

    An escape is never parted from its character. A single grapheme longer than `limit` is left out: no reader could see it.
    """
    while length(text) > limit:
        at = _last_break(text, limit)
        if piece := text[:at].rstrip():
            yield piece
        text = (text[at:] if at else _without_first_grapheme(text)).lstrip()
    if text:
        yield text


def _last_break(text: str, limit: int) -> int:
    """Where the longest acceptable first piece ends, in code points; 0 if not even a grapheme fits."""
    fitting = _fitting(text, limit)
    head = text[:fitting]
    sentences = [match.end() for match in _SENTENCE_END.finditer(head)]
    if sentences and sentences[-1] > fitting // 3:
        return sentences[-1]
    space = head.rfind(" ")
    return space + 1 if space > fitting // 3 else fitting


def _fitting(text: str, limit: int) -> int:
    """How many code points, whole graphemes and escapes, fit into `limit`."""
    used, end = 0, 0
    for match in _GRAPHEME.finditer(text):
        used += length(match[0])
        if used > limit:
            return end
        end = match.end()
    return end


def _without_first_grapheme(text: str) -> str:
    match = _GRAPHEME.match(text)
    return text[match.end() :] if match else ""


def shortened(text: str, limit: int) -> str:
    """Plain text of at most `limit` characters, cut between graphemes, with an ellipsis where something is missing."""
    text = safe(text)
    if length(text) <= limit:
        return text
    return text[: _fitting(text, limit - 1)].rstrip() + "…"
