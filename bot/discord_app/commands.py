"""The slash commands and the message command. Each only reads its options and hands over."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, Transform, locale_str

from bot.discord_app.asking import ask, conversation_key, question_in
from bot.discord_app.cards import Piece, context_card, plain_card, search_card, sources_card
from bot.discord_app.configuring import configure
from bot.discord_app.desk import Desk, Say
from bot.discord_app.interactions import Interaction, reply_at_once, respond, words_of
from bot.discord_app.markdown import escaped
from bot.discord_app.suggestions import MOST, gold_questions, suggest
from bot.discord_app.words import DEFAULT, Words, languages, words_for
from bot.errors import ConversationsError
from bot.search import search_index
from bot.session import LONGEST_QUESTION, clean_question
from index import Span

if TYPE_CHECKING:
    from bot.discord_app.client import CommentaryClient

FOUND = 5  # passages of one search


def _name(name: str) -> locale_str:
    return locale_str(name, key=f"name:{name}")


def _describe(name: str) -> locale_str:
    key = f"describe:{name}"
    return locale_str(words_for(DEFAULT)(key), key=key)


class SpokenNames(app_commands.Translator):
    """Names and descriptions of commands in the languages of words.json."""

    async def translate(self, string: locale_str, locale: discord.Locale, context: Any) -> str | None:
        words = words_for(locale.value)
        return words(string.extras["key"]) if words.language != DEFAULT and "key" in string.extras else None


class ChannelId(app_commands.Transformer):
    """A channel in which people write; its id is enough, so the bot need not see it."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        kinds = discord.ChannelType
        return [kinds.text, kinds.news, kinds.forum, kinds.voice, kinds.stage_voice]

    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> int:
        return int(value.id)


@app_commands.command(name=_name("ask"), description=_describe("ask"))
@app_commands.rename(question=_name("question"), private=_name("private"), thread=_name("thread"))
@app_commands.describe(question=_describe("question"), private=_describe("private"), thread=_describe("thread"))
async def ask_command(
    interaction: Interaction, question: Range[str, 1, LONGEST_QUESTION], private: bool | None = None, thread: bool = False
) -> None:
    await ask(interaction, question, private=private, thread=thread)


@ask_command.autocomplete("question")
async def _questions(interaction: Interaction, typed: str) -> list[Choice[str]]:
    desk = interaction.client.desk
    person, server = str(interaction.user.id), str(interaction.guild_id or "")
    asked = await asyncio.to_thread(desk.records.asked, server, person, limit=200)
    gold = () if desk.settings.corpus or desk.session.index.manifest.roots else gold_questions()
    return [Choice(name=question, value=question) for question in suggest(typed, asked, gold)]


@app_commands.command(name=_name("search"), description=_describe("search"))
@app_commands.rename(query=_name("query"))
@app_commands.describe(query=_describe("query"))
async def search_command(interaction: Interaction, query: Range[str, 1, LONGEST_QUESTION]) -> None:
    desk = interaction.client.desk
    person, server = str(interaction.user.id), str(interaction.guild_id or "")
    refusal = desk.refusal(person, server, desk.guilds[interaction.guild_id], words_of(interaction))
    if refusal:
        await reply_at_once(interaction, refusal)
        return

    def find(words: Words) -> list[Piece]:
        wanted = clean_question(query)
        hits = search_index(desk.session.index, desk.session.model, wanted, FOUND)
        spans: list[tuple[Span, float]] = [(hit.evidence[0].sentence, hit.evidence[0].score) for hit in hits if hit.evidence]
        return search_card(wanted, spans, words)

    async def make(words: Words, _: Say) -> list[Piece]:
        return await desk.off_loop(server, person, lambda: find(words), words)

    await respond(interaction, make, private=True)


@app_commands.command(name=_name("sources"), description=_describe("sources"))
async def sources_command(interaction: Interaction) -> None:
    desk = interaction.client.desk
    await _private(interaction, lambda words: sources_card(desk.session.index.documents.values(), words))


@app_commands.command(name=_name("show"), description=_describe("show"))
@app_commands.rename(paragraph=_name("paragraph"), document=_name("document"))
@app_commands.describe(paragraph=_describe("paragraph"), document=_describe("document"))
async def show_command(interaction: Interaction, paragraph: Range[int, 1, 100_000], document: str = "") -> None:
    desk = interaction.client.desk
    await _private(interaction, lambda words: _paragraph(desk, document, paragraph, words))


@show_command.autocomplete("document")
async def _documents(interaction: Interaction, typed: str) -> list[Choice[str]]:
    names = [name for name in interaction.client.desk.session.index.documents if len(name) <= 100 and typed.casefold() in name.casefold()]
    return [Choice(name=name, value=name) for name in names[:MOST]]


def _paragraph(desk: Desk, name: str, number: int, words: Words) -> list[Piece]:
    found = next((document for identity, document in desk.session.index.documents.items() if identity.startswith(name)), None)
    if found is None:
        return plain_card(words("no_document", command="`/sources`"))
    paragraph = next((one for one in found.paragraphs if one.number == number), None)
    if paragraph is None:
        return plain_card(words("no_paragraph", last=max(one.number for one in found.paragraphs)))
    return context_card(Span(found, paragraph.start, paragraph.end), words)


@app_commands.command(name=_name("about"), description=_describe("about"))
async def about_command(interaction: Interaction) -> None:
    desk = interaction.client.desk

    def about(words: Words) -> list[Piece]:
        titles = [document.title for document in desk.session.index.documents.values()]
        title = ", ".join(f"*{escaped(one)}*" for one in titles[:3]) + (", …" if len(titles) > 3 else "")
        return plain_card(
            words("about", title=title, version=version("commentary-bot"), days=round(desk.settings.keep_days), forget="`/forget-me`")
        )

    await _private(interaction, about)


@app_commands.command(name=_name("reset"), description=_describe("reset"))
async def reset_command(interaction: Interaction) -> None:
    desk, person = interaction.client.desk, str(interaction.user.id)
    keys = [conversation_key(interaction.channel, person, private=private) for private in (False, True)]

    def reset(words: Words) -> list[Piece]:
        for key in keys:
            desk.conversations.reset(key)
        return plain_card(words("reset"))

    await _private(interaction, reset)


@app_commands.command(name=_name("forget-me"), description=_describe("forget-me"))
async def forget_command(interaction: Interaction) -> None:
    desk, person = interaction.client.desk, str(interaction.user.id)

    def forget(words: Words) -> list[Piece]:
        turns = desk.conversations.forget(person)
        answers, ratings = desk.records.forget(person)
        return plain_card(words("forgotten", turns=turns, answers=answers, ratings=ratings))

    await _private(interaction, forget)


@app_commands.command(name=_name("help"), description=_describe("help"))
async def help_command(interaction: Interaction) -> None:
    names = {name.split("-")[0]: f"`/{name}`" for name in ("ask", "search", "show", "sources", "reset", "forget-me")}
    await reply_at_once(interaction, words_of(interaction)("help", **names))


@app_commands.command(name=_name("config"), description=_describe("config"))
@app_commands.rename(
    allow=_name("allow"), disallow=_name("disallow"), threads=_name("threads"), private=_name("private"), language=_name("language"),
    per_minute=_name("per-minute"), server_per_minute=_name("server-per-minute"),
)  # fmt: skip
@app_commands.describe(
    allow=_describe("allow"), disallow=_describe("disallow"), threads=_describe("threads"), private=_describe("config-private"),
    language=_describe("language"), per_minute=_describe("per-minute"), server_per_minute=_describe("server-per-minute"),
)  # fmt: skip
@app_commands.choices(language=[Choice(name="auto", value=""), *(Choice(name=name, value=code) for code, name in languages().items())])
@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
async def config_command(
    interaction: Interaction,
    allow: Transform[int, ChannelId] = 0,
    disallow: Transform[int, ChannelId] = 0,
    threads: bool | None = None,
    private: bool | None = None,
    per_minute: Range[int, 1, 600] | None = None,
    server_per_minute: Range[int, 1, 6000] | None = None,
    language: str | None = None,
) -> None:
    rates = {"per_minute": per_minute, "server_per_minute": server_per_minute}
    chosen = {"threads": threads, "private": private, "language": language, **rates}
    changes = {name: value for name, value in chosen.items() if value is not None}
    await configure(interaction, changes, allow=allow, disallow=disallow)


@app_commands.context_menu(name=_name("Ask about this"))
async def ask_about_this(interaction: Interaction, message: discord.Message) -> None:
    question = question_in(message)
    if question:
        await ask(interaction, question, private=True)
    else:
        await reply_at_once(interaction, words_of(interaction)("nothing_there"))


COMMANDS: tuple[app_commands.Command[Any, ..., None] | app_commands.ContextMenu, ...] = (
    ask_command, search_command, sources_command, show_command, about_command, reset_command, forget_command, help_command,
    config_command, ask_about_this,
)  # fmt: skip


def command_tree(client: CommentaryClient) -> app_commands.CommandTree[CommentaryClient]:
    """Every command, for servers and for people who install the app for themselves."""
    tree = Tree(
        client,
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    )
    for command in COMMANDS:
        tree.add_command(command)
    return tree


class Tree(app_commands.CommandTree["CommentaryClient"]):
    """Each command once, and whatever it stumbles over, somebody is told."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        return interaction.client.is_new(interaction.id)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        await interaction.client.stumbled(interaction, error)


async def _private(interaction: Interaction, work: Any) -> None:
    """Something small, made in a thread of its own, for the one who asked."""
    desk = interaction.client.desk

    async def make(words: Words, _: Say) -> list[Piece]:
        try:
            made: list[Piece] = await asyncio.to_thread(work, words)
        except ConversationsError as error:
            return plain_card(desk.failure(error, words))
        return made

    await respond(interaction, make, private=True)
