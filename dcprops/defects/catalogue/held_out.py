"""Held-out defects: seeded by somebody who had seen the contract and the correct targets, and none of the strategies.

Their table is `held_out.json`: an id, what kind it is, the target, the property that must catch it, what triggers it,
and the witness worked out by hand, a document or a ledger with what is asked of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from dcprops.defects.defect import Defect
from dcprops.properties.cases import LedgerCase

__all__ = ["HELD_OUT"]


def _defect(row: Mapping[str, Any]) -> Defect:
    if "document" in row:
        return Defect(row["id"], row["kind"], row["target"], row["law"], row["document"], 1)
    case = LedgerCase(
        tuple(row["ledger"]),
        date.fromisoformat(row["as_of"]) if "as_of" in row else date.max,
        row.get("year", 2025),
        MappingProxyType(row.get("birth_years", {})),
    )
    return Defect(row["id"], row["kind"], row["target"], row["law"], case, len(case.documents))


def _table() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(files(__package__).joinpath("held_out.json").read_text(encoding="utf-8"))
    return read


HELD_OUT: Final = tuple(map(_defect, _table()))
