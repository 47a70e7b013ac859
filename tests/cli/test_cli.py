"""The command line as a whole: finding commands, wrong usage, and ends that aren't the usual ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dcprops as package
from dcprops.cli import main
from dcprops.commands import COMMANDS
from dcprops.printable import cut, printable


def test_alone_it_shows_the_help_and_checks_nothing(dcprops):
    done = dcprops()
    assert (done.returncode, done.stdout) == (2, "")
    assert all(f"  {command.name} " in done.stderr for command in COMMANDS.values())


def test_help_names_every_command(dcprops):
    done = dcprops("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f"  {command.name} " in done.stdout and command.summary in done.stdout for command in COMMANDS.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_writes_json(capsys: pytest.CaptureFixture[str], name: str):
    assert main([name, "--help"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"usage: dcprops {name} ")
    assert "--json FILE" in out
    assert err == ""


def test_version(dcprops):
    done = dcprops("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"dcprops {package.__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["audti", "x"], "there is no command 'audti'; did you mean audit?; see dcprops --help"),
        (["zzz"], "there is no command 'zzz'; see dcprops --help"),
        (["--verbose", "audit"], "unrecognized arguments: --verbose audit; see dcprops --help"),
        (["audit"], "the following arguments are required: FILE; see dcprops audit --help"),
        (["audit", "x", "--jso", "y"], "unrecognized arguments: --jso y; see dcprops audit --help"),
        (
            ["audit", "x", "--show=-1"],
            "argument --show: expected a count such as 20, got '-1'; see dcprops audit --help",
        ),
        (["audit", "x", "\x1b[2J\n"], "unrecognized arguments: \\x1b[2J\\n; see dcprops audit --help"),
        (["\x1b[2J\n"], "there is no command '\\x1b[2J\\n'; see dcprops --help"),
    ],
)
def test_wrong_usage_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], says: str):
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", f"dcprops: {says}\n")


def test_options_without_a_command_are_wrong_usage(capsys: pytest.CaptureFixture[str]):
    assert main(["--"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("dcprops: ")
    assert err.count("\n") == 1


def test_wrong_usage_of_a_process(dcprops, refused):
    assert refused(dcprops("schema", "yaml")).startswith("dcprops: argument format: invalid choice: 'yaml'")


def test_an_interrupt_is_one_line(tmp_path: Path):
    pipe = tmp_path / "events"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [sys.executable, "-m", "dcprops", "audit", str(pipe)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with pipe.open("wb"):  # waits until the command has opened it to read
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (130, "", "dcprops: interrupted\n")


@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        ("--help", {}),
        ("schema json", {}),
        ("audit {} --json -", {}),
        ("audit {} --json /dev/stdout", {}),
        ("audit {}", {}),
        ("audit {}", {"PYTHONUNBUFFERED": "1"}),
    ],
)
def test_a_reader_that_went_away_is_no_news(dcprops, dirty_path: Path, arguments: str, env: dict[str, str]):
    reader, writer = os.pipe()
    os.close(reader)
    to = {"capture_output": False, "stdout": writer, "stderr": subprocess.PIPE}
    done = dcprops(*arguments.format(dirty_path).split(), env=env, **to)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("arguments", [["schema", "json"], ["audit", "{}"], ["audit", "{}", "--json", "-"]])
def test_output_that_cannot_be_written_is_one_line(dcprops, dirty_path: Path, arguments: list[str]):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = dcprops(
            *(argument.format(dirty_path) for argument in arguments),
            capture_output=False, stdout=full, stderr=subprocess.PIPE,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "dcprops: the output cannot be written: No space left on device\n"


def run_in_shell(arguments: str, unbuffered: str = "") -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", "-c", f'"$0" -m dcprops {arguments}', sys.executable]
    env = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def test_a_closed_standard_output_is_one_line_where_it_is_needed(dirty_path: Path):
    for arguments in ("schema json", f"audit {dirty_path} --json -"):
        done = run_in_shell(f"{arguments} >&-")
        assert (done.returncode, done.stderr) == (2, "dcprops: standard output is closed: name a file to write to\n")
    assert run_in_shell(f"audit {dirty_path} >&-").returncode == 1


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full"])
def test_the_status_stays_where_the_complaint_cannot_be_written(where: str, unbuffered: str):
    assert run_in_shell(f"audit /no/such/file {where}", unbuffered).returncode == 2


# --- text that reaches the terminal ---


@given(st.text())
def test_nothing_acts_on_the_terminal(text: str):
    shown = printable(text)
    assert shown.isprintable()
    assert text.isprintable() or shown != text


@given(st.text(st.characters(exclude_categories=["C", "Z"])))
def test_what_can_be_seen_stays_as_it_is(text: str):
    assert printable(text) == text


@given(st.text(), st.integers(4, 20))
def test_a_text_is_cut_to_its_width(text: str, width: int):
    shown = cut(text, width)
    assert len(shown) <= width
    assert shown.isprintable()
    assert shown == printable(text) or shown == f"{printable(text)[: width - 3]}..."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("a\x9b2Jb\x7f", r"a\x9b2Jb\x7f"),
        ("a\u202eb\u2066", r"a\u202eb\u2066"),
        ("a\ud800", r"a\ud800"),
        ("Zoë 李 \U0001f600", "Zoë 李 \U0001f600"),
    ],
)
def test_what_acts_on_a_terminal_is_escaped(text: str, shown: str):
    assert printable(text) == shown
