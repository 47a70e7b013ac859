"""`dcprops init`: the test and the table are both written or neither, and nothing that is there is touched."""

from __future__ import annotations

import ast
import json
import os
import re
import stat
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from dcprops.rules import SAMPLES

#: A project with a model that has no merits, takes only whole dollars of promotions, and has loans of its own.
EVENTS = """
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

class Payload(BaseModel, extra="allow"):
    pass

def payload(event_type: str, **fields: Any) -> type[BaseModel]:
    annotations = {"event_type": Literal[event_type], **fields}
    return type(event_type.title(), (Payload,), {"__annotations__": annotations, "__module__": __name__})

NAMES = "hire termination eligibility enrollment contribution vesting forfeiture hce_status compliance".split()
PLAIN = [payload(name) for name in NAMES]
Promotion = payload("promotion", new_annual_compensation=Annotated[Decimal, Field(decimal_places=0)])
Loan, Rollover = payload("loan", principal=Decimal), payload("rollover")
ANY = Promotion | Loan | Rollover
for each in PLAIN:
    ANY = ANY | each

class Event(BaseModel, extra="allow"):
    payload: Annotated[ANY, Field(discriminator="event_type")]

class Kind(Enum):
    HIRE = "hire"
    LOAN = "loan"

class OfAnEnum(BaseModel):
    event_type: Kind

class Flat(BaseModel):
    amount: int

class Untold:
    def validate(self, document):
        if document["payload"]["event_type"] == "hire":
            raise ValueError("no hires\\nand more \\x1b[2J")
        return 1 / (document["payload"]["event_type"] != "merit")
    def dump(self, value):
        return {}

class Shy(Untold):
    def json_schema(self):
        raise RuntimeError("no")

def balances(documents, as_of): return []
NUMBER = 1
globals()['quo"te\\\\d \\x7f é'] = balances
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "yours").mkdir(parents=True)
    (folder / "yours" / "__init__.py").touch()
    (folder / "yours" / "events.py").write_text(EVENTS, encoding="utf-8")
    return folder


@pytest.fixture
def init(dcprops, project: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    return lambda *arguments, **options: dcprops("init", *arguments, **{"cwd": project, **options})


def files(folder: Path) -> dict[str, bytes | None]:
    """What is in the folder but for the package."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if "yours" not in path.parts and "__pycache__" not in path.parts
    }


def test_it_writes_a_test_and_a_table_and_says_so(init, project):
    done = init("yours.events:Event", "--calculator", "yours.events:balances")
    assert (done.returncode, done.stderr) == (0, "")
    written = files(project)
    assert set(written) == {"pyproject.toml", "tests", "tests/test_dc_ledger.py"}
    assert written["pyproject.toml"] == (
        b'[tool.dcprops]\nmodel = "yours.events:Event"\ncalculator = "yours.events:balances"\n'
    )
    source = (project / "tests" / "test_dc_ledger.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert ast.get_docstring(tree)
    assert [ast.unparse(node) for node in tree.body[1:]] == ["import dcprops", "test_ledger = dcprops.suite()"]
    shown = re.sub(r"(?m)^  ", "", done.stdout)
    assert source in shown
    assert written["pyproject.toml"].decode() in shown
    assert done.stdout.endswith("\nRun it: pytest tests/test_dc_ledger.py\n")


def test_it_says_what_the_model_takes(init):
    done = init("yours.events:Event")
    assert done.stdout.startswith(
        "yours.events:Event accepts 9 of the 11 event types\n"
        "  accepts: hire, termination, eligibility, enrollment, contribution, vesting, forfeiture, hce_status, "
        "compliance\n"
        "  refuses promotion: payload.promotion.new_annual_compensation: Decimal input should have no more than 0 "
    )
    assert (
        "\n  refuses merit: payload: Input tag 'merit' found using 'event_type' does not match any of the expec"
        in done.stdout
    )
    assert "\n  has of its own: loan, rollover\n" in done.stdout


def test_the_same_is_told_as_json(init, project):
    done = init("yours.events:Event", "--store", "dcprops.store:Store", "--json", "-")
    told = json.loads(done.stdout)
    assert told["targets"] == {"model": "yours.events:Event", "store": "dcprops.store:Store"}
    assert set(told["model"]["accepts"]) | set(told["model"]["refuses"]) == set(SAMPLES)
    assert set(told["model"]["refuses"]) == {"promotion", "merit"}
    assert told["model"]["own"] == ["loan", "rollover"]
    assert {each["file"]: each["text"].encode() for each in told["written"]} == {
        name: text for name, text in files(project).items() if text is not None
    }


@pytest.mark.parametrize(
    ("name", "accepts", "own"),
    [
        ("dcprops:SimulationEvent", 11, []),
        ("yours.events:OfAnEnum", 0, ["loan"]),
        ("yours.events:Flat", 0, None),
        ("yours.events:Untold", 9, None),
        ("yours.events:Shy", 9, None),
    ],
)
def test_event_types_are_seen_where_the_model_tells_them(init, name, accepts, own):
    told = json.loads(init(name, "--json", "-").stdout)["model"]
    assert (len(told["accepts"]), told["own"]) == (accepts, own)


def test_a_refusal_is_one_harmless_line_and_a_crash_is_told_as_one(init):
    done = init("yours.events:Untold")
    assert "\n  refuses hire: no hires\n" in done.stdout
    assert "\n  refuses merit: crashes: validate raised ZeroDivisionError: division by zero\n" in done.stdout


def test_it_needs_no_model(init, project):
    done = init("--calculator", "yours.events:balances")
    assert done.stdout.startswith("wrote tests/test_dc_ledger.py\n")
    assert (project / "pyproject.toml").read_text(encoding="utf-8") == (
        '[tool.dcprops]\ncalculator = "yours.events:balances"\n'
    )


def test_every_target_stands_in_the_table(init, project):
    named = {
        "calculator": "balances",
        "compliance": "balances",
        "limits": "balances",
        "store": "Untold",
        "reporter": "balances",
    }
    options = [part for kind, name in named.items() for part in (f"--{kind}", f"yours.events:{name}")]
    assert init("yours.events:Event", *options).returncode == 0
    assert tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["dcprops"] == {
        "model": "yours.events:Event", **{kind: f"yours.events:{name}" for kind, name in named.items()}
    }  # fmt: skip


def test_a_name_is_written_so_that_it_is_read_again(init, project):
    name = 'yours.events:quo"te\\d \x7f é'
    assert init("--calculator", name).returncode == 0
    assert (
        tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["dcprops"]["calculator"] == name
    )


def test_another_folder_can_be_named(dcprops, project, tmp_path):
    done = dcprops("init", "yours.events:Event", "--directory", project, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(files(project)) == {"pyproject.toml", "tests", "tests/test_dc_ledger.py"}
    assert f"wrote {project}/pyproject.toml\n" in done.stdout
    assert done.stdout.endswith(f"\nRun it in {project}: pytest tests/test_dc_ledger.py\n")


@pytest.mark.parametrize(
    ("before", "end"),
    [
        (b'[project]\nname = "yours" # \xc3\xa9\n', b"\n"),
        (b'[project]\nname = "yours"', b"\n\n"),
        (b'[project]\r\nname = "yours"\r\n', b"\r\n"),
        (b'[project]\r\nname = "yours"', b"\r\n\r\n"),
        (b"", b""),
        (b"\n", b""),
        (b"[tool.dcprops.monitor]\nalpha = 0.01\n", b"\n"),
        (b"[tool.other]\ndcprops = 1\n", b"\n"),
    ],
)
def test_a_file_keeps_every_byte_and_its_line_ends(init, project, before, end):
    (project / "pyproject.toml").write_bytes(before)
    assert init("yours.events:Event").returncode == 0
    line = b"\r\n" if b"\r\n" in before else b"\n"
    after = (project / "pyproject.toml").read_bytes()
    assert after == before + end + b"[tool.dcprops]" + line + b'model = "yours.events:Event"' + line
    assert tomllib.loads(after.decode())["tool"]["dcprops"]["model"] == "yours.events:Event"


def test_a_file_keeps_its_mode_and_a_link_stays_one(init, project, tmp_path):
    real = tmp_path / "real.toml"
    real.write_text("[project]\n", encoding="utf-8")
    real.chmod(0o640)
    (project / "pyproject.toml").symlink_to(real)
    assert init("yours.events:Event").returncode == 0
    assert (project / "pyproject.toml").is_symlink()
    assert "[tool.dcprops]" in real.read_text(encoding="utf-8")
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def write(name: str, text: str) -> Callable[[Path], object]:
    def prepare(project: Path) -> None:
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")

    return prepare


@pytest.mark.parametrize(
    ("prepare", "arguments", "said"),
    [
        (write("tests/test_dc_ledger.py", "mine"), ["yours.events:Event"],
         "tests/test_dc_ledger.py is there already: remove or rename it first, dcprops init overwrites nothing"),
        (write("tests", "a file"), ["yours.events:Event"],
         "tests is no folder: the test is to be written into one of that name"),
        (write("pyproject.toml", '[tool.dcprops]\nmodel = "a:B"\n'), ["yours.events:Event"],
         "pyproject.toml has a [tool.dcprops] already: change it there, dcprops init overwrites nothing"),
        (write("pyproject.toml", 'tool.dcprops.model = "a:B"\n'), ["yours.events:Event"],
         "pyproject.toml has a [tool.dcprops] already: change it there, dcprops init overwrites nothing"),
        (write("pyproject.toml", "[tool]\ndcprops = 1\n"), ["yours.events:Event"],
         "pyproject.toml has a [tool.dcprops] already: change it there, dcprops init overwrites nothing"),
        (write("pyproject.toml", "[tool.dcprops]\n"), ["yours.events:Event"],
         "pyproject.toml can't have a [tool.dcprops] added at its end, for it has one, or tool is no table of its own: "
         "write the targets into it by hand"),
        (write("pyproject.toml", "tool = { ruff = 1 }\n"), ["yours.events:Event"],
         "pyproject.toml can't have a [tool.dcprops] added at its end, for it has one, or tool is no table of its own: "
         "write the targets into it by hand"),
        (write("pyproject.toml", "tool = 1\n"), ["yours.events:Event"],
         "pyproject.toml can't have a [tool.dcprops] added at its end, for it has one, or tool is no table of its own: "
         "write the targets into it by hand"),
        (write("pyproject.toml", "[project\n"), ["yours.events:Event"], "pyproject.toml is not TOML: Expected"),
        (lambda project: (project / "pyproject.toml").write_bytes(b"# \xe9\n"), ["yours.events:Event"],
         "pyproject.toml is not UTF-8 at byte 2, which TOML has to be: save it as such"),
        (lambda project: (project / "pyproject.toml").mkdir(), ["yours.events:Event"],
         "pyproject.toml cannot be read: Is a directory"),
        (None, [], "nothing to check is named: give your model as module:attribute, such as yours.events:Event"),
        (None, ["yours.events:Event", "--directory", "none"],
         "none is no folder: name the one that your pyproject.toml is in"),
        (None, ["yours.events"],
         "'yours.events' names no target: write module:attribute, such as yours.events:Event"),
        (None, ["yours.none:Event"],
         "yours.none cannot be imported: ModuleNotFoundError: No module named 'yours.none'"),
        (None, ["yours.events:Events"],
         "yours.events has no Events: write module:attribute as it is in the code"),
        (None, ["yours.events:NUMBER"], "yours.events:NUMBER is a int, not a model: expected a Pydantic model class"),
        (None, ["yours.events:Event", "--calculator", "yours.events:NUMBER"],
         "yours.events:NUMBER is a int: expected a function"),
        (None, ["yours.events:Event", "--store", "yours.events:NUMBER"],
         "yours.events:NUMBER is a int: expected a class, to be called with the path of a file"),
        (None, ["yours.events:Event", "--json", "none/x.json"],
         "none/x.json cannot be written: No such file or directory"),
        (write("pyproject.toml", ""), ["yours.events:Event", "--json", "pyproject.toml"],
         "--json pyproject.toml would overwrite pyproject.toml: name another one"),
        (None, ["yours.events:Event", "--json", "tests/test_dc_ledger.py"],
         "--json and init both name tests/test_dc_ledger.py: name another file for one of them"),
        (None, ["yours.events:Event", "extra"], "unrecognized arguments: extra; see dcprops init --help"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line_and_nothing_is_written(init, refused, project, prepare, arguments, said):
    if prepare is not None:
        prepare(project)
    before = files(project)
    assert refused(init(*arguments)).startswith(f"dcprops: {said}")
    assert files(project) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="whoever runs this may write anywhere")
def test_a_folder_that_cannot_be_written_leaves_nothing(init, refused, project):
    project.chmod(0o555)
    try:
        assert "cannot be" in refused(init("yours.events:Event"))
    finally:
        project.chmod(0o755)
    assert files(project) == {}


def test_a_pyproject_that_cannot_be_replaced_takes_the_test_away_again(project, monkeypatch):
    """The last step fails, after the test has been put in its place."""
    from dcprops.cli import main  # noqa: PLC0415  # in this process, so that a step can be made to fail

    monkeypatch.chdir(project)
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if Path(target).name == "pyproject.toml":
            assert (project / "tests" / "test_dc_ledger.py").exists()
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    assert main(["init", "dcprops:SimulationEvent"]) == 2
    assert files(project) == {}
