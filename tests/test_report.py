"""The report in a real browser: filters, links, keyboard, nothing from the network, and nothing untrusted that acts."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from bot.answers import Answer, Quote
from bot.errors import SettingsError
from bot.session import Session
from evals.figures import Difference, Kind
from evals.gold import GoldRow, load_gold, packaged_gold
from evals.report import Report, change, verdict
from evals.run import Run, run, run_cut
from evals.saved import About, as_saved, load_saved
from evals.systems import Ours
from index import Document

EVIL = '<script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">'
ABOUT = About("2026-01-02 03:04:05 UTC", "gold.jsonl", "king.txt", "a model", "extractive", "its own", "0.1.0")


@pytest.fixture(scope="module")
def ours(session: Session, commentary: Document) -> Run:
    rows = load_gold(packaged_gold(), [commentary])
    kept = [row for row in rows if row.id.endswith(("-01", "-02"))]
    evil = GoldRow("off-topic-<b>", EVIL, "off-topic", (EVIL,), False, (), (), "")
    return run(Ours(session), [*kept, evil], {commentary.id: commentary.text})


@pytest.fixture(scope="module")
def report(ours: Run, commentary: Document, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Against itself as a baseline, and against a last run in which everything was missed."""
    saved = as_saved(ABOUT, [ours])
    for row in saved["systems"][0]["rows"]:
        row["marks"]["right"][0] = 0.0
    path = tmp_path_factory.mktemp("saved") / "report.json"
    path.write_text(json.dumps(saved), encoding="utf-8")
    other = replace(ours, name=EVIL)
    return Report(ABOUT, [ours, other], load_saved(path), floors=[f"right: {EVIL}"])


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    chromium, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("no Chromium here; on Debian: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1200,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    found = webdriver.Chrome(options, Service(driver))
    yield found
    found.quit()


@pytest.fixture
def page(browser: webdriver.Chrome, report: Report, tmp_path: Path) -> webdriver.Chrome:
    path = tmp_path / "report.html"
    path.write_text(report.as_html(), encoding="utf-8")
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get(path.as_uri())
    return browser


def shown(page: webdriver.Chrome) -> list[str]:
    return [
        row.get_attribute("id").removeprefix("q-") for row in page.find_elements(By.CSS_SELECTOR, "#rows tbody tr") if row.is_displayed()
    ]


def test_the_page_opens_alone_without_a_complaint(page: webdriver.Chrome) -> None:
    asked = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    urls = {message["params"]["request"]["url"] for message in asked if message["method"] == "Network.requestWillBeSent"}
    assert {url.split(":")[0] for url in urls} <= {"file", "data"} and sum(url.startswith("file") for url in urls) == 1
    assert page.get_log("browser") == []
    assert page.title == "Evaluation of king.txt, 2026-01-02 03:04:05 UTC"


def test_nothing_untrusted_acts(page: webdriver.Chrome) -> None:
    assert page.title.startswith("Evaluation") and not page.find_elements(By.CSS_SELECTOR, "img, b.evil, table b script")
    assert len(page.find_elements(By.TAG_NAME, "script")) == 1
    assert EVIL in page.find_element(By.CSS_SELECTOR, "[role=alert]").text


def test_filters_narrow_the_table_and_say_how_far(page: webdriver.Chrome, ours: Run) -> None:
    count = page.find_element(By.ID, "count")
    assert count.text == f"{len(ours.scored)} of {len(ours.scored)} questions"
    Select(page.find_element(By.ID, "kind")).select_by_visible_text("near-miss")
    assert shown(page) == ["near-miss-01", "near-miss-02"] and count.text.startswith("2 of")
    Select(page.find_element(By.ID, "verdict")).select_by_visible_text("missed")
    assert shown(page) == [one.row.id for one in ours.scored if one.row.kind == "near-miss" and not one.right]
    page.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    Select(page.find_element(By.ID, "verdict")).select_by_value("changed")
    assert shown(page) == [one.row.id for one in ours.scored if one.right]
    page.find_element(By.ID, "words").send_keys("nobody wrote this")
    assert shown(page) == [] and page.find_element(By.ID, "none").is_displayed()


def test_the_keyboard_is_enough(page: webdriver.Chrome) -> None:
    first = page.find_element(By.TAG_NAME, "body")
    first.send_keys(Keys.TAB)
    assert page.switch_to.active_element.text == "Skip to the questions"
    page.switch_to.active_element.send_keys(Keys.ENTER, Keys.TAB)
    page.switch_to.active_element.send_keys("direct-01")
    assert shown(page) == ["direct-01"]
    for _ in range(6):
        page.switch_to.active_element.send_keys(Keys.TAB)
    assert page.switch_to.active_element.tag_name == "summary"
    page.switch_to.active_element.send_keys(Keys.ENTER)
    mark = page.find_element(By.CSS_SELECTOR, "#q-direct-01 mark")
    assert mark.is_displayed() and "50,000 American troops" in mark.text


def test_every_link_leads_somewhere_and_opens_its_question(page: webdriver.Chrome) -> None:
    lost = page.execute_script(
        "return [...document.links].map(a => a.getAttribute('href')).filter(h => !document.getElementById(decodeURIComponent(h.slice(1))))"
    )
    ids = page.execute_script("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert lost == [] and len(ids) == len(set(ids))
    page.find_element(By.CSS_SELECTOR, "#q-near-miss-01 a.id").click()
    assert page.find_element(By.CSS_SELECTOR, "#q-near-miss-01 details").get_attribute("open") == "true"


def test_a_screen_reader_is_told_what_is_what(page: webdriver.Chrome) -> None:
    drawings = page.find_elements(By.CSS_SELECTOR, "figure svg")
    titles = ["Risk and coverage", "Reliability", "Right by kind", "Latency"]
    assert [svg.accessible_name.startswith(title) for svg, title in zip(drawings, titles, strict=True)] == [True] * 4
    assert all(svg.aria_role in ("img", "image") for svg in drawings)
    unnamed = [
        field.get_attribute("id") for field in page.find_elements(By.CSS_SELECTOR, "input, select, button") if not field.accessible_name
    ]
    assert unnamed == [] and page.find_element(By.ID, "count").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_in_light_and_dark(page: webdriver.Chrome, scheme: str) -> None:
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    colours = page.execute_script(
        "const of = (s, p) => getComputedStyle(document.querySelector(s))[p];"
        "return ['.lead', 'small', 'a', '.right', '.missed'].map(s => [of(s, 'color'), of('body', 'backgroundColor')])"
        ".concat([[of('mark', 'color'), of('mark', 'backgroundColor')]])"
    )
    assert [contrast(*pair) for pair in colours if contrast(*pair) < 4.5] == []


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two rgb() colours."""

    def luminance(colour: str) -> float:
        channels = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_a_narrow_screen_needs_no_sideways_scrolling(page: webdriver.Chrome) -> None:
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True})
    page.refresh()
    assert page.execute_script("return document.documentElement.scrollWidth") <= 360
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_markdown_keeps_untrusted_words_as_words(report: Report) -> None:
    text = report.as_markdown()
    assert "<script>" not in text and r"\<script\>" in text
    assert "| Verbatim | 100.0% (" in text and "**Below the floors:**" in text


def test_a_report_alarms_when_a_quote_is_not_the_source(ours: Run, commentary: Document) -> None:
    spoilt = replace(ours, figures={**ours.figures, "verbatim": replace(ours.figures["verbatim"], value=0.99)})
    report = Report(ABOUT, [spoilt])
    assert "<b>Alarm:</b> 99.0% of the quotes are verbatim" in report.as_html() and "**Alarm: only 99.0%" in report.as_markdown()


def test_a_saved_run_comes_back_as_it_was(ours: Run, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps(as_saved(ABOUT, [ours])), encoding="utf-8")
    saved = load_saved(tmp_path / "report.json")
    assert (saved.made, saved.figures, saved.marks) == (ABOUT.made, ours.figures, ours.marks)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"format": 9}', '{"format": 2, "systems": []}', '{"format": 2, "systems": [{"figures": 3}]}']
)
def test_what_is_no_saved_run_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "report.json").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match="is no saved run"):
        load_saved(tmp_path / "report.json")


def test_a_difference_is_called_better_only_where_it_is_sure() -> None:
    share, less = Kind("", ""), Kind("", "", less=True)
    sure = Difference(0.9, 0.7, 0.1, 0.3, 50, 12, 2, 0.013)
    assert change(sure, share) == "+20.0 (+10.0 to +30.0), p 0.013"
    area = Difference(0.201, 0.243, -0.09, 0.0, 50, 0, 0, None)
    assert change(area, Kind("", "", less=True, unit="number")) == "−0.042 (−0.090 to 0.000)"
    assert [verdict(sure, share), verdict(sure, less), verdict(replace(sure, p=0.2), share), verdict(replace(sure, low=-0.1), share)] == [
        "better",
        "worse",
        "",
        "",
    ]


class Wordy:
    """A system that answers with two long quotes."""

    name = "wordy"
    probabilities = False

    def __init__(self, document: Document) -> None:
        self.passages: list[Quote] = []
        self._document = document

    def ask(self, question: str, conversation: object) -> Answer:
        quotes = tuple(Quote(self._document, start, start + 400) for start in (2000, 4000))
        return Answer(question, question, True, "", quotes=quotes)

    def retrieve(self, question: str, count: int) -> list[Quote]:
        return []


def test_a_baseline_is_cut_to_what_ours_quotes_and_never_in_a_word(ours: Run, commentary: Document) -> None:
    sources = {commentary.id: commentary.text}
    whole = run(Wordy(commentary), [one.row for one in ours.scored], sources)
    shorter = run_cut(Wordy(commentary), whole, ours, sources)
    pairs = [(a.answer.quotes, b.answer.quotes) for a, b in zip(ours.scored, shorter.scored, strict=True) if a.answer.quotes]
    lengths = [(sum(len(quote.text) for quote in theirs), sum(len(quote.text) for quote in own)) for own, theirs in pairs]
    assert shorter.cut and all(length - 30 < cut <= length for cut, length in lengths)
    assert all(commentary.text[quotes[-1].end].isspace() for _, quotes in pairs)
