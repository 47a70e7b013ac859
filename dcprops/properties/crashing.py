"""Crashes that really happen: a process that opens a store, appends, and is killed as soon as `append` has returned.

One process imports the store and waits. For each crash it forks: what it forked never closes anything, and dies by
SIGKILL, which no code can catch. Whatever the store left to be written later is gone with it.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

__all__ = ["CannotImportError", "DyingProcess", "serve"]

Document: TypeAlias = dict[str, Any]

_PATIENCE: Final = 60.0
_START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from dcprops.properties.crashing import serve; serve(sys.argv[2])"
)


class CannotImportError(Exception):
    """The store can't be had in a process of its own: one line that says why, and what to do."""


class DyingProcess:
    """A process with the store imported, in which appends are made that end by SIGKILL."""

    def __init__(self, name: str) -> None:
        if not hasattr(os, "fork"):
            raise CannotImportError("this system has no fork, by which a process is made to be killed")
        self._process = subprocess.Popen(  # noqa: S603  # this Python, and the store that the user named
            [sys.executable, "-c", _START, json.dumps([*sys.path, *_root_of(name)]), name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self._unread = b""
        try:
            imported = self._answer()
        except (EOFError, TimeoutError) as error:
            imported = {"failed": str(error)}
        if "failed" in imported:
            self.close()
            raise CannotImportError(
                f"{name} cannot be imported in another process ({imported['failed']}): give it as module:attribute"
            )

    def append(self, path: Path, documents: list[Document], *, by_arrow: bool = False) -> str:
        """Open the store, append, and be killed. Returns nothing, or why the append did not return.

        Raises EOFError or TimeoutError if the process ends or says nothing.
        """
        self._send({"path": str(path), "documents": documents, "by_arrow": by_arrow})
        answer = self._answer()
        if answer.get("refused"):
            return str(answer["words"])
        if answer.get("signal") != signal.SIGKILL:
            return f"the process ended by itself: {answer}"
        return ""

    def close(self) -> None:
        """End the process, and whatever it has forked."""
        if self._process.poll() is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None and not stream.closed:
                stream.close()

    def _send(self, request: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        stream = self._process.stdout.fileno()
        while b"\n" not in self._unread:
            if not select.select([stream], [], [], _PATIENCE)[0]:
                os.killpg(self._process.pid, signal.SIGKILL)
                raise TimeoutError(f"nothing was heard of it for {_PATIENCE:.0f} seconds")
            heard = os.read(stream, 65536)
            if not heard:
                raise EOFError("it ended without a word")
            self._unread += heard
        line, _, self._unread = self._unread.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _root_of(name: str) -> list[str]:
    """The folder from which the store's module has its name, which needn't be on the path of this process."""
    module_name = name.partition(":")[0]
    file = getattr(sys.modules.get(module_name), "__file__", None)
    if not file:
        return []
    path = Path(file).resolve().with_suffix("")
    parts = module_name.split(".")
    if path.name == "__init__":
        path = path.parent
    return [str(path.parents[len(parts) - 1])] if path.parts[-len(parts) :] == tuple(parts) else []


def serve(name: str) -> None:
    """What the process does: import the store, then fork for each line that it is sent."""
    answers = os.dup(1)
    os.dup2(2, 1)  # what the store prints is no answer
    module, _, attribute = name.partition(":")
    try:
        store: Any = importlib.import_module(module)
        for part in attribute.split("."):
            store = getattr(store, part)
    except BaseException as error:  # noqa: BLE001  # whatever the module does while it is imported
        _say(answers, {"failed": f"{type(error).__name__}: {error}"})
        return
    _say(answers, {"imported": name})
    for line in sys.stdin.buffer:
        _crash(store, json.loads(line), answers)


def _say(stream: int, answer: Mapping[str, Any]) -> None:
    os.write(stream, json.dumps(answer).encode() + b"\n")


def _crash(store: Any, request: Mapping[str, Any], answers: int) -> None:
    """Fork, wait for the end of it, and tell how it came."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _append_and_die(store, request, writer)
    os.close(writer)
    said = b""
    while part := os.read(reader, 65536):
        said += part
    os.close(reader)
    _, status = os.waitpid(child, 0)
    answer = json.loads(said) if said else {}
    _say(answers, {**answer, "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None})


def _append_and_die(store: Any, request: Mapping[str, Any], writer: int) -> NoReturn:  # pragma: no cover  # is killed
    from dcprops.properties.store_target import answer_of  # noqa: PLC0415  # which imports this module

    try:
        opened = store(request["path"]).__enter__()
        events: Any = request["documents"]
        if request["by_arrow"]:
            from dcprops.properties.store_cases import arrow_table  # noqa: PLC0415  # pyarrow is an extra

            events = arrow_table(events)
        answer = answer_of(opened.append, events)
        _say(writer, {"refused": answer.refused, "words": answer.words})
    except BaseException as error:  # noqa: BLE001  # whatever it is, the other side is told
        _say(writer, {"refused": True, "words": f"opening raised {type(error).__name__}: {error}"})
    finally:
        os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nothing runs after SIGKILL")
