"""The page of the commands, from the parsers that read them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from dcprops.commands import COMMANDS


def commands_page() -> str:
    """Every command with what it takes."""
    lines = ["# The commands", "", "Made from the parsers of `dcprops.commands` by `docs/render.py`."]
    lines += [
        "Exit status: 0 all hold, 1 something fell short, 2 wrong usage.",
        "",
        "| command | what it does |",
        "|---|---|",
    ]
    lines += [f"| [dcprops {each.name}](#dcprops-{each.name}) | {each.summary} |" for each in COMMANDS.values()]
    for each in COMMANDS.values():
        parser = argparse.ArgumentParser(prog=f"dcprops {each.name}", description=f"{each.summary}.")
        each.implementation().add_options(parser)
        lines += ["", *_lines_of(parser, "##")]
    return "\n".join([*lines, ""])


def _lines_of(parser: argparse.ArgumentParser, level: str) -> Iterator[str]:
    yield from (f"{level} {parser.prog}", "", str(parser.description))
    actions = [action for action in parser._actions if action.dest != "help"]
    parts = [action for action in actions if isinstance(action, argparse._SubParsersAction)]
    plain = [action for action in actions if action not in parts]
    if parser.epilog:
        yield from ("", f"{parser.epilog[0].upper()}{parser.epilog[1:]}.")
    if plain:
        yield from ("", "| option | |", "|---|---|")
        yield from (f"| {_name(action)} | {_help(action)} |" for action in plain)
    for part in parts:
        for own in part.choices.values():
            yield from ("", *_lines_of(own, f"{level}#"))


def _name(action: argparse.Action) -> str:
    value = _value(action)
    if not action.option_strings:
        return f"`{value}`"
    return ", ".join(f"`{option}{' ' + value if value else ''}`" for option in action.option_strings)


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    names = action.metavar or ("{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest)
    words = [names] if isinstance(names, str) else list(names)
    if action.nargs in {"+", "*"}:
        words[-1] += " ..."
    return " ".join(words).replace("|", "\\|")


def _help(action: argparse.Action) -> str:
    said = (action.help or "") % {"default": action.default, "prog": "dcprops", "metavar": action.metavar}
    needed = "; needed" if action.option_strings and action.required else ""
    return f"{said}{needed}".replace("|", "\\|")
