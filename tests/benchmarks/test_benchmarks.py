"""That the benchmarks run, compare like with like, and say what they found. How fast anything is, is not asked here."""

from __future__ import annotations

import gzip
import json
import re
import statistics
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import ValidationError

from dcprops.events import SimulationEvent
from dcprops.events.schema import EVENT_TYPES

WANTED = {"draw-events": 0.4, "draw-ledgers": 20, "validate": 1.2, "dump": 1.0}
CONTEXT = {
    "draw-ten-integers", "draw-payloads", "draw-documents", "draw-boundary-events", "draw-invalid-documents",
    *(f"{verb}-{event_type}" for verb in ("validate", "dump") for event_type in EVENT_TYPES),
}  # fmt: skip
IN_PROCESS = ("--only", "draw-*", "--only", "validate*", "--only", "dump*")


def document(text: bytes | str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def vesting_in_another_order(text: bytes) -> bytes:
    """The vesting event of a text, with its buckets in an order that is not ours."""
    changed = document(text)
    changed["payload"]["source_balances_vested"] = {"employer_profit_sharing": "1.000000", "employer_match": "2.000000"}
    return json.dumps(changed).encode()


def test_the_table_and_the_json_have_every_row(run: Callable[..., Any], tmp_path: Path) -> None:
    done = run(*IN_PROCESS, "--json", tmp_path / "rows.json")
    assert done.returncode == 0, done.stderr
    written = document((tmp_path / "rows.json").read_text(encoding="utf-8"))
    rows = {row["name"]: row for row in written["rows"]}
    assert {name: row["wanted_ratio"] for name, row in rows.items()} == WANTED | dict.fromkeys(CONTEXT)
    header, line, *table = done.stdout.splitlines()[2:]
    assert re.split("  +", header) == [
        "what", "ours, µs per item", "peer, µs per item", "peer is", "ratio", "wanted", "met",
    ]  # fmt: skip
    assert set(line) == {"-", " "}
    assert [row.split()[0] for row in table] == list(rows)
    for name, text in zip(rows, table, strict=True):
        row = rows[name]
        ours, peer = row["ours_seconds_per_item"], row["peer_seconds_per_item"]
        assert len(ours) == len(peer) == 2
        assert min(ours + peer) > 0
        ratio = statistics.median(theirs / own for own, theirs in zip(ours, peer, strict=True))
        assert row["ratio"] == pytest.approx(ratio)
        assert f" {ratio:.2f} (" in text
        if name in WANTED:
            assert row["met"] is (ratio >= WANTED[name])
            assert text.endswith(f">= {WANTED[name]:g}".ljust(6) + ("  yes" if row["met"] else "  NO"))
        else:
            assert row["met"] is None


def test_the_event_file_can_be_another(run: Callable[..., Any], tmp_path: Path, sample: tuple[bytes, ...]) -> None:
    path = tmp_path / "events.ndjson.gz"
    path.write_bytes(gzip.compress(b"\n".join(sample[:3])))
    done = run("--only", "validate", "--events", path)
    assert done.returncode == 0, done.stderr
    assert len([line for line in done.stdout.splitlines() if line.startswith("validate")]) == 1


UNUSABLE = {
    "empty": (b"", "has no events"),
    "truncated": (gzip.compress(b"{}" * 1000)[:20], "can't be read: Compressed file ended"),
    "not JSON": (b"hello", "line 1 is not accepted by both models"),
}


@pytest.mark.parametrize(("content", "reason"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_file_that_can_not_be_used_is_named(
    run: Callable[..., Any], tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "events"
    path.write_bytes(content)
    refused(run("--only", "validate", "--events", path), str(path), reason)


def test_a_missing_file_is_named(run: Callable[..., Any], tmp_path: Path) -> None:
    refused(run("--only", "validate", "--events", tmp_path / "none"), str(tmp_path / "none"), "can't be read")


def test_unlike_models_are_not_compared(run: Callable[..., Any], tmp_path: Path, sample: tuple[bytes, ...]) -> None:
    number = next(i for i, line in enumerate(sample) if document(line)["payload"]["event_type"] == "vesting")
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join([*sample[:number], vesting_in_another_order(sample[number])]))
    refused(run("--only", "validate", "--events", path), f"line {number + 1}: the two models write different texts")


def test_an_unknown_row_is_refused_with_those_there_are(run: Callable[..., Any]) -> None:
    refused(run("--only", "speed"), "no row is named speed", "draw-events", "check-quick")


def refused(done: Any, *parts: str) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert [part for part in parts if part not in done.stderr] == []


def test_the_peer_reads_and_writes_what_ours_does(
    module: Callable[[str], ModuleType], sample: tuple[bytes, ...]
) -> None:
    peer = module("peers").PeerEvent
    seen = set()
    for line in sample:
        event = peer.model_validate_json(line)
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
def test_the_peer_has_the_checks_of_a_plain_model(
    module: Callable[[str], ModuleType], sample: tuple[bytes, ...], change: dict[str, str]
) -> None:
    contribution = next(found for found in map(document, sample) if found["payload"]["event_type"] == "contribution")
    (name,) = change
    (contribution["payload"] if name in contribution["payload"] else contribution).update(change)
    with pytest.raises(ValidationError, match=name):
        module("peers").PeerEvent.model_validate_json(json.dumps(contribution))


def test_the_peer_rounds(module: Callable[[str], ModuleType], sample: tuple[bytes, ...]) -> None:
    texts = {found["payload"]["event_type"]: found for found in map(document, sample)}
    merit = texts["merit"]
    merit["payload"] |= {"new_compensation": "5", "merit_percentage": "0.5"}
    written = document(module("peers").PeerEvent.model_validate_json(json.dumps(merit)).model_dump_json())
    assert written["payload"]["new_compensation"] == "5.000000"
    assert written["payload"]["merit_percentage"] == "0.5000"


def test_the_ratio_is_that_of_the_pairs(module: Callable[[str], ModuleType]) -> None:
    # The median of 4/1, 6/2 and 5/10 is 3; the ratio of the medians would be 5/2.
    measured = module("measure").Measured((1.0, 2.0, 10.0), (4.0, 6.0, 5.0))
    assert (measured.ratio, measured.ratio_range) == (3.0, (0.5, 4.0))


def test_ours_and_the_peer_take_turns(module: Callable[[str], ModuleType]) -> None:
    turns: list[tuple[str, int]] = []
    seconds = iter([0, 9, 10, 19, 20, 24, 30, 32, 40, 48, 50, 52])

    def job(name: str) -> Callable[[int], int]:
        def work(number: int) -> int:
            turns.append((name, number))
            return 2

        return work

    measured = module("measure").measure(job("ours"), job("peer"), 2, lambda: next(seconds))
    assert turns == [("ours", 0), ("peer", 0), ("ours", 1), ("peer", 1), ("ours", 2), ("peer", 2)]
    assert (measured.ours, measured.peer) == ((2.0, 4.0), (1.0, 1.0))


def test_without_a_peer_ours_is_done_once(module: Callable[[str], ModuleType]) -> None:
    seconds = iter([1.0, 4.0])
    assert module("measure").measure(lambda number: 1, None, 7, lambda: next(seconds)).ours == (3.0,)


@pytest.fixture
def result(module: Callable[[str], ModuleType]) -> Callable[..., Any]:
    """Makes the result of a row that was measured once, or not at all."""

    def result(ours: float | None, peer: float | None = None, **wanted: float) -> Any:
        row = module("rows").Row("a row", ours=lambda _: None, **wanted)
        measured = None if ours is None else module("measure").Measured((ours,), None if peer is None else (peer,))
        return module("report").Result(row, measured, failure="broken" if ours is None else None)

    return result


def test_what_is_wanted_is_met_or_not(result: Callable[..., Any]) -> None:
    assert [result(1.0, peer, wanted=1.2).met for peer in (1.1, 1.2)] == [False, True]
    assert [result(ours, seconds=30).met for ours in (30.1, 30.0)] == [False, True]
    assert result(1.0, 0.1).met is None
    assert result(None, seconds=30).met is None


def test_the_exit_status(module: Callable[[str], ModuleType], result: Callable[..., Any]) -> None:
    exit_status = module("report").exit_status
    good, short, context, broken = (
        result(1.0, 1.0, wanted=1.0),
        result(2.0, 1.0, wanted=1.0),
        result(9.0, 1.0),
        result(None),
    )
    for results, strictly, leniently in [
        ([good, context], 0, 0),
        ([good, short], 1, 0),
        ([short, broken], 2, 2),
    ]:
        assert (exit_status(results, strict=True), exit_status(results, strict=False)) == (strictly, leniently)


def test_a_row_without_figures_says_so(module: Callable[[str], ModuleType], result: Callable[..., Any]) -> None:
    table = module("report").as_table([result(None, seconds=30), result(12.0, seconds=30)], 1)
    *_, broken, measured = table.splitlines()
    assert broken.split() == ["a", "row", "not", "measured", "<=", "30", "s"]
    assert measured.split() == ["a", "row", "12.0", "s", "(12.0-12.0)", "<=", "30", "s", "yes"]
    (row, _) = module("report").as_json([result(None), result(1.0)], 1)["rows"]
    assert (row["failure"], row["met"], row["ours_seconds_per_item"]) == ("broken", None, None)
