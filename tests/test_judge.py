"""The judge over a loopback server that speaks OpenAI's protocol, through the real ragas."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot.errors import SettingsError
from bot.session import Session
from evals.gold import load_gold, packaged_gold
from evals.judge import judge
from evals.run import Run, run
from evals.systems import Ours
from index import Document


@pytest.fixture(scope="module")
def asked(session: Session, commentary: Document) -> Run:
    rows = [row for row in load_gold(packaged_gold(), [commentary]) if row.id in ("direct-01", "off-topic-01")]
    return run(Ours(session), rows, {commentary.id: commentary.text})


@pytest.mark.parametrize("model", ["openai", "openai:", "nobody:model"])
def test_a_judge_that_is_none_is_refused(asked: Run, model: str) -> None:
    with pytest.raises(SettingsError, match="is not openai:MODEL"):
        judge(model, asked)


class Judge(ThreadingHTTPServer):
    """Agrees with every claim it is asked about, or says only what `says` holds; `status` other than 200 refuses."""

    status, says = 200, ""

    def reply(self, request: dict[str, Any]) -> str:
        if self.says:
            return self.says
        asked = json.dumps(request["messages"])
        claim = "Some 50,000 American troops are stationed in Japan."
        if "TP" in asked:
            found: dict[str, Any] = {"TP": [{"statement": claim, "reason": "both"}], "FP": [], "FN": []}
        elif "verdict" in asked:
            found = {"statements": [{"statement": claim, "reason": "it stands there", "verdict": 1}]}
        else:
            found = {"statements": [claim]}
        return json.dumps(found)


class Handler(BaseHTTPRequestHandler):
    server: Judge

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message = {"role": "assistant", "content": self.server.reply(request)}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        body = {"id": "1", "object": "chat.completion", "created": 0, "model": request["model"], "choices": [choice], "usage": usage}
        raw = json.dumps(body if self.server.status == 200 else {"error": {"message": "key sk-canary is wrong"}}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Judge]:
    with Judge(("127.0.0.1", 0), Handler) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{found.server_port}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
        yield found
        found.shutdown()


# ragas leaves the file with its own id open.
leaves_a_file_open = pytest.mark.filterwarnings("ignore:Exception ignored in.*uuid.json:pytest.PytestUnraisableExceptionWarning")


@leaves_a_file_open
def test_the_judge_gives_its_opinion_of_each_answer(server: Judge, asked: Run) -> None:
    assert [(one.id, one.faithfulness, one.correctness) for one in judge("openai:some-model", asked)] == [("direct-01", 1.0, 1.0)]
    from ragas import _analytics

    assert _analytics.do_not_track()


@leaves_a_file_open
def test_a_judge_that_talks_nonsense_gives_no_verdict(server: Judge, asked: Run) -> None:
    server.says = "I would rather not."
    (found,) = judge("openai:some-model", asked)
    assert found.faithfulness != found.faithfulness and found.correctness != found.correctness


@leaves_a_file_open
def test_a_refused_key_is_a_plain_error_without_the_key(server: Judge, asked: Run) -> None:
    server.status = 401
    with pytest.raises(SettingsError, match="check OPENAI_API_KEY") as caught:
        judge("openai:some-model", asked)
    assert "canary" not in str(caught.value)
