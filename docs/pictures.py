"""Pictures of the Discord cards from real answers, drawn by Chromium in Discord's look: `make pictures` writes docs/images/*.png."""

from __future__ import annotations

import html
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from bot.answers import Answer, Quote
from bot.conversation import Conversation
from bot.discord_app.cards import Piece, answer_card, context_card, more_card, search_card, sources_card
from bot.discord_app.marks import MoreMark
from bot.discord_app.words import words_for
from bot.search import search_index
from bot.session import Session
from bot.settings import read_settings

HERE = Path(__file__).parent / "images"
KEPT = "0" * 16
WHY, TROOPS, JAPAN, MONGOLIA = (
    "Why does China matter for sanctions?",
    "How many American troops are stationed in South Korea?",
    "And in Japan?",
    "What is the capital of Mongolia?",
)
STYLE = """
body{margin:0;background:#1e1f22;font:16px/1.375 "gg sans","Noto Sans","Noto Sans CJK KR","Helvetica Neue",Arial,sans-serif;color:#dbdee1}
.card{width:620px;padding:18px 20px 20px 72px;background:#313338;position:relative;box-sizing:border-box}
.private{background:#36384a;box-shadow:inset 2px 0 #5865f2}
.avatar{position:absolute;left:18px;width:40px;height:40px;border-radius:50%;background:#5865f2;color:#fff;font-weight:700;
  text-align:center;line-height:40px}
.who{font-weight:600;color:#f2f3f5}.tag{background:#5865f2;color:#fff;font-size:10px;font-weight:600;border-radius:3px;padding:1px 5px;
  margin-left:5px;vertical-align:1px}.time,.used,.only{color:#949ba4;font-size:12px}.time{margin-left:8px}.used{margin-bottom:6px}
.used b{color:#c9cdfb;font-weight:500}.used code{color:#c9cdfb;background:#3c4070;border-radius:3px;padding:0 3px;font:inherit}
blockquote{margin:2px 0;padding:0 8px 0 12px;border-left:4px solid #4e5058;border-radius:3px}
small{display:block;font-size:13px;color:#949ba4;margin:1px 0 6px}a{color:#00a8fc;text-decoration:none}b{color:#f2f3f5}li{margin-left:18px}
.row{display:flex;gap:8px;margin-top:8px}
.button{background:#4e5058;color:#fff;font-size:14px;font-weight:500;border-radius:4px;padding:6px 14px}
.primary{background:#5865f2}
.only{margin-top:8px}.said{margin-bottom:14px}
.said .avatar{background:#3ba55d}.thread{color:#f2f3f5;font-weight:600;border-bottom:1px solid #3f4147;margin:-4px -4px 14px -56px;
  padding:0 0 10px}
"""
_INLINE = re.compile(r"\\([^0-9A-Za-z\s])|\*\*((?:\\.|[^*\\])+)\*\*|\[((?:\\.|[^\]\\])+)\]\(<([^>]+)>\)|(.)", re.DOTALL)


def main() -> None:
    session = Session(read_settings())
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "cards.html"
        page.write_text(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>" + "".join(cards(session)), encoding="utf-8")
        photograph(page)


def cards(session: Session) -> Iterator[str]:
    """One HTML card for each picture."""
    words, talk = words_for(), Conversation()
    answer, abstention = session.ask(WHY), session.ask(MONGOLIA)
    yield card("answer", message(answer_card(answer, words, kept=KEPT, heading=WHY)), used="ask")
    yield card("not-said", message(answer_card(abstention, words, kept=KEPT, heading=MONGOLIA)), used="ask")
    yield card("context", message(context_card(answer.quotes[0], words)), private=True)
    yield card("more", message(more_card(WHY, further(answer), words, kept=KEPT, shown=0, last=False)), private=True)
    yield card("sources", message(sources_card(session.index.documents.values(), words)), private=True, used="sources")
    hits = search_index(session.index, session.model, "troops in Japan", 3)
    found = [(hit.evidence[0].sentence, hit.evidence[0].score) for hit in hits]
    yield card("search", message(search_card("troops in Japan", found, words)), private=True, used="search")
    first, second = (message(answer_card(session.ask(question, talk), words, kept=KEPT)) for question in (TROOPS, JAPAN))
    thread = f"<div class=thread># {html.escape(TROOPS)}</div>"
    yield card("thread", thread + said(f"@Commentary {TROOPS}") + first + "<br>" + said(JAPAN) + second)


def further(answer: Answer) -> list[Quote]:
    """The three sentences that the button More shows first."""
    sentences = [item.sentence for item in answer.evidence if not any(item.sentence in quote for quote in answer.quotes)]
    return [Quote(one.document, one.start, one.end) for one in sentences[:3]]


def card(name: str, body: str, *, private: bool = False, used: str = "") -> str:
    line = f"<div class=used><b>Mina</b> used <code>/{used}</code></div>" if used else ""
    only = "<div class=only>Only you can see this · <a>Dismiss message</a></div>" if private else ""
    return f'<div id="{name}" class="card{" private" * private}">{line}{body}{only}</div>'


def said(text: str) -> str:
    return f"<div class=said><div class=avatar>M</div><span class=who>Mina</span><span class=time>14:02</span><br>{html.escape(text)}</div>"


def message(pieces: list[Piece]) -> str:
    lines = [line for piece in pieces for line in piece.text.split("\n")]
    who = "<div class=avatar>C</div><span class=who>Commentary</span><span class=tag>APP</span><span class=time>14:02</span>"
    return who + "".join(map(line_as_html, lines)) + "".join(map(row_as_html, pieces[-1].rows))


def line_as_html(line: str) -> str:
    for prefix, tag in (("> ", "blockquote"), ("-# ", "small"), ("- ", "li"), ("", "div")):
        if line.startswith(prefix):
            return f"<{tag}>{inline_as_html(line.removeprefix(prefix))}</{tag}>"
    raise AssertionError


def inline_as_html(text: str) -> str:
    """What Discord makes of escapes, bold and masked links."""
    parts = []
    for escape, bold, title, url, other in _INLINE.findall(text):
        linked = f'<a href="{html.escape(url)}">{inline_as_html(title)}</a>' if url else ""
        parts.append(html.escape(escape or other) or linked or f"<b>{inline_as_html(bold)}</b>")
    return "".join(parts)


def row_as_html(row: tuple[object, ...]) -> str:
    return "<div class=row>" + "".join(button_as_html(button) for button in row) + "</div>"


def button_as_html(button: object) -> str:
    mark = getattr(button, "mark", None)
    style = "primary" if isinstance(mark, MoreMark) else ""
    return f'<span class="button {style}">{html.escape(getattr(button, "label", ""))}</span>'


def photograph(page: Path) -> None:
    chromium, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if not chromium or not driver:
        raise SystemExit("no Chromium here; on Debian: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=760,4000", "--force-device-scale-factor=1.25"):
        options.add_argument(argument)
    with webdriver.Chrome(options, Service(driver)) as browser:
        browser.get(page.as_uri())
        for found in browser.find_elements(By.CSS_SELECTOR, ".card"):
            path = HERE / f"{found.get_attribute('id')}.png"
            found.screenshot(str(path))
            Image.open(path).convert("RGB").quantize(64).save(path, optimize=True)  # flat colours: a third of the size


if __name__ == "__main__":
    main()
