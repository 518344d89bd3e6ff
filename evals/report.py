"""The report: one HTML page that needs nothing else, and the same in Markdown. The only place that imports jinja2."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from bot.answers import Quote
from bot.render import place, safe
from evals.figures import FIGURES, Difference, Figure, Kind, compare
from evals.gold import KINDS
from evals.judge import Verdict
from evals.plots import Plot, draw_plots, share_right
from evals.run import Run, key
from evals.saved import About, Saved
from evals.scorers import Scored
from evals.statistics import METHOD, TEST

SURE = 0.05


@dataclass(frozen=True)
class Report:
    """Everything that a report shows. `runs`: ours first, then whole baselines, then cut ones; `floors`: None if none were asked for."""

    about: About
    runs: Sequence[Run]
    last: Saved | None = None
    floors: Sequence[str] | None = None
    verdicts: Sequence[Verdict] = ()

    def as_html(self) -> str:
        return _page("report.html.j2", self, draw_plots([run for run in self.runs if not run.cut]))

    def as_markdown(self) -> str:
        return _page("report.md.j2", self, [])


@dataclass(frozen=True)
class Part:
    """A quote in its paragraph: the text before it, its own, and the text after."""

    before: str
    inside: str
    after: str
    place: str
    score: float


@dataclass(frozen=True)
class Item:
    """One question as the table shows it."""

    id: str
    kind: str
    question: str
    read_as: str
    history: Sequence[str]
    right: bool
    before: str
    """"right" or "missed" in the last run; empty if it was not asked there."""
    why: str
    lost: Sequence[str]
    answered: bool
    prose: str
    confidence: float
    elapsed_ms: float
    quotes: Sequence[Part]
    nearest: Part | None
    wanted: Sequence[Sequence[str]]
    others: Mapping[str, bool]

    @property
    def changed(self) -> bool:
        return bool(self.before) and self.before != ("right" if self.right else "missed")


def number(value: float, kind: Kind) -> str:
    """A figure's value with its unit."""
    if value != value:
        return "–"
    return {"share": f"{value:.1%}", "ms": f"{value:,.1f} ms", "characters": f"{value:,.0f}"}.get(kind.unit, f"{value:.3f}")


def interval(figure: Figure, kind: Kind) -> str:
    """ "70.3% to 89.1%"."""
    return f"{number(figure.low, kind)} to {number(figure.high, kind)}"


def change(difference: Difference, kind: Kind) -> str:
    """The difference in the figure's unit (of a share: in points of 100), its interval, and p where there is one."""
    scale, digits = {"share": (100, 1), "number": (1, 3), "characters": (1, 0)}.get(kind.unit, (1, 1))
    points = [_signed(scale * value, digits) for value in (difference.ours - difference.theirs, difference.low, difference.high)]
    p = "" if difference.p is None else f", p {difference.p:.2g}" if difference.p >= 0.001 else ", p < 0.001"
    return f"{points[0]} ({points[1]} to {points[2]}){p}"


def _signed(value: float, digits: int) -> str:
    rounded = round(value, digits)
    return f"{rounded:+.{digits}f}".replace("-", "−") if rounded else f"{0:.{digits}f}"


def verdict(difference: Difference, kind: Kind) -> str:
    """ "better" or "worse" where the interval leaves out zero and McNemar's p, if there is one, is under 0.05."""
    if difference.low <= 0 <= difference.high or (difference.p is not None and difference.p >= SURE):
        return ""
    return "better" if (difference.low > 0) != kind.less else "worse"


def _page(template: str, report: Report, plots: Sequence[Plot]) -> str:
    ours = report.runs[0]
    script = _read("report.js")
    return (
        _environment()
        .get_template(template)
        .render(
            report=report,
            ours=ours,
            figures=FIGURES,
            kinds=[kind for kind in KINDS if any(one.row.kind == kind for one in ours.scored)],
            right_by_kind={run.name: share_right(run) for run in report.runs},
            against_last=compare(ours, report.last) if report.last else {},
            against={run.name: compare(ours, run) for run in report.runs[1:]},
            plots=[(plot, Markup(plot.svg)) for plot in plots],
            items=[_item(one, report) for one in ours.scored],
            methods=[METHOD, TEST],
            facts=[(field.name, getattr(report.about, field.name)) for field in fields(report.about)],
            style=Markup(_read("report.css")),
            script=Markup(script),
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


def _item(scored: Scored, report: Report) -> Item:
    row, answer = scored.row, scored.answer
    before = report.last.marks.get(key(row), {}).get("right") if report.last else None
    lost = {name: mark for name, mark in scored.marks.items() if mark.got < mark.of and not FIGURES[name].less and name != "right"}
    return Item(
        id=row.id,
        kind=row.kind,
        question=row.question,
        read_as=answer.standalone_question if answer.standalone_question != answer.question else "",
        history=row.history,
        right=scored.right,
        before=("right" if before.got else "missed") if before else "",
        why=scored.why,
        lost=[f"{FIGURES[name].title}: {mark.why}" for name, mark in lost.items()],
        answered=answer.answered,
        prose="" if answer.quotes and answer.text.startswith(answer.quotes[0].text) else answer.text.split("\n\n")[0],
        confidence=answer.confidence,
        elapsed_ms=scored.elapsed_ms,
        quotes=[_part(quote) for quote in answer.quotes],
        nearest=_part(answer.nearest) if answer.nearest else None,
        wanted=row.evidence,
        others={run.name: run.marks[key(row)]["right"].got == 1 for run in report.runs[1:]},
    )


def _part(quote: Quote) -> Part:
    document, paragraph = quote.document, quote.document.paragraph_at(quote.start)
    start, end = (paragraph.start, max(paragraph.end, quote.end)) if paragraph else (quote.start, quote.end)
    return Part(document.text[start : quote.start], quote.text, document.text[quote.end : end], place(quote), quote.score)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(_read),
        autoescape=lambda name: bool(name and ".html" in name),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"number": number, "interval": interval, "change": change, "verdict": verdict, "md": _as_markdown}
    return made


def _as_markdown(text: str) -> str:
    """Text as it is, on one line: nothing in it is markup."""
    return re.sub(r"([\\`*_{}\[\]<>#|~!&])", r"\\\1", safe(text))


def _read(name: str) -> str:
    return (files("evals") / "templates" / name).read_text(encoding="utf-8")
