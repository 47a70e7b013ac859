"""Alerts as they are sent: to a real server on this machine, which answers, refuses, redirects or says nothing."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from dcprops.monitor import MonitorError, alerts
from dcprops.monitor.alerts import alert_document, checked_webhook, send
from dcprops.monitor.judging import judged

from .histories import LIKE_IT, USUAL, history_of, times

DOCUMENT = {"program": "dcprops monitor", "level": "ok", "alerts": []}


@dataclass
class Receiver:
    """A server on this machine, what it was sent, and how it answers."""

    url: str
    answer: int = 204
    location: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the standard library's word
            self.do_POST()

        def do_POST(self) -> None:  # the standard library's word
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body}
            received.requests.append(told)
            self.send_response(received.answer)
            if received.location:
                self.send_header("Location", received.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's word
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received = Receiver(f"http://127.0.0.1:{server.server_port}/hook/s3cret?key=s3cret")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield received
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_sent_is_what_is_documented_and_nothing_else(receiver: Receiver):
    report = judged(history_of(USUAL, times(LIKE_IT, 1.2)))
    assert send(receiver.url, alert_document(report)) == ""
    (request,) = receiver.requests
    assert (request["method"], request["path"]) == ("POST", "/hook/s3cret?key=s3cret")
    assert request["headers"]["Content-Type"] == "application/json"
    assert set(request["headers"]) <= {
        "Content-Type", "Content-Length", "Host", "Connection", "User-Agent", "Accept-Encoding"
    }  # fmt: skip
    assert json.loads(request["body"]) == {
        "program": "dcprops monitor",
        "level": "critical",
        "alerts": [
            {
                "level": "critical",
                "metric": "job",
                "commit": "abcdef20",
                "message": "20 % worse than the baseline: 120.1 ms against 100 ms "
                "(p = 6.4e-05, Cliff's delta 1.00, 5 runs beside 15)",
            }
        ],
    }


@pytest.mark.parametrize("answer", [403, 404, 500, 503])
def test_a_webhook_that_refuses_is_told_without_its_secret(receiver: Receiver, answer: int):
    receiver.answer = answer
    assert send(receiver.url, DOCUMENT) == f"the alerts did not reach 127.0.0.1: it answered {answer}"


@pytest.mark.parametrize("answer", [301, 302, 303, 307, 308])
def test_a_redirection_is_not_followed(receiver: Receiver, answer: int):
    receiver.answer = answer
    receiver.location = receiver.url.replace("hook", "elsewhere")
    assert send(receiver.url, DOCUMENT) == f"the alerts did not reach 127.0.0.1: it answered {answer}"
    assert [request["path"][:5] for request in receiver.requests] == ["/hook"]


def test_a_webhook_that_isnt_there_is_told(receiver: Receiver):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # taken, but nobody listens
        wrong = send(f"http://127.0.0.1:{unused.getsockname()[1]}/s3cret", DOCUMENT)
    assert wrong.startswith("the alerts did not reach 127.0.0.1: ")
    assert "s3cret" not in wrong
    assert "\n" not in wrong


@pytest.mark.parametrize("says", [b"", b"this is not HTTP\r\n\r\n", None], ids=["hangs-up", "nonsense", "silent"])
def test_a_webhook_that_doesnt_speak_http_is_told(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver, says: bytes | None
):
    monkeypatch.setattr(alerts, "_TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            connection, _ = server.accept()
            with connection:
                while connection.recv(65536) and says is None:
                    pass  # silent until the other side gives up
                connection.sendall(says or b"")

        thread = threading.Thread(target=speak)
        thread.start()
        wrong = send(f"http://127.0.0.1:{server.getsockname()[1]}/", DOCUMENT)
        thread.join()
    assert wrong.startswith("the alerts did not reach 127.0.0.1: ")
    assert "\n" not in wrong


@pytest.mark.parametrize(
    "url",
    ["", "host/hook", "ftp://host/hook", "file:///etc/passwd", "http:///hook", "https://", "http://host:99999/",
     "http://host:x/", "http://[1/", "http://host/a b", "http://host/a\nb", "http://hóst/"],
)  # fmt: skip
def test_only_http_and_https_are_sent_to(url: str):
    with pytest.raises(MonitorError, match="the webhook is not a URL that alerts can be sent to") as told:
        checked_webhook(url)
    assert "host/" not in str(told.value)
    with pytest.raises(MonitorError):
        send(url, DOCUMENT)


def test_other_urls_are_taken():
    assert checked_webhook("https://hooks.example:8443/a?b=c") == "https://hooks.example:8443/a?b=c"
    assert checked_webhook("http://[::1]:80/") == "http://[::1]:80/"
