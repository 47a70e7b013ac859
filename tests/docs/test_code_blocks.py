"""Every code block of every page is tried: Python runs, commands are understood, cheap ones run, and output is so."""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
import types
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from dcprops.cli import main
from dcprops.commands import COMMANDS, UsageError
from dcprops.configuration import KEYS
from dcprops.properties import PROPERTIES, SUITES

from .blocks import ROOT, Block, all_blocks, blocks_of

DOCS = ROOT / "docs"
BLOCKS = all_blocks()

#: What takes long, needs other programs, or is a matter of the machine: parsed, not run.
TOO_MUCH = {"bench", "monitor", "check", "generate", "merge"}
#: Programs that stand beside dcprops in console blocks.
OTHERS = {
    "pip", "python3", ".venv/bin/pip", ".venv/bin/pytest", "python", "pytest", "git", "tox", "cd", "mkdir",
    "hypothesis",
}  # fmt: skip
#: How those are run whose output is compared; pytest, as the script that is installed, without the folder it is run in.
PROGRAMS = {"dcprops": ["-m", "dcprops"], "pytest": ["-P", "-m", "pytest", "-p", "no:cacheprovider"]}
PLUGIN = ROOT / "_dcprops_pytestplugin.py"

#: A project as the pages suppose it: an event model, calculators, a store and a reporter, which are right.
YOURS = {
    "__init__.py": '"""A recordkeeper of somebody\'s own."""\n',
    "events.py": "from dcprops.defects.models.pydantic_model import PlainEvent as Event\n",
    "ledger.py": "from dcprops.defects.calculators.running_totals import balances\n",
    "store.py": "from dcprops.defects.stores.sqlite_file import Store\n",
    "rules.py": "from dcprops.reference.documents import compliance\nfrom dcprops.reference import limits\n",
    "reports.py": "from dcprops.defects.reporters.plain import report\n",
}
#: The same with the mistakes that the pages show.
WRONG = {
    "totals.py": """
from dcprops.defects.calculators.wrong import VestsEmployeeMoney

balances = VestsEmployeeMoney.balances
""",
    "events.py": '''
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from dcprops.defects.models import pydantic_model as right

def rounded(value: Any) -> Any:
    """Written plainly and above 0, but with any number of digits."""
    if not isinstance(value, str) or not value.replace(".", "", 1).isdecimal() or Decimal(value) <= 0:
        raise ValueError("expected an amount above 0")
    return str(Decimal(value).quantize(Decimal("0.000001")))

class Hire(right.Hire):
    model_config = {"extra": "ignore"}
    annual_compensation: Annotated[Decimal, BeforeValidator(rounded), right.written_with(6)]

class Event(right.Envelope):
    employee_id: right.Identifier | Annotated[str, Field(max_length=0)]
    payload: Annotated[
        Hire | right.Promotion | right.Termination | right.Merit | right.Eligibility | right.Enrollment
        | right.Contribution | right.Vesting | right.Forfeiture | right.HCEStatus | right.Compliance,
        Field(discriminator="event_type"),
    ]
''',
    "ledger.py": """
from dcprops.defects.calculators.running_totals import Account, Bucket

class OfWhatIsLeft(Bucket):
    @property
    def vested(self):
        return self.settled + min(self.rounded(self.percentage * self.left), self.left)

class Wrong(Account):
    bucket_class = OfWhatIsLeft

balances = Wrong.balances
""",
}


# --- what a block is judged by ---


def understood(command: list[str]) -> None:
    """Raises UsageError if `dcprops` doesn't take what follows it."""
    if not command or command[0].startswith("-"):
        assert command in (["--help"], ["--version"], [])
        return
    name, *options = command
    if name not in COMMANDS:
        raise UsageError(f"there is no command {name}")
    parser = argparse.ArgumentParser(exit_on_error=False, allow_abbrev=False)
    COMMANDS[name].implementation().add_options(parser)
    try:
        parser.parse_args(options)
    except (argparse.ArgumentError, SystemExit) as error:
        raise UsageError(f"{name} {options}: {error}") from error
    for option, value in pairwise(options):
        if option == "--only" and name == "check":
            assert value in PROPERTIES
        if option == "--suite":
            assert value in SUITES


def commands_in(text: str) -> Iterator[list[str]]:
    """The single commands of lines as one types them."""
    for line in text.replace("\\\n", " ").splitlines():
        for part in re.split(r" && | \|\| |; ", line):
            if part.strip() and not part.startswith("#"):
                yield shlex.split(part, comments=True)


def plugin_options(text: str) -> set[str]:
    return set(re.findall(r"--dcprops-[a-z-]+", text))


def settings_wrong(settings: dict[str, object]) -> list[str]:
    """What is no setting in a [tool.dcprops] of a page."""
    own = settings.get("tool", {}).get("dcprops", {})
    wrong = [key for key in own if key not in KEYS]
    wrong += [name for table in ("skip", "xfail") for name in own.get(table, {}) if name not in PROPERTIES]
    return wrong + [name for name in own.get("suites", []) if name not in SUITES]


def plain(line: str) -> str:
    """A line of output without what differs from run to run: numbers of a table of results, seeds, seconds, widths."""
    line = re.sub(r"^(\S+\.\S+) +(passed|failed|skipped|errored)\b.*", r"\1 \2", line.strip())
    line = re.sub(r"^=+ (.*?)(?: in [\d.]+s(?: \([\d:]+\))?)? =+$", r"\1", line)
    line = re.sub(r"profile \w+, seed \d+", "profile, seed", line)
    line = re.sub(r"\([\d,]+ examples\)", "", line)
    return " ".join(line.split())


def missing_from(output: str, shown: str) -> str | None:
    """The first line of what is shown that isn't in the output after those before it; `…` stands for anything."""
    lines = [plain(line) for line in output.splitlines()]
    place = 0
    for line in filter(None, map(plain, shown.splitlines())):
        if line == "…":
            continue
        looks = re.compile(".*".join(re.escape(part.strip()) for part in line.split("…")))
        found = next((number for number in range(place, len(lines)) if looks.match(lines[number])), None)
        if found is None:
            return line
        place = found + 1
    return None


# --- the pages, as one goes through them ---


class Reader:
    """Somebody who does in a folder what a page says, block after block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.module = types.ModuleType("page")
        self.output: str | None = None

    def do(self, block: Block) -> None:
        if block.mark == "not run":
            self.output = None
            return
        if block.mark == "file":
            self.file(block)
            return
        getattr(self, {"": "no_language", "yml": "yaml"}.get(block.language, block.language))(block)

    def no_language(self, block: Block) -> None:
        pytest.fail(f"{block.name} doesn't say which language it is")

    def python(self, block: Block) -> None:
        names = set(vars(self.module))
        exec(compile("\n" * block.line + block.text, block.name, "exec"), vars(self.module))
        for name in vars(self.module).keys() - names:
            test = getattr(self.module, name)
            if hasattr(test, "dcprops_suite"):
                continue  # pytest alone can run it, which tests/pytest_plugin does
            if name.startswith("test_") and getattr(test, "is_hypothesis_test", False):
                test()

    def file(self, block: Block) -> None:
        """The block is a file of this checkout, which the reader writes."""
        source = DOCS / block.said
        assert block.text == source.read_text(encoding="utf-8"), f"{block.name} is not {block.said}"
        self._write(block.said, block.text)

    def diff(self, block: Block) -> None:
        before, after = block.said.split()
        texts = [(DOCS / name).read_text(encoding="utf-8").splitlines(keepends=True) for name in (before, after)]
        _, _, *lines = difflib.unified_diff(*texts, n=1)
        assert block.text == "".join(lines), f"{block.name} is not the difference of {block.said}"
        self._write(after, "".join(texts[1]))

    def _write(self, name: str, text: str) -> None:
        path = self.folder / Path(name).relative_to(Path(*Path(name).parts[:2]))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def console(self, block: Block) -> None:
        self.output = None
        for command in commands_in(block.text):
            program, *options = command
            if program == "dcprops":
                understood(options)
                self.output = self._run(command) if options[0] not in TOO_MUCH else None
            else:
                assert program in OTHERS, f"{block.name}: {program} is no program of these pages"
        assert plugin_options(block.text) <= plugin_options(PLUGIN.read_text(encoding="utf-8"))

    def text(self, block: Block) -> None:
        """What a command prints: the one before, or the one that the mark says."""
        if block.mark == "output of":
            command = shlex.split(block.said)
            if command[0] == "dcprops":
                understood(command[1:])
            self.output = self._run(command)
        assert self.output is not None, f"{block.name} is the output of nothing that is run: mark it with what it is"
        assert (missing := missing_from(self.output, block.text)) is None, f"{missing}\nis not in\n{self.output}"

    def _run(self, command: list[str]) -> str:
        program, *options = command
        if program == "pytest" and "-n" in options:
            pytest.importorskip("xdist", reason="the dependency group `tests` has pytest-xdist")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        done = subprocess.run(
            [sys.executable, *PROGRAMS[program], *options],
            cwd=self.folder, capture_output=True, encoding="utf-8", check=False, stdin=subprocess.DEVNULL,
            env={**inherited, "COLUMNS": "120", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        assert done.returncode in {0, 1}, f"{command}: {done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stdout

    def toml(self, block: Block) -> None:
        assert settings_wrong(tomllib.loads(block.text)) == [], block.name

    def json(self, block: Block) -> None:
        json.loads(block.text)

    def yaml(self, block: Block) -> None:
        yaml = pytest.importorskip("yaml", reason="reading YAML needs pyyaml")
        for job in yaml.safe_load(block.text)["jobs"].values():
            for step in job["steps"]:
                for program, *options in commands_in(re.sub(r"\$\{\{.*?\}\}", "1", step.get("run", ""))):
                    assert program in OTHERS | {"dcprops"}, f"{block.name}: {program}"
                    if program == "dcprops":
                        understood(options)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project's folder: the package `yours`, `wrong`, and files of events, two of whose lines are invalid."""
    for package, files in (("yours", YOURS), ("wrong", {"__init__.py": "", **WRONG})):
        (tmp_path / package).mkdir()
        for name, text in files.items():
            (tmp_path / package / name).write_text(text, encoding="utf-8")
    lines = (ROOT / "dcprops" / "benchmarks" / "planwise_sample.ndjson").read_text(encoding="utf-8").splitlines()
    lines[41] = re.sub(r'"employee_id":"([^"]*)"', r'"employee_id":" \1"', lines[41])
    lines[179] = lines[179][:96]
    (tmp_path / "events.ndjson.gz").write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] in {"yours", "wrong", "recordkeeper", "page"}]:
        del sys.modules[name]


@pytest.mark.parametrize("page", BLOCKS)
def test_a_page_does_what_it_says(page, folder, monkeypatch):
    if page == "docs/monitor.md" and find_spec("scipy") is None:
        pytest.skip("its code needs scipy, an extra")
    reader = Reader(folder)
    monkeypatch.setitem(sys.modules, "page", reader.module)
    for block in BLOCKS[page]:
        reader.do(block)


# --- the only way out, and few of it ---


def test_what_is_not_run_is_known():
    found = {f"{block.page}: {block.said}" for blocks in BLOCKS.values() for block in blocks if block.mark == "not run"}
    assert found == NOT_RUN


NOT_RUN = {
    "README.md: it takes a minute",
    "docs/from-model.md: a model that is not on this page",
    "docs/from-model.md: it fails, as is told below",
    "docs/from-model.md: it is what the test above says",
    "docs/shrink.md: it takes some minutes and half a gigabyte",
}


# --- that a block which is wrong is seen ---


@pytest.mark.parametrize(
    "text",
    [
        "```\nno language\n```",
        "```python\n1 / 0\n```",
        "```python\nfrom yours.events import Evnt\n```",
        "```python\nfrom hypothesis import given, strategies as st\n"
        "@given(st.integers())\ndef test_x(x): assert x < 100\n```",
        "```console\ndcprops chekc\n```",
        "```console\ndcprops check --modell yours.events:Event\n```",
        "```console\ndcprops check --only model.accepts-vald\n```",
        "```console\ncurl events\n```",
        "```console\ndcprops audit none.ndjson\n```",
        "```console\ndcprops schema json\n```\n\n```text\nnot in a schema\n```",
        "```console\ndcprops bench\n```\n\n```text\nevents\n```",
        "<!-- output of: dcprops schema duckdb -->\n```text\nCREATE VIEW\n```",
        "<!-- output of: pytest --version -->\n```text\npytest 0.1\n```",
        "<!-- output of: pytest --no-option -->\n```text\n…\n```",
        "<!-- output of: curl events -->\n```text\n…\n```",
        "<!-- file: tutorial/after/pyproject.toml -->\n```toml\n[tool.dcprops]\n```",
        "```toml\n[tool.dcprops\n```",
        '```toml\n[tool.dcprops]\nmodle = "yours.events:Event"\n```',
        '```toml\n[tool.dcprops.skip]\n"model.accepts-vald" = "why"\n```',
        "```json\n{'a': 1}\n```",
        "```yaml\njobs: {a: {steps: [{run: dcprops chekc}]}}\n```",
        "<!-- file: tutorial/before/recordkeeper/store.py -->\n```python\nimport sqlite3\n```",
        "<!-- diff: tutorial/before/recordkeeper/store.py tutorial/after/recordkeeper/store.py -->\n```diff\n-x\n```",
        "```sql\nSELECT 1\n```",
    ],
)
def test_a_broken_block_is_seen(folder, text):
    with pytest.raises((Exception, pytest.fail.Exception)):  # whichever: a page's test fails with it
        read(folder, text)


def read(folder: Path, text: str) -> None:
    reader = Reader(folder)
    for block in blocks_of("page.md", text):
        reader.do(block)


@pytest.mark.parametrize(
    "text",
    [
        "```python\n1 / 1\n```",
        "```python\nfrom yours.events import Event\n```",
        "```python\nfrom hypothesis import given, strategies as st\n"
        "@given(st.integers())\ndef test_x(x): assert x < x + 1\n```",
        "```console\ndcprops check --model yours.events:Event --only model.accepts-valid\n```",
        "```console\npip install x\n```",
        "```console\ndcprops audit events.ndjson.gz\n```\n\n```text\n… 198 valid, …\n```",
        "<!-- output of: dcprops schema duckdb -->\n```text\nCREATE TABLE …\n```",
        "<!-- output of: pytest --version -->\n```text\npytest …\n```",
        '```toml\n[tool.dcprops]\nmodel = "yours.events:Event"\n```',
        '```toml\n[tool.dcprops.skip]\n"model.accepts-valid" = "why"\n```',
        '```json\n{"a": 1}\n```',
        "```yaml\njobs: {a: {steps: [{run: dcprops check}]}}\n```",
        "<!-- not run: why -->\n```sql\nSELECT 1\n```",
    ],
)
def test_a_block_that_is_right_is_let_through(folder, text):
    read(folder, text)


def test_a_block_without_an_end_is_seen():
    with pytest.raises(ValueError, match=r"page\.md:1: the block isn't closed"):
        blocks_of("page.md", "```python\n1\n")


def test_output_is_compared_line_by_line():
    output = "Property  Result  Examples\nmodel.a   passed   300\nmodel.b   failed   12\n\ngot: 1 of 2\n"
    assert missing_from(output, "model.a passed 7\n…\ngot: …\n") is None
    assert missing_from(output, "model.b failed\nmodel.a passed\n") == "model.a passed"
    assert missing_from(output, "model.a failed") == "model.a failed"
    assert missing_from("==== 2 passed in 61.50s (0:01:01) ====", "=== 2 passed in 0.10s ===") is None
    assert missing_from("==== 2 passed in 61.50s (0:01:01) ====", "=== 3 passed in 0.10s ===") == "3 passed"
    assert missing_from(output, "got: 1 … 3") == "got: 1 … 3"


def test_main_is_what_runs():
    """The pages' commands are run by the module; the script that is installed calls the same."""
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"] == {
        "dcprops": f"{main.__module__}:{main.__name__}"
    }
