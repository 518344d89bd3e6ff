"""All the ways to ask, spoken by the real client to a Discord on loopback."""

from pathlib import Path

import pytest
from discord_bot import running_client
from discord_payloads import ALICE, BOB, BOT, GENERAL, GUILD, OTHER, message, thread
from discord_server import DiscordServer

from bot.discord_app.client import CommentaryClient
from bot.session import Session

WHY = "Why does China matter for sanctions?"
ANSWER = "> Economic sanctions on the North depend on China for enforcement."
KOREA, JAPAN = "How many American troops are stationed in South Korea?", "And in Japan?"
IN_JAPAN = "50,000 American troops are stationed in Japan"

pytestmark = pytest.mark.usefixtures("client")


async def test_a_command_is_acknowledged_and_answered_with_quotes_and_places(server: DiscordServer) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY))
    assert asked.callback["type"] == 5 and not asked.private
    assert asked.text.splitlines()[:3] == [f"**{WHY}**", ANSWER, "-# 1 · China, paragraph 14"]
    assert list(asked.buttons) == ["Context 1", "Context 2", "More", "Sources", "Helpful", "Not helpful"]


async def test_a_private_answer_is_for_one_person(server: DiscordServer) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY, private=True))
    assert asked.private and ANSWER in asked.text


async def test_what_the_text_does_not_say_has_its_own_card(server: DiscordServer) -> None:
    asked = await server.shown(await server.slash("ask", question="What is the capital of Mongolia?"))
    assert asked.text.splitlines()[1:3] == ["**The commentary does not say.**", "-# The nearest passage, which is not an answer:"]
    assert list(asked.buttons) == ["Context", "More", "Sources", "Helpful", "Not helpful"]


async def test_a_mention_opens_a_thread_in_which_nobody_needs_to_mention_the_bot(server: DiscordServer, client: CommentaryClient) -> None:
    question = await server.say(f"<@{BOT}> {KOREA}")
    assert "30,000 American troops" in (await server.answer_in(question["id"]))["content"]
    assert server.channels[question["id"]]["name"] == KOREA and server.said(GENERAL) == []
    server.flags = 1 << 19  # the operator has switched Message Content on
    await server.say(JAPAN, where=question["id"])
    answer = await server.answer_in(question["id"], 2)
    assert IN_JAPAN in answer["content"] and "-# Read as: How many American troops are stationed in Japan?" in answer["content"]


async def test_where_the_bot_may_not_read_it_says_so_once(server: DiscordServer) -> None:
    question = await server.say(f"<@{BOT}> {KOREA}")
    await server.answer_in(question["id"])
    for _ in range(2):
        await server.say(JAPAN, where=question["id"])
    await server.say(f"<@{BOT}> {JAPAN}", where=question["id"])
    await server.until(lambda: any(IN_JAPAN in answer["content"] for answer in server.said(question["id"])))
    assert sum("I can only read messages that mention me" in answer["content"] for answer in server.said(question["id"])) == 1


async def test_a_reply_to_the_bot_goes_on_from_what_was_said(server: DiscordServer, client: CommentaryClient) -> None:
    client.desk.guilds.save(int(GUILD), client.desk.guilds[0].__class__(threads=False))
    question = await server.say(f"<@{BOT}> {KOREA}")
    answer = await server.answer_in(GENERAL)
    assert str(answer["message_reference"]["message_id"]) == question["id"]
    await server.say(JAPAN, reply_to=answer)
    assert IN_JAPAN in (await server.answer_in(GENERAL, 2))["content"]


async def test_a_direct_message_is_answered_in_place(server: DiscordServer) -> None:
    await server.say(KOREA, where=f"60{ALICE}")
    await server.answer_in(f"60{ALICE}")
    await server.say(JAPAN, where=f"60{ALICE}")
    assert IN_JAPAN in (await server.answer_in(f"60{ALICE}", 2))["content"]


async def test_somebody_elses_message_can_be_asked_about_and_stays_private(server: DiscordServer) -> None:
    asked = await server.shown(await server.point_at(message(GENERAL, BOB, f"<@{ALICE}> {WHY}")))
    assert asked.private and asked.text.startswith(f"**{WHY}**\n{ANSWER}")
    empty = await server.shown(await server.point_at(message(GENERAL, BOB, "")))
    assert empty.text == "There is no text in that message to ask about."


async def test_a_command_opens_a_thread_that_takes_the_conversation_along(server: DiscordServer) -> None:
    asked = await server.shown(await server.slash("ask", question=KOREA, thread=True))
    opened = asked.messages[0]["id"]
    await server.until(lambda: opened in server.channels)
    await server.say(f"<@{BOT}> {JAPAN}", where=opened)
    assert IN_JAPAN in (await server.answer_in(opened))["content"]


async def test_people_in_a_channel_have_conversations_of_their_own(server: DiscordServer) -> None:
    await server.shown(await server.slash("ask", question=KOREA))
    other = await server.shown(await server.slash("ask", BOB, question=JAPAN))
    assert "Read as" not in other.text
    same = await server.shown(await server.slash("ask", question=JAPAN))
    assert IN_JAPAN in same.text


@pytest.mark.parametrize("where", ["a channel", "a thread"])
async def test_a_private_answer_never_becomes_the_topic_of_a_public_one(server: DiscordServer, where: str) -> None:
    place = GENERAL
    if where == "a thread":
        place = "7901"
        server.channels[place] = thread(place, GENERAL, "t")
        await server.dispatch("THREAD_CREATE", server.channels[place])
    await server.shown(await server.slash("ask", where=place, question=KOREA, private=True))
    public = await server.shown(await server.slash("ask", where=place, question=JAPAN))
    private = await server.shown(await server.slash("ask", where=place, question=JAPAN, private=True))
    assert "Read as" not in public.text and "Read as" in private.text


async def test_after_a_reset_a_follow_up_has_nothing_to_follow(server: DiscordServer) -> None:
    await server.shown(await server.slash("ask", question=KOREA))
    assert (await server.shown(await server.slash("reset"))).text == "Forgotten: I start afresh here with you."
    assert "Read as" not in (await server.shown(await server.slash("ask", question=JAPAN))).text


async def test_messages_that_are_not_for_the_bot_are_left_alone(server: DiscordServer) -> None:
    await server.say(WHY)
    await server.say("@everyone " + WHY)
    await server.say(f"<@{BOB}> {WHY}", who=ALICE)
    await server.say(WHY, who=BOT)
    await server.shown(await server.slash("help"))
    assert [path for _, path, _ in server.requests if path.startswith("/channels/")] == []


@pytest.mark.parametrize(
    ("question", "hint"),
    [("\u200b", "Type a question, for example: "), ("?!", "Type a question, for example: ")],
    ids=["invisible", "no word"],
)
async def test_what_is_no_question_gets_a_hint(server: DiscordServer, question: str, hint: str) -> None:
    assert hint in (await server.shown(await server.slash("ask", question=question))).text


async def test_a_bare_mention_is_told_what_to_type(server: DiscordServer) -> None:
    await server.say(f"<@{BOT}>")
    assert (await server.answer_in(GENERAL))["content"] == "Type a question, for example: Why does China matter for sanctions?"


async def test_an_event_that_comes_twice_is_answered_once(server: DiscordServer) -> None:
    question = await server.say(f"<@{BOT}> {WHY}")
    await server.dispatch("MESSAGE_CREATE", question)
    await server.answer_in(question["id"])
    await server.shown(await server.slash("help"))
    assert len(server.said(question["id"])) == 1
    asked = await server.slash("ask", question=WHY)
    await server.dispatch("INTERACTION_CREATE", asked.payload)
    await server.shown(asked)
    await server.shown(await server.slash("help"))
    assert sum(path.endswith("@original") for _, path, _ in server.requests) == 1


@pytest.mark.parametrize(
    ("locale", "line"),
    [
        ("de", "-# 1 · China, Absatz 14"),
        ("fr", "-# 1 · China, paragraphe 14"),
        ("es-419", "-# 1 · China, párrafo 14"),
        ("ko", "-# 1 · China, 14번째 단락"),
        ("ja", "-# 1 · China, 第14段落"),
        ("tr", "-# 1 · China, paragraph 14"),
    ],
)
async def test_replies_are_in_the_readers_language_and_quotes_in_the_authors(server: DiscordServer, locale: str, line: str) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY, locale=locale))
    assert ANSWER in asked.text and line in asked.text.splitlines()


async def test_questions_are_suggested_from_those_answered_here_and_from_the_gold_set(server: DiscordServer) -> None:
    await server.shown(await server.slash("ask", question="Which country has North Korea's longest border?"))
    await server.shown(await server.slash("ask", question="Why does China interest me so secretly?", private=True))
    assert (await server.type_into("ask", "question", "longest border"))[0] == "Which country has North Korea's longest border?"
    assert await server.type_into("ask", "question", "secretly") == []
    assert await server.type_into("ask", "question", "xyzzy") == []
    assert len(await server.type_into("ask", "question", "")) == 25


async def test_search_show_sources_and_about_are_answered_for_one_person(server: DiscordServer) -> None:
    found = await server.shown(await server.slash("search", query="American troops in Japan"))
    assert IN_JAPAN in found.text and "Context 5" in found.buttons
    shown = await server.shown(await server.slash("show", paragraph=14))
    assert "Economic sanctions on the North depend on China for enforcement." in shown.text and "China, paragraph 14" in shown.text
    assert (await server.shown(await server.slash("show", paragraph=999))).text == "That document has paragraphs 1 to 21."
    assert "no document" in (await server.shown(await server.slash("show", paragraph=1, document="nosuch"))).text
    sources = await server.shown(await server.slash("sources"))
    assert "(<https://www.csis.org/analysis/fraying" in sources.text and "Robert R. King" in sources.text
    about = await server.shown(await server.slash("about"))
    assert "word for word" in about.text
    assert all(asked.private for asked in (found, shown, sources, about))


async def test_without_a_mention_other_channels_are_quiet(server: DiscordServer, session: Session, tmp_path: Path) -> None:
    server.channels["7902"] = thread("7902", OTHER, "somebody's thread", owner=BOB)
    await server.dispatch("THREAD_CREATE", server.channels["7902"])
    server.flags = 1 << 19
    await server.say(WHY, where="7902")
    await server.shown(await server.slash("help"))
    assert server.said("7902") == []


async def test_the_commands_are_told_to_discord_only_when_they_changed(server: DiscordServer, session: Session, tmp_path: Path) -> None:
    def told() -> int:
        return sum(method == "PUT" for method, _, _ in server.requests)

    before = told()
    for _ in range(2):
        async with running_client(server, session, tmp_path / "other"):
            pass
    assert told() == before + 1 == 2
    names = {command["name"]: command["name_localizations"] for command in server.commands}
    assert names["ask"]["de"] == "fragen" and names["Ask about this"]["ja"] == "これについて質問" and len(names) == 10
