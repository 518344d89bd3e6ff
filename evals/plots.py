"""The report's plots, as SVG that takes its colours from the page. The only place that imports matplotlib."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from io import StringIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evals.confidence import reliability, risk_coverage, would_be_wrong
from evals.gold import KINDS
from evals.run import Run

# Stand-ins that become the page's own colours, so that one drawing serves light and dark.
_INK, _SOFT = "#a0a001", "#a0a002"
_SERIES = ("#a0b001", "#a0b002", "#a0b003", "#a0b004")
_COLOURS = {_INK: "currentColor", _SOFT: "var(--line)", **{colour: f"var(--series-{at})" for at, colour in enumerate(_SERIES, start=1)}}
_DASHES = ("-", "--", ":", "-.")
_HATCHES = ("", "////", "....", "xxxx")
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "commentary",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": _SOFT,
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "hatch.linewidth": 0.5,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), _INK),
}


@dataclass(frozen=True)
class Plot:
    """A drawing with its title, and in words what it shows."""

    name: str
    title: str
    description: str
    svg: str


def draw_plots(runs: Sequence[Run]) -> list[Plot]:
    """All plots of the whole runs, ours first."""
    return [_risk(runs), _reliability(runs[0]), _by_kind(runs), _latency(runs)]


def share_right(run: Run) -> dict[str, tuple[int, int]]:
    """Of each kind of question, how many of how many are right."""
    kinds = {kind: [one.right for one in run.scored if one.row.kind == kind] for kind in KINDS}
    return {kind: (sum(rights), len(rights)) for kind, rights in kinds.items() if rights}


def _risk(runs: Sequence[Run]) -> Plot:
    curves = {
        run.name: risk_coverage([one.answer.confidence for one in run.scored], [would_be_wrong(one) for one in run.scored]) for run in runs
    }
    with _drawing("risk") as (axes, finish):
        for at, (name, curve) in enumerate(curves.items()):
            axes.plot(curve.coverage, curve.risk, label=name, color=_SERIES[at], linestyle=_DASHES[at], linewidth=2)
        axes.set(xlabel="coverage: share of questions answered, surest first", ylabel="risk: share of them wrong", xlim=(0, 1), ylim=(0, 1))
        _legend(axes)
    said = "; ".join(f"{name}: area {curve.area:.3f}" for name, curve in curves.items())
    return finish("Risk and coverage", f"Lower is better. {said}.")


def _reliability(ours: Run) -> Plot:
    bins = reliability([one.answer.confidence for one in ours.scored], [one.row.answerable for one in ours.scored])
    with _drawing("reliability") as (axes, finish):
        axes.plot([0, 1], [0, 1], color=_INK, linewidth=0.8, linestyle=":")
        axes.plot([each.confidence for each in bins], [each.answerable for each in bins], color=_SERIES[0], linewidth=2)
        axes.scatter(
            [each.confidence for each in bins],
            [each.answerable for each in bins],
            s=[20 + 6 * each.count for each in bins],
            color=_SERIES[0],
        )
        axes.set(xlabel="confidence", ylabel="share that the text answers", xlim=(0, 1), ylim=(-0.03, 1.05))
    said = "; ".join(f"{each.confidence:.2f} said, {each.answerable:.2f} true ({each.count})" for each in bins)
    return finish("Reliability", f"On the dotted line, confidence is true. Bigger dots are more questions. {said}.")


def _by_kind(runs: Sequence[Run]) -> Plot:
    shares = {run.name: share_right(run) for run in runs}
    kinds = list(shares[runs[0].name])
    height = 0.8 / len(runs)
    with _drawing("by-kind", tall=True) as (axes, finish):
        for at, (name, right) in enumerate(shares.items()):
            rows = np.arange(len(kinds)) + at * height
            widths = [right[kind][0] / right[kind][1] for kind in kinds]
            axes.barh(rows, widths, height * 0.9, label=name, color=_SERIES[at], hatch=_HATCHES[at], edgecolor="none")
        axes.set_yticks(np.arange(len(kinds)) + 0.4 - height / 2, [f"{kind} ({shares[runs[0].name][kind][1]})" for kind in kinds])
        axes.set(xlabel="share right", xlim=(0, 1))
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        _legend(axes)
    said = "; ".join(f"{kind} {right} of {count}" for kind, (right, count) in shares[runs[0].name].items())
    return finish("Right by kind", f"{runs[0].name}: {said}.")


def _latency(runs: Sequence[Run]) -> Plot:
    with _drawing("latency") as (axes, finish):
        for at, run in enumerate(runs):
            times = np.sort([one.elapsed_ms for one in run.scored])
            shares = np.arange(1, len(times) + 1) / len(times)
            axes.step(times, shares, where="post", label=run.name, color=_SERIES[at], linestyle=_DASHES[at], linewidth=2)
        axes.set(xlabel="milliseconds for a question (logarithmic)", ylabel="share of questions done", ylim=(0, 1.02), xscale="log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        _legend(axes)
    said = "; ".join(f"{run.name}: p50 {run.figures['p50_ms'].value:.1f} ms, p95 {run.figures['p95_ms'].value:.1f} ms" for run in runs)
    return finish("Latency", f"{said}.")


def _legend(axes: Axes) -> None:
    axes.figure.legend(loc="outside lower center", ncols=2)


@contextmanager
def _drawing(name: str, *, tall: bool = False) -> Iterator[tuple[Axes, Callable[[str, str], Plot]]]:
    """Axes to draw on, and what makes the plot of them."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(6.2, 5.4 if tall else 4.6), layout="constrained")
        written = StringIO()
        yield figure.add_subplot(), lambda title, description: Plot(name, title, description, _inlined(written, name, title, description))
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})


def _inlined(written: StringIO, name: str, title: str, description: str) -> str:
    """The svg element alone, named for a screen reader, its ids its own, its colours the page's."""
    svg = written.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    for stand_in, colour in _COLOURS.items():
        svg = svg.replace(stand_in, colour)
    labels = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    head, rest = svg.split(">", 1)
    return f'{head} role="img" aria-labelledby="{name}-title {name}-desc">{labels}{rest}'
