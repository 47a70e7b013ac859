"""That the benchmarks run, compare like with like, and say what they found. How fast anything is, is not asked here."""

from __future__ import annotations

import gzip
import json
import statistics
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dcprops.benchmarks.inputs import Inputs, Sizes, lines_of
from dcprops.benchmarks.measure import Measured, measure
from dcprops.benchmarks.peers import PeerEvent
from dcprops.benchmarks.report import Result, as_json, cells
from dcprops.benchmarks.rows import EVENTS_A_SECOND, MILLISECONDS, ROWS, Promise, Row
from dcprops.events import SimulationEvent
from dcprops.events.schema import EVENT_TYPES

from .conftest import SMALL

#: What design.md and its issues promise: of the ratio or of our own figure, at least or at most how much.
PROMISES = {
    "ingest": ("ours", "at_least", 100_000),
    "history-5-years": ("ours", "at_most", 5),
    "validate-one": ("ours", "at_most", 10),
    "memory": ("ours", "at_most", 8),
    "draw-events": ("ratio", "at_least", 0.4),
    "draw-ledgers": ("ratio", "at_least", 20),
    "validate": ("ratio", "at_least", 1.2),
    "dump": ("ratio", "at_least", 1.0),
    "reference": ("ours", "at_least", 150_000),
    "check-quick": ("ours", "at_most", 30),
    "arrow": ("ratio", "at_least", 0.5),
    "ndjson": ("ratio", "at_least", 8),
    "ndjson-bare": ("ratio", "at_least", 0.5),
    "objects": ("ratio", "at_least", 4),
    "history": ("ours", "at_most", 50),
    "history-scan": ("ratio", "at_least", 5),
    "snapshot": ("ours", "at_most", 5),
    "balances-by-participant": ("ratio", "at_least", 0.5),
    "balances-by-payday": ("ratio", "at_least", 0.5),
    "generate": ("ours", "at_least", 1_000_000),
}
CONTEXT = {"draw-builds", "objects-many"}
IN_PYTHON = ("validate-one", "draw-events", "draw-builds", "draw-ledgers", "validate", "dump")
needs_everything = pytest.mark.skipif(
    any(find_spec(package) is None for package in ("duckdb", "pyarrow", "numpy", "pandas")),
    reason="needs the extras duckdb, population and bench",
)
needs_a_screen = pytest.mark.skipif(find_spec("rich") is None, reason="the table needs the extra cli")


def document(text: bytes | str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(text)
    return loaded


# --- the rows ---


def test_each_promise_has_its_row():
    promised = {
        row.name: (row.promise.of, *next((name, bound) for name, bound in bounds(row.promise).items() if bound))
        for row in ROWS
        if row.promise
    }
    assert promised == PROMISES
    assert {row.name for row in ROWS if row.promise is None} == CONTEXT
    assert [row.name for row in ROWS[:4]] == list(PROMISES)[:4]


def bounds(promise: Promise) -> dict[str, float | None]:
    return {"at_least": promise.at_least, "at_most": promise.at_most}


@needs_everything
def test_every_row_is_measured_but_those_that_take_a_run_of_their_own(rows: Callable[..., Any]) -> None:
    others = [row.name for row in ROWS if row.name != "check-quick"]
    found, _ = rows(*SMALL, *(option for name in others for option in ("--only", name)))
    assert list(found) == others
    not_measured = {name: row["failure"] for name, row in found.items() if row["failure"]}
    assert not_measured == {
        "memory": "it is measured by a run of them: dcprops bench --scale 100000 --years 5",
        "history-scan": "what is promised is about a store of 10,000,000 events: --stored 10000000",
    }
    for row in ROWS:
        if row.name in {"memory", "check-quick"}:
            continue
        figures = found[row.name]
        assert len(figures["ours"]) == 2
        assert min(figures["ours"]) > 0
        assert (figures["peer"] is None) == (figures["ratios"] is None) == (row.peer is None)
        if row.promise is not None and not row.least_stored:
            assert figures["promise"]["of"] == PROMISES[row.name][0]
            assert figures["promise"][PROMISES[row.name][1]] == PROMISES[row.name][2]
            figure = statistics.median(figures["ours"] if row.promise.of == "ours" else figures["ratios"])
            assert figures["met"] is row.promise.met_by(figure)


def test_the_ratio_is_of_the_speeds_whatever_the_unit(rows: Callable[..., Any]) -> None:
    (found, _) = rows(*SMALL, "--only", "validate")
    row = found["validate"]
    assert (row["unit"], row["better"]) == ("events/s", "higher")
    assert row["ratios"] == pytest.approx([ours / peer for ours, peer in zip(row["ours"], row["peer"], strict=True)])
    assert row["ratio"] == statistics.median(row["ratios"])
    measured = Measured((0.5,), (2.0,))
    for unit, ours, peer in ((EVENTS_A_SECOND, 2.0, 0.5), (MILLISECONDS, 500.0, 2000.0)):
        result = Result.of(Row("a row", "what", unit, lambda _: lambda _: 1), measured)
        assert (result.ours, result.peer, result.ratio) == ((ours,), (peer,), 4.0)


def test_the_ratio_is_that_of_the_pairs() -> None:
    # The median of 4/1, 6/2 and 5/10 is 3; the ratio of the medians would be 5/2.
    measured = Measured((1.0, 2.0, 10.0), (4.0, 6.0, 5.0))
    assert (measured.ratio, measured.ratios) == (3.0, (4.0, 3.0, 0.5))


def test_ours_and_the_peer_take_turns() -> None:
    turns: list[tuple[str, int]] = []
    seconds = iter([0, 9, 10, 19, 20, 24, 30, 32, 40, 48, 50, 52])

    def job(name: str) -> Callable[[int], int]:
        def work(number: int) -> int:
            turns.append((name, number))
            return 2

        return work

    measured = measure(job("ours"), job("peer"), 2, lambda: next(seconds))
    assert turns == [("ours", 0), ("peer", 0), ("ours", 1), ("peer", 1), ("ours", 2), ("peer", 2)]
    assert (measured.ours, measured.peer) == ((2.0, 4.0), (1.0, 1.0))


def test_what_is_slow_is_done_without_a_turn_that_does_not_count() -> None:
    seconds = iter([1.0, 4.0])
    assert measure(lambda number: 1, None, 1, lambda: next(seconds), warm_up=False).ours == (3.0,)


# --- what is said of them ---


def result(ours: float | None, peer: float | None = None, **bounds: Any) -> Result:
    """The result of a row of a millisecond that was measured once, or not at all."""
    promise = Promise(source="somewhere", **bounds) if bounds else None
    row = Row("a-row", "what it is", MILLISECONDS, lambda _: lambda _: 1, promise=promise)
    if ours is None:
        return Result(row, failure="broken")
    return Result.of(row, Measured((ours / 1000,), None if peer is None else (peer / 1000,)))


def test_a_promise_is_met_or_not() -> None:
    assert [result(1.0, peer, of="ratio", at_least=1.2).met for peer in (1.1, 1.21)] == [False, True]
    assert [result(ours, of="ours", at_most=30).met for ours in (30.1, 29.9)] == [False, True]
    assert [result(ours, of="ours", at_least=30).met for ours in (30.1, 29.9)] == [True, False]
    assert result(1.0, 0.1).met is None
    assert result(None, of="ours", at_most=30).met is None


def test_a_row_without_figures_says_so() -> None:
    assert cells(result(None, of="ours", at_most=30))[2:] == ("not measured", "", "", "", "ours <= 30", "")
    assert cells(result(12.0, of="ours", at_most=30))[2:] == ("12 ms", "", "", "", "ours <= 30", "yes")
    assert cells(result(1.0, 0.5, of="ratio", at_least=1))[-3:] == ("0.5", "ratio >= 1", "NO")
    (row, _) = as_json([result(None), result(1.0)], 1)["rows"]
    assert (row["failure"], row["met"], row["ours"], row["peer"]) == ("broken", None, [], None)


@needs_a_screen
def test_the_table_says_who_falls_short(bench: Callable[..., Any]) -> None:
    done = bench(*SMALL, "--only", "validate-one", "--only", "dump", "--only", "draw-b*")
    assert done.stderr == ""
    _, how, _, head, *table, _, last = done.stdout.splitlines()
    assert how.startswith("medians of 2")
    assert head.split() == ["Row", "What", "Ours", "Beside", "Peer", "Ratio", "Promised", "Met"]
    assert [line.split()[0] for line in table] == ["validate-one", "draw-builds", "dump"]
    assert last.startswith("2 promises measured, ")
    assert done.returncode == (0 if last.endswith("all met") else 1)


def test_the_exit_status_is_1_where_a_promise_is_not_met(rows: Callable[..., Any], tmp_path: Path) -> None:
    # A file of one event takes longer to balance than 150,000 a second: it is parsed for a second's fraction first.
    found, status = rows(*SMALL, "--only", "validate-one", "--only", "memory")
    assert (found["validate-one"]["met"], found["memory"]["met"], status) == (True, None, 0)


@needs_everything
def test_so_few_events_are_not_appended_at_the_promised_rate(rows: Callable[..., Any]) -> None:
    found, status = rows("--repeat", "1", "--appended", "5", "--only", "ingest")
    assert (found["ingest"]["met"], status) == (False, 1)


@pytest.mark.parametrize(
    ("row", "package", "extra"),
    [("objects", "pandas", "bench"), ("ingest", "duckdb", "duckdb"), ("generate", "numpy", "population")],
)
@needs_everything
def test_a_row_whose_package_is_missing_names_the_extra(
    rows: Callable[..., Any], row: str, package: str, extra: str
) -> None:
    found, status = rows(*SMALL, "--only", row, "--only", "validate-one", without=(package,))
    assert package in found[row]["failure"]
    assert f"dcprops[{extra}]" in found[row]["failure"]
    assert (found[row]["met"], found["validate-one"]["met"], status) == (None, True, 0)


# --- the event file ---


def test_the_event_file_can_be_another(rows: Callable[..., Any], tmp_path: Path, sample: tuple[bytes, ...]) -> None:
    path = tmp_path / "events.ndjson.gz"
    path.write_bytes(gzip.compress(b"\n".join(sample[:3])))
    found, _ = rows(*SMALL, "--only", "validate", "--only", "reference", "--events", path)
    assert [row["failure"] for row in found.values()] == [None, None]


UNUSABLE = {
    "empty": (b"", "has no events"),
    "truncated": (gzip.compress(b"{}" * 1000)[:20], "can't be read: Compressed file ended"),
    "not JSON": (b"hello", "line 1 is not accepted by both models"),
}


@pytest.mark.parametrize(("content", "reason"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_file_that_can_not_be_used_is_named(
    bench: Callable[..., Any], tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "events"
    path.write_bytes(content)
    refused(bench("--only", "validate", "--events", path, "--json", "-"), str(path), reason)


def test_unlike_models_are_not_compared(bench: Callable[..., Any], tmp_path: Path, sample: tuple[bytes, ...]) -> None:
    number = next(i for i, line in enumerate(sample) if document(line)["payload"]["event_type"] == "vesting")
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join([*sample[:number], vesting_in_another_order(sample[number])]))
    done = bench("--only", "validate", "--events", path, "--json", "-")
    refused(done, f"line {number + 1}: the two models write different texts")


def vesting_in_another_order(text: bytes) -> bytes:
    """The vesting event of a text, with its buckets in an order that is not ours."""
    changed = document(text)
    changed["payload"]["source_balances_vested"] = {"employer_profit_sharing": "1.000000", "employer_match": "2.000000"}
    return json.dumps(changed).encode()


WRONG_USAGE = {
    "a row that isn't there": (("--only", "speed"), "--only speed", "draw-events", "check-quick"),
    "one of two": (("--only", "dump", "--only", "sped*"), "--only sped*"),
    "a missing file": (("--events", "nowhere.ndjson"), "nowhere.ndjson", "can't be read"),
    "no repeats": (("--repeat", "0"), "0 is not above 0"),
    "years without a scale": (("--years", "5"), "--years does nothing without --scale"),
    "rows with a scale": (("--scale", "5", "--only", "dump"), "--only does nothing with --scale"),
    "a folder in a file": (("--scale", "5", "--keep", f"{__file__}/kept"), "--keep", "cannot be made"),
    "no such years": (("--scale", "5", "--years", "99"), "years=99"),
    "a workforce that fits nowhere": (("--scale", "100000000", "--years", "5"), "GB are free", "--keep DIR"),
}


@pytest.mark.parametrize("arguments_and_parts", WRONG_USAGE.values(), ids=WRONG_USAGE)
def test_wrong_usage_is_one_line(bench: Callable[..., Any], arguments_and_parts: tuple[Any, ...]) -> None:
    arguments, *parts = arguments_and_parts
    refused(bench(*arguments, "--json", "-"), *parts)


@pytest.mark.parametrize("option", ["--repeat=3", "--scale=5", "--json=rows.json"])
def test_power_measures_no_rows(bench: Callable[..., Any], option: str) -> None:
    refused(bench(option, "power"), f"{option.partition('=')[0]} says nothing before power")


def refused(done: Any, *parts: str) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert [part for part in parts if part not in done.stderr] == []


# --- the peer ---


def test_the_peer_reads_and_writes_what_ours_does(sample: tuple[bytes, ...]) -> None:
    seen = set()
    for line in sample:
        event = PeerEvent.model_validate_json(line)
        seen.add(event.payload.event_type)
        assert event.model_dump_json() == SimulationEvent.model_validate_json(line).model_dump_json()
    assert seen == set(EVENT_TYPES)


#: What a plain model is written to refuse or round too: the comparison would be unfair to ours without it.
PEER_REFUSES = {
    "blank": {"employee_id": " "},
    "padded": {"scenario_id": "a "},
    "too long": {"plan_design_id": "x" * 129},
    "unknown field": {"colour": "red"},
    "zero": {"amount": "0"},
    "too many places": {"amount": "1.0000001"},
    "too many digits": {"ytd_amount": "1234567890123.000000"},
}


@pytest.mark.parametrize("change", PEER_REFUSES.values(), ids=PEER_REFUSES)
def test_the_peer_has_the_checks_of_a_plain_model(sample: tuple[bytes, ...], change: dict[str, str]) -> None:
    contribution = next(found for found in map(document, sample) if found["payload"]["event_type"] == "contribution")
    (name,) = change
    (contribution["payload"] if name in contribution["payload"] else contribution).update(change)
    with pytest.raises(ValidationError, match=name):
        PeerEvent.model_validate_json(json.dumps(contribution))


def test_the_peer_rounds(sample: tuple[bytes, ...]) -> None:
    texts = {found["payload"]["event_type"]: found for found in map(document, sample)}
    merit = texts["merit"]
    merit["payload"] |= {"new_compensation": "5", "merit_percentage": "0.5"}
    written = document(PeerEvent.model_validate_json(json.dumps(merit)).model_dump_json())
    assert written["payload"]["new_compensation"] == "5.000000"
    assert written["payload"]["merit_percentage"] == "0.5000"


# --- what is worked on ---


def test_the_sample_is_read_in_the_proportions_of_the_file_that_it_is_from(tmp_path: Path) -> None:
    lines = Inputs(Sizes(lines=20_956), None, tmp_path).lines
    types = Counter(json.loads(line)["payload"]["event_type"] for line in lines)
    # As counted in the file of 20,956 events.
    assert types == {
        "contribution": 17_805, "hce_status": 788, "vesting": 753, "merit": 609, "hire": 240, "eligibility": 240,
        "enrollment": 209, "compliance": 186, "promotion": 56, "termination": 35, "forfeiture": 35,
    }  # fmt: skip
    assert len(Counter(json.loads(line)["payload"]["event_type"] for line in lines[:2_000])) == len(types)


def test_a_file_of_ones_own_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join(Inputs(Sizes(), None, tmp_path).file_lines[:3]))
    assert Inputs(Sizes(lines=7), path, tmp_path).lines == lines_of(path) * 3


def test_a_promise_about_a_large_store_is_not_judged_in_a_small_one(rows: Callable[..., Any]) -> None:
    pytest.importorskip("duckdb")
    found, status = rows(*SMALL, "--only", "history-scan", "--only", "validate-one")
    assert found["history-scan"]["failure"].endswith("--stored 10000000")
    assert (found["history-scan"]["met"], found["history-scan"]["promise"], status) == (None, None, 0)
    assert found["history-scan"]["ratio"] > 0
