"""The commands of `dcprops`: one row each, and one module each that is imported only when its command runs."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Final, Protocol, cast

__all__ = ["COMMANDS", "Command", "Implementation", "UsageError"]


class UsageError(Exception):
    """What the user has to put right: one line that names the thing, what was expected and what to do."""


class Implementation(Protocol):
    """What the module of a command offers."""

    def add_options(self, parser: argparse.ArgumentParser, /) -> None:
        """Tell the parser what the command takes."""

    def run(self, arguments: argparse.Namespace, /) -> int:
        """Do it. Returns the exit status, 0 or 1; raises UsageError for 2."""


@dataclass(frozen=True)
class Command:
    """One command: its name, what it does, and the module that does it."""

    name: str
    summary: str
    module: str

    def implementation(self) -> Implementation:
        """The module, imported now."""
        return cast("Implementation", import_module(self.module))


_COMMANDS = (
    Command("check", "Run the properties against a target", "dcprops.commands.check"),
    Command("merge", "Join the reports of all shards of a check", "dcprops.commands.merge"),
    Command("gate", "Judge the results of all jobs of a pipeline together", "dcprops.commands.gate"),
    Command("init", "Write the test and the settings that check your own model", "dcprops.commands.init"),
    Command("audit", "Validate an event file, judge its ledger, and balance it", "dcprops.commands.audit"),
    Command("shrink", "Find the smallest ledger on which your code disagrees", "dcprops.commands.shrink"),
    Command("balances", "Balance the accounts in a store on a day", "dcprops.commands.balances"),
    Command("history", "Tell every event of a participant, with the running balance", "dcprops.commands.history"),
    Command("snapshot", "Build, verify or show the weekly snapshots of a store", "dcprops.commands.snapshot"),
    Command("generate", "Write the events of a whole workforce", "dcprops.commands.generate"),
    Command("golden", "Compare scenarios worked by hand with the reference", "dcprops.commands.golden"),
    Command("monitor", "Keep measurements over time, and alert when one becomes worse", "dcprops.commands.monitor"),
    Command("bench", "Measure dcprops beside its peers, and against what it promises", "dcprops.commands.bench"),
    Command("schema", "Print the event schema in one of its formats", "dcprops.commands.schema"),
)
#: Every command by its name, in the order of the help.
COMMANDS: Final = MappingProxyType({command.name: command for command in _COMMANDS})
