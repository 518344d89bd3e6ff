"""A scripted server on loopback that speaks OpenAI's chat completions, with every fault that such a server can have."""

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
    endless: bool = False
    knows: tuple[str, ...] = ("json_schema", "json_object")  # kinds of response_format
    usage: dict[str, Any] | None = field(default_factory=lambda: dict(USAGE))
    size: int = 12  # characters of a chunk


class ChatServer(ThreadingHTTPServer):
    """`requests` are the bodies that came, `heads` their headers."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = Script()
        self.requests: list[dict[str, Any]] = []
        self.heads: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

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
        self.server.heads.append(dict(self.headers))
        script = self.server.script
        time.sleep(script.waits)
        if request.get("response_format", {}).get("type", "text") not in ("text", *script.knows):
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
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        text = script.says if isinstance(script.says, str) else script.says(request)
        parts = [text[at : at + script.size] for at in range(0, len(text), script.size)] or [""]
        sent = 0
        while True:
            for part in parts:
                if sent == script.drops_after:
                    return
                time.sleep(script.between)
                self._event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": part}, "finish_reason": None}]})
                sent += 1
            if not script.endless:
                break
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if script.usage is not None:
            self._event({"choices": [], "usage": script.usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, fields: dict[str, Any]) -> None:
        event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", **fields}
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass
