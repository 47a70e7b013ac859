"""The page about the monitor: its code works, its commands are commands, and its table is the one that counts."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from pathlib import Path

import pytest

from dcprops.commands import COMMANDS
from dcprops.monitor import MonitorDatabase
from dcprops.monitor.alerts import alert_document
from dcprops.monitor.judging import judged
from dcprops.monitor.thresholds import BASELINE_RUNS, KINDS, Threshold, settings_of

PAGE = (Path(__file__).parents[2] / "docs" / "monitor.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


COMMAND_LINES = [line for block in blocks("console") for line in block.splitlines()]


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_its_commands_are_understood(line: str):
    program, command, *arguments = shlex.split(line)
    parser = argparse.ArgumentParser(exit_on_error=False)
    COMMANDS[command].implementation().add_options(parser)
    assert program == "dcprops"
    parser.parse_args(arguments)


def test_its_code_runs_and_its_alert_is_the_one_of_its_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("python")
    exec(compile(code, "docs/monitor.md", "exec"), {})
    with MonitorDatabase("monitor.db") as database:
        told = alert_document(judged(database.history()))
    (alert,) = blocks("json")
    assert json.loads(alert) == told


def test_its_settings_are_settings(tmp_path: Path):
    (text,) = blocks("toml")
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    settings = settings_of(tmp_path / "pyproject.toml")
    assert (settings.alpha, settings.window) == (0.01, 5)
    assert settings.threshold("ingest", "1/s") == Threshold(0.05, 0.10, at_least=100000)
    assert settings.threshold("x:ratio", "times") == Threshold(0.05, 0.08)
    assert settings.threshold("quality/f/valid", "share").at_least == 0.999


def test_its_table_has_the_thresholds_of_every_kind():
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")
    ]
    found = {row[0]: row[1:] for row in rows if len(row) == 5 and row[0] != "kind"}
    expected = {}
    for kind in KINDS:
        unit, own = "points" if kind.is_share else "%", kind.threshold
        limit = "" if own.at_least is None else f"at least {own.at_least * 100:g} %"
        expected[kind.name] = [f"{each * 100:g} {unit}" for each in (own.warning, own.critical)] + [limit]
        assert found[kind.name][0].startswith(f"`{kind.metric}`")
    assert {name: row[1:] for name, row in found.items()} == expected


def test_it_says_how_many_runs_a_baseline_has():
    assert f"`baseline` measures {BASELINE_RUNS} times" in PAGE
