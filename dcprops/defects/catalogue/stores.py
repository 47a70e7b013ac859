"""Seeded defects of event stores: ingest, identity and atomicity, history, snapshots.

A witness is the ledger that a law is tried with; what is appended when is the law's.
"""

from __future__ import annotations

from typing import Any, Final

from dcprops.defects.defect import Defect, Kind
from dcprops.defects.witnesses import eligible, ledger, paid, sample
from dcprops.properties.cases import LedgerCase
from dcprops.properties.store_cases import altered

__all__ = ["STORES"]

_HOUSE: Final = "dcprops.defects.stores"


def _row(
    id_: str, kind: Kind, name: str, law: str, witness: LedgerCase, source: str = "", module: str = "wrong"
) -> Defect:
    return Defect(id_, kind, f"{_HOUSE}.{module}:{name}", f"store.{law}", witness, len(witness.documents), source)


def _of(*documents: dict[str, Any]) -> LedgerCase:
    return LedgerCase(documents)


_ONE: Final = ledger(paid("1.000000"))
_TWO: Final = ledger(paid("1.000000"), paid("2.000000"))
_EIGHT: Final = ledger(*(paid(f"{amount}.000000") for amount in range(1, 9)))
_SAME: Final = sample("contribution")
_CONFLICT: Final = _of(_SAME, altered(_SAME, 0))
_MATCHES, _SNAPSHOTS, _HISTORY = "balances-match-reference", "snapshots-match-history", "history-in-canonical-order"

STORES: Final = (
    # What goes in.
    _row("loses-the-last-event", "ingest", "LosesTheLastEvent", "append-loses-nothing", _ONE),
    _row("rounds-to-cents-in-storing", "ingest", "RoundsToCents", "values-exact", ledger(paid("0.000001"))),
    _row(
        "keeps-money-in-floats", "ingest", "KeepsMoneyInFloats", "values-exact", ledger(paid("999999999999.999999")),
        "duckdb/duckdb#3091: a double made a DECIMAL loses its last digits",
    ),
    _row(
        "shifts-timestamps", "ingest", "ShiftsTimestamps", "values-exact",
        _of(sample("hire", created_at="2025-07-01T05:30:00+05:30")),
    ),
    _row(
        "cuts-microseconds", "ingest", "CutsMicroseconds", "values-exact",
        _of(sample("hire", created_at="2025-07-01T00:00:00.000001Z")),
    ),
    _row(
        "normalises-text", "ingest", "NormalisesText", "values-exact", ledger(eligible(employee_id="Zoe\u0308"))
    ),
    _row("folds-case", "ingest", "FoldsCase", "values-exact", ledger(eligible(employee_id="E1"))),
    _row(
        "takes-zero-for-nothing", "ingest", "TakesZeroForNothing", "values-exact",
        _of(sample("vesting", source_balances_vested={"employer_match": "0.000000"})),
    ),
    _row(
        "fills-nulls", "ingest", "FillsNulls", "batch-split-irrelevant",
        _of(
            sample("hire", correlation_id="C1", event_id="00000000-0000-4000-8000-0000000000a1"),
            sample("hire", correlation_id=None, event_id="00000000-0000-4000-8000-0000000000a2"),
        ),
    ),
    _row(
        "stores-by-place", "ingest", "StoresByPlace", "values-exact", _ONE,
        "DuckDB: INSERT … SELECT * goes by the place of a column; swapped Arrow columns are stored swapped",
        "wrong_duckdb",
    ),
    _row(
        "stores-in-another-scale", "ingest", "StoresInAnotherScale", "values-exact", ledger(paid("0.000001")),
        "DuckDB: an Arrow decimal of more places than the column's is rounded silently; duckdb/duckdb#14779",
        "wrong_duckdb",
    ),
    _row(
        "empties-wide-decimals", "ingest", "EmptiesWideDecimals", "values-exact", ledger(paid("999999999999.999999")),
        "duckdb/duckdb#9201: decimals of 256 bits came out of Arrow as zeros", "wrong_duckdb",
    ),
    _row(
        "multiplies-by-a-hundred", "ingest", "MultipliesByAHundred", "values-exact", ledger(paid("0.000001")),
        "apache/arrow#1611: a Decimal of more places than the column's came out a hundred times as large",
        "wrong_duckdb",
    ),
    _row(
        "goes-through-single-floats", "ingest", "GoesThroughSingleFloats", "values-exact",
        ledger(paid("16777217.000000")),  # 2**24 + 1
        "apache/arrow#35576: a float made a decimal by a cast lost digits", "wrong_duckdb",
    ),
    _row(
        "takes-nan-for-nothing", "ingest", "TakesNanForNothing", "values-exact",
        _of(sample("hire", correlation_id="NaN")),
        "apache/arrow#5150: pandas' words for nothing became nulls without being asked to", "wrong_duckdb",
    ),
    # Identity and atomicity.
    _row(
        "drops-copies-across-scenarios", "identity and atomicity", "DropsCopiesAcrossScenarios", "scenarios-isolated",
        _ONE,
    ),
    _row(
        "overwrites-on-conflict", "identity and atomicity", "OverwritesOnConflict", "conflicting-id-refused", _CONFLICT
    ),
    _row(
        "ignores-conflicts", "identity and atomicity", "IgnoresConflicts", "conflicting-id-refused", _CONFLICT,
        "duckdb/duckdb#26066: ON CONFLICT DO NOTHING drops what it should tell apart",
    ),
    _row(
        "compares-payloads-only", "identity and atomicity", "ComparesPayloadsOnly", "conflicting-id-refused",
        _of(_SAME, {**_SAME, "employee_id": "E2"}),
    ),
    _row("appends-twice-on-retry", "identity and atomicity", "AppendsTwiceOnRetry", "append-is-idempotent", _ONE),
    _row("refuses-retries", "identity and atomicity", "RefusesRetries", "append-is-idempotent", _ONE),
    _row("compares-texts", "identity and atomicity", "ComparesTexts", "append-is-idempotent", _ONE),
    _row(
        "counts-copies-as-created", "identity and atomicity", "CountsCopiesAsCreated", "append-is-idempotent", _ONE
    ),
    _row("keeps-part-of-a-batch", "identity and atomicity", "KeepsPartOfABatch", "append-is-atomic", _TWO),
    # One that is there, four that are committed before the stop, and three after it.
    _row(
        "keeps-what-came-before-an-error", "identity and atomicity", "KeepsWhatCameBeforeAnError", "append-is-atomic",
        _EIGHT,
    ),
    _row(
        "swallows-errors-of-the-source", "identity and atomicity", "SwallowsErrorsOfTheSource", "append-is-atomic",
        _TWO,
    ),
    _row("forgets-on-reopen", "identity and atomicity", "ForgetsOnReopen", "reopen-preserves", _ONE),
    _row("loses-the-last-line-on-reopen", "identity and atomicity", "LosesTheLastLineOnReopen", "reopen-preserves",
         _ONE),
    _row("writes-when-closed", "identity and atomicity", "WritesWhenClosed", "crash-preserves", _ONE),
    # History and as-of.
    _row("forgets-the-day-itself-in-a-store", "history and as-of", "ForgetsTheDayItself", _MATCHES, _ONE),
    _row(
        "mixes-scenarios-in-balances", "history and as-of", "MixesScenariosInBalances", _MATCHES,
        ledger(paid("1.000000"), paid("1.000000", scenario_id="S2")),
    ),
    _row("remembers-balances", "history and as-of", "RemembersBalances", _MATCHES, _TWO),
    _row(
        "tells-histories-in-order-of-arrival", "history and as-of", "TellsHistoriesInOrderOfArrival", _HISTORY,
        ledger(paid("1.000000", day="2025-02-28"), paid("2.000000", day="2025-01-31")),
    ),
    _row("balances-lag-behind", "history and as-of", "BalancesLagBehind", _HISTORY, _TWO),
    _row("forgets-the-first-of-a-history", "history and as-of", "ForgetsTheFirstOfAHistory", _HISTORY, _ONE),
    # Snapshots.
    _row("snapshots-a-week-late", "snapshots", "SnapshotsAWeekLate", _SNAPSHOTS, _ONE),
    _row("snapshots-on-sundays", "snapshots", "SnapshotsOnSundays", _SNAPSHOTS, _ONE),
    _row(
        "skips-empty-weeks", "snapshots", "SkipsEmptyWeeks", _SNAPSHOTS,
        ledger(paid("1.000000", day="2025-01-31"), paid("2.000000", day="2025-02-14")),
    ),
    _row("keeps-stale-snapshots", "snapshots", "KeepsStaleSnapshots", _SNAPSHOTS, _TWO),
    _row("begins-snapshots-a-week-late", "snapshots", "BeginsSnapshotsAWeekLate", _SNAPSHOTS, _ONE),
    _row("snapshots-before-friday", "snapshots", "SnapshotsBeforeFriday", _SNAPSHOTS, _ONE),
    _row("snapshots-only-the-last-scenario", "snapshots", "SnapshotsOnlyTheLastScenario", _SNAPSHOTS,
         ledger(paid("1.000000"), paid("1.000000", scenario_id="S2"))),
)  # fmt: skip
