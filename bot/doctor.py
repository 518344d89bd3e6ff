"""`commentary doctor`: is everything there, and what to do about what is not."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from bot.answers import EXTRACTIVE
from bot.errors import SettingsError
from bot.indexing import age, changed_sources
from bot.render import Page
from bot.session import LEDGER, unfit_reason
from bot.settings import Settings
from index import CommentaryError, Generations, IndexReader, default_corpus, find_model, load_documents


def check(settings: Settings, *, ask_model: bool = False) -> int:
    """Print a line for each check; the number of problems that keep questions from being answered. `ask_model` costs a few tokens."""
    page = Page(sys.stdout)
    problems = 0
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("documents", _documents),
        ("data folder", _data),
        ("embedding model", _model),
        ("index", _index),
        ("chat model", _asked_chat_models if ask_model else _chat_models),
    )
    for name, run in checks:
        try:
            page.line(f"ok       {name}: {run(settings)}")
        except CommentaryError as error:
            problems += 1
            page.line(f"problem  {name}: {error}", "bold red")
    problems += _discord(settings, page)
    return problems


def _discord(settings: Settings, page: Page) -> int:
    """Whether a Discord token, if there is one, is accepted: the number of problems with it."""
    if settings.discord_token is None:
        page.line("ok       Discord: no token, none needed in the terminal (docs/discord.md says how to run a bot)")
        return 0
    from bot.discord_app import check_token

    try:
        page.line(f"ok       Discord: {check_token(settings)}")
    except CommentaryError as error:
        page.line(f"problem  Discord: {error}", "bold red")
        return 1
    return 0


def _documents(settings: Settings) -> str:
    folder = settings.corpus or default_corpus()
    loaded = load_documents([folder])
    skipped = f", {len(loaded.skipped)} left out (commentary index lists them)" if loaded.skipped else ""
    return f"{len(loaded.documents)} in {folder}{skipped}"


def _data(settings: Settings) -> str:
    folder = next(path for path in (settings.data_dir, *Path(settings.data_dir).absolute().parents) if path.exists())
    if os.access(folder, os.W_OK):
        return str(settings.data_dir)
    return f"{settings.data_dir} is read-only: an index in it answers, but cannot be refreshed; COMMENTARY_DATA_DIR moves it"


def _model(settings: Settings) -> str:
    found = find_model(settings.embedding_model)
    return f"{found.name}, weights {found.weights[:12]}"


def _index(settings: Settings) -> str:
    manifest = Generations(settings.data_dir).current()
    reason = unfit_reason(manifest, settings)
    if manifest is None or reason:
        return f"will be built with the next question: {reason}"
    IndexReader.open(settings.data_dir)
    changed = changed_sources(manifest)
    return f"built {age(manifest.created)} ago" + (f"; {len(changed)} documents changed since, type: commentary index" if changed else "")


def _chat_models(settings: Settings) -> str:
    if settings.chat_model == EXTRACTIVE:
        return "none needed, answers are the author's own sentences"
    from bot.generative import key_is_set, open_chat_models, providers_name
    from bot.ledger import Ledger

    names = [model.name for model in open_chat_models(settings)]
    keyless = [name for name in names if not key_is_set(providers_name(name)[0], settings)]
    if keyless:
        raise SettingsError(f"no key for {', '.join(keyless)}; set COMMENTARY_CHAT_API_KEY or the provider's own variable")
    today = Ledger(settings.data_dir / LEDGER).today()
    return f"{', then '.join(names)}; {today.replies} replies and {today.tokens:,} tokens today; --ask-model asks whether they answer"


def _asked_chat_models(settings: Settings) -> str:
    said = _chat_models(settings)
    if settings.chat_model == EXTRACTIVE:
        return said
    from langchain_core.messages import HumanMessage

    from bot.generative import open_chat_models

    for model in open_chat_models(settings):
        list(model.stream([HumanMessage("Say hello.")]))
    return f"{said.partition(';')[0]} answered"
