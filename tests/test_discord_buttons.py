"""Buttons, settings and ratings: pressed by others, after a restart, on old messages, with a custom_id that was tampered with."""

import json
import re

import pytest
from discord_bot import running_client
from discord_payloads import ALICE, BOB, BOT, GENERAL, OTHER
from discord_server import Asked, DiscordServer

from bot.discord_app import export_unhelpful
from bot.discord_app.client import CommentaryClient
from bot.session import Session
from evals.harvest import candidates

WHY = "Why does China matter for sanctions?"
pytestmark = pytest.mark.usefixtures("client")


async def pressed(server: DiscordServer, asked: Asked, label: str, who: str = BOB) -> Asked:
    return await server.shown(await server.press(asked.buttons[label], asked.messages[-1], who))


async def test_context_shows_the_paragraph_with_the_quote_marked_to_the_one_who_pressed(server: DiscordServer) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY))
    context = await pressed(server, asked, "Context 1")
    assert context.text.startswith("> **Economic sanctions on the North depend on China for enforcement.") and "** " in context.text
    assert "-# China, paragraph 14 · [Fraying U.S. Relationships" in context.text and context.private


async def test_more_goes_on_without_repeating_until_there_is_nothing_left(server: DiscordServer) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY))
    seen = [line for line in asked.text.splitlines() if line.startswith("> ")]
    while "More" in asked.buttons:
        asked = await pressed(server, asked, "More")
        seen += [line for line in asked.text.splitlines() if line.startswith("> ")]
    words = [line.removeprefix("> ") for line in seen]
    assert len(words) >= 12
    assert [one for at, one in enumerate(words) if any(one in other for other in words[:at] + words[at + 1 :])] == []


async def test_sources_name_the_documents_behind_an_answer(server: DiscordServer) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY))
    assert "Robert R. King, 2018-07-09" in (await pressed(server, asked, "Sources")).text


async def test_a_changed_mind_replaces_a_rating_and_what_did_not_help_can_be_harvested(
    server: DiscordServer, client: CommentaryClient
) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY))
    await server.shown(await server.slash("ask", question="How do I bake bread?"))
    await server.shown(await server.slash("ask", question="How do I mend a bicycle?", private=True))
    for label in ("Helpful", "Not helpful"):
        assert f"noted as {label.lower()}" in (await pressed(server, asked, label)).text
    found = list(candidates(client.desk.records.harvest(), set()))
    assert [(row["question"], row["notes"].split(";")[0]) for row in found] == [
        (WHY, "answered, but marked unhelpful"),
        ("How do I bake bread?", "abstained on"),
    ]
    exported = client.desk.settings.data_dir / "asked.jsonl"
    assert export_unhelpful(client.desk.settings, exported) == 2
    assert json.loads(exported.read_text().splitlines()[0])["helpful"] is False
    await pressed(server, asked, "Helpful")
    assert [row["question"] for row in candidates(client.desk.records.harvest(), set())] == ["How do I bake bread?"]


async def test_buttons_work_after_a_restart(server: DiscordServer, client: CommentaryClient, session: Session) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY))
    folder = client.desk.settings.data_dir
    await client.close()
    async with running_client(server, session, folder):
        for label in asked.buttons:
            assert (await pressed(server, asked, label)).text


async def test_buttons_of_an_answer_that_is_no_longer_kept_say_so(server: DiscordServer, client: CommentaryClient) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY))
    await server.shown(await server.slash("forget-me"))
    replies = [(await pressed(server, asked, label)).text for label in asked.buttons]
    assert replies[2:] == ["I no longer keep that answer. Ask the question again."] * 4
    assert "Economic sanctions" in replies[0]


async def test_nobody_else_learns_of_a_private_answer_by_its_key(server: DiscordServer) -> None:
    private = await server.shown(await server.slash("ask", question=WHY, private=True))
    assert "no longer keep" in (await pressed(server, private, "More", who=BOB)).text
    assert "Further sentences" in (await pressed(server, private, "More", who=ALICE)).text


FORGED = {
    "another span": lambda one: re.sub(r":(\d+):(\d+):", r":0:99999:", one),
    "backwards": lambda one: re.sub(r":(\d+):(\d+):", r":50:10:", one),
    "other words": lambda one: one[:-8] + "00000000",
    "other document": lambda one: re.sub(r"context:.{8}", "context:00000000", one),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_forged_passage_is_not_shown(server: DiscordServer, forge: object) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY))
    identity = forge(asked.buttons["Context 1"])  # type: ignore[operator]
    asked.messages[-1]["components"][0]["components"][0]["custom_id"] = identity
    assert (await server.shown(await server.press(identity, asked.messages[-1]))).text.startswith("That passage no longer stands")


STRANGE = ["", "x", "commentary:", "commentary:more:zzz:1", "commentary:rate:0123456789abcdef:2", "commentary:drop:1", "\n" * 5, "é" * 100]


@pytest.mark.parametrize(("identity", "on_message"), [*((one, True) for one in STRANGE), (STRANGE[3], False)])
async def test_an_unknown_button_is_answered_once(server: DiscordServer, identity: str, on_message: bool) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY))
    if on_message:
        asked.messages[-1]["components"][0]["components"][0]["custom_id"] = identity
    assert (await server.shown(await server.press(identity, asked.messages[-1]))).text.startswith("I do not know this button")


async def test_forget_me_deletes_turns_answers_and_ratings_of_one_person_only(server: DiscordServer, client: CommentaryClient) -> None:
    mine = await server.shown(await server.slash("ask", question=WHY))
    theirs = await server.shown(await server.slash("ask", BOB, question=WHY))
    await pressed(server, mine, "Helpful", who=ALICE)
    assert (await server.shown(await server.slash("forget-me"))).text == (
        "Deleted everything I kept of you: 1 questions in conversations, 1 answers, 1 ratings."
    )
    kept = b"".join(path.read_bytes() for path in client.desk.settings.data_dir.iterdir())
    assert ALICE.encode() not in kept and BOB.encode() in kept
    assert "Further sentences" in (await pressed(server, theirs, "More")).text


async def test_managers_choose_where_answers_are_public(server: DiscordServer, client: CommentaryClient, session: Session) -> None:
    shown = await server.shown(await server.slash("config", allow=OTHER, threads=False, language="fr", per_minute=3))
    assert f"- Je réponds en public dans : <#{OTHER}>" in shown.text.splitlines() and "3 par personne" in shown.text
    elsewhere = await server.shown(await server.slash("ask", question=WHY))
    assert elsewhere.private and "Vous seul voyez ceci" in elsewhere.text
    await server.say(f"<@{BOT}> {WHY}", where=GENERAL)
    await server.say(f"<@{BOT}> {WHY}", where=OTHER)
    assert "Confiance" in (await server.answer_in(OTHER))["content"]
    assert not [path for method, path, _ in server.requests if path == f"/channels/{GENERAL}/messages"]
    again = await server.shown(await server.slash("config", disallow=OTHER))
    assert "tous les salons" in again.text


async def test_settings_outlive_a_restart(server: DiscordServer, client: CommentaryClient, session: Session) -> None:
    await server.shown(await server.slash("config", private=True))
    folder = client.desk.settings.data_dir
    await client.close()
    async with running_client(server, session, folder):
        assert (await server.shown(await server.slash("ask", question=WHY))).private
        assert not (await server.shown(await server.slash("ask", question=WHY, private=False))).private


async def test_others_cannot_configure(server: DiscordServer, client: CommentaryClient) -> None:
    refused = await server.shown(await server.slash("config", private=True, permissions="2048"))
    assert refused.text == "Only those who may manage the server can change this."
    assert not client.desk.guilds[7001].private


async def test_a_server_that_is_left_is_forgotten(server: DiscordServer, client: CommentaryClient) -> None:
    await server.shown(await server.slash("config", private=True))
    await server.dispatch("GUILD_DELETE", {"id": "7001"})
    await server.until(lambda: not client.desk.records.servers())
    assert not client.desk.guilds[7001].private


async def test_who_asks_too_often_is_told_when_to_come_back(server: DiscordServer) -> None:
    await server.shown(await server.slash("config", per_minute=2))
    texts = [(await server.shown(await server.slash("ask", question=WHY))).text for _ in range(3)]
    assert re.fullmatch(r"You have asked a lot just now\. Ask again <t:\d+:R>\.", texts[2])
    assert "Ask again <t:" not in (await server.shown(await server.slash("ask", BOB, question=WHY))).text


async def test_nothing_secret_stands_in_the_kept_file_once_answered(server: DiscordServer, client: CommentaryClient) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY))
    await server.until(lambda: client.desk.records.unfinished() == [])
    path = client.desk.settings.data_dir / "discord.sqlite3"
    assert path.stat().st_mode & 0o077 == 0
    assert asked.payload["token"] not in json.dumps(list(client.desk.records.harvest()))
