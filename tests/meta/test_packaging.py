"""What the package says of itself in several places is the same everywhere."""

from __future__ import annotations

import argparse
import ast
import configparser
import inspect
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import dcprops
from dcprops.commands import COMMANDS

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tox_ini() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "tox.ini", encoding="utf-8")
    return parser


def tox_environments() -> list[str]:
    return [name.strip() for name in tox_ini()["tox"]["env_list"].split(",")]


def workflow_rows() -> list[dict[str, str]]:
    yaml = pytest.importorskip("yaml", reason="reading the workflow needs PyYAML, from the dependency group `tests`")
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    rows: list[dict[str, str]] = workflow["jobs"]["tox"]["strategy"]["matrix"]["include"]
    return rows


def classified_versions() -> list[str]:
    found = (re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", line) for line in PROJECT["classifiers"])
    return [match[1] for match in found if match]


def console_blocks() -> list[str]:
    return [block.strip() for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)]


def tried_versions() -> list[str]:
    return [f"{name[2]}.{name[3:]}" for name in tox_environments() if re.fullmatch(r"py3\d+", name)]


def test_tox_runs_the_python_versions_of_the_classifiers_and_the_next():
    *promised, following = tried_versions()
    assert promised == classified_versions()
    # The next one is tried where there is one, and promised once it was seen to work.
    assert following == f"3.{int(promised[-1].split('.')[1]) + 1}"


def test_the_workflow_runs_each_tox_environment_once_with_its_python():
    rows = workflow_rows()
    names = [name for row in rows for name in row["env"].split(",")]
    assert sorted(names) == sorted(tox_environments())
    numbered = {row["python"]: row["env"].split(",")[0] for row in rows if row["env"].startswith("py3")}
    assert numbered == {version: "py" + version.replace(".", "") for version in tried_versions()}


def test_a_python_that_is_missing_is_passed_over_here_and_is_an_error_in_the_workflow():
    assert tox_ini()["tox"]["skip_missing_interpreters"] == "true"
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    runs = re.findall(r"tox run (.*)", text)
    assert runs
    assert all(run.startswith("--skip-missing-interpreters=false ") for run in runs)


def test_the_workflow_gives_each_environment_the_python_that_tox_wants():
    wanted = {
        name: tox_ini()[f"testenv:{name}"]["base_python"].removeprefix("python")
        for name in tox_environments()
        if not name.startswith("py3")
    }
    for row in workflow_rows():
        assert {wanted.get(name, row["python"]) for name in row["env"].split(",")} == {row["python"]}


def test_requires_python_starts_at_the_lowest_classifier():
    lowest = min(classified_versions(), key=lambda version: int(version.split(".")[1]))
    assert PROJECT["requires-python"] == f">={lowest}"
    assert tox_ini()["testenv:lowest"]["base_python"] == f"python{lowest}"


def test_tox_tries_the_lowest_version_of_every_requirement():
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    floors = {line for line in [*PROJECT["dependencies"], *extras] if not line.startswith("dcprops[")}
    pins = tox_ini()["testenv:lowest"]["deps"].split()
    assert sorted(line.replace(">=", "==") + ".*" for line in floors) == sorted(pins)


def test_tox_tries_the_newest_of_what_the_package_stands_on_with_pre_releases():
    environment = tox_ini()["testenv:newest"]
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    floors = {line for line in [*PROJECT["dependencies"], *extras] if re.match("hypo|pyd|json|duck|pyarrow", line)}
    assert len(floors) == 5
    # What has a pre-release in its bound may be one.
    assert {line for line in environment["deps"].split() if ">=" in line} == {f"{line}a0" for line in floors}
    assert "--upgrade-strategy eager" in environment["install_command"]


def test_every_environment_says_what_it_is_for_and_which_groups_there_are():
    parser = tox_ini()
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    sections = {name.removeprefix("testenv:") for name in parser.sections() if name.startswith("testenv:")}
    assert sections == {name for name in tox_environments() if not name.startswith("py3")}
    for name in ["testenv", *(f"testenv:{each}" for each in sections)]:
        assert parser[name]["description"]
        assert set(filter(None, re.split(r",\s*", parser[name].get("dependency_groups", "")))) <= set(groups)


def test_coverage_is_put_together_of_every_environment_that_measures():
    parser = tox_ini()
    measuring = {
        name
        for name in tox_environments()
        if "--cov" in parser[f"testenv:{name}" if f"testenv:{name}" in parser else "testenv"].get("commands", "--cov")
    }
    assert set(re.split(r",\s*", parser["testenv:coverage"]["depends"])) == measuring
    coverage = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["coverage"]
    assert (coverage["run"]["branch"], coverage["run"]["patch"]) == (True, ["subprocess"])
    assert coverage["report"]["fail_under"] >= 98


def test_the_changelog_speaks_of_this_version():
    headings = re.findall(
        r"^## \[(.+?)\] - (?:Unreleased|\d{4}-\d{2}-\d{2})$",
        (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert headings[0] == dcprops.__version__


def test_the_readme_describes_every_extra():
    described = re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)
    assert sorted(described) == sorted(PROJECT["optional-dependencies"])


def test_the_readme_links_to_files_that_exist():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_readme_starts_with_the_two_commands():
    first, second = console_blocks()[:2]
    assert re.fullmatch(r"pip install \S+ && dcprops check", first)
    assert second.endswith("pytest -n auto")
    assert "\n" not in second


# --- .ci/run ---

FAKE_PYTHON = """#!/usr/bin/env bash
echo "python $*" >> "$TRAIL"
if [[ "$1" == -m ]]; then
  mkdir -p "${@: -1}/bin"
  for name in pip pytest ruff mypy dcprops; do
    printf '#!/usr/bin/env bash\\necho "%s $*" >> "$TRAIL"\\n' "$name" > "${@: -1}/bin/$name"
    # A job's last word is the file that gets its result.
    echo '[[ "${@: -1}" != */results/* || "$1" == gate || "$*" == *"$LOST"* ]] || echo "{}" > "${@: -1}"' \\
      >> "${@: -1}/bin/$name"
    chmod +x "${@: -1}/bin/$name"
  done
  echo 'echo "===== $ENDING in 1.00s ====="; [[ "$ENDING" != *failed* ]]' >> "${@: -1}/bin/pytest"
fi
"""


def run_ci(tmp_path: Path, ending: str, lost: str = "nothing") -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Runs `.ci/run` on a copy of it and of the README, with programs that only write down how they were called.

    The program whose call has `lost` in it doesn't write its result, either.
    """
    shutil.copytree(ROOT / ".ci", tmp_path / "checkout/.ci")
    shutil.copy(ROOT / "README.md", tmp_path / "checkout")
    programs, scratch = tmp_path / "programs", tmp_path / "scratch"
    programs.mkdir()
    scratch.mkdir()
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        (programs / name).write_text(FAKE_PYTHON, encoding="utf-8")
        (programs / name).chmod(0o755)
    environment = {
        "PATH": f"{programs}{os.pathsep}{os.defpath}",
        "TMPDIR": str(scratch),
        "TRAIL": str(tmp_path / "trail"),
        "ENDING": ending,
        "LOST": lost,
        "CI": "true",
    }
    done = subprocess.run(
        [bash(), str(tmp_path / "checkout/.ci/run")],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert list(scratch.iterdir()) == []
    return done, (tmp_path / "trail").read_text(encoding="utf-8").splitlines()


def bash() -> str:
    return shutil.which("bash") or pytest.skip(".ci/run is a bash script, and there is no bash here")


def test_ci_run_says_the_readmes_test_command():
    said = subprocess.run(
        [bash(), str(ROOT / ".ci/run"), "--print"], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert said.stdout.strip() == console_blocks()[1]


def test_ci_run_does_what_the_readme_says_in_a_directory_of_its_own(tmp_path):
    done, trail = run_ci(tmp_path, "3 passed")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "===== 3 passed in 1.00s ====="
    makes_venv, installs, tests = (
        re.sub(r"^\S*?(python|pip|pytest)\d?\b", r"\1", part) for part in console_blocks()[1].split(" && ")
    )
    probe, *steps = trail
    assert probe.startswith("python -c")
    assert re.sub(r"\S+/scratch/\S+/venv", ".venv", steps[0]) == makes_venv
    assert steps[1:3] == [installs.replace('"', ""), tests]
    assert [step.split()[0] for step in steps[3:6]] == ["ruff", "ruff", "mypy"]
    assert steps[7].endswith("--group dbt")
    said = [re.sub(r"\S+/scratch/\S+?/", "", step) for step in steps[8:]]
    assert [" ".join(step.split()[:2]) for step in said] == [
        "dcprops check", "dcprops bench", "dcprops golden", "pytest tests/dbt", "dcprops gate",
    ]  # fmt: skip
    assert said[-1].split()[2:] == sorted(step.split()[-1] for step in said[:-1])


@pytest.mark.parametrize("lost", ["check --suite", "bench --repeat", "golden verify", "tests/dbt"])
def test_ci_run_fails_when_a_job_writes_no_result(tmp_path, lost):
    done, trail = run_ci(tmp_path, "3 passed", lost)
    assert done.returncode == 2
    assert re.fullmatch(r"\.ci/job: the job \w+ wrote no \S+/results/\S+", done.stderr.splitlines()[-1])
    assert lost in trail[-1]


# --- the quality gate ---


def jobs() -> list[str]:
    said = subprocess.run([bash(), str(ROOT / ".ci/job")], capture_output=True, text=True, encoding="utf-8", check=True)
    return said.stdout.split()


def commands_of_jobs() -> dict[str, list[str]]:
    """The command of each job as `.ci/job` has it."""
    text = (ROOT / ".ci/job").read_text(encoding="utf-8")
    found = re.findall(r"^  (\w+)\) command=\((.*)\) ;;$", text, re.MULTILINE)
    return {name: shlex.split(command.replace("$folder", "results")) for name, command in found}


def test_the_workflow_has_every_job_of_the_gate_and_the_gate_waits_for_them():
    yaml = pytest.importorskip("yaml", reason="reading the workflow needs PyYAML, from the dependency group `tests`")
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]
    assert workflow["job"]["strategy"]["matrix"]["job"] == jobs() == list(commands_of_jobs())
    assert workflow["gate"]["needs"] == ["job", "merge"]
    assert workflow["gate"]["if"] == "always()"
    assert workflow["merge"]["needs"] == "shard"
    shards = workflow["shard"]["strategy"]["matrix"]["shard"]
    assert shards == [f"{number}/{len(shards)}" for number in range(1, len(shards) + 1)]
    (judged,) = (step["run"] for step in workflow["gate"]["steps"] if "dcprops gate" in step.get("run", ""))
    written = {part for command in commands_of_jobs().values() for part in command if part.startswith("results/")}
    assert set(re.findall(r"results/\S+", judged)) == {*written, "results/shards.json"}


@pytest.mark.parametrize("job", commands_of_jobs())
def test_the_command_of_a_job_is_one_that_there_is(job):
    program, *arguments = commands_of_jobs()[job]
    if program == "pytest":
        assert (ROOT / arguments[0]).is_dir()
        return
    assert program == "dcprops"
    implementation = COMMANDS[arguments[0]].implementation()
    parser = argparse.ArgumentParser(exit_on_error=False)
    implementation.add_options(parser)
    assert parser.parse_args(arguments[1:]).json == f"results/{job}.json"


def test_a_job_that_there_is_not_is_named(tmp_path):
    done = subprocess.run(
        [bash(), str(ROOT / ".ci/job"), "other", str(tmp_path)],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ".ci/job: there is no job other: expected schema, performance, golden or dbt\n"


def test_a_result_of_an_earlier_time_is_none_of_a_job_that_breaks_down(tmp_path):
    program = tmp_path / "programs/dcprops"
    program.parent.mkdir()
    program.write_text("#!/usr/bin/env bash\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "golden.json").write_text("{}", encoding="utf-8")
    done = subprocess.run(
        [bash(), str(ROOT / ".ci/job"), "golden", str(tmp_path)],
        env={"PATH": f"{program.parent}{os.pathsep}{os.defpath}"},
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, f".ci/job: the job golden wrote no {tmp_path}/golden.json\n")


def test_ci_run_fails_when_the_tests_fail(tmp_path):
    done, trail = run_ci(tmp_path, "1 failed, 2 passed")
    assert done.returncode != 0
    assert done.stdout.splitlines()[-1] == "===== 1 failed, 2 passed in 1.00s ====="
    assert trail[-1].startswith("pytest")


# --- how Hypothesis runs here ---


def test_the_profile_for_these_tests_says_every_field():
    calls = [node for node in ast.walk(ast.parse((ROOT / "conftest.py").read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and ast.unparse(node.func) == "settings.register_profile"]  # fmt: skip
    fields = set(inspect.signature(settings.__init__).parameters) - {"self"}
    assert fields <= {str(keyword.arg) for keyword in calls[0].keywords}
    assert all("parent" in {keyword.arg for keyword in call.keywords} for call in calls)


@pytest.mark.parametrize("ci", [{}, {"CI": "true"}], ids=["by-hand", "ci"])
def test_the_profile_for_these_tests_is_the_same_everywhere(ci):
    show = (
        "import runpy, sys; runpy.run_path(sys.argv[1]); from hypothesis import settings as s; d = s.get_profile('{}');"
        "print(s.get_current_profile_name(), d.deadline, d.derandomize, d.max_examples, d.database is None)"
    )
    environment = {key: value for key, value in os.environ.items() if "CI" not in key.split("_")} | ci
    said = [
        subprocess.run(
            [sys.executable, "-c", show.format(profile), str(ROOT / "conftest.py")],
            env=environment, capture_output=True, text=True, encoding="utf-8", check=True,
        ).stdout.split()
        for profile in ("dcprops-tests", "dcprops-explore")
    ]  # fmt: skip
    assert said == [
        ["dcprops-tests", "None", "True", "100", "True"],
        ["dcprops-tests", "None", "False", "2000", "False"],
    ]
