"""Every body the bot sends, and every reply of the server it is tested against, is as Discord's own description has it."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from discord_payloads import BOT, GENERAL, OTHER
from discord_server import DiscordServer

DESCRIPTION = Path(__file__).parents[2] / "shared" / "discord-openapi.json"
WHY = "Why does China matter for sanctions?"
pytestmark = [
    pytest.mark.usefixtures("client"),
    pytest.mark.skipif(not DESCRIPTION.exists(), reason="Discord's OpenAPI file is not beside this checkout"),
]


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return found


def schema_of(described: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    """The schema of a request's body; the most literal of the paths that fit."""
    fitting = [name for name in described["paths"] if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(name)), path)]
    operation = described["paths"][min(fitting, key=lambda name: name.count("{"))][method.lower()]
    body = operation.get("requestBody")
    return body["content"]["application/json"]["schema"] if body else None


def faults(described: dict[str, Any], schema: dict[str, Any], body: Any) -> list[str]:
    whole = {**schema, "components": described["components"]}
    return [error.message[:300] for error in jsonschema.Draft202012Validator(whole).iter_errors(body)]


async def test_all_that_is_sent_is_as_described(server: DiscordServer, described: dict[str, Any]) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY, thread=True))
    for label in asked.buttons:
        await server.shown(await server.press(asked.buttons[label], asked.messages[-1]))
    others: dict[str, dict[str, Any]] = {
        "search": {"query": WHY},
        "sources": {},
        "show": {"paragraph": 3},
        "config": {"allow": GENERAL},
        "help": {},
    }
    for name, options in others.items():
        await server.shown(await server.slash(name, **options))
    await server.type_into("ask", "question", "china")
    question = await server.say(f"<@{BOT}> {WHY}", where=GENERAL)
    await server.answer_in(question["id"])
    await server.shown(await server.slash("config", allow=OTHER, disallow=GENERAL, language="ko"))
    sent = [(method, path, body) for method, path, body in server.requests if body is not None]
    assert {path.split("/")[1] for _, path, _ in sent} == {"applications", "interactions", "webhooks", "channels"}
    schemas = [(method, path, body, schema_of(described, method, path)) for method, path, body in sent]
    wrong = {(method, path): faults(described, schema, body) for method, path, body, schema in schemas if schema}
    assert {where: what for where, what in wrong.items() if what} == {}


async def test_what_the_server_says_is_as_described(server: DiscordServer, described: dict[str, Any]) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY))
    reply = {"$ref": "#/components/schemas/MessageResponse"}
    assert faults(described, reply, asked.messages[0]) == []
