"""What each button does. Everything it shows is for the one who pressed it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.answers import Quote
from bot.discord_app.cards import Piece, context_card, more_card, plain_card, sources_card
from bot.discord_app.desk import Desk, Say
from bot.discord_app.interactions import Interaction, reply_at_once, respond, words_of
from bot.discord_app.marks import ContextMark, Mark, MoreMark, RateMark, SourcesMark, parse
from bot.discord_app.records import KeptAnswer
from bot.discord_app.words import Words

MORE = 3  # sentences at a time


async def pressed(interaction: Interaction, custom_id: str) -> None:
    """Answer a press, whatever the button was."""
    mark, desk = parse(custom_id), interaction.client.desk
    if mark is None:
        await reply_at_once(interaction, words_of(interaction)("unknown_button"))
        return
    person, server = str(interaction.user.id), str(interaction.guild_id or "")

    async def make(words: Words, _: Say) -> list[Piece]:
        return await desk.off_loop(server, person, lambda: _pieces(desk, mark, person, words), words)

    await respond(interaction, make, private=True)


def _pieces(desk: Desk, mark: Mark, person: str, words: Words) -> list[Piece]:
    if isinstance(mark, ContextMark):
        span = mark.find(desk.session.index.documents.values())
        return context_card(span, words) if span else plain_card(words("passage_gone"))
    kept = desk.records.find(mark.answer)
    if kept is None or (kept.private and kept.person != person):
        return plain_card(words("not_kept"))
    if isinstance(mark, MoreMark):
        return _more(desk, mark, kept, words)
    if isinstance(mark, SourcesMark):
        return _sources(desk, kept, words)
    return _rate(desk, mark, kept, person, words)


def _more(desk: Desk, mark: MoreMark, kept: KeptAnswer, words: Words) -> list[Piece]:
    further = list(_still_there(desk, kept))
    shown = further[mark.shown : mark.shown + MORE]
    question = str(kept.answer["standalone_question"])
    return more_card(question, shown, words, kept=kept.id, shown=mark.shown, last=mark.shown + MORE >= len(further))


def _still_there(desk: Desk, kept: KeptAnswer) -> Iterator[Quote]:
    documents = desk.session.index.documents
    for place in kept.further:
        document = documents.get(place.document)
        if document is not None and place.end <= len(document.text):
            yield Quote(document, place.start, place.end, score=place.score)


def _sources(desk: Desk, kept: KeptAnswer, words: Words) -> list[Piece]:
    documents = desk.session.index.documents
    quoted = [*kept.answer["quotes"], *filter(None, [kept.answer["nearest"]])]
    names = dict.fromkeys(quote["document"] for quote in quoted)
    return sources_card([documents[name] for name in names if name in documents], words)


def _rate(desk: Desk, mark: RateMark, kept: KeptAnswer, person: str, words: Words) -> list[Piece]:
    desk.metrics.ratings.labels(str(mark.helpful).lower()).inc()
    desk.records.rate(kept, person, mark.helpful)
    return plain_card(words("thanks_helpful" if mark.helpful else "thanks_unhelpful"))
