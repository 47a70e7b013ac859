"""Alerts as a document, and sending them to a webhook."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import asdict
from email.message import Message
from typing import IO, Any, Final
from urllib.parse import urlsplit

from dcprops.monitor.report import MonitorReport
from dcprops.monitor.runs import MonitorError
from dcprops.printable import printable

__all__ = ["alert_document", "checked_webhook", "send"]

_TIMEOUT_SECONDS: Final = 10.0


def alert_document(report: MonitorReport) -> dict[str, Any]:
    """What the file of alerts has, and what a webhook is sent: this and nothing else.

    `level` is the worst level of all metrics; `alerts` are those that are critical, then those with a warning.
    """
    return {"program": "dcprops monitor", "level": report.level, "alerts": [asdict(alert) for alert in report.alerts]}


def checked_webhook(url: str) -> str:
    """The URL, if alerts can be sent there. Raises MonitorError for anything but http and https."""
    try:
        parts = urlsplit(url)
        is_told = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an address that is none
        is_told = False
    if is_told and url.isascii() and url.isprintable() and " " not in url:
        return url
    raise MonitorError(
        "the webhook is not a URL that alerts can be sent to: expected http://HOST/... or https://HOST/..."
    )


def send(url: str, document: dict[str, Any]) -> str:
    """POST the document as JSON to a URL. Returns what went wrong in one line, empty if nothing did.

    Redirections aren't followed: nothing is sent to anywhere else than the URL. What is returned names its host only,
    because the rest is often a secret.
    """
    host = urlsplit(checked_webhook(url)).hostname
    body = json.dumps(document).encode("ascii")
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="POST")  # noqa: S310  # http(s)
    try:
        with urllib.request.build_opener(_NoRedirection).open(request, timeout=_TIMEOUT_SECONDS):
            return ""
    except urllib.error.HTTPError as error:
        error.close()
        return f"the alerts did not reach {host}: it answered {error.code}"
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        return printable(f"the alerts did not reach {host}: {str(reason).strip()}")


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None
