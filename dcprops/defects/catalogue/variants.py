"""What frames the catalogue: a canary that every property of its kind must catch, and targets that none may."""

from __future__ import annotations

from typing import Final

from dcprops.defects.defect import Defect, Variant
from dcprops.defects.witnesses import eligible, ledger

__all__ = ["CANARY", "CORRECT"]

_HOUSE: Final = "dcprops.defects"
_CALCULATORS: Final = f"{_HOUSE}.calculators"
#: What takes seconds a call, or is about a process that dies, is left to the tests.
_SLOW: Final = ("store.throughput", "store.crash-preserves", "store.state-machine")

#: If this is not caught at once, nothing that the bench says is worth anything.
CANARY: Final = Defect(
    "canary", "calculator", f"{_CALCULATORS}.wrong:SaysNothing", "balances.matches-reference", ledger(eligible()), 1
)

#: Targets that are right in ways of their own: what is found in one is a false alarm.
CORRECT: Final = (
    Variant("running-totals", f"{_CALCULATORS}.running_totals:balances", "calculator", "sums, event by event"),
    Variant("fold", f"{_CALCULATORS}.event_fold:balances", "calculator", "a fold over states, in fractions"),
    Variant("sql", f"{_CALCULATORS}.by_sql:balances", "calculator", "one recursive statement, in integers"),
    Variant("yearly", f"{_CALCULATORS}.yearly:compliance", "compliance", "integers and figures typed by hand"),
    Variant("stdlib-model", f"{_HOUSE}.models.stdlib_model:EventModel", "model", "a table and one reader a kind",
            ("schema.stable-against-golden",)),
    Variant("pydantic-model", f"{_HOUSE}.models.pydantic_model:PlainEvent", "model", "strict Pydantic classes",
            ("schema.stable-against-golden",)),
    Variant("ndjson-store", f"{_HOUSE}.stores.ndjson_file:Store", "store", "a line a batch in a text file", _SLOW),
    Variant("sqlite-store", f"{_HOUSE}.stores.sqlite_file:Store", "store", "a table of texts in SQLite", _SLOW),
    Variant("plain-reporter", f"{_HOUSE}.reporters.plain:Reporter.report", "reporter", "csv and json of the library"),
)  # fmt: skip
