"""The optional judge: a chat model's opinion of the answers, through ragas. The only place that imports ragas, instructor and openai."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bot.errors import SettingsError
from evals.run import Run
from evals.scorers import Scored

if TYPE_CHECKING:
    from ragas.llms import InstructorBaseRagasLLM
    from ragas.metrics.result import MetricResult

PROVIDER = "openai"
_SECONDS = 60


@dataclass(frozen=True)
class Verdict:
    """What the judge thinks of one answer, each 0 to 1; nan where it gave no verdict that can be read."""

    id: str
    faithfulness: float
    correctness: float


def judge(model: str, run: Run) -> list[Verdict]:
    """The opinion of "openai:MODEL" on every answer to an answerable question.

    Faithfulness: the share of the answer's claims that its quoted paragraphs bear out. Correctness: F1 of its claims against the gold
    evidence, with no similarity mixed in (ragas 0.4). Raises SettingsError if the model cannot be asked.
    """
    provider, _, name = model.partition(":")
    if provider != PROVIDER or not name:
        raise SettingsError(f"The judge {model!r} is not openai:MODEL; OPENAI_BASE_URL may name any server that speaks OpenAI's protocol")
    return asyncio.run(_verdicts(name, [one for one in run.scored if one.row.answerable and one.answer.answered]))


async def _verdicts(model: str, scored: Sequence[Scored]) -> list[Verdict]:
    from openai import AsyncOpenAI, OpenAIError
    from ragas import _analytics
    from ragas.llms import llm_factory

    _analytics.do_not_track = cache(lambda: True)  # or ragas reports each use to its makers
    logging.getLogger("instructor").setLevel(logging.CRITICAL)  # it logs a server's refusals word for word, and they may quote the key
    try:
        async with AsyncOpenAI(timeout=_SECONDS) as client:
            llm = llm_factory(model, client=client, temperature=0)
            return [await _verdict(llm, one) for one in scored]
    except OpenAIError as error:  # its message may hold a part of the key
        raise SettingsError(
            f"openai:{model} cannot be asked ({type(error).__name__}); check OPENAI_API_KEY and OPENAI_BASE_URL, or leave --judge out"
        ) from error


async def _verdict(llm: InstructorBaseRagasLLM, scored: Scored) -> Verdict:
    from ragas.metrics.collections import AnswerCorrectness, Faithfulness

    question, answer, quotes = scored.answer.standalone_question, scored.answer.text, scored.answer.quotes
    paragraphs = [quote.document.paragraph_at(quote.start) for quote in quotes]
    contexts = [quote.document.text[part.start : part.end] if part else quote.text for quote, part in zip(quotes, paragraphs, strict=True)]
    reference = " ".join(group[0] for group in scored.row.evidence)
    return Verdict(
        scored.row.id,
        await _value(Faithfulness(llm).ascore(user_input=question, response=answer, retrieved_contexts=contexts)),
        await _value(AnswerCorrectness(llm, weights=[1.0, 0.0]).ascore(user_input=question, response=answer, reference=reference)),
    )


async def _value(asked: Awaitable[MetricResult]) -> float:
    """The score; nan if the model's reply stays unreadable. Raises OpenAIError if there is no reply at all."""
    from instructor.core import InstructorRetryException
    from openai import OpenAIError

    try:
        return float((await asked).value)
    except InstructorRetryException as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, OpenAIError):
            cause = cause.__cause__
        if cause is not None:
            raise cause from None
        return float("nan")
