"""A scripted server on loopback for the clients of OpenAI, Anthropic, Google and Ollama, with every fault that a server can have."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USAGE = {"prompt_tokens": 700, "completion_tokens": 50, "total_tokens": 750, "cost": 0.0125}
STALL = 60.0  # seconds: longer than any test waits


def reply_of(*sentences: tuple[str, list[tuple[int, str]]]) -> str:
    """The JSON that a chat model is asked for: (text, [(passage, words), ...]) for each sentence."""
    return json.dumps(
        {"sentences": [{"text": text, "quotes": [{"passage": at, "words": words} for at, words in quotes]} for text, quotes in sentences]}
    )


@dataclass
class Script:
    """What the server does with each request. `says` is the reply's text, or what makes it of the request."""

    says: str | Callable[[dict[str, Any]], str] = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None  # the body, as it is, in place of a reply
    waits: float = 0  # before the first byte
    between: float = 0  # before each chunk
    drops_after: int | None = None  # chunks, then the connection closes
    stalls_after: int | None = None  # chunks, then nothing comes any more
    endless: bool = False
    knows: tuple[str, ...] = ("json_schema", "json_object")  # kinds of response_format
    usage: dict[str, Any] | None = field(default_factory=lambda: dict(USAGE))
    size: int = 12  # characters of a chunk


class ChatServer(ThreadingHTTPServer):
    """`requests` are the bodies that came, `heads` their headers (names in lower case), `paths` where they were sent."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = Script()
        self.requests: list[dict[str, Any]] = []
        self.heads: list[dict[str, str]] = []
        self.paths: list[str] = []

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        """Where OpenAI's client looks."""
        return f"{self.root}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients hang up on faults; that is what is tested."""


@contextmanager
def running() -> Iterator[ChatServer]:
    with ChatServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(request)
        self.server.heads.append({name.lower(): value for name, value in self.headers.items()})
        self.server.paths.append(self.path)
        script = self.server.script
        time.sleep(script.waits)
        if (request.get("response_format") or {}).get("type", "text") not in ("text", *script.knows):
            self._whole(422, json.dumps({"detail": "response_format"}).encode())
        elif script.status != 200 or script.raw is not None:
            said = json.dumps({"error": {"message": f"refused {self.headers.get('Authorization')}", "code": script.status}}).encode()
            self._whole(script.status, script.raw if script.raw is not None else said)
        else:
            self._streamed(script, request)

    def _whole(self, status: int, body: bytes) -> None:
        self.send_response(status)
        for name, value in self.server.script.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _streamed(self, script: Script, request: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson" if self.path == "/api/chat" else "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        text = script.says if isinstance(script.says, str) else script.says(request)
        parts = [text[at : at + script.size] for at in range(0, len(text), script.size)] or [""]
        begin, chunk, end = DIALECTS["/".join(self.path.partition("?")[0].split("/")[:3]).partition(":")[0]]
        self._write(begin)
        sent = 0
        while True:
            for part in parts:
                if sent == script.drops_after:
                    return
                time.sleep(script.between if sent != script.stalls_after else STALL)
                self._write(chunk(part))
                sent += 1
            if not script.endless:
                break
        self._write(end(script.usage))

    def _write(self, raw: str) -> None:
        self.wfile.write(raw.encode())
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


def _event(fields: dict[str, Any], name: str = "") -> str:
    return f"{f'event: {name}{chr(10)}' if name else ''}data: {json.dumps(fields)}\n\n"


def _openai(**fields: Any) -> str:
    return _event({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", **fields})


def _openai_end(usage: dict[str, Any] | None) -> str:
    stop = _openai(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])
    return stop + (_openai(choices=[], usage=usage) if usage else "") + "data: [DONE]\n\n"


def _anthropic(name: str, **fields: Any) -> str:
    return _event({"type": name, **fields}, name)


ANTHROPIC_MESSAGE = {
    "id": "1", "type": "message", "role": "assistant", "model": "scripted", "content": [], "stop_reason": None, "stop_sequence": None,
    "usage": {"input_tokens": USAGE["prompt_tokens"], "output_tokens": 1},
}  # fmt: skip


def _anthropic_end(usage: dict[str, Any] | None) -> str:
    counts = {"input_tokens": USAGE["prompt_tokens"], "output_tokens": USAGE["completion_tokens"]}
    done = {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": counts}
    return _anthropic("content_block_stop", index=0) + _anthropic("message_delta", **done) + _anthropic("message_stop")


def _google(text: str, **fields: Any) -> str:
    return _event(
        {"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": text}]}, **fields}], "modelVersion": "scripted"}
    )


def _google_end(usage: dict[str, Any] | None) -> str:
    counts = {"promptTokenCount": USAGE["prompt_tokens"], "candidatesTokenCount": USAGE["completion_tokens"], "totalTokenCount": 750}
    return _google("", finishReason="STOP").replace('"modelVersion"', f'"usageMetadata": {json.dumps(counts)}, "modelVersion"')


def _ollama(text: str, **fields: Any) -> str:
    message = {"role": "assistant", "content": text}
    return json.dumps({"model": "scripted", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": False, **fields}) + "\n"


# What is streamed on each path: a beginning, a chunk for each part of the text, an end.
DIALECTS: dict[str, tuple[str, Callable[[str], str], Callable[[dict[str, Any] | None], str]]] = {
    "/v1/chat": (
        "",
        lambda part: _openai(choices=[{"index": 0, "delta": {"role": "assistant", "content": part}, "finish_reason": None}]),
        _openai_end,
    ),
    "/v1/messages": (
        _anthropic("message_start", message=ANTHROPIC_MESSAGE)
        + _anthropic("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        lambda part: _anthropic("content_block_delta", index=0, delta={"type": "text_delta", "text": part}),
        _anthropic_end,
    ),
    "/v1beta/models": ("", _google, _google_end),
    "/api/chat": (
        "",
        _ollama,
        lambda _: _ollama(
            "", done=True, done_reason="stop", prompt_eval_count=USAGE["prompt_tokens"], eval_count=USAGE["completion_tokens"]
        ),
    ),
}
