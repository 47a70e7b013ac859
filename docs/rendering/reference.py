"""The page of the public names, from their signatures and the first words of their docstrings."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel

import dcprops

_INSTALLED_IN = Path(dcprops.__file__).parents[1]
#: The packages whose names are public, in the order of the page.
PUBLIC = (
    "dcprops",
    "dcprops.strategies",
    "dcprops.properties",
    "dcprops.store",
    "dcprops.population",
    "dcprops.golden",
    "dcprops.schemas",
    "dcprops.rules",
    "dcprops.reference",
    "dcprops.events",
    "dcprops.gate",
    "dcprops.monitor",
    "dcprops.reports",
    "dcprops.disagreements",
    "dcprops.reducing",
    "dcprops.defects",
)
#: Those that are inside: the command line, what it reads and measures, and pages as a whole.
INSIDE = ("dcprops.benchmarks", "dcprops.commands", "dcprops.event_files")


def reference_page() -> str:
    """Every public name of every public package."""
    lines = ["# The public names", "", "Made from the package by `docs/render.py`: every name in `__all__` of"]
    lines += [f"{', '.join(f'`{name}`' for name in PUBLIC)}."]
    for name in PUBLIC:
        module = import_module(name)
        lines += ["", f"## {name}", "", _sentence(module.__doc__), ""]
        elsewhere = _listed_elsewhere(name)
        for word in module.__all__:
            lines += _lines_of(module, word, elsewhere.get(word))
    return "\n".join([*lines, ""])


def _listed_elsewhere(name: str) -> dict[str, str]:
    """The names of the top package that are those of a package below it, which has more to say of them."""
    if name != "dcprops":
        return {}
    below = [(other, import_module(other)) for other in reversed(PUBLIC[1:])]
    top = import_module(name)
    return {
        word: other
        for other, module in below
        for word in module.__all__
        if word in top.__all__ and getattr(module, word) is getattr(top, word)
    }


def _lines_of(module: ModuleType, word: str, elsewhere: str | None) -> Iterator[str]:
    value = getattr(module, word)
    if elsewhere:
        yield f"- `{word}`: see [{elsewhere}](#{elsewhere.replace('.', '')})"
    elif inspect.isclass(value):
        yield f"- `{word}`: {_sentence(value.__doc__)}"
        yield from (f"  - {line}" for line in _members(value))
    elif inspect.isfunction(inspect.unwrap(value)):  # one that remembers is no function any more
        yield f"- `{word}{_signature(value)}`: {_sentence(value.__doc__)}"
    else:
        yield f"- `{word}`: {_said_of_constant(module, word)}"


def _members(class_: type) -> Iterator[str]:
    """The methods and properties of a class that say what they are for. Pydantic's own models have fields instead."""
    if issubclass(class_, BaseModel):
        return
    for name, member in vars(class_).items():
        function = getattr(member, "fget", None) or getattr(member, "func", None) or getattr(member, "__func__", member)
        if name.startswith("_") or not inspect.isfunction(function) or not function.__doc__:
            continue
        signature = _signature(function) if member is function or hasattr(member, "__func__") else ""
        yield f"`{name}{signature}`: {_sentence(function.__doc__)}"


def _signature(function: object) -> str:
    """The signature as it is written, without places in memory or on this machine, and without `self`."""
    written = str(inspect.signature(function)).replace("PosixPath", "Path").replace("WindowsPath", "Path")
    written = written.replace(f"{_INSTALLED_IN.as_posix()}/", "")
    said = re.sub(r"<(?:\w+ )+([\w.]+)(?: at 0x[0-9a-f]+)?>", r"\1", written)
    said = re.sub(r"ForwardRef\(([^()]*)\)", r"\1", said).replace("hypothesis.strategies.", "")
    return re.sub(r"^\((?:self|cls)(?:, |(?=\)))", "(", said).replace("'", "")


def _sentence(documentation: str | None) -> str:
    """The first paragraph, on one line."""
    return " ".join(inspect.cleandoc(documentation or "").split("\n\n")[0].split())


def _said_of_constant(module: ModuleType, word: str) -> str:
    """What the comment `#: …` before a constant says, in the module that it comes from."""
    text = Path(str(module.__file__)).read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module and any(alias.name == word for alias in node.names):
            return _said_of_constant(import_module(node.module), word)
    found = re.search(rf"((?:^#:.*\n)+)^{word}\b", text, re.MULTILINE)
    return " ".join(line.removeprefix("#:").strip() for line in found[1].splitlines()) if found else ""
