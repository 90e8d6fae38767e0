"""An OpenAI-compatible endpoint on loopback that answers as a test tells it, and misbehaves on demand."""

import contextlib
import json
import time

from tests.serving import Site

ADDRESS = "/v1/chat/completions"


class Endpoint(Site):
    """``says`` turns what is asked (the JSON of the last message) into what the model says.

    ``moods`` are one call each, in their order, before the endpoint behaves: functions of the request that give a page.
    ``bodies`` are the bodies of all calls.
    """

    def __init__(self, says=None, moods=()):
        super().__init__({ADDRESS: self._called})
        self.says, self.moods, self.bodies = says, list(moods), []
        self.address = f"{self.url}/v1"

    def _called(self, request):
        body = json.loads(request.body)
        self.bodies.append(body)
        if self.moods:
            return self.moods.pop(0)(request)
        return content(self.says(json.loads(body["messages"][-1]["content"])))(request)

    @property
    def sent(self):
        """All that left the machine, as one text."""
        return json.dumps(self.bodies, ensure_ascii=False)


def content(said, *, reason="stop", refusal=None, usage=True):
    """The model says something, a text or JSON."""
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    choice = {"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": text}}
    if refusal:
        choice["message"] |= {"content": None, "refusal": refusal}
    page = {"id": "1", "object": "chat.completion", "choices": [choice]}
    if usage:
        page["usage"] = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    return lambda _: (200, {"Content-Type": "application/json"}, json.dumps(page))


def status(code, **headers):
    return lambda _: (code, {name.replace("_", "-"): value for name, value in headers.items()}, '{"error": "нет"}')


def body(data):
    return lambda _: (200, {"Content-Type": "application/json"}, data)


def silent(request):
    """Never answers."""
    time.sleep(1.5)


def dripping(request):
    """Promises an answer and gives it letter by letter."""
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    with contextlib.suppress(OSError):
        for _ in range(100):
            request.wfile.write(b" ")
            request.wfile.flush()
            time.sleep(0.05)


def hung_up(request):
    """Breaks off in the middle of the answer."""
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b'{"choices": [')
    request.close_connection = True


def huge(_):
    return 200, {}, b" " * (3 << 20)


def labels(**known):
    """A model that underlines these words wherever they stand: ``labels(pain=["денег нет"])``."""

    def says(asked):
        return {
            "posts": [
                {
                    "n": post["n"],
                    "statements": [
                        {"span": words, "kind": kind}
                        for kind, phrases in known.items()
                        for words in phrases
                        if words in post["text"]
                    ],
                }
                for post in asked["posts"]
            ]
        }

    return says
