"""Seeded defects of event models: rounding, coercion, lost fields, wrong bounds, routing, equality.

A witness is one document: the sample of an event type with one field changed.
"""

from __future__ import annotations

from typing import Any, Final

from dcprops.defects.defect import Defect
from dcprops.defects.witnesses import sample

__all__ = ["MODELS"]


def _row(id_: str, name: str, law: str, document: Any, source: str = "") -> Defect:
    return Defect(id_, "event model", f"dcprops.defects.models.wrong:{name}", f"model.{law}", document, 1, source)


_PLAIN: Final = sample("contribution")
_LARGE: Final = sample("hire", annual_compensation="999999999999.999999")
_WITHOUT_PLACES: Final = sample("hire", annual_compensation="375")

MODELS: Final = (
    # What is accepted.
    _row("wants-all-places", "WantsAllPlaces", "accepts-valid", _WITHOUT_PLACES),
    _row("refuses-twelve-digits", "RefusesTwelveDigits", "accepts-boundary", _LARGE),
    _row("wants-zones", "WantsZones", "accepts-valid", sample("hire", created_at="2025-07-01T00:00:01")),
    _row(
        "refuses-byte-order-marks", "RefusesByteOrderMarks", "accepts-boundary",
        sample("hire", employee_id="\ufeffE1"),
    ),
    _row(
        "accepts-unknown-fields", "AcceptsUnknownFields", "rejects-invalid", {**sample("hire"), "unknown_field": "x"}
    ),
    _row("accepts-blanks", "AcceptsBlanks", "rejects-invalid", sample("hire", employee_id=" ")),
    _row(
        "crashes-on-huge-amounts", "CrashesOnHugeAmounts", "rejects-cleanly",
        sample("hire", annual_compensation="1E+30"),
    ),
    _row("crashes-on-lists", "CrashesOnLists", "rejects-cleanly", []),
    _row(
        "takes-numbers-for-money", "TakesNumbersForMoney", "rejects-invalid",
        sample("hire", annual_compensation=78000.5),
        "pydantic/pydantic#6807, #9180: a JSON number becomes a Decimal by way of a float",
    ),
    _row("takes-zero-for-pay", "TakesZeroForPay", "rejects-invalid", sample("hire", annual_compensation="0.000000")),
    _row("has-no-highest-level", "HasNoHighestLevel", "rejects-invalid", sample("hire", job_level=11)),
    _row("takes-whole-percents", "TakesWholePercents", "rejects-invalid", sample("merit", merit_percentage="3")),
    _row("takes-anything-for-true", "TakesAnythingForTrue", "rejects-invalid", sample("eligibility", eligible="maybe")),
    _row("trims-texts", "TrimsTexts", "rejects-invalid", sample("hire", employee_id=" E1")),
    # What is kept.
    _row("keeps-look-alikes", "KeepsLookAlikes", "accepted-is-reloadable", sample("eligibility", eligible="yes")),
    _row(
        "drops-seventh-places", "DropsSeventhPlaces", "accepted-is-reloadable",
        sample("hire", annual_compensation="0.0000001"),
    ),
    _row("shows-naive-timestamps", "ShowsNaiveTimestamps", "timestamps-aware", _PLAIN),
    _row("keeps-naive-timestamps", "KeepsNaiveTimestamps", "timestamps-aware", _PLAIN),
    _row("drops-offsets", "DropsOffsets", "timestamps-aware", _PLAIN),
    _row("remembers-spellings", "RemembersSpellings", "round-trip-python", _WITHOUT_PLACES),
    _row(
        "loses-an-optional-field", "LosesAnOptionalField", "round-trip-json", sample("hire", correlation_id="C1")
    ),
    _row("does-not-write-an-optional-field", "DoesNotWriteAnOptionalField", "round-trip-json", sample("enrollment")),
    _row("loses-a-required-field", "LosesARequiredField", "round-trip-json", sample("hire")),
    _row("writes-timestamps-for-readers", "WritesTimestampsForReaders", "round-trip-json", _PLAIN),
    _row("writes-in-turns", "WritesInTurns", "dump-is-canonical", {"payload": {}, **sample("hire")}),
    _row("cannot-be-pickled", "CannotBePickled", "round-trip-pickle", _PLAIN),
    _row("writes-fewer-places", "WritesFewerPlaces", "dump-is-canonical", sample("hire")),
    _row("cuts-rates", "CutsRates", "decimal-exact", sample("merit", merit_percentage="0.0333")),
    _row(
        "keeps-money-in-floats-in-a-model", "FloatMoney", "decimal-exact", _LARGE,
        "pydantic/pydantic#1511: the JSON encoder of Decimal was lossy",
    ),
    _row(
        "depends-on-the-decimal-context", "DependsOnTheDecimalContext", "decimal-context-independent", _PLAIN,
        "pydantic/pydantic#13554: digits were counted in the thread's decimal context",
    ),
    # What is told apart.
    _row("merges-types", "MergesTypes", "routes-by-event-type", sample("merit")),
    _row("misnames-a-type-in-writing", "MisnamesATypeInWriting", "routes-by-event-type", sample("merit")),
    _row("keeps-the-order-of-keys", "KeepsTheOrderOfKeys", "order-of-keys-irrelevant", _PLAIN),
    _row("wants-event-type-first", "WantsEventTypeFirst", "order-of-keys-irrelevant", _PLAIN),
    _row("cannot-be-hashed", "CannotBeHashed", "frozen-and-hashable", _PLAIN),
    _row("hashes-by-identity", "HashesByIdentity", "frozen-and-hashable", _PLAIN),
    _row("equal-by-identity", "EqualByIdentity", "round-trip-python", _PLAIN),
    _row("can-be-changed", "CanBeChanged", "frozen-and-hashable", _PLAIN),
    _row("loose-pydantic-event", "LoosePydanticEvent", "frozen-and-hashable", _PLAIN),
)  # fmt: skip
