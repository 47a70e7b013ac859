"""A scenario as a file: a ledger, what it comes to, and the reasoning; read strictly, so that no figure goes unread."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator

from dcprops.events import SimulationEvent
from dcprops.golden.documents import valid_document
from dcprops.golden.generated import Series, events_of_series
from dcprops.reference import Account, BalanceRow, ComplianceRow, Person, years
from dcprops.reference.balances import SOURCES
from dcprops.rules.anomalies import ANOMALIES

__all__ = ["LEFT_OPEN", "NAME", "SHIPPED", "Scenario", "ScenarioError", "read_scenario", "read_scenarios"]

#: The folder of the scenarios that come with dcprops.
SHIPPED: Final = Path(__file__).with_name("scenarios")
#: What a text begins with that a person still has to write.
LEFT_OPEN: Final = "TO BE WRITTEN:"
#: How a scenario may be called.
NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class ScenarioError(ValueError):
    """A file that is no scenario. The message is one line: the file, the place in it, what is wrong."""


# --- the figures of a row, as they are written ---


def _is(form: str, value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(form, value) is not None


_is_money: Final = partial(_is, r"-?[0-9]{1,30}\.[0-9]{6}")
_is_rate: Final = partial(_is, r"[01]\.[0-9]{4}")


def _is_sources(value: object) -> bool:
    return isinstance(value, dict) and set(value) <= set(SOURCES) and all(map(_is_money, value.values()))


#: The fields that aren't money: how their values are told, and what is expected.
_OTHER_FIGURES: Final[Mapping[str, tuple[Callable[[object], bool], str]]] = MappingProxyType(
    {
        **dict.fromkeys((*Person._fields, "plan_id"), (lambda value: isinstance(value, str), "an identifier")),
        "current_vested_percentage": (_is_rate, "a percentage as text with four places, such as 0.4000"),
        "is_hce": (lambda value: value is None or isinstance(value, bool), "true, false or null"),
        "sources": (_is_sources, "an amount as text with six places for each source that was contributed to"),
    }
)
_MONEY: Final = (_is_money, "an amount as text with six places, such as 40.000000")


def _row_of(kind: type[BalanceRow | ComplianceRow], row: dict[str, Any]) -> dict[str, Any]:
    names = [field.name for field in fields(kind)]
    differing = sorted(set(names) ^ set(row))
    if differing:
        raise ValueError(f"{differing[0]} is {'unknown' if differing[0] in row else 'missing'}")
    for name, value in row.items():
        fits, expected = _OTHER_FIGURES.get(name, _MONEY)
        if not fits(value):
            raise ValueError(f"{name} is {value!r}: expected {expected}")
    return row


BalanceFigures: TypeAlias = Annotated[dict[str, Any], AfterValidator(partial(_row_of, BalanceRow))]
ComplianceFigures: TypeAlias = Annotated[dict[str, Any], AfterValidator(partial(_row_of, ComplianceRow))]


# --- the other parts of a file ---


def _written(text: str) -> str:
    if not text.strip() or text.startswith(LEFT_OPEN):
        raise ValueError("left open: work the figures by hand, and write how and by which rule in a sentence")
    return text


def _named(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name: expected small letters, digits and hyphens, such as late-match")
    return name


def _known(code: str) -> str:
    if code not in ANOMALIES:
        raise ValueError(f"there is no anomaly {code!r}")
    return code


def _covered(year: str) -> str:
    if year not in map(str, years()):
        raise ValueError(f"the table of limits has no row for {year!r}, only for {years()[0]} to {years()[-1]}")
    return year


def _event(document: object) -> SimulationEvent:
    if not isinstance(document, dict):
        raise ValueError("expected a document, which is a JSON object")
    return valid_document(document)


def _refuse_repeats(part: str, owner: type[Account | Person], rows: Iterable[Mapping[str, Any]]) -> None:
    met = set()
    for row in rows:
        key = tuple(row[name] for name in owner._fields)
        if key in met:
            raise ValueError(f"{part} has a row for {' / '.join(key)} twice")
        met.add(key)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


class ExpectedAnomaly(_Part):
    """An anomaly that the reference has to find, and the event that shows it."""

    code: Annotated[str, AfterValidator(_known)]
    event_id: UUID


class Scenario(_Part):
    """A ledger and what it comes to, worked by hand. The fields are those of the file."""

    name: Annotated[str, AfterValidator(_named)]
    reasoning: Annotated[str, AfterValidator(_written)]
    source: Annotated[str, AfterValidator(_written)]
    as_of: date
    events: tuple[Annotated[SimulationEvent, PlainValidator(_event)], ...]
    generate: tuple[Series, ...] = ()
    birth_years: dict[str, int] = Field(default_factory=dict)
    balances: tuple[BalanceFigures, ...]
    balances_in_full: tuple[BalanceFigures, ...] | None = None
    anomalies: tuple[ExpectedAnomaly, ...]
    compliance: dict[Annotated[str, AfterValidator(_covered)], tuple[ComplianceFigures, ...]] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Scenario:
        if bool(self.generate) != (self.balances_in_full is not None):
            raise ValueError("generate and balances_in_full go together: expected both or neither")
        ids = {event.event_id for event in self.events}
        for anomaly in self.anomalies:
            if anomaly.event_id not in ids:
                raise ValueError(f"anomalies names {anomaly.event_id}, which is the id of no event")
        _refuse_repeats("balances", Account, self.balances)
        _refuse_repeats("balances_in_full", Account, self.balances_in_full or ())
        for year, rows in self.compliance.items():
            _refuse_repeats(f"compliance of {year}", Person, rows)
        return self

    def ledger(self, *, full: bool = False) -> list[SimulationEvent]:
        """The events, those by formula included: as many as in the usual run, or in the full one.

        Raises ScenarioError where a formula leads to more digits than an amount may have.
        """
        try:
            series = enumerate(self.generate, start=1)
            return [*self.events, *(event for n, each in series for event in events_of_series(each, n, full=full))]
        except ValidationError as error:
            raise ScenarioError(f"{self.name}: generate gives no valid event: {_first(error)}") from error

    def expected_balances(self, *, full: bool = False) -> tuple[dict[str, Any], ...]:
        """The balance rows of the usual run, or of the full one."""
        return self.balances_in_full if full and self.balances_in_full is not None else self.balances


# --- files ---


def read_scenario(path: Path) -> Scenario:
    """The scenario in a file. Raises ScenarioError if it can't be read or isn't one."""
    try:
        text = path.read_text(encoding="utf-8")
        json.loads(text, object_pairs_hook=_without_repeats)
        return Scenario.model_validate_json(text)
    except ValidationError as error:
        raise ScenarioError(f"{path} is no scenario: {_first(error)}") from error
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"{path} is no scenario: {error}") from error
    except OSError as error:
        raise ScenarioError(f"{path} cannot be read: {error.strerror or error}") from error


def read_scenarios(place: Path = SHIPPED) -> list[Scenario]:
    """The scenarios in a folder, in order of their files' names, or the one in a file.

    Raises ScenarioError if there are none, if one isn't right, or if two have one name.
    """
    files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    if not files:
        raise ScenarioError(f"{place} holds no scenarios: expected files that end in .json")
    found: dict[str, Scenario] = {}
    for file in files:
        scenario = read_scenario(file)
        if scenario.name in found:
            raise ScenarioError(f"{file} is no scenario: another one has the name {scenario.name!r}, too")
        found[scenario.name] = scenario
    return list(found.values())


def _without_repeats(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    read: dict[str, object] = {}
    for key, value in pairs:
        if key in read:
            raise ValueError(f"it has the key {key!r} twice")
        read[key] = value
    return read


def _first(error: ValidationError) -> str:
    detail = error.errors(include_url=False)[0]
    place = ".".join(map(str, detail["loc"]))
    said = detail["msg"].removeprefix("Value error, ")
    return f"{place}: {said}" if place else said
