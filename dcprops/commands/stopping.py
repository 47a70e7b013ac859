"""A request to terminate, handled like an interrupt: what a command began is cleared away."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

__all__ = ["stopping_when_terminated"]

_TERMINATED: Final = 128 + signal.SIGTERM


@contextmanager
def stopping_when_terminated() -> Iterator[None]:
    """Has a request to terminate clean up like an interrupt, where signals can be handled."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        sys.exit(_TERMINATED)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
