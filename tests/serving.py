"""A web server on loopback that answers as a test tells it."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Site:
    """``pages`` maps a path (with its query, or without) to a body, ``(status, headers, body)``, or a function of the request.

    ``asked`` lists the paths in the order they were asked, robots.txt left out.
    """

    def __init__(self, pages=None, *, robots=None, host="127.0.0.1"):
        self.pages = dict(pages or {})
        self.robots = robots
        self.asked = []
        self.requests = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Headers and body are two packets; the second isn't to wait for the first one's receipt.
            disable_nagle_algorithm = True

            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                self.body = self.rfile.read(length) if length else b""
                with contextlib.suppress(ConnectionError):
                    site._answer(self)

            def do_POST(self):
                self.do_GET()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer((host, 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://{host}:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def _answer(self, request):
        path = request.path
        if path == "/robots.txt":
            page = (404, {}, "") if self.robots is None else self.robots
        else:
            self.asked.append(path)
            self.requests.append(request)
            page = self.pages.get(path, self.pages.get(urlsplit(path).path, (404, {}, "no such page")))
        if callable(page):
            page = page(request)
            if page is None:
                return
        status, headers, body = page if isinstance(page, tuple) else (200, {}, page)
        data = body if isinstance(body, bytes) else body.encode()
        request.send_response(status)
        for name, value in (
            {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(data))} | headers
        ).items():
            if value is not None:
                request.send_header(name, value)
        request.end_headers()
        request.wfile.write(data)

    def counts(self):
        return Counter(self.asked)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self):
        self.now = 0.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(round(seconds, 2))
        self.now += seconds
