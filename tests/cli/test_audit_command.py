"""`dcprops audit`: the report, its JSON, and one clear line for each file that is of no use."""

from __future__ import annotations

import csv
import ctypes
import gzip
import io
import json
import os
import pty
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcprops.audit import audit
from dcprops.cli import main
from dcprops.commands.balance_csv import inert
from dcprops.events.payloads import ContributionSource

# --- the report ---


def test_a_file_with_nothing_wrong_in_it(dcprops, coherent_path: Path):
    done = dcprops("audit", coherent_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{coherent_path}: 164 events, 164 valid, 0 invalid, no anomalies\n"


def test_a_file_with_broken_rows(dcprops, dirty_path: Path):
    done = dcprops("audit", dirty_path)
    assert (done.returncode, done.stderr) == (1, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0][:7] == f"{dirty_path}: 200 events, 196 valid, 4 invalid,".split()
    assert lines[2] == ["Rule", "Findings"]
    assert sorted(lines[3:8]) == [
        ["control-character", "1"],
        ["not-an-object", "1"],
        ["not-json", "1"],
        ["padded", "1"],
        ["unknown-field", "1"],
    ]
    assert lines[9] == ["Line", "Field", "Rule", "Message"]
    assert [row[:3] for row in lines[10:15]] == [
        ["2", "(the", "row)"],
        ["4", "scenario_id", "padded"],
        ["5", "scenario_id", "control-character"],
        ["5", r"\x1b[2J\u202e\x9b1m[bold]:smile:", "unknown-field"],
        ["6", "(the", "row)"],
    ]


def test_nothing_in_a_file_acts_on_the_terminal(dcprops, dirty_path: Path):
    for arguments in ([], ["--json", "-"]):
        done = dcprops("audit", dirty_path, *arguments)
        assert all(line.isprintable() for line in done.stdout.splitlines())
    named = dirty_path.rename(dirty_path.with_name("a\x1b[2J\nb"))
    done = dcprops("audit", named)
    assert all(line.isprintable() for line in done.stdout.splitlines())
    assert r"a\x1b[2J\nb: 200 events" in done.stdout


@pytest.mark.parametrize(("show", "rows"), [("0", 0), ("2", 2), ("5", 5), ("6", 5)])
def test_so_many_findings_are_shown(capsys: pytest.CaptureFixture[str], dirty_path: Path, show: str, rows: int):
    assert main(["audit", str(dirty_path), "--show", show]) == 1
    lines = capsys.readouterr().out.splitlines()
    shown = [line for line in lines if line.lstrip()[:1].isdigit() and "are not shown" not in line]
    assert len(shown) == rows
    left = f"{5 - rows} of 5 findings are not shown: --show N lists more, --json FILE has all"
    assert (left in lines) == (rows < 5)


def test_a_long_message_is_cut(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    path = tmp_path / "events"
    path.write_text(json.dumps({"k" * 5000: 1}), encoding="utf-8")
    assert main(["audit", str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) < 450
    assert any("k" * 57 + "..." in line for line in lines)


@pytest.mark.parametrize(
    "env",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"COLUMNS": "20"},
    ],
    ids=str,
)
def test_any_encoding_and_width_will_do(dcprops, tmp_path: Path, sample_path: Path, env: dict[str, str]):
    path = tmp_path / "Zoë-李.ndjson"
    path.write_text(sample_path.read_text(encoding="utf-8") + '{"Zoë 李":1}\n', encoding="utf-8")
    done = dcprops("audit", path, env=env, errors="replace")
    assert (done.returncode, done.stderr) == (1, "")
    assert "200 valid, 1 invalid" in done.stdout.replace("\n", " ")
    done = dcprops("audit", path.with_name("keine Zoë-李"), env=env, errors="replace")
    assert done.returncode == 2
    assert "does not exist" in done.stderr
    assert done.stderr.count("\n") == 1


# --- anomalies ---


def test_anomalies_are_counted_by_code_with_what_they_mean(dcprops, sample_path: Path):
    done = dcprops("audit", sample_path, "--show", "0")
    assert (done.returncode, done.stderr) == (1, "")
    first, _, *table, left = done.stdout.splitlines()
    assert first == f"{sample_path}: 200 events, 200 valid, 0 invalid, 31 anomalies (31 errors, 0 warnings)"
    assert [re.split(r"  +", row.strip()) for row in table] == [
        ["Anomaly", "Severity", "Count", "Meaning"],
        ["forfeiture-over-balance", "error", "18", "more is forfeited than there is"],
        [
            "hce-threshold-of-another-year", "error", "12",
            "the threshold is not the one published for the look-back year",
        ],
        ["before-hire", "error", "1", "something happens before the person is hired"],
    ]  # fmt: skip
    assert left == "31 of 31 anomalies are not shown: --show N lists more, --json FILE has all"


def test_errors_come_before_warnings_however_many_there_are(dcprops, tmp_path: Path, sample_path: Path):
    text = sample_path.read_text(encoding="utf-8")
    path = tmp_path / "events"
    path.write_text(text + text, encoding="utf-8")
    done = dcprops("audit", path, "--show", "0")
    codes = [line.split()[0] for line in done.stdout.splitlines() if line.split()[1:2] in (["error"], ["warning"])]
    assert codes == ["forfeiture-over-balance", "hce-threshold-of-another-year", "before-hire", "duplicate-event"]


def test_each_anomaly_is_shown_with_its_account_event_and_values(dcprops, coherent_path: Path):
    # The sample's EMP_000076 has no money before March 2022.
    bad = {
        **json.loads(coherent_path.read_text(encoding="utf-8").splitlines()[0]),
        "event_id": "00000000-0000-4000-8000-000000000001", "employee_id": "EMP_000076", "effective_date": "2021-05-01",
        "scenario_id": "generous_match", "plan_design_id": "design_b",
        "payload": {
            "event_type": "forfeiture", "plan_id": "401K_MAIN", "forfeited_from_source": "employer_match",
            "amount": "1.000000", "reason": "unvested_termination", "vested_percentage": "0.0000",
        },
    }  # fmt: skip
    with coherent_path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(bad) + "\n")
    done = dcprops("audit", coherent_path)
    assert done.returncode == 1
    rows = [re.split(r"  +", line.strip()) for line in done.stdout.splitlines()]
    account = "generous_match / design_b / EMP_000076 / 401K_MAIN"
    shown = [row for row in rows if row[:2] == [account, "00000000-0000-4000-8000-000000000001"]]
    assert "forfeiture-over-balance" in [row[2] for row in shown]
    assert all(len(row) == 4 and row[3] for row in shown)


def test_warnings_alone_are_no_failure(dcprops, coherent_path: Path):
    lines = coherent_path.read_text(encoding="utf-8")
    coherent_path.write_text(lines + lines.splitlines()[0], encoding="utf-8")
    done = dcprops("audit", coherent_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 anomaly (0 errors, 1 warning)" in done.stdout
    assert "duplicate-event" in done.stdout


# --- balances ---


def test_totals_of_the_balances(dcprops, sample_path: Path):
    done = dcprops("audit", sample_path, "--balances", "--show", "0")
    lines = [re.split(r"  +", line.strip()) for line in done.stdout.splitlines()]
    start = lines.index(["Balances as of 2024-12-31: 65 accounts"])
    assert lines[start + 2] == ["Total", "Dollars"]
    # Summed from the amounts of the file's text, with neither dcprops nor its reader.
    texts = sample_path.read_text(encoding="utf-8").splitlines()
    totals = dict.fromkeys(("employee", "employer", "forfeiture"), 0)
    for payload in (json.loads(text)["payload"] for text in texts):
        kind = payload["source"].split("_")[0] if "source" in payload else payload["event_type"]
        if kind in totals:
            totals[kind] += int(payload["amount"].replace(".", ""))
    gross = totals["employee"] + totals["employer"]
    expected = [*totals.values(), gross, gross - totals["forfeiture"]]
    assert [int(row[1].replace(",", "").replace(".", "")) for row in lines[start + 3 : start + 8]] == expected
    assert [row[0] for row in lines[start + 3 :]] == [
        "Employee contributions", "Employer contributions", "Forfeitures", "Gross", "Net", "Vested", "Unvested",
    ]  # fmt: skip


def test_without_the_option_there_are_no_balances(dcprops, coherent_path: Path):
    done = dcprops("audit", coherent_path)
    assert "Balances" not in done.stdout
    assert "balances" not in json.loads(dcprops("audit", coherent_path, "--json", "-").stdout)


def test_balances_are_as_of_the_day_that_is_given(dcprops, sample_path: Path):
    # EMP_000076: 726.7338 of match since March 2022, 60 % vested on 2024-12-31, which the last day of the file is.
    for option, day, vested in (
        ([], "2024-12-31", "436.040280"),
        (["--as-of", "2024-12-30"], "2024-12-30", "0.000000"),
    ):
        report = json.loads(dcprops("audit", sample_path, "--balances", *option, "--json", "-").stdout)
        assert report["as_of"] == day
        (row,) = (row for row in report["balances"] if row["employee_id"] == "EMP_000076")
        assert (row["net_account_balance"], row["vested_account_balance"]) == ("726.733800", vested)


@pytest.mark.parametrize(
    "day", ["2024-13-01", "20241231", "2024-W52-2", "31.12.2024", "", "2023-02-29", "\uff12024-12-31"]
)
def test_a_day_that_is_none_is_one_line(dcprops, refused, sample_path: Path, day: str):
    says = f"dcprops: argument --as-of: expected a day as YYYY-MM-DD, such as 2024-12-31, got {day!r}; see"
    assert refused(dcprops("audit", sample_path, "--as-of", day)).startswith(says)


def test_the_balances_as_csv_say_what_the_json_says(dcprops, tmp_path: Path, sample_path: Path):
    table, report = tmp_path / "balances.csv", tmp_path / "report.json"
    done = dcprops("audit", sample_path, "--csv", table, "--json", report)
    assert (done.returncode, done.stderr) == (1, "")
    expected = []
    for row in json.loads(report.read_text(encoding="utf-8"))["balances"]:
        sources = row.pop("sources")
        expected.append(row | dict.fromkeys(ContributionSource.__args__, "0.000000") | sources)
    assert len(expected) == 65
    with table.open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == expected
    assert dcprops("audit", sample_path, "--csv", "-").stdout == table.read_text(encoding="utf-8")


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", '=HYPERLINK("http://x","y, z")']


def test_no_name_in_the_csv_is_a_formula(dcprops, tmp_path: Path, sample_path: Path):
    lines = sample_path.read_text(encoding="utf-8").splitlines()
    (line,) = (line for line in lines if '"contribution"' in line and '"EMP_000076"' in line)
    path = tmp_path / "events"
    names = [*FORMULAS, "1-1", 'a "b", c']
    documents = [json.loads(line) | {"employee_id": name, "event_id": str(UUID(int=n))} for n, name in enumerate(names)]
    path.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    done = dcprops("audit", path, "--csv", "-")
    read = [row["employee_id"] for row in csv.DictReader(io.StringIO(done.stdout))]
    assert sorted(read) == sorted([f"'{name}" for name in FORMULAS] + ["1-1", 'a "b", c'])


def test_a_negative_amount_in_the_csv_stays_a_number(dcprops, sample_path: Path):
    # EMP_000115: own 892.25, match 382.3908 of which 7314.21216 are forfeited: 892.25 - 6931.82136.
    table = dcprops("audit", sample_path, "--csv", "-").stdout
    (row,) = (row for row in csv.DictReader(io.StringIO(table)) if row["employee_id"] == "EMP_000115")
    assert row["net_account_balance"] == "-6039.571360"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "   @", " \t=", "'"])
def test_what_a_spreadsheet_would_run_is_made_inert(start: str):
    assert inert(f"{start}1") == f"'{start}1"


@given(st.text(), st.text())
def test_two_names_stay_two_names(one: str, other: str):
    assert (inert(one) == inert(other)) == (one == other)
    assert inert(one).removeprefix("'" if inert(one) != one else "") == one


@pytest.mark.parametrize("text", ["", "E1", "a=1", "1-1", "   ", "\xa0=", "Zoë"])
def test_what_is_harmless_stays_as_it_is(text: str):
    assert inert(text) == text


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--json", "-", "--csv", "-"], "--json and --csv cannot both go to standard output: name a file for one"),
        (["--json", "{}/x", "--csv", "{}/./x"], "--json and --csv both name {}/x: name another file for one"),
        (["--csv", "{}/events"], "--csv {}/events would overwrite the file that is audited: name another one"),
    ],
)
def test_outputs_that_would_overwrite_are_refused(dcprops, refused, tmp_path: Path, options: list[str], says: str):
    path = tmp_path / "events"
    path.write_text("{}\n", encoding="utf-8")
    said = refused(dcprops("audit", path, *(option.format(tmp_path) for option in options)))
    assert said.startswith(f"dcprops: {says.format(tmp_path)}")
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text(encoding="utf-8") == "{}\n"


# --- JSON ---


def test_the_report_is_written_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path, dirty_path: Path):
    report = tmp_path / "report.json"
    assert main(["audit", str(dirty_path), "--json", str(report)]) == 1
    assert json.loads(report.read_text(encoding="ascii")) == audit(dirty_path).to_json()
    assert "4 invalid" in capsys.readouterr().out
    assert sorted(tmp_path.iterdir()) == [dirty_path, report]


@pytest.mark.parametrize("name", ["coherent_path", "sample_path", "dirty_path"])
def test_standard_output_has_nothing_but_json(dcprops, request: pytest.FixtureRequest, name: str):
    path = request.getfixturevalue(name)
    done = dcprops("audit", path, "--json", "-")
    assert (done.returncode, done.stderr) == (int(name != "coherent_path"), "")
    assert json.loads(done.stdout) == audit(path).to_json()


def test_a_report_that_was_there_stays_if_the_audit_fails(dcprops, refused, tmp_path: Path):
    report = tmp_path / "report.json"
    report.write_text("before", encoding="utf-8")
    refused(dcprops("audit", tmp_path / "none", "--json", report))
    assert report.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [report]


def test_a_new_report_has_the_rights_of_any_new_file(tmp_path: Path, coherent_path: Path):
    other, report = tmp_path / "other", tmp_path / "report.json"
    other.touch()
    assert main(["audit", str(coherent_path), "--json", str(report)]) == 0
    assert stat.S_IMODE(report.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


def test_a_link_stays_a_link(tmp_path: Path, coherent_path: Path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.touch()
    link.symlink_to(target)
    assert main(["audit", str(coherent_path), "--json", str(link)]) == 0
    assert link.is_symlink()
    assert json.loads(target.read_text(encoding="utf-8"))["valid"] == 164


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path, coherent_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert main(["audit", str(coherent_path), "--json", str(pipe)]) == 0
    assert json.loads(os.read(reader, 100_000))["valid"] == 164
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none/report.json", "{}/none/report.json cannot be written: No such file or directory"),
        ("", "{}/ cannot be written: Is a directory"),
        ("dirty.ndjson/report.json", "{}/dirty.ndjson/report.json cannot be written: Not a directory"),
        ("dirty.ndjson", "--json {}/dirty.ndjson would overwrite the file that is audited: name another one"),
    ],
)
def test_a_report_that_cannot_be_written_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, dirty_path: Path, name: str, says: str
):
    before = dirty_path.read_bytes()
    assert main(["audit", str(dirty_path), "--json", f"{tmp_path}/{name}"]) == 2
    assert capsys.readouterr() == ("", f"dcprops: {says.format(tmp_path)}\n")
    assert dirty_path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [dirty_path]


def test_it_is_refused_before_the_file_is_read(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert main(["audit", str(tmp_path / "nothing"), "--json", str(tmp_path / "none" / "report")]) == 2
    assert "none/report cannot be written" in capsys.readouterr().err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")
def test_a_full_disk_is_one_line(dcprops, refused, dirty_path: Path):
    done = dcprops("audit", dirty_path, "--json", "/dev/full")
    assert refused(done) == "dcprops: /dev/full cannot be written: No space left on device"


# --- rich, an extra, and progress ---


def test_without_rich_it_says_what_to_install_and_json_still_works(dirty_path: Path):
    code = "import sys; sys.modules['rich'] = None; from dcprops.cli import main; sys.exit(main(sys.argv[1:]))"
    run = [sys.executable, "-c", code, "audit", str(dirty_path)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "dcprops: reports need rich: pip install 'dcprops[cli]', or write JSON with --json -\n"
    done = subprocess.run([*run, "--json", "-"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["valid"] == 196


def read_all(terminal: int) -> str:
    pieces = []
    try:
        while piece := os.read(terminal, 65536):
            pieces.append(piece)
    except OSError:  # how a terminal says that the other end is closed
        pass
    os.close(terminal)
    return b"".join(pieces).decode()


@pytest.mark.parametrize("env", [{"TERM": "xterm"}, {"TERM": "xterm", "PYTHONIOENCODING": "ascii"}], ids=str)
def test_progress_is_shown_on_a_terminal_and_the_report_stays_clean(
    dcprops, tmp_path: Path, coherent_path: Path, env: dict[str, str]
):
    path = tmp_path / "events"
    path.write_bytes(coherent_path.read_bytes() * 20)
    terminal, end = pty.openpty()
    done = dcprops("audit", path, env=env, capture_output=False, stdout=subprocess.PIPE, stderr=end)
    os.close(end)
    first, *others = done.stdout.splitlines()
    counts = "3,280 events, 3,280 valid, 0 invalid, 3,116 anomalies (0 errors, 3,116 warnings)"
    assert (done.returncode, first) == (0, f"{path}: {counts}")
    assert all(line.isprintable() for line in others)
    assert " events" in read_all(terminal)


# --- files that are of no use ---


def as_parquet(content: bytes) -> bytes:
    return b"PAR1" + content + b"PAR1"


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda lines: b"", "holds no events"),
        (lambda lines: b"\n\n", "holds no events"),
        (lambda lines: gzip.compress(lines)[:-2000], "is a truncated gzip: it breaks off after "),
        (lambda lines: gzip.compress(lines)[:-8] + bytes(8), "is a damaged gzip after 200 whole lines"),
        (lambda lines: b"Dear Sir or Madam,\n", "is not an event file: no line of it is JSON"),
        (lambda lines: bytes(range(128, 256)) * 50, "is not an event file: no line of it is JSON"),
        (as_parquet, "is damaged Parquet"),
    ],
    ids=["empty", "blank", "truncated gzip", "damaged gzip", "prose", "bytes", "parquet"],
)
def test_a_file_of_no_use_is_one_line(dcprops, refused, dirty_path: Path, spoil: Callable[[bytes], bytes], says: str):
    dirty_path.write_bytes(spoil(dirty_path.read_bytes() + b"\n"))
    assert refused(dcprops("audit", dirty_path)).startswith(f"dcprops: {dirty_path} {says}")


def test_a_missing_file_is_one_line(dcprops, refused, tmp_path: Path):
    says = f"dcprops: {tmp_path}/none does not exist: give the path of an event file"
    assert refused(dcprops("audit", tmp_path / "none")) == says


def test_a_directory_is_one_line(dcprops, refused, tmp_path: Path):
    says = f"dcprops: {tmp_path} is a directory: give the path of one event file in it"
    assert refused(dcprops("audit", tmp_path)) == says


def test_a_path_that_is_no_text_is_one_line(dcprops, refused, tmp_path: Path):
    assert r"/\udcff\udcfe does not exist" in refused(
        dcprops("audit", os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe"))
    )


def _without_the_rights_of_root() -> None:
    # Root reads whatever it likes by these two capabilities; without them it is a user like any other.
    for capability in (1, 2):
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


@pytest.mark.skipif(os.name != "posix", reason="permissions are told otherwise elsewhere")
def test_a_file_that_may_not_be_read_is_one_line(dcprops, refused, tmp_path: Path, sample_path: Path):
    path = tmp_path / "events"
    path.write_bytes(sample_path.read_bytes())
    path.chmod(0)
    done = dcprops("audit", path, preexec_fn=_without_the_rights_of_root if os.geteuid() == 0 else None)
    assert refused(done).startswith(f"dcprops: {path} may not be read by this user")


@pytest.mark.parametrize("compress", [bytes, lambda content: gzip.compress(content, 1)], ids=["plain", "gzip"])
def test_a_line_of_50_megabytes_is_one_finding(dcprops, tmp_path: Path, sample_path: Path, compress):
    lines = sample_path.read_bytes().splitlines(keepends=True)
    path = tmp_path / "events"
    path.write_bytes(compress(b"".join([*lines[:3], b'{"a":"' + b"x" * 50_000_000 + b'"}\n', *lines[3:]])))
    done = dcprops("audit", path, "--json", "-")
    assert (done.returncode, done.stderr) == (1, "")
    report = json.loads(done.stdout)
    assert (report["events"], report["valid"]) == (201, 200)
    assert [(row["line"], row["field"], row["rule"]) for row in report["invalid"]] == [(4, "", "too-long")]


def test_a_line_that_is_not_utf_8_is_one_finding(dcprops, tmp_path: Path, sample_path: Path):
    lines = sample_path.read_bytes().splitlines(keepends=True)
    lines[7] = lines[7].replace(b'"scenario_id":"', b'"scenario_id":"caf\xe9')
    path = tmp_path / "events"
    path.write_bytes(b"".join(lines))
    done = dcprops("audit", path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "200 events, 199 valid, 1 invalid" in done.stdout
    assert ["8", "(the", "row)", "not-utf-8"] in [line.split()[:4] for line in done.stdout.splitlines()]
