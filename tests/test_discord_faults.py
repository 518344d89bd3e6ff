"""What goes wrong between the bot and Discord: every question gets one final answer, or its end stands in the log."""

import asyncio
import logging
import time
from collections.abc import Iterator

import pytest
from discord_payloads import ALICE, BOT, GENERAL, GUILD, OTHER, thread
from discord_server import DiscordServer, Fault

from bot.answers import Answer, Quote
from bot.conversation import Conversation, Turn
from bot.discord_app import delivery, interactions
from bot.discord_app.client import CommentaryClient
from bot.session import Session
from index import IndexUnavailable

WHY = "Why does China matter for sanctions?"
ANSWER = "> Economic sanctions on the North depend on China for enforcement."
CALLBACK, EDIT, CREATE, THREAD = "/interactions/*", "/webhooks/*/messages/@original", "/channels/*/messages", "/channels/*/threads"
pytestmark = pytest.mark.usefixtures("client")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A silent server is given up after half a second instead of fifteen."""
    monkeypatch.setattr(delivery, "ONE_TRY", 0.5)
    monkeypatch.setattr(delivery, "_BANNED_PAUSE", 0.2)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("PATCH", EDIT, 429, times=2),
        Fault("PATCH", EDIT, 429, headers={"X-RateLimit-Global": "true"}),
        Fault("PATCH", EDIT, 429, headers={"Via": ""}),
        Fault("PATCH", EDIT, 503, times=2),
        Fault("PATCH", EDIT, 502),
        Fault("PATCH", EDIT, "reset", times=2),
        Fault("PATCH", EDIT, "reset", after=True),
        Fault("PATCH", EDIT, "hang"),
        Fault("PATCH", EDIT, "hang", after=True),
        Fault("POST", CALLBACK, 429),
        Fault("POST", CALLBACK, 503),
        Fault("POST", CALLBACK, "reset"),
        Fault("POST", CALLBACK, "reset", after=True),
        Fault("POST", CALLBACK, "hang"),
        Fault("POST", CALLBACK, "hang", after=True),
    ],
    ids=lambda fault: f"{fault.method} {fault.outcome}{' via nobody' if fault.headers.get('Via') == '' else ''}{' after' * fault.after}",
)
async def test_a_command_gets_its_one_answer_through(server: DiscordServer, fault: Fault) -> None:
    server.faults.append(fault)
    asked = await server.shown(await server.slash("ask", question=WHY))
    assert ANSWER in asked.text and len(asked.messages) == 1 and fault.times == 0


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", CREATE, 429, times=2),
        Fault("POST", CREATE, 503, times=2),
        Fault("POST", CREATE, "reset", after=True),
        Fault("POST", CREATE, "hang", after=True),
        Fault("POST", THREAD, 503),
        Fault("POST", THREAD, "reset", after=True),
        Fault("POST", "/channels/*/typing", "hang"),
        Fault("POST", "/channels/*/typing", 403),
    ],
    ids=lambda fault: f"{fault.path} {fault.outcome}{' after' * fault.after}",
)
async def test_a_mention_gets_its_one_answer_through(server: DiscordServer, fault: Fault) -> None:
    server.faults.append(fault)
    question = await server.say(f"<@{BOT}> {WHY}")
    assert ANSWER in (await server.answer_in(question["id"]))["content"]
    await asyncio.sleep(0.3)
    assert len(server.said(question["id"])) == 1 and server.said(GENERAL) == []


async def test_a_rate_limit_is_waited_for_even_where_a_try_is_given_up_earlier(server: DiscordServer) -> None:
    server.faults.append(Fault("PATCH", EDIT, 429, retry_after=2.0))
    await server.shown(await server.slash("ask", question=WHY))
    first, *others = [when for method, path, _, when in server.timed if method == "PATCH"]
    assert [when - first >= 2.0 for when in others] == [True]


@pytest.mark.parametrize("code", [50013, 160004, 160006, 50024], ids=["no permission", "has one", "too many", "not here"])
async def test_without_a_thread_the_answer_stands_in_the_channel(server: DiscordServer, code: int) -> None:
    server.faults.append(Fault("POST", THREAD, 400 if code != 50013 else 403, code=code, times=9))
    question = await server.say(f"<@{BOT}> {WHY}")
    if code == 160004:
        server.channels[question["id"]] = thread(question["id"], GENERAL, "theirs")
    assert ANSWER in (await server.answer_in(question["id"] if code == 160004 else GENERAL))["content"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (CREATE, 403, 50013),
        (CREATE, 403, 50001),
        (CREATE, 404, 10003),
        (CREATE, 400, 160005),
        (CREATE, 400, 50083),
        (CREATE, 404, 10008),
        (CREATE, 404, 10004),
    ],
    ids=["permission", "access", "channel deleted", "locked", "archived", "message deleted", "guild left"],
)
async def test_where_nothing_can_be_said_the_bot_stops_quietly(
    server: DiscordServer, caplog: pytest.LogCaptureFixture, path: str, status: int, code: int
) -> None:
    caplog.set_level(logging.INFO)
    server.faults.append(Fault("POST", path, status, code=code, times=9))
    await server.say(f"<@{BOT}> {WHY}")
    await server.until(lambda: f"An answer was refused by Discord: {status} {code}" in caplog.text)
    server.faults.clear()
    assert not [record for record in caplog.records if record.exc_info] and caplog.text.count("refused") == 1
    assert ANSWER in (await server.shown(await server.slash("ask", question=WHY))).text


async def test_an_interaction_that_expired_ends_in_the_log(server: DiscordServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    server.faults.append(Fault("POST", CALLBACK, 404, code=10062, times=9))
    asked = await server.slash("ask", question=WHY)
    await server.until(lambda: "An acknowledgement was refused by Discord: 404 10062" in caplog.text)
    assert asked.messages == [] and not [record for record in caplog.records if record.exc_info]


async def test_a_discord_that_never_answers_ends_in_the_log(
    server: DiscordServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interactions.HookPlace.show, "__kwdefaults__", {"patience": 2.0})
    server.faults.append(Fault("PATCH", EDIT, "hang", times=99))
    await server.slash("ask", question=WHY)
    await server.until(lambda: "An answer did not arrive after" in caplog.text)
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_long_answer_is_continued_and_never_sent_twice(
    server: DiscordServer, client: CommentaryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ONE_TRY", 5.0)
    client.desk.session = Long(client.desk.session)  # type: ignore[assignment]
    server.faults.append(Fault("POST", "/webhooks/*", 503, times=1))
    asked = await server.shown(await server.slash("ask", question=WHY))
    await server.until(lambda: asked.messages[-1]["components"] != [])  # the last part has the buttons: nothing more is on its way
    assert len(asked.messages) >= 3 and all(len(message["content"]) <= 2000 for message in asked.messages)
    assert asked.messages[0]["components"] == []
    server.faults.append(Fault("POST", "/webhooks/*", "reset", after=True))
    asked = await server.shown(await server.slash("ask", question=WHY))
    await server.until(lambda: len(asked.messages) == 2)
    await asyncio.sleep(1)
    assert len(asked.messages) == 2  # it may have arrived, so it is not sent again


class Long:
    """The session, with answers that fill three messages."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str) -> object:
        return getattr(self._session, name)

    def stream(self, question: str, conversation: Conversation) -> Iterator[Answer]:
        document = next(iter(self._session.index.documents.values()))
        paragraphs = [one for one in document.paragraphs if one.end - one.start > 700][:6]
        answer = Answer(question, question, True, "", tuple(Quote(document, one.start, one.end, 0.9) for one in paragraphs), 0.9)
        conversation.add(Turn(question, answer))
        yield answer


async def test_past_capacity_people_are_turned_away_in_words_and_nobody_is_left_waiting(
    server: DiscordServer, client: CommentaryClient
) -> None:
    client.desk.queue._capacity = 5
    asked = [await server.slash("ask", str(8200 + number), question=WHY) for number in range(30)]
    texts = [(await server.shown(one)).text for one in asked]
    shed = sum(text.startswith("I have more questions than I can answer") for text in texts)
    assert 0 < shed < 30 and sum(ANSWER in text for text in texts) == 30 - shed


async def test_one_persons_flood_does_not_hold_up_the_others(server: DiscordServer) -> None:
    alone = await seconds_for(server, [str(8300 + number) for number in range(10)])
    for _ in range(40):
        await server.slash("ask", ALICE, question=WHY)
    flooded = await seconds_for(server, [str(8400 + number) for number in range(10)])
    assert flooded < 2 * alone + 0.5


async def seconds_for(server: DiscordServer, people: list[str]) -> float:
    started = time.monotonic()
    for one in [await server.slash("ask", person, question=WHY) for person in people]:
        await server.shown(one)
    return time.monotonic() - started


async def test_a_full_disk_costs_what_would_be_kept_and_not_the_answer(
    server: DiscordServer, client: CommentaryClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.desk.records._database.execute("PRAGMA max_page_count = 1")
    client.desk.records._database.execute("PRAGMA query_only = ON")
    asked = await server.shown(await server.slash("ask", question=WHY))
    again = await server.shown(await server.slash("ask", question=WHY))
    assert ANSWER in asked.text and ANSWER in again.text and list(asked.buttons) == ["Context 1", "Context 2"]
    assert caplog.text.count("answers go on, nothing is kept") == 1


async def test_an_index_that_cannot_be_read_is_said_and_logged(
    server: DiscordServer, client: CommentaryClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.desk.session = Broken()  # type: ignore[assignment]
    asked = await server.shown(await server.slash("ask", question=WHY))
    assert asked.text.startswith("I cannot read the sources") and "the index is gone" in caplog.text


class Broken:
    """A session whose index cannot be read."""

    def stream(self, question: str, conversation: object) -> object:
        raise IndexUnavailable("the index is gone; type: commentary index")


async def test_a_bug_is_apologised_for_and_logged_with_its_traceback(
    server: DiscordServer, client: CommentaryClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.desk.session = None  # type: ignore[assignment]
    for name, options in (("ask", {"question": WHY}), ("search", {"query": WHY}), ("sources", {})):
        asked = await server.shown(await server.slash(name, **options))
        assert asked.text.startswith("Something went wrong on my side")
    assert "AttributeError" in caplog.text


async def test_nothing_that_people_wrote_and_no_token_is_logged(server: DiscordServer, caplog: pytest.LogCaptureFixture) -> None:
    from bot.discord_app.logs import JsonLines

    caplog.set_level(logging.INFO)
    server.faults += [Fault("PATCH", EDIT, 429), Fault("PATCH", EDIT, 503, times=3)]
    asked = await server.shown(await server.slash("ask", question="Why does the zebra matter?"))
    lines = "\n".join(JsonLines().format(record) for record in caplog.records)
    assert "429" in lines or "rate limited" in lines
    assert "zebra" not in lines and asked.payload["token"] not in lines


SIX = ["1000", "4000", "1001", "reset", "reconnect", "invalid session"]


@pytest.mark.parametrize("how", SIX)
async def test_a_dropped_gateway_is_resumed_and_nothing_is_lost_or_answered_twice(server: DiscordServer, how: str) -> None:
    before = await server.slash("ask", question=WHY)
    await server.drop(how)
    during = [await server.slash("ask", str(8500 + number), question=WHY) for number in range(3)]
    during_message = await server.say(f"<@{BOT}> {WHY}", where=OTHER)
    assert ANSWER in (await server.shown(before)).text
    for one in during:
        assert ANSWER in (await server.shown(one)).text and len(one.messages) == 1
    await server.answer_in(during_message["id"])
    assert len(server.said(during_message["id"])) == 1 and server.resumes == 1 and server.identifies == 1


async def test_a_session_that_cannot_be_resumed_is_begun_anew(server: DiscordServer) -> None:
    server.resumable = False
    await server.drop("4000")
    await server.until(lambda: server.identifies == 2, 30)
    await server.until(lambda: any(session.socket is not None for session in server.sessions.values()))
    assert ANSWER in (await server.shown(await server.slash("ask", question=WHY))).text
    assert server.channels[GENERAL]["guild_id"] == GUILD
